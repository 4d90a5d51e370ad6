"""The fast path on raw sockets: RFC 6455 to the letter, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import struct
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from httptools import HttpRequestParser
from websockets.server import ServerProtocol

from tests.protocol.test_rfc6455 import masked, read_as_client
from tests.support.service import Running, receive, running
from ticker.hub.sockets import DeflatedReader, EventStreamReader, SocketReader, WebSocketReader
from ticker.server.fast_path import FastPath
from ticker.server.http import BoundedHttp
from ticker.server.websocket import BoundedWebSocket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.settings import Settings

HANDSHAKE = (
    "GET /v1/en/live{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


class Raw:
    """A WebSocket reader made of bytes."""

    def __init__(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self.incoming = incoming
        self.outgoing = outgoing
        self.head = b""

    async def frame(self) -> tuple[int, bytes]:
        """First byte and payload of the next frame."""
        first, size = await self.incoming.readexactly(2)
        assert not size & 0x80, "servers do not mask"
        if size == 126:
            (size,) = struct.unpack("!H", await self.incoming.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self.incoming.readexactly(8))
        return first, await self.incoming.readexactly(size)

    async def closed_with(self) -> int:
        """The code of the close frame, which must be the last thing before the end."""
        while True:
            first, payload = await self.frame()
            if first == 0x88:
                break
        self.outgoing.write(masked(0x88, payload[:2]))
        assert await self.incoming.read() == b""
        return int.from_bytes(payload[:2], "big")


@asynccontextmanager
async def raw(service: Running, query: str = "", more: str = "") -> AsyncIterator[Raw]:
    """A connected reader that has its 101 and its hello."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    reader = Raw(incoming, outgoing)
    outgoing.write(HANDSHAKE.format(query=query, more=more).encode())
    try:
        reader.head = await incoming.readuntil(b"\r\n\r\n")
        assert reader.head.startswith(b"HTTP/1.1 101 ")
        _, hello = await reader.frame()
        if b"permessage" not in reader.head:
            assert json.loads(hello)["type"] == "hello"
        yield reader
    finally:
        outgoing.close()


def fast_readers(service: Running) -> list[SocketReader]:
    connections: set[object] = {*service.server.server_state.connections}
    return [item for item in connections if isinstance(item, SocketReader)]


async def all_gone(service: Running) -> None:
    """Wait until the server has seen every reader off."""
    while fast_readers(service):
        await service.get("/healthz")


async def test_a_browser_is_answered_on_the_fast_path(service: Running) -> None:
    """A plain WebSocket reader ends up as a socket reader, and its accept key is right."""
    async with raw(service) as reader:
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in reader.head
        assert [type(item) for item in fast_readers(service)] == [WebSocketReader]


async def test_an_event_stream_is_answered_on_the_fast_path(service: Running) -> None:
    """A plain EventSource ends up as a socket reader, with the headers of any answer of ours."""
    async with service.sse("en", Origin="https://elsewhere.example") as reader:
        await reader.message()
        assert [type(item) for item in fast_readers(service)] == [EventStreamReader]
    head = reader.head.decode().lower()
    for line in (
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
        "access-control-allow-origin: *",
        "x-content-type-options: nosniff",
        "transfer-encoding: chunked",
        "date: ",
    ):
        assert line in head


async def test_deflate_is_negotiated_and_shared(service: Running) -> None:
    """A browser that offers compression gets compressed lines, each readable on its own (P8)."""
    async with raw(
        service, more="Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    ) as reader:
        assert b"server_no_context_takeover; client_no_context_takeover" in reader.head
        assert [type(item) for item in fast_readers(service)] == [DeflatedReader]
        for number in range(3):
            await service.post("en", f"A line long enough to be worth it, number {number}")
            first, payload = await reader.frame()
            assert first == 0xC1
            frame = read_as_client(
                bytes((first, 126)) + len(payload).to_bytes(2, "big") + payload, deflate=True
            )
            assert json.loads(bytes(frame.data))["flash"]["headline"].endswith(f"number {number}")


async def test_a_handshake_cut_at_every_byte(service: Running) -> None:
    """A handshake that comes in two pieces, wherever it is cut, is the same handshake."""
    whole = HANDSHAKE.format(query="", more="").encode()
    for cut in range(1, len(whole)):
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
        outgoing.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        outgoing.write(whole[:cut])
        await outgoing.drain()
        await asyncio.sleep(0)
        outgoing.write(whole[cut:])
        assert (await incoming.readline()).startswith(b"HTTP/1.1 101 ")
        outgoing.close()


async def test_a_ping_cut_at_every_byte_is_answered(service: Running) -> None:
    """However a ping is cut up by the network, it is answered with its own payload."""
    async with raw(service) as reader:
        for cut in range(1, 15):
            ping = masked(0x89, b"payload%02d" % cut)
            reader.outgoing.write(ping[:cut])
            await reader.outgoing.drain()
            await asyncio.sleep(0)
            reader.outgoing.write(ping[cut:])
            assert await reader.frame() == (0x8A, b"payload%02d" % cut)


async def test_pings_in_one_segment_are_each_answered_in_order(service: Running) -> None:
    """Several control frames in one packet are all answered; a pong is none of our business."""
    async with raw(service) as reader:
        reader.outgoing.write(masked(0x89, b"1") + masked(0x8A, b"?") + masked(0x89, b"2"))
        assert await reader.frame() == (0x8A, b"1")
        assert await reader.frame() == (0x8A, b"2")


async def test_a_ping_sent_with_the_handshake_is_answered(service: Running) -> None:
    """A reader that cannot wait for the 101 loses nothing of what it said."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(HANDSHAKE.format(query="", more="").encode() + masked(0x89, b"early"))
    reader = Raw(incoming, outgoing)
    await incoming.readuntil(b"\r\n\r\n")
    await reader.frame()
    assert await reader.frame() == (0x8A, b"early")
    outgoing.close()


@pytest.mark.parametrize(
    "payload", [b"", b"\x03\xe8", b"\x0f\xa1bye"], ids=["none", "1000", "4001"]
)
async def test_the_close_handshake(service: Running, payload: bytes) -> None:
    """A reader that says goodbye hears it back and the connection ends; the hub forgets it."""
    async with raw(service) as reader:
        reader.outgoing.write(masked(0x88, payload))
        first, answer = await reader.frame()
        assert first == 0x88
        assert answer == (payload[:2] or b"\x03\xe8")
        assert await reader.incoming.read() == b""
    await all_gone(service)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked(0x81, b"hello"), 1008),
        (masked(0x01, b"fragment") + masked(0x89, b"in between") + masked(0x80, b"end"), 1008),
        (masked(0x81, b"", 2**40), 1009),
        (masked(0x89, b"x" * 126), 1002),
        (masked(0x09, b"fragmented"), 1002),
        (masked(0x80, b"of nothing"), 1002),
        (masked(0xC1, b"not agreed"), 1002),
        (b"\x81\x02hi", 1002),
        (masked(0x88, b"\x03\xed"), 1002),
        (masked(0x88, b"\x03\xe8\xff"), 1007),
    ],
    ids=[
        "text", "fragments", "oversized", "long ping", "fragmented ping", "continuation", "rsv1",
        "unmasked", "close 1005", "close not utf-8",
    ],
)  # fmt: skip
async def test_what_a_reader_must_not_send(service: Running, sent: bytes, code: int) -> None:
    """A reader that sends data or breaks the protocol is closed with the code that says why (P9)."""
    async with raw(service) as reader:
        reader.outgoing.write(sent)
        assert await reader.closed_with() == code


async def test_what_follows_a_fault_is_not_answered(service: Running) -> None:
    """After its goodbye the server says nothing more, whatever the reader goes on sending."""
    async with raw(service) as reader:
        reader.outgoing.write(masked(0x81, b"data") + masked(0x89, b"ping") * 50)
        await service.post("en", "A line that must not come after the goodbye")
        assert await reader.closed_with() == 1008


async def test_a_half_closed_peer_is_let_go(service: Running) -> None:
    """A reader that shuts its sending side without a goodbye is disconnected and forgotten."""
    async with raw(service) as reader:
        reader.outgoing.write_eof()
        assert await reader.incoming.read() == b""
    await all_gone(service)


@pytest.mark.parametrize(
    "change",
    [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "not a key"),
        ("Upgrade: websocket", "Upgrade: h2c"),
    ],
    ids=["version", "key", "protocol"],
)
async def test_an_odd_handshake_goes_the_ordinary_way(
    service: Running, change: tuple[str, str]
) -> None:
    """A handshake that is not plain is judged by the server's own WebSocket code, not let in."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    text = HANDSHAKE.format(query="", more="").replace(*change)
    outgoing.write(text.replace("Connection: Upgrade", "Connection: Upgrade, close").encode())
    line = await incoming.readline()
    assert b" 101 " not in line
    outgoing.close()


async def test_a_subprotocol_is_left_to_the_ordinary_way(service: Running) -> None:
    """A reader that asks for a subprotocol is served, without it, by the portable path."""
    async with service.live("en", subprotocols=["x"]) as reader:
        assert (await receive(reader))["type"] == "hello"
        assert reader.subprotocol is None
        await all_gone(service)


async def test_a_stream_after_another_request_on_one_connection(service: Running) -> None:
    """A browser that reuses a kept-alive connection for its stream gets the stream."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await incoming.readuntil(b"\r\n\r\n")
    await incoming.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r")[0]))
    outgoing.write(b"GET /v1/en/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"text/event-stream" in await incoming.readuntil(b"\r\n\r\n")
    outgoing.close()


async def test_pipelined_requests_keep_their_order(service: Running) -> None:
    """A stream asked for behind another request comes after that one's answer."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(
        b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/en/live HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    assert b"application/json" in await incoming.readuntil(b"\r\n\r\n")
    assert b"text/event-stream" in await incoming.readuntil(b"\r\n\r\n")
    outgoing.close()


async def test_a_reader_that_takes_nothing_is_closed_and_the_others_miss_nothing(
    settings: Settings,
) -> None:
    """A stuck screen is closed with 4008 and costs the others not one line."""
    async with running(replace(settings, reader_buffer=64 * 1024, posts_burst=5000)) as service:
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(stuck, ("127.0.0.1", service.port))
        await loop.sock_sendall(stuck, HANDSHAKE.format(query="", more="").encode())
        async with service.live("en") as reader:
            await receive(reader)
            posted = 0
            while not _closed(service):
                await service.post("en", "x" * 280, tags=[f"{n:064d}" for n in range(20)])
                posted += 1
            for number in range(posted):
                assert (await receive(reader))["cursor"].startswith(f"{number + 1}.")
        data = b""
        while not data.endswith((4008).to_bytes(2, "big") + b"too_slow"):
            chunk = await loop.sock_recv(stuck, 65536)
            assert chunk, "the connection ended without a goodbye"
            data += chunk
        stuck.close()


def _closed(service: Running) -> bool:
    return any(reader.subscription is None for reader in fast_readers(service))


@pytest.mark.parametrize("more", ["", "Sec-WebSocket-Protocol: none\r\n"])
async def test_nothing_is_left_of_readers_that_are_gone(service: Running, more: str) -> None:
    """Readers that come and go leave no object behind, without the garbage collector's help.

    Also those whom ASGI serves, since their handshake is not a plain one.
    """
    async with raw(service, more=more):
        pass
    await nobody_left(service)
    gc.collect()
    gc.disable()
    try:
        before = _live_objects()
        for _ in range(30):
            async with raw(service, more=more) as reader:
                reader.outgoing.write(masked(0x88, b""))
                await reader.incoming.read()
            async with raw(service, more=more) as reader:
                reader.outgoing.transport.abort()
            async with service.sse("en") as stream:
                await stream.message()
        await nobody_left(service)
        assert _live_objects() == before
    finally:
        gc.enable()


async def nobody_left(service: Running) -> None:
    """Wait until nobody is connected and nothing runs for anybody."""
    state = service.server.server_state
    while state.connections or state.tasks:
        await service.get("/healthz")


def _live_objects() -> Counter[str]:
    """How many there are of what makes up a connection."""
    kinds = (
        SocketReader,
        FastPath,
        BoundedHttp,
        BoundedWebSocket,
        ServerProtocol,
        HttpRequestParser,
    )
    return Counter(type(item).__name__ for item in gc.get_objects() if isinstance(item, kinds))
