"""Every URL with anything in it: never a fault of ours, always a documented answer.

`TICKER_FUZZ=50 pytest tests/web/test_fuzz.py` tries fifty times as much.
"""

from __future__ import annotations

import asyncio
import os
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings as trying, strategies as st

from tests.protocol.test_rfc6455 import masked
from tests.support.desk import hire, log_in
from tests.web.test_every_route import EDITORIAL, PAGES, PUBLIC
from ticker.accounts.principal import Role
from ticker.protocol import rfc6455
from ticker.protocol.rfc6455 import MESSAGE_MAX, ControlFrames, ViolationError

if TYPE_CHECKING:
    import pytest

    from tests.support.service import Answer, Running

_TIMES = int(os.environ.get("TICKER_FUZZ", "1"))
_ROUTES = sorted((PUBLIC | EDITORIAL.keys() | PAGES.keys()) - {"WS /v1/{edition}/live"})
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
_TYPES = {
    "application/json", "application/problem+json", "application/x-ndjson", "application/jsonl",
    "text/html", "text/plain", "text/css", "text/javascript", "text/event-stream", "image/svg+xml",
    "application/xml", "application/feed+json", "application/rss+xml", "application/atom+xml", "application/vnd.iptc.g2.newsitem+xml", "application/manifest+json", "image/png",
}  # fmt: skip
_NAMES = ["cursor", "section", "region", "tag", "coverage", "urgency", "limit", "before", "reason", "url",
          "at", "version", "format", "maxwidth", "maxheight", "mode", "max", "next", "edition", "dir", "x"]  # fmt: skip
# What the URLs that take something take.
_OWN = {
    "/oembed": ["maxwidth", "maxheight", "format"], "/board": ["at"], "/log": ["after", "limit"],
    "/landing": ["version"], "/flashes": ["limit", "before"], "/timeline": ["at", "before"],
    "/login": ["next"], "/embed": ["edition", "mode", "max", "colour"],
}  # fmt: skip
_KNOWN = {"{edition}": "en", "{id}": "FLASH", "{slug}": "storm", "{kind}": "atom"}
_WORD = st.one_of(
    st.sampled_from(["en", "ar", "1", "0", "-1", "9" * 30, "1.0", "NaN", "", "true", "null", "2026-01-01T00:00:00Z"]),
    st.text(max_size=20),
)  # fmt: skip
_FIELDS = ["Accept", "Accept-Language", "Authorization", "Content-Type", "Cookie", "If-Match", "If-None-Match",
           "Idempotency-Key", "Last-Event-ID", "Origin", "Range", "Referer", "Sec-Fetch-Site", "X-CSRF-Token",
           "X-Forwarded-For", "X-Forwarded-Proto", "If-Modified-Since", "Accept-Encoding", "Expect"]  # fmt: skip
_VALUE = st.one_of(
    st.sampled_from(["*", '"1"', "W/\"1\"", "null", "Bearer x", "Bearer", "Basic eA==", "application/json",
                     "bytes=0-", "bytes=9-1", "ticker-session=x", "https://evil.example", "text/html"]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=40),
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=8,
)
_DRAFT = st.dictionaries(
    st.sampled_from(["headline", "urgency", "source", "tags", "url", "pinned", "expires", "embargoed",
                     "correction", "coverage", "section", "region", "story", "id", "version"]),
    _JSON, max_size=6,
)  # fmt: skip
_BODY = st.one_of(st.none(), _DRAFT, _JSON, st.binary(max_size=200))


@st.composite
def _targets(draw: st.DrawFn) -> tuple[str, str]:
    """A method, mostly the one that the URL has, and the URL with anything in its places."""
    method, _, path = draw(st.sampled_from(_ROUTES)).partition(" ")
    if method == "MOUNT" or draw(st.integers(0, 4)) == 0:
        method = draw(st.sampled_from(_METHODS))
    for place in re.findall(r"\{\w+\}", path):
        known = _KNOWN[place] if place in _KNOWN and draw(st.integers(0, 3)) else draw(_WORD)
        path = path.replace(place, _quoted(known))
    if path == "/static":
        path += "/" + _quoted(draw(_WORD))
    own = next((names for end, names in _OWN.items() if path.endswith(end)), _NAMES)
    names = st.sampled_from(own if draw(st.integers(0, 3)) else _NAMES)
    pairs = draw(st.lists(st.tuples(names, _WORD), max_size=3))
    if path == "/oembed" and draw(st.integers(0, 3)):
        pairs = [*pairs, ("url", "ADDRESS")]
    query = "&".join(f"{name}={_quoted(value)}" for name, value in pairs)
    # A stream of events would not end: one wrong filter refuses it.
    return method, f"{path}?{query}" + ("&urgency=x" if path.endswith("/live") else "")


def _quoted(text: str) -> str:
    return quote(text.encode(errors="surrogatepass"), safe="")


def _judge(answer: Answer, asked: Any) -> None:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    assert answer.status < 500 or answer.status in {501, 503}, (asked, answer)
    assert answer.headers["x-content-type-options"] == "nosniff", asked
    assert kind in _TYPES or not answer.body, (asked, kind)
    if answer.status >= 400 and answer.body and kind != "text/html":
        assert kind == "application/problem+json", (asked, answer)
        assert answer.json["status"] == answer.status


async def test_no_request_is_a_fault_of_ours(
    service: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Random methods, places, queries, headers and bodies: no 5xx, no trace, and it goes on."""
    await hire(service, "adm", Role.ADMIN)
    cookie = (await log_in(service, "adm")).cookie
    flash_id = (await service.post("en", "A line", coverage="storm"))["id"]
    tokens = [None, service.token, await service.token_for(Role.ADMIN)]
    loop = asyncio.get_running_loop()
    asked: list[Any] = []

    @trying(max_examples=600 * _TIMES, derandomize=_TIMES == 1,
            suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(
        _targets(),
        st.dictionaries(st.sampled_from(_FIELDS), _VALUE, max_size=4),
        _BODY,
        st.integers(0, 5),
    )
    def attack(target: tuple[str, str], fields: dict[str, str], body: Any, who: int) -> None:
        fields = {"Cookie": cookie, **fields} if who == 5 else fields
        fields = {name: value.encode().decode("latin-1") for name, value in fields.items()}
        sent: dict[str, Any] = {"raw": body} if isinstance(body, bytes) else {"body": body}
        path = target[1].replace("FLASH", flash_id).replace("ADDRESS", f"{service.url}/en")
        asking = service.request(target[0], path, **sent, headers=fields, token=tokens[who % 3])
        asked.append((target, fields, body))
        _judge(asyncio.run_coroutine_threadsafe(asking, loop).result(30), asked[-1])

    await asyncio.to_thread(attack)
    assert len(asked) >= 600
    assert not [it for it in caplog.records if it.levelname == "ERROR"]
    assert (await service.get("/readyz")).status == 200


_FRAME = st.builds(
    masked, st.integers(0, 255), st.binary(max_size=130), st.none() | st.integers(0, 2**64 - 1)
)
_PING = st.builds(masked, st.sampled_from([0x89, 0x8A]), st.binary(max_size=125))
_BYTES = st.one_of(
    st.lists(_PING | _FRAME, max_size=12).map(b"".join),
    st.binary(max_size=400),
    st.lists(_PING, max_size=12).map(b"".join),
)


@trying(max_examples=500 * _TIMES)
@given(_BYTES, st.lists(st.integers(0, 400), max_size=12), st.booleans())
def test_bytes_however_cut_are_heard_alike(data: bytes, cuts: list[int], deflate: bool) -> None:
    """What a peer says never breaks the service, and means the same however the network cuts it."""
    whole = _hear([data], deflate=deflate)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert _hear(pieces, deflate=deflate) == whole
    assert _hear([bytes([byte]) for byte in data], deflate=deflate) == whole


def _hear(pieces: list[bytes], *, deflate: bool) -> list[object]:
    """What is heard, frame by frame, and the code of the fault that ends it; little is kept."""
    frames, heard = ControlFrames(deflate=deflate), list[object]()
    for number, piece in enumerate(pieces):
        try:
            for control in frames.receive(piece, number * 60.0):
                if control.opcode is rfc6455.Opcode.CLOSE:
                    rfc6455.close_code(control.payload)
                heard.append(control)
        except ViolationError as violation:
            return [*heard, violation.code]
        assert len(frames._received) <= MESSAGE_MAX
    return heard
