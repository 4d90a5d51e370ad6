"""HTTP on raw sockets: how big, how slow and how odd a request may be (RFC 9112)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.process import PATIENCE
from tests.support.service import Running, receive, running
from ticker.protocol.frames import CloseCode
from ticker.server import limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.settings import Settings

OK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LIVE = b"GET /v1/en/live HTTP/1.1\r\nHost: x\r\n"
UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
FIELDS = b"".join(b"X-%d: x\r\n" % number for number in range(100))
LONG = b"x" * 5000
ODD = {
    "both lengths": (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "both lengths, other way": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
    "the same length twice": (POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
    "a list of lengths": (POST + b"Content-Length: 5, 5\r\n\r\nhello", 400),
    "signed length": (POST + b"Content-Length: +5\r\n\r\nhello", 400),
    "negative length": (POST + b"Content-Length: -5\r\n\r\nhello", 400),
    "huge length": (POST + b"Content-Length: 99999999999999999999999\r\n\r\nhello", 400),
    "space before the colon": (POST + b"Content-Length : 5\r\n\r\nhello", 400),
    "chunked is not last": (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    "unknown coding": (POST + b"Transfer-Encoding: gzip\r\n\r\nhello", 400),
    "almost chunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
    "chunked in another coding": (
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks of HTTP/1.0": (
        POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunk size no hex": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size signed": (POST + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size 0x": (POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400),
    "chunk size huge": (
        POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n", 400),
    "chunk too long": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", 400),
    "folded field": (LIVE + b"X-Folded: one\r\n two\r\n\r\n", 400),
    "folded length": (POST + b"Content-Length:\r\n 5\r\n\r\nhello", 400),
    "field without a colon": (LIVE + b"X-Nothing\r\n\r\n", 400),
    "field without a name": (LIVE + b": x\r\n\r\n", 400),
    "bare line feeds": (OK.replace(b"\r\n", b"\n"), 400),
    "one bare line feed": (LIVE + b"X-A: a\nX-B: b\r\n\r\n", 400),
    "bare carriage return": (LIVE + b"X-A: a\rX-B: b\r\n\r\n", 400),
    "NUL in a value": (LIVE + b"X-A: a\0b\r\n\r\n", 400),
    "NUL in a name": (LIVE + b"X-\0A: b\r\n\r\n", 400),
    "NUL in the target": (b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "space in the target": (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "raw UTF-8 in the target": ("GET /\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 400),
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    "a host with markup": (b"GET /en HTTP/1.1\r\nHost: x\"><script>\r\n\r\n", 400),
    "a host with a path": (b"GET /en HTTP/1.1\r\nHost: evil.example/x\r\n\r\n", 400),
    "a host with a user": (b"GET /en HTTP/1.1\r\nHost: x@evil.example\r\n\r\n", 400),
    "a list of hosts": (b"GET /en HTTP/1.1\r\nHost: x, evil.example\r\n\r\n", 400),
    "a target on another host": (b"GET http://evil.example/en HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a target with a user": (b"GET http://x@x/en HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a target that is an address of mail": (b"GET mailto:x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a reader with markup for a host": (LIVE.replace(b"Host: x", b"Host: a b/<x>") + b"\r\n", 400),
    "a WebSocket with a path for a host": (
        LIVE.replace(b"Host: x", b"Host: evil.example/x") + UPGRADE + b"\r\n", 400),
    "no version": (b"GET /healthz\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/2 without its preface": (b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", 400),
    "HTTP/1.9": (b"GET /healthz HTTP/1.9\r\nHost: x\r\n\r\n", 400),
    "no method": (b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a method of our own": (b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "tunnel": (b"CONNECT internal:22 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "noise": (bytes(range(256)), 400),
    "long target": (b"GET /" + LONG + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "long query of a reader": (b"GET /v1/en/live?cursor=" + LONG * 2 + LIVE[15:] + b"\r\n", 414),
    "endless target": (b"GET /" + LONG * 4, 414),
    "long fields": (LIVE + b"Cookie: " + LONG + b"\r\nX-A: " + LONG * 3 + b"\r\n\r\n", 431),
    "an endless field": (LIVE + b"X-A: " + LONG * 4, 431),
    "an endless name": (LIVE + LONG * 4, 431),
    "101 fields": (LIVE + FIELDS + b"\r\n", 431),
    "101 fields of a reader over WebSocket": (LIVE + UPGRADE + FIELDS + b"\r\n", 431),
    "a long field of a desk": (
        b"GET /desk/en/live HTTP/1.1\r\nHost: x\r\n" + UPGRADE + b"Cookie: " + LONG * 4 + b"\r\n\r\n",
        431),
    "endless body": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 140_000, 413),
    "endless trailer": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: " + b"x" * 140_000, 413),
}  # fmt: skip


@asynccontextmanager
async def connected(
    service: Running, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    streams = await asyncio.open_connection("127.0.0.1", service.port, local_addr=(host, 0))
    try:
        yield streams
    finally:
        streams[1].close()


async def answer(incoming: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next response."""
    head = await incoming.readuntil(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r")[0])
    return int(head.split(b" ")[1]), await incoming.readexactly(size)


async def refusal(incoming: asyncio.StreamReader) -> int | str:
    """Status of the problem document that is the last thing said."""
    try:
        async with asyncio.timeout(PATIENCE):
            status, body = await answer(incoming)
            rest = await incoming.read()
    except (EOFError, TimeoutError) as error:
        return type(error).__name__
    return status if b'"status": %d' % status in body and not rest else repr(body + rest)


@pytest.fixture
async def hasty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """A service that gives a request a fifth of a second, and an idle connection one."""
    monkeypatch.setattr(limits, "REQUEST_SECONDS", 0.2)
    async with running(replace(settings, keep_alive=1)) as started:
        yield started


@pytest.mark.parametrize("before", [b"", OK], ids=["first", "later"])
async def test_a_request_that_could_be_read_in_two_ways(service: Running, before: bytes) -> None:
    """A malformed or oversized request, first or later, is refused with its status, and ends all."""
    found = {}
    for name, (request, _) in ODD.items():
        async with connected(service) as (incoming, outgoing):
            outgoing.write(before)
            if before:
                assert (await answer(incoming))[0] == 200
            outgoing.write(request)
            found[name] = await refusal(incoming)
    assert found == {name: status for name, (_, status) in ODD.items()}
    assert (await service.get("/healthz")).status == 200


async def test_what_is_just_within_the_bounds(service: Running) -> None:
    """A hundred fields and a head of almost 16 KiB are served, on both paths."""
    many = b"".join(FIELDS.splitlines(keepends=True)[:99])
    for head in (OK[:-2] + many, LIVE + b"X-A: " + LONG * 3 + b"\r\n"):
        async with connected(service) as (incoming, outgoing):
            outgoing.write(head + b"\r\n")
            assert (await incoming.readline()).startswith(b"HTTP/1.1 200 ")


async def test_a_target_of_ours(service: Running) -> None:
    """A request as to a proxy is served where its target names the host that it is for."""
    for target in (b"http://x/healthz", b"HTTP://X/healthz", b"https://x/healthz?a=http://y"):
        async with connected(service) as (incoming, outgoing):
            outgoing.write(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target)
            assert (await answer(incoming))[0] == 200


@pytest.mark.parametrize(
    "host", ["x", "a-b.example:8000", "127.0.0.1", "[::1]:80", "", "xn--e1afmkfd"]
)
async def test_hosts(service: Running, host: str) -> None:
    """Every name that a service may have is served."""
    async with connected(service) as (incoming, outgoing):
        outgoing.write(OK.replace(b"Host: x", f"Host: {host}".encode()))
        assert (await answer(incoming))[0] == 200


async def test_a_field_of_blanks(service: Running) -> None:
    """A malformed field of nothing but blanks costs the service no more than any other."""
    for _ in range(20):
        async with connected(service) as (incoming, outgoing):
            outgoing.write(LIVE + b"X-A:" + b" " * 16_000 + b"\0\r\n\r\n")
            assert (await answer(incoming))[0] == 400


async def test_a_trailer_is_no_header(service: Running) -> None:
    """What comes after the body can't give a request the rights that its head didn't have."""
    token = service.token.encode()
    async with connected(service) as (incoming, outgoing):
        body = b'{"headline":"x"}'
        chunk = b"%x\r\n%b\r\n0\r\nAuthorization: Bearer %b\r\n\r\n" % (len(body), body, token)
        outgoing.write(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        assert (await answer(incoming))[0] == 401


async def test_a_bad_request_behind_a_good_one(service: Running) -> None:
    """A refusal never stands where the answer to the request before it is awaited."""
    async with connected(service) as (incoming, outgoing):
        outgoing.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n" + b"\0")
        assert b" 400 " not in await incoming.readline()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", None),
        (b"G", 408),
        (b"GET /v1/en/live HTTP/1.1\r\nHost", 408),
        (b"POST / HT", 408),
        (b"\r\n", None),
        (POST, 408),
        (OK + b"GET", 408),
        (OK + b"\r\n", None),
    ],
    ids=["nothing", "a letter", "a reader", "an editor", "an empty line", "half a head",
         "half a second head", "an empty line after an answer"],
)  # fmt: skip
async def test_a_head_that_never_ends(hasty: Running, said: bytes, status: int | None) -> None:
    """Who doesn't say what they want in time is told so, or nothing if they said nothing, and goes."""
    async with connected(hasty) as (incoming, outgoing):
        outgoing.write(said)
        if said.startswith(OK):
            assert (await answer(incoming))[0] == 200
        if status is not None:
            assert (await answer(incoming))[0] == status
        assert await incoming.read() == b""


async def test_a_trickling_head(hasty: Running) -> None:
    """A byte now and then doesn't buy more time."""
    async with connected(hasty) as (incoming, outgoing):
        trickle = asyncio.create_task(_trickle(outgoing))
        assert (await answer(incoming))[0] == 408
        trickle.cancel()


async def _trickle(outgoing: asyncio.StreamWriter) -> None:
    outgoing.write(LIVE)
    while True:
        outgoing.write(b"X-A: a\r\n")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("token", [True, False])
async def test_a_body_that_never_ends(
    hasty: Running, caplog: pytest.LogCaptureFixture, *, token: bool
) -> None:
    """An editor's request whose body doesn't come is ended, and is no fault of ours to be logged."""
    proof = f"Authorization: Bearer {hasty.token}\r\n".encode() if token else b""
    async with connected(hasty) as (incoming, outgoing):
        outgoing.write(POST + proof + b"Content-Length: 20\r\n\r\n{")
        assert (await answer(incoming))[0] == (408 if token else 401)
        assert await incoming.read() == b""
    assert not caplog.messages


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/en/flashes HTTP/1.1\r\nContent-Type: application/json\r\n",
        b"POST /desk/login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n",
    ],
    ids=["a program", "a browser"],
)
@pytest.mark.parametrize("stays", [True, False])
async def test_a_body_that_is_cut_off(
    hasty: Running, caplog: pytest.LogCaptureFixture, head: bytes, *, stays: bool
) -> None:
    """Who leaves in the middle of a request, or is sent away, leaves no trace in the log."""
    proof = f"Host: a\r\nAuthorization: Bearer {hasty.token}\r\n".encode()
    tasks = hasty.server.server_state.tasks
    async with connected(hasty) as (incoming, outgoing):
        outgoing.write(head + proof + b"Content-Length: 20\r\n\r\n{")
        for _ in range(10_000):
            if tasks:
                break
            await asyncio.sleep(0)
        if stays:
            await incoming.read()
    while tasks:
        await asyncio.wait(set(tasks))
    assert not caplog.messages


async def test_readers_have_all_the_time(hasty: Running) -> None:
    """A reader that is in stays in, on every path, however little time requests have."""
    async with (
        hasty.live("en") as fast,
        hasty.live("en", subprotocols=["x"]) as slow,
        hasty.sse("en") as stream,
        connected(hasty) as (incoming, outgoing),
    ):
        outgoing.write(OK)
        assert (await answer(incoming))[0] == 200
        outgoing.write(LIVE + b"\r\n")
        await incoming.readuntil(b"hello")
        for reader in (receive(fast), receive(slow), stream.message()):
            assert (await reader)["type"] == "hello"
        async with connected(hasty) as (silent, _):
            assert await silent.read() == b""
        await hasty.post("en", "Still there")
        for reader in (receive(fast), receive(slow), stream.message()):
            assert (await reader)["flash"]["headline"] == "Still there"
        await incoming.readuntil(b"Still there")


async def test_an_idle_connection_is_kept_for_its_time(settings: Settings) -> None:
    """Between requests a connection is kept for as long as is set, by default longer than by balancers."""
    assert settings.keep_alive > 60
    hasty = replace(settings, keep_alive=1)
    async with running(hasty) as service, connected(service) as (incoming, outgoing):
        assert service.server.config.timeout_keep_alive == hasty.keep_alive
        for _ in range(2):
            outgoing.write(OK)
            assert (await answer(incoming))[0] == 200
        assert await incoming.read() == b""


async def test_the_last_answer_says_so(settings: Settings) -> None:
    """While others are to notice that it stops, a process says with each answer that it is the last."""
    async with running(replace(settings, drain_notice=3600)) as service:
        async with connected(service) as (incoming, outgoing), connected(service) as (late, lately):
            outgoing.write(OK)
            assert (await answer(incoming))[0] == 200
            body = b'{"headline": "Under way"}'
            proof = f"Authorization: Bearer {service.token}\r\n".encode()
            lately.write(
                POST + proof + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body)
            )
            assert b" 100 " in await late.readuntil(b"\r\n\r\n")
            service.server.should_exit = True
            service.server.wake()
            while (await service.get("/readyz")).status == 200:
                pass
            outgoing.write(OK)
            lately.write(body)
            for stream, status in ((incoming, b" 200 "), (late, b" 201 ")):
                said = await stream.read()
                assert status in said
                assert b"\r\nconnection: close\r\n" in said
        service.server._drain.hurry()


async def test_many_silent_connections_are_all_let_go(hasty: Running) -> None:
    """A hundred sockets that say nothing are gone after their time, and nothing is kept of them."""
    streams = [await asyncio.open_connection("127.0.0.1", hasty.port) for _ in range(100)]
    for incoming, outgoing in streams:
        assert await incoming.read() == b""
        outgoing.close()
    assert not hasty.server.server_state.connections


async def test_who_is_too_many_comes_back_at_various_times(settings: Settings) -> None:
    """Those for whom there is no room are not all told to come back at the same moment."""
    told: set[int] = set()
    async with running(replace(settings, max_connections=1)) as service, connected(service):
        while len(told) < 3:
            async with connected(service) as (incoming, _):
                head = await incoming.readuntil(b"\r\n\r\n")
                told.add(int(head.split(b"Retry-After: ")[1].split(b"\r")[0]))
    assert told <= set(range(5, 31))


async def test_a_full_process(settings: Settings) -> None:
    """With all connections taken a new one is told so before it says a word; one that ends makes room."""
    async with running(replace(settings, max_connections=3)) as service:
        async with service.live("en") as reader, service.sse("en") as stream:
            await receive(reader)
            await stream.message()
            async with connected(service) as (_, idle), connected(service) as (incoming, _):
                assert await incoming.readline() == b"HTTP/1.1 503 Service Unavailable\r\n"
                assert b"Retry-After: " in await incoming.read()
                idle.write(b"G")
                assert (await service.get("/healthz")).status == 503
            while (await service.get("/healthz")).status != 200:
                pass
        assert 'refused_total{status="503"}' in (await service.get("/metrics")).body.decode()


@pytest.mark.parametrize("kind", ["silent", "websocket", "odd websocket", "stream", "request"])
async def test_too_many_from_one_address(settings: Settings, kind: str) -> None:
    """An address has its share whatever it does with it; others go on; what ends is given back."""
    asks = {
        "silent": b"",
        "websocket": LIVE + UPGRADE + b"\r\n",
        "odd websocket": LIVE + UPGRADE + b"Sec-WebSocket-Protocol: x\r\n\r\n",
        "stream": LIVE + b"\r\n",
        "request": OK,
    }
    async with running(replace(settings, max_per_address=2)) as service:
        async with connected(service, "127.0.0.9") as one, connected(service, "127.0.0.9") as two:
            for incoming, outgoing in (one, two):
                outgoing.write(asks[kind])
                if asks[kind]:
                    await incoming.readline()
            async with connected(service, "127.0.0.9") as (incoming, _):
                assert await incoming.readline() == b"HTTP/1.1 429 Too Many Requests\r\n"
            assert (await service.get("/healthz")).status == 200
        while True:
            async with connected(service, "127.0.0.9") as (incoming, outgoing):
                outgoing.write(OK)
                if b" 200 " in await incoming.readline():
                    break


async def test_a_trusted_proxy_is_known_on_an_ipv6_socket_too(settings: Settings) -> None:
    """Where one socket serves both protocols, an IPv4 network means the same addresses."""
    bounded = replace(settings, host="::", max_per_address=1, trusted_proxies="127.0.0.0/30")
    async with running(bounded) as service, connected(service), connected(service):
        assert (await service.get("/healthz")).status == 200


async def test_an_ipv6_network_is_one_client() -> None:
    """Whoever has a network of 64 bits has no more places than whoever has an address."""
    judge = limits.ConnectionLimits(0, 10, 1, "")
    came: list[asyncio.Transport] = []

    def enter(address: str) -> int:
        came.append(asyncio.Transport({"peername": (address, 1)}))
        return judge.enter(came[-1], 0)

    near = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
    assert [enter(address) for address in near] == [0, 429, 0]
    mapped = ["::ffff:192.0.2.1", "::ffff:192.0.2.2", "::ffff:192.0.2.1"]
    assert [enter(address) for address in mapped] == [0, 0, 429]
    for transport in came:
        judge.leave(transport)


async def test_a_trusted_proxy_stands_for_many(settings: Settings) -> None:
    """The share of an address doesn't hold for the proxies that all readers come through."""
    bounded = replace(settings, max_per_address=1, trusted_proxies="10.0.0.1, 127.0.0.0/30")
    async with running(bounded) as service, connected(service), connected(service):
        assert (await service.get("/healthz")).status == 200


async def test_a_stream_over_http_1_0(service: Running) -> None:
    """A reader that knows no chunks gets its events as they are, until the connection ends."""
    async with connected(service) as (incoming, outgoing):
        outgoing.write(LIVE.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Connection: keep-alive\r\n\r\n")
        head = (await incoming.readuntil(b"\r\n\r\n")).lower()
        assert b"chunked" not in head
        assert b"connection: close\r\n" in head
        assert (await incoming.readline()).startswith(b"retry: ")
        assert await incoming.readline() == b"\n"
        assert (await incoming.readline()).startswith(b"id: ")
        assert (await incoming.readline()).startswith(b'data: {"type":"hello"')
        await service.post("en", "Still there")
        assert b"Still there" in await incoming.readuntil(b"Still there")
        for seated in service.server._service.hub.readers:
            seated.close(CloseCode.SERVICE_RESTART)
        assert (await incoming.read()).endswith(b"\n\n")


async def test_nothing_is_chunked_over_http_1_0(service: Running) -> None:
    """Whatever is asked for over HTTP/1.0 comes whole, and the connection ends."""
    await service.post("en", "A line")
    for path in ("/en", "/v1/en/flashes", "/ticker.js", "/static/tokens.css", "/v1/en/log", "/xx"):
        for method in ("GET", "HEAD"):
            async with connected(service) as (incoming, outgoing):
                proof = f"Authorization: Bearer {service.token}"
                outgoing.write(f"{method} {path} HTTP/1.0\r\n{proof}\r\n\r\n".encode())
                head, _, body = (await incoming.read()).partition(b"\r\n\r\n")
                assert b"chunked" not in head.lower()
                assert bool(body) is (method == "GET")
