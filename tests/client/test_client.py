from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import free_port
from ticker.accounts.principal import Role
from ticker.client import (
    AddressError,
    ChangedError,
    Client,
    ClientError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    ProblemError,
    StrangerError,
    UnauthorizedError,
    UnreachableError,
)
from ticker.news.document import format_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.service import Running


@dataclass(slots=True)
class Stranger:
    """A server that is no Ticker: it says the same to everybody, and remembers what it heard."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def stranger(answer: bytes, *more: bytes) -> Iterator[Stranger]:
    """Its answer, or its answers in turn."""
    answers = chain((answer, *more), repeat(more[-1] if more else answer))
    listener = socket.create_server(("127.0.0.1", 0))
    server = Stranger(listener.getsockname()[1])

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                request = b""
                while not _is_whole(request):
                    if not (part := connection.recv(65536)):
                        return
                    request += part
                server.heard.append(request)
                connection.sendall(next(answers))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        socket.create_connection(("127.0.0.1", server.port)).close()
        thread.join()
        listener.close()


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


async def test_a_line_goes_through_its_life(service: Running) -> None:
    """A program drafts, releases, corrects, pins and kills a line, and finds it in every place between."""
    async with Client(service.url, service.token) as ticker:
        draft = await ticker.draft("en", "Fist", urgency=2, tags=["harbour"])
        flash_id = draft["id"]
        assert [it["stage"] for it in await ticker.queue("en")] == ["draft"]
        assert (await ticker.board("en")).flashes == []
        later = datetime.now(UTC) + timedelta(hours=1)
        await ticker.correct("en", flash_id, headline="First", expires=later, refile=True)
        out = await ticker.release("en", flash_id)
        assert (out["headline"], out["pubstatus"], out["expires"]) == (
            "First",
            "usable",
            format_time(later),
        )
        assert await ticker.show("en", flash_id) == out
        second = await ticker.correct(
            "en",
            flash_id,
            headline="Second",
            correction="It was not the first",
            urgency=1,
            if_version=out["version"],
        )
        with pytest.raises(ChangedError):
            await ticker.correct("en", flash_id, source=None, if_version=out["version"])
        assert (await ticker.pin("en", flash_id))["pinned"]
        other = await ticker.publish("en", "Another", section="sports")
        board = await ticker.board("en")
        assert [it["id"] for it in board.flashes] == [flash_id, other["id"]]
        assert (await ticker.board("en", urgency=2, limit=5)).flashes == board.flashes[:1]
        assert not (await ticker.unpin("en", flash_id))["pinned"]
        found = await ticker.search("en", "harbour")
        assert [(it["id"], it["headline"]) for it in found.flashes] == [(flash_id, "Second")]
        killed = await ticker.kill("en", flash_id, "wrong & sorry: عاجل / ?x=y#z")
        assert (killed["pubstatus"], killed["version"]) == ("canceled", second["version"] + 3)
        with pytest.raises(GoneError) as gone:
            await Client(service.url).show("en", flash_id)
        assert gone.value.tombstone["id"] == flash_id
        assert "headline" not in gone.value.tombstone
        with pytest.raises(ConflictError):
            await ticker.correct("en", flash_id, headline="Third")
        actions = [it["action"] for it in await ticker.versions("en", flash_id)]
        assert actions == ["draft", "refile", "release", "correct", "correct", "correct", "kill"]


async def test_a_hold_can_be_stopped(service: Running) -> None:
    """A line that goes out in some seconds is stopped by a kill, and no reader hears of it."""
    ticker = Client(service.url, service.token)
    held = await ticker.hold("en", "Too early", 10)
    assert held["pubstatus"] == "withheld"
    await ticker.kill("en", held["id"], "too early")
    with pytest.raises(NotFoundError):
        await Client(service.url).show("en", held["id"])


async def test_a_search_goes_on_page_by_page(service: Running) -> None:
    """A search that has more pages says so, and each is asked for by the one before."""
    for number in range(3):
        await service.post("en", f"Harbour {number}", section="sports")
    ticker = Client(service.url)
    found = await ticker.search("en", "harbour", limit=2, section=["sports", "politics"])
    assert [it["headline"] for it in found.flashes] == ["Harbour 2", "Harbour 1"]
    found = await ticker.more(found)
    assert [it["headline"] for it in found.flashes] == ["Harbour 0"]


async def test_pasted_lines_are_cleaned_when_asked(service: Running) -> None:
    """What is refused says what would help, and `clean` does it and says what it was."""
    ticker = Client(service.url, service.token)
    with pytest.raises(InvalidError) as refusal:
        await ticker.publish("en", "Two\nlines", urgency=12)
    fault, other = refusal.value.faults
    assert (fault.field, fault.pointer, fault.remedy) == ("headline", "#/headline", "?clean=true")
    assert (other.field, other.remedy) == ("urgency", "")
    flash = await ticker.publish("en", "Two\nlines", clean=True)
    assert flash["headline"] == "Two lines"
    assert [it["rule"] for it in flash["cleaned"]] == ["break"]


async def test_find(service: Running) -> None:
    """A line is found by its id alone, even after it was killed, and what has none is refused."""
    ticker = Client(service.url, service.token)
    for edition in ("en", "ar", "es"):
        flash_id = (await ticker.publish(edition, "Somewhere"))["id"]
        assert await ticker.find(flash_id) == edition
        await ticker.kill(edition, flash_id, "wrong")
        assert await ticker.find(flash_id) == edition
    for flash_id in ("none", "a/b", "../../healthz", "?x", "é", "%2e"):
        with pytest.raises(NotFoundError, match="there is no flash"):
            await ticker.find(flash_id)


async def test_editions(service: Running) -> None:
    """The service says which editions it has."""
    editions = await Client(service.url).editions()
    assert [(it["code"], it["dir"]) for it in editions] == [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("es", "ltr"),
    ]


async def test_refusals(service: Running) -> None:
    """What the service refuses comes back as an error of its kind, with its sentence, in one line."""
    ours = service.token
    arabic = await service.token_for(Role.EDITOR, ["ar"])
    kinds: list[tuple[str, str, dict[str, Any], type[ProblemError], str]] = [
        ("", "x", {}, UnauthorizedError, "A bearer token is needed"),
        ("tkr_wrong", "x", {}, UnauthorizedError, "unknown, revoked or expired"),
        (arabic, "x", {}, ForbiddenError, "403"),
        (ours, "", {}, InvalidError, "headline"),
        (ours, "\udc80", {}, InvalidError, "headline"),
        (ours, "x", {"urgency": 10}, InvalidError, "urgency"),
    ]
    for token, headline, said, kind, words in kinds:
        with pytest.raises(kind, match=words) as refusal:
            await Client(service.url, token).publish("en", headline, **said)
        assert str(refusal.value.status) in str(refusal.value)
        assert "\n" not in str(refusal.value)
    with pytest.raises(InvalidError, match="reason"):
        await Client(service.url, ours).kill("en", "x", "")


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "localhost:8000", "ftp://x", "http://", "http://[::1", "http://x:y", "http://x:0"],
)  # fmt: skip
def test_no_address(url: str) -> None:
    """An address that cannot be one is named as such before anything is sent."""
    with pytest.raises(AddressError, match="url must be an http or https address"):
        Client(url)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tkr_é", "tkr_\udc80"])
def test_no_token(token: str) -> None:
    """What cannot be a token is refused without being printed."""
    with pytest.raises(AddressError, match="token") as refusal:
        Client("http://127.0.0.1:8000", token)
    assert token not in str(refusal.value)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (b"", UnreachableError, "cannot be reached: the connection was closed"),
        (b"-ERR unknown command 'GET'\r\n", StrangerError, "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", UnreachableError, "before the answer was whole"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", StrangerError, "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe\x00", StrangerError, "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\n\r\n[]", StrangerError, "does not answer as Ticker does"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n<html>", NotFoundError, "404 Not Found"),
        (b"HTTP/1.1 500 Oops\r\n\r\n[]", ProblemError, "500 Oops"),
        (b"HTTP/1.1 520 Web server error\r\n\r\n", ProblemError, "520 Web server error"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n{", ProblemError, "502 Bad Gateway"),
    ],
    ids=["silence", "redis", "cut-off", "html", "binary", "list", "404", "500", "520", "502"],
)  # fmt: skip
async def test_strangers(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, kind: type[ClientError], words: str
) -> None:
    """When something else answers at the address, that is said in one clear line."""
    monkeypatch.setattr("ticker.client.calls._SPREAD", (0.0, 0.0))
    with stranger(answer) as server:
        with pytest.raises(kind, match=words) as refusal:
            await Client(server.url, "token").publish("en", "x")
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "lost",
    [b"", b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{"],
    ids=["cut", "503", "half"],
)  # fmt: skip
async def test_an_answer_that_is_lost(monkeypatch: pytest.MonkeyPatch, lost: bytes) -> None:
    """A line whose answer is lost is asked for again by the same key, so that it is out once."""
    monkeypatch.setattr("ticker.client.calls._SPREAD", (0.0, 0.0))
    done = b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{"id":"a"}\n'
    with stranger(lost, lost, done) as server:
        assert (await Client(server.url, "token").publish("en", "x"))["id"] == "a"
    keys = [re.search(rb"Idempotency-[Kk]ey: (\w+)", request) for request in server.heard]
    assert len(keys) == 3
    assert len({key and key[1] for key in keys}) == 1
    assert keys[0] is not None


async def test_a_key_of_ones_own(service: Running) -> None:
    """A program that is started again with the same key gets the line that it had filed before."""
    first = await Client(service.url, service.token).publish("en", "Once", key="import-7")
    again = await Client(service.url, service.token).publish("en", "Once", key="import-7")
    assert again == first
    assert len((await Client(service.url).board("en")).flashes) == 1
    with pytest.raises(ConflictError):
        await Client(service.url, service.token).publish("en", "Other", key="import-7")


async def test_nobody_there() -> None:
    """When nobody listens at the address, the message names it, and nothing is tried again."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(UnreachableError, match=f"{url} cannot be reached: .*refused") as refusal:
        await Client(url).editions()
    assert not refusal.value.passing
    assert not await Client(url).is_ready()


async def test_redirect() -> None:
    """A token never follows a redirect to somewhere else, nor does a post turn into a get."""
    with stranger(b"HTTP/1.1 200 OK\r\n\r\n{}") as thief:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {thief.url}/v1/en/flashes\r\n\r\n".encode()
        with stranger(moved) as proxy, pytest.raises(ClientError, match="302 Found"):
            await Client(proxy.url, "secret").publish("en", "x")
        assert b"secret" in proxy.heard[0]
        assert thief.heard == []
