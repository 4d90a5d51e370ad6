"""WebSocket on raw sockets, on each path: the corner cases of RFC 6455, and peers that abuse it."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from tests.hub.test_sockets import HANDSHAKE, Raw, raw
from tests.protocol.test_rfc6455 import masked
from tests.server.test_http_wire import connected, refusal
from tests.support.desk import hire, log_in
from tests.support.process import PATIENCE
from ticker.hub.sockets import DeflatedReader, WebSocketReader
from ticker.protocol.frames import CloseCode
from ticker.server.websocket import BoundedWebSocket

if TYPE_CHECKING:
    from tests.support.service import Running

PATHS = {
    "fast": ("", WebSocketReader),
    "deflated": ("Sec-WebSocket-Extensions: permessage-deflate\r\n", DeflatedReader),
    "ordinary": ("Sec-WebSocket-Protocol: x\r\n", BoundedWebSocket),
}
PING, PONG, CLOSE, TEXT, BINARY = 0x89, 0x8A, 0x88, 0x81, 0x82


def close(code: int, reason: bytes = b"") -> bytes:
    return masked(CLOSE, code.to_bytes(2, "big") + reason)


# What is sent, and the code of the close frame that answers it.
CORNERS = {
    "text": (masked(TEXT, b"hello"), 1008),
    "empty text": (masked(TEXT, b""), 1008),
    "binary": (masked(BINARY, b"\0"), 1008),
    "not UTF-8": (masked(TEXT, b"\xff"), 1008),
    "a first fragment": (masked(0x01, b"he"), 1008),
    "20,000 empty fragments": (masked(0x01, b"") + masked(0x00, b"") * 20_000, 1008),
    "a message that never ends": (masked(0x02, b"x" * 4096) * 20, 1008),
    "a fragment of nothing": (masked(0x00, b"x"), 1002),
    "a last fragment of nothing": (masked(0x80, b"x"), 1002),
    "4096 bytes": (masked(TEXT, b"x" * 4096), 1008),
    "4097 bytes": (masked(TEXT, b"", 4097), 1009),
    "64 KiB": (masked(TEXT, b"", 65_536), 1009),
    "2^62 bytes": (masked(BINARY, b"", 2**62), 1009),
    "a length with its top bit": (masked(BINARY, b"", 2**63), 1002),
    "all bits of a length": (masked(BINARY, b"", 2**64 - 1), 1002),
    "unmasked text": (b"\x81\x02hi", 1002),
    "unmasked ping": (b"\x89\x00", 1002),
    "unmasked close": (b"\x88\x02\x03\xe8", 1002),
    "RSV2": (masked(0xA1, b"x"), 1002),
    "RSV3": (masked(0x91, b"x"), 1002),
    "all RSV": (masked(0xF1, b"x"), 1002),
    "RSV1 on a ping": (masked(0xC9, b"x"), 1002),
    "RSV2 on a close": (masked(0xA8, b"\x03\xe8"), 1002),
    **{f"opcode {code:x}": (masked(0x80 | code, b""), 1002) for code in (*range(3, 8), *range(11, 16))},
    "a ping of 126 bytes": (masked(PING, b"x" * 126), 1002),
    "a close of 126 bytes": (close(1000, b"x" * 124), 1002),
    "a ping of 2^62 bytes": (masked(PING, b"", 2**62), 1002),
    "a fragmented ping": (masked(0x09, b"x"), 1002),
    "a fragmented close": (masked(0x08, b"\x03\xe8"), 1002),
    "a close of one byte": (masked(CLOSE, b"\x03"), 1002),
    **{f"close {code}": (close(code), 1002)
       for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)},
    "a close reason that is not UTF-8": (close(1000, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80"), 1007),
    "a close reason cut in a letter": (close(1000, b"\xe2\x82"), 1007),
    **{f"close {code}": (close(code, b"bye"), code)
       for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 4999)},
    "a reason of 123 bytes": (close(1000, b"x" * 123), 1000),
    "text after a close": (close(1000) + masked(TEXT, b"x"), 1000),
    "a second close": (close(1001) + close(1000), 1001),
    "a close after a ping": (masked(PING, b"") + close(1000), 1000),
    "a flood of pings": (masked(PING, b"x" * 125) * 5000, 1008),
    "a flood of empty pings": (masked(PING, b"") * 5000, 1008),
    "a flood of goodbyes": (close(1000) * 2000, 1000),
    "a flood of pongs": (masked(PONG, b"") * 5000, 1008),
}  # fmt: skip


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def closed_with(reader: Raw) -> int | str:
    """The code of the close frame; pongs and lines before it are passed over."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.closed_with()
    except (EOFError, TimeoutError, ConnectionError) as error:
        return type(error).__name__


async def test_the_path_is_the_one_that_is_meant(service: Running, path: str) -> None:
    """Each row of this file is tried on the code that serves such a reader."""
    more, kind = PATHS[path]
    async with raw(service, more=more):
        connections: set[object] = {*service.server.server_state.connections}
        assert [type(item) for item in connections] == [kind]


async def test_corner_cases(service: Running, path: str) -> None:
    """A peer that breaks RFC 6455 or talks is closed with the code that says why, at its first fault."""

    async def end_of(sent: bytes) -> int | str:
        async with raw(service, more=PATHS[path][0]) as reader:
            reader.outgoing.write(sent)
            return await closed_with(reader)

    ends = await asyncio.gather(*(end_of(sent) for sent, _ in CORNERS.values()))
    found = dict(zip(CORNERS, ends, strict=True))
    assert found == {name: code for name, (_, code) in CORNERS.items()}
    assert not service.server.server_state.connections


@pytest.mark.parametrize(("size", "prefix"), [(0, ""), (4097, "Too big. ")])
async def test_who_sends_data_is_told_what_to_do(
    service: Running, path: str, size: int, prefix: str
) -> None:
    """A program that keeps its connection alive by a text "ping" reads what to do instead (P9)."""
    async with raw(service, more=PATHS[path][0]) as reader:
        reader.outgoing.write(masked(TEXT, b"", size) if size else masked(TEXT, b"ping"))
        first, payload = await reader.frame()
        assert first == CLOSE
        assert b"send a ping frame, not a text" in payload
        assert len(payload) <= 125
        assert payload[2:].decode() == prefix + CloseCode.POLICY_VIOLATION.reason


async def test_one_byte_at_a_time(service: Running, path: str) -> None:
    """A ping and a goodbye that come byte by byte are understood."""
    async with raw(service, more=PATHS[path][0]) as reader:
        link = reader.outgoing.get_extra_info("socket")
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in masked(PING, b"payload" * 17) + close(4001):
            reader.outgoing.write(bytes([byte]))
            await asyncio.sleep(0)
        assert await reader.frame() == (PONG, b"payload" * 17)
        assert await closed_with(reader) == 4001


async def test_trickling_is_talking(service: Running, path: str) -> None:
    """A peer that sends its frames in single bytes has less to say than one that doesn't."""
    async with raw(service, more=PATHS[path][0]) as reader:
        answer = asyncio.create_task(reader.frame())
        while not answer.done():
            for byte in masked(PONG, b""):
                reader.outgoing.write(bytes([byte]))
                await asyncio.sleep(0)
        assert answer.result()[1][:2] == (1008).to_bytes(2, "big")


async def test_a_polite_client_may_ping(service: Running, path: str) -> None:
    """Fifty pings at once are answered, each with its own payload and in order."""
    async with raw(service, more=PATHS[path][0]) as reader:
        for number in range(50):
            reader.outgoing.write(masked(PING, b"%d" % number))
        for number in range(50):
            assert await reader.frame() == (PONG, b"%d" % number)


async def test_closes_that_cross(service: Running, path: str) -> None:
    """When both sides say goodbye at once each hears the other's, and the connection ends."""
    async with raw(service, more=PATHS[path][0]) as reader:
        for seated in service.server._service.hub.readers:
            seated.close(CloseCode.SERVICE_RESTART)
        reader.outgoing.write(close(1001))
        first, payload = await reader.frame()
        assert (first, payload[:2]) in {(CLOSE, b"\x03\xf4"), (CLOSE, b"\x03\xe9")}
        assert await reader.incoming.read() == b""


async def test_a_flooded_service_goes_on(service: Running, path: str) -> None:
    """While one peer floods, another gets its lines."""
    async with raw(service) as calm, raw(service, more=PATHS[path][0]) as loud:
        loud.outgoing.write(masked(PING, b"x" * 125) * 20_000)
        await service.post("en", "Calm")
        assert b"Calm" in (await calm.frame())[1]
        assert await closed_with(loud) == 1008


HANDSHAKES = {
    "no key": ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400),
    "two keys": ("\r\n\r\n", "\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", 400),
    "a short key": ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", 400),
    "a key that is no base64": ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!==", 400),
    "version 8": ("Version: 13", "Version: 8", 426),
    "version 0": ("Version: 13", "Version: 0", 426),
    "no version": ("Sec-WebSocket-Version: 13\r\n", "", 426),
    "two versions": ("Version: 13\r\n", "Version: 13\r\nSec-WebSocket-Version: 8\r\n", 426),
    "HTTP/1.0": ("HTTP/1.1", "HTTP/1.0", 200),
    "another protocol": ("Upgrade: websocket", "Upgrade: h2c", 200),
    "no connection": ("Connection: Upgrade", "Connection: keep-alive", 200),
    "POST": ("GET", "POST", 405),
    "PUT": ("GET", "PUT", 405),
    "a bad filter": ("/live", "/live?urgency=x", 422),
    "no such edition": ("/en/", "/xx/", 404),
    "no such URL": ("/v1/en/live", "/v1/en/nothing", 404),
    "a slash too many": ("/v1/en/live", "/v1/en/live/", 404),
    "a bad target": ("/v1/en/live", "http://[", 400),
    "a folded field": ("Version: 13", "Version:\r\n 13", 400),
    "two hosts": ("Host: 127.0.0.1\r\n", "Host: 127.0.0.1\r\nHost: evil.example\r\n", 400),
    "no host": ("Host: 127.0.0.1\r\n", "", 400),
}  # fmt: skip


async def test_odd_handshakes(service: Running) -> None:
    """A handshake that is malformed, or no WebSocket's, is answered with the status that says why."""
    found = {}
    for name, (old, new, _) in HANDSHAKES.items():
        async with connected(service) as (incoming, outgoing):
            text = HANDSHAKE.format(query="", more="").replace(old, new, 1)
            outgoing.write(text.encode())
            head = await incoming.readuntil(b"\r\n\r\n")
            found[name] = int(head.split(b" ")[1])
            if found[name] == 426:
                assert b"sec-websocket-version: 13\r\n" in head.lower()
            if found[name] in {403, 404, 422}:
                assert b"content-type: application/problem+json\r\n" in head.lower()
                assert b"x-content-type-options: nosniff\r\n" in head.lower()
    assert found == {name: status for name, (_, _, status) in HANDSHAKES.items()}
    assert (await service.get("/healthz")).status == 200


async def test_frames_before_the_answer(service: Running) -> None:
    """A peer that can't wait for the answer to its handshake gets no answer in front of it."""
    async with connected(service) as (incoming, outgoing):
        text = HANDSHAKE.format(query="", more=PATHS["ordinary"][0])
        outgoing.write(text.encode())
        outgoing.write(masked(PING, b"early"))
        assert (await incoming.readline()).startswith(b"HTTP/1.1 101 ")


async def test_a_desk_is_bounded_too(service: Running) -> None:
    """A handshake of the desk without a session is refused before any frame is read."""
    async with connected(service) as (incoming, outgoing):
        text = HANDSHAKE.format(query="", more="").replace("/v1/en/live", "/desk/en/live")
        outgoing.write(text.encode() + masked(TEXT, b"x" * 4000))
        assert await refusal(incoming) == 401


DESK_CORNERS = ("text", "a first fragment", "2^62 bytes", "unmasked text", "RSV2", "opcode 3",
                "a fragmented ping", "close 1005", "close 1000", "a flood of pings")  # fmt: skip


async def test_the_desks_socket(service: Running) -> None:
    """An editor's desk is held to the same rules as a reader."""
    await hire(service, "amal")
    editor = await log_in(service, "amal")
    cookie = f"Cookie: {editor.cookie}\r\n"
    for name in DESK_CORNERS:
        sent, code = CORNERS[name]
        async with connected(service) as (incoming, outgoing):
            text = HANDSHAKE.format(query="", more=cookie).replace("/v1/en/live", "/desk/en/live")
            outgoing.write(text.encode())
            assert (await incoming.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            outgoing.write(sent)
            assert (name, await closed_with(Raw(incoming, outgoing))) == (name, code)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1.evil.example",
        "http://evil.example/127.0.0.1",
        "http://127.0.0.1:1",
        "http://127.0.0.1@evil.example",
        "127.0.0.1",
        "https://127.0.0.1",
    ],
)
async def test_other_sites_cannot_open_a_desk(service: Running, origin: str) -> None:
    """A page of another site gets no desk, though the browser sends the editor's cookie with it."""
    await hire(service, "amal")
    editor = await log_in(service, "amal")
    async with connected(service) as (incoming, outgoing):
        more = f"Cookie: {editor.cookie}\r\nOrigin: {origin}\r\nX-Forwarded-Proto: http\r\n"
        text = HANDSHAKE.format(query="", more=more).replace("/v1/en/live", "/desk/en/live")
        outgoing.write(text.encode())
        assert await refusal(incoming) == 403
