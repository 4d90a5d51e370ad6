"""HTTP upgrades that are ignored, and Expect, on raw sockets (RFC 9110 §7.8 and §10.1.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.server.test_http_wire import LIVE, OK, UPGRADE, answer, connected

if TYPE_CHECKING:
    import asyncio

    from tests.support.service import Running

# What Java's HTTP client offers with each request, and others of the kind.
OFFERS = {
    "h2c": "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAA\r\n",
    "TLS": "Upgrade: TLS/1.2\r\nConnection: upgrade\r\n",
    "several": "Upgrade: h2c, TLS/1.2\r\nConnection: keep-alive, Upgrade\r\n",
    "several fields": "Upgrade: h2c\r\nUpgrade: IRC/6.9\r\nConnection: close, x\r\nConnection: upgrade\r\n",
    "nothing": "Upgrade:\r\nConnection: Upgrade\r\n",
    "not named": "Upgrade: h2c\r\n",
    "a WebSocket": UPGRADE.decode(),
    "a WebSocket or h2c": "Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n",
}  # fmt: skip


def post(
    service: Running, headline: str, offer: str, *, chunked: bool = False
) -> tuple[bytes, bytes]:
    """Head and body of a request that publishes a line."""
    body = f'{{"headline": "{headline}"}}'
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = (
        f"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        f"Content-Type: application/json\r\n{length}\r\n{offer}\r\n"
    )
    whole = f"{len(body):x}\r\n{body}\r\n0\r\n\r\n" if chunked else body
    return head.encode(), whole.encode()


async def headlines(service: Running) -> list[str]:
    board = (await service.get("/v1/en/flashes")).json
    return [flash["headline"] for flash in board["flashes"]]


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize("apart", [False, True], ids=["one segment", "two segments"])
async def test_an_offer_to_upgrade_is_ignored(
    service: Running, offer: str, *, chunked: bool, apart: bool
) -> None:
    """A client that offers another protocol has its line published, and goes on over HTTP."""
    head, body = post(service, "Once", OFFERS[offer], chunked=chunked)
    async with connected(service) as (incoming, outgoing):
        outgoing.write(head if apart else head + body + OK)
        if apart:
            await apart_from(service, outgoing)
            outgoing.write(body + OK)
        assert (await answer(incoming))[0] == 201
        if "close" in OFFERS[offer]:
            assert await incoming.read() == b""
        else:
            assert (await answer(incoming))[0] == 200
    assert await headlines(service) == ["Once"]


async def apart_from(service: Running, outgoing: asyncio.StreamWriter) -> None:
    """Return once the service has read what was written."""
    await outgoing.drain()
    while not service.server.server_state.tasks:
        assert (await service.get("/healthz")).status == 200


@pytest.mark.parametrize("apart", [False, True], ids=["one segment", "two segments"])
async def test_a_body_is_never_a_request(service: Running, *, apart: bool) -> None:
    """A request that hides in the body of another is not run, whatever the other offers."""
    hidden, body = post(service, "Smuggled", "")
    outer = b"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(
        hidden + body
    )
    async with connected(service) as (incoming, outgoing):
        outgoing.write(outer + OFFERS["h2c"].encode() + b"\r\n" + (b"" if apart else hidden + body))
        if apart:
            assert (await answer(incoming))[0] == 401
            outgoing.write(hidden + body)
        outgoing.write(OK)
        found = [(await answer(incoming))[0] for _ in range(1 if apart else 2)]
        assert found == ([200] if apart else [401, 200])
    assert await headlines(service) == []


# Answered at once and after the body, by pages, files and the fast path, and by nothing at all.
ROUTES = [
    *("GET /v1/en/flashes", "GET /en", "GET /embed/en", "GET /healthz", "GET /ticker.js"),
    *("POST /v1/flashes", "PATCH /v1/en/flashes/x", "DELETE /v1/en/flashes/x"),
    *("POST /v1/en/flashes/x/clicks", "POST /v1/en/flashes/x/release", "POST /desk/login"),
    *("POST /desk/staff", "OPTIONS /v1/en/flashes", "PUT /nowhere", "POST /v1/en/live"),
]


@pytest.mark.parametrize("route", ROUTES)
async def test_no_url_takes_a_body_for_a_request(service: Running, route: str) -> None:
    """Whatever is asked for with an offer to upgrade, what comes in a second segment stays its body."""
    hidden = b"".join(post(service, "Smuggled", ""))
    head = f"{route} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(hidden)}\r\n{OFFERS['h2c']}\r\n"
    last = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with connected(service) as (incoming, outgoing):
        outgoing.write(head.encode())
        await outgoing.drain()
        assert (await service.get("/healthz")).status == 200  # by now the head is read
        outgoing.write(hidden + last)
        said = await incoming.read()
    first, *others = re.findall(rb"HTTP/1\.1 (\d+) ", said)
    assert first != b"201"
    assert others == [b"200"]
    assert await headlines(service) == []


@pytest.mark.parametrize("path", ["/v1/en/flashes", "/en", "/healthz", "/desk/login", "/ticker.js"])
async def test_an_offer_is_ignored_at_every_url(service: Running, path: str) -> None:
    """Whatever is asked for, an offer to upgrade changes nothing of its answer."""
    async with connected(service) as (incoming, outgoing):
        for _ in range(3):
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\n{OFFERS['h2c']}\r\n"
            outgoing.write(request.encode())
        for _ in range(3):
            assert (await answer(incoming))[0] == 200


async def test_many_offers_at_once(service: Running) -> None:
    """Thousands of small requests in one segment, each with an offer, are answered in order."""
    request = b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    async with connected(service) as (incoming, outgoing):
        outgoing.write(request * 3000 + OK)
        for _ in range(3000):
            assert (await incoming.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert (await answer(incoming))[0] == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Upgrade: websocket", b"Upgrade: h2c, WebSocket"),
        (b"Upgrade: websocket", b"Upgrade: h2c\r\nUpgrade: websocket"),
        (b"Connection: Upgrade", b"Connection: keep-alive, Upgrade"),
        (b"Connection: Upgrade", b"Connection: Upgrade\r\nConnection: keep-alive"),
        (b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n"),
    ],
)
async def test_a_websocket_among_others(service: Running, old: bytes, new: bytes) -> None:
    """A reader that offers other protocols too, or is passed on by a proxy, gets its WebSocket."""
    async with connected(service) as (incoming, outgoing):
        outgoing.write((LIVE + UPGRADE + b"\r\n").replace(old, new))
        assert (await incoming.readline()).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("field", [b"Content-Length: 2", b"Transfer-Encoding: chunked"])
async def test_a_handshake_has_no_body(service: Running, field: bytes) -> None:
    """A handshake with a body, which could be read as frames, is refused."""
    async with connected(service) as (incoming, outgoing):
        outgoing.write(LIVE + UPGRADE + field + b"\r\n\r\n")
        assert (await answer(incoming))[0] == 400
        assert await incoming.read() == b""


async def test_a_handshake_behind_a_request(service: Running) -> None:
    """A handshake that doesn't wait for the answer before it is answered behind it, as a stream."""
    async with connected(service) as (incoming, outgoing):
        outgoing.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n" + LIVE + UPGRADE + b"\r\n")
        assert (await answer(incoming))[0] == 200
        assert b"text/event-stream" in await incoming.readuntil(b"\r\n\r\n")


async def test_expect(service: Running) -> None:
    """Who waits for a go-ahead gets one, and no second answer; HTTP/1.0 knows no go-ahead."""
    head, body = post(service, "Expected", "Expect: 100-continue\r\n" + OFFERS["h2c"])
    async with connected(service) as (incoming, outgoing):
        outgoing.write(head)
        assert await incoming.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        outgoing.write(body + OK)
        assert [(await answer(incoming))[0] for _ in range(2)] == [201, 200]
    async with connected(service) as (incoming, outgoing):
        outgoing.write(head.replace(b"HTTP/1.1", b"HTTP/1.0") + body)
        assert (await answer(incoming))[0] == 201
    assert await headlines(service) == ["Expected", "Expected"]
