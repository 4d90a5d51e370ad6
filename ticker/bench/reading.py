"""What a reader of the swarm makes of its bytes: messages out of each transport's framing."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ticker.bench.errors import BenchError

if TYPE_CHECKING:
    import re

_HEAD_END: Final = b"\r\n\r\n"
_EVENT_END: Final = b"\n\n\r\n"  # of an event, then of its chunk
_LENGTH_16: Final = 126
_LENGTH_64: Final = 127
_COMPRESSED: Final = 0x40
_CONTROL: Final = 0x08
_PING: Final = 0x09
_PONG: Final = b"\x8a\x80\0\0\0\0"
_HELLO: Final = b'"type":"hello"'

WEBSOCKET: Final = "websocket"
DEFLATE: Final = "websocket-deflate"
SSE: Final = "sse"
TRANSPORTS: Final = (WEBSOCKET, DEFLATE, SSE)


def request(host: str, path: str, transport: str) -> bytes:
    """What a reader says first, and last."""
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
    if transport == SSE:
        return f"{head}Accept: text/event-stream\r\n\r\n".encode()
    head += (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    if transport == DEFLATE:
        head += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    return f"{head}\r\n".encode()


class Reader:
    """One connection.

    Attributes:
        fd: Its socket.
        ready: Whether it has had its hello.
        rest: Bytes of a message that is not complete.
        last: Number of the last line; None: it has seen none.
        inflate: Its own decompressor, where the server's window goes on from message to message.
    """

    __slots__ = ("fd", "inflate", "last", "ready", "rest", "upgraded")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.ready = False
        self.upgraded = False
        self.rest = b""
        self.last: int | None = None
        self.inflate: zlib._Decompress | None = None


class Reading:
    """Finds the numbers of lines in what readers receive.

    Most readers receive equal bytes, so what was found once is looked up.

    Args:
        transport: How the messages come.
        greets: Whether the server begins with a hello.
        pattern: Finds the numbers in a message.

    Attributes:
        pongs: What is to be sent to the reader just taken.
        message_bytes: Size of the last message that came alone, with its frame.
    """

    def __init__(self, transport: str, greets: bool, pattern: re.Pattern[bytes]) -> None:
        self._events = transport == SSE
        self._greets = greets
        self._pattern = pattern
        self._known: dict[bytes, tuple[int, ...]] = {}
        self.pongs = b""
        self.message_bytes = 0

    def take(self, reader: Reader, data: bytes) -> tuple[int, ...]:
        """The numbers of the lines that these bytes complete, in order."""
        whole = not reader.rest and reader.inflate is None
        if whole and (known := self._known.get(data)) is not None:
            return known
        numbers = tuple(self._numbers(b"\n".join(self._messages(reader, data))))
        if whole and not reader.rest and not self.pongs:
            if len(self._known) > 10_000:  # noqa: PLR2004 - a bound, whatever comes
                self._known.clear()
            self._known[data] = numbers
            if len(numbers) == 1:
                self.message_bytes = len(data)
        return numbers

    def greet(self, reader: Reader, data: bytes) -> tuple[int, ...]:
        """Take the head of the response, and the hello if there is one; lines that follow it.

        Raises:
            BenchError: The server refused the reader.
        """
        if not reader.upgraded:
            data, reader.rest = reader.rest + data, b""
            head, end, data = data.partition(_HEAD_END)
            if not end:
                reader.rest = head
                return ()
            self._check(reader, head)
            reader.upgraded = True
        if not self._greets:
            reader.ready = True
            return ()
        messages = self._messages(reader, data)
        for place, message in enumerate(messages, 1):
            if _HELLO in message:
                reader.ready = True
                reader.last = max(self._numbers(message), default=None)
                return tuple(self._numbers(b"\n".join(messages[place:])))
        return ()

    def _check(self, reader: Reader, head: bytes) -> None:
        status, _, fields = head.lower().partition(b"\r\n")
        if not status.startswith((b"http/1.1 101", b"http/1.1 200")):
            raise BenchError(f"a reader was refused: {status.decode('latin-1')}")
        if b"permessage-deflate" in fields and b"server_no_context_takeover" not in fields:
            reader.inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def _numbers(self, message: bytes) -> map[int]:
        return map(int, self._pattern.findall(message))

    def _messages(self, reader: Reader, data: bytes) -> list[bytes]:
        self.pongs = b""
        if reader.rest:
            data = reader.rest + data
        if not self._events:
            return self._frames(reader, data)
        end = data.rfind(_EVENT_END) + 1
        end += len(_EVENT_END) - 1 if end else 0
        reader.rest = data[end:]
        return data[:end].split(_EVENT_END)

    def _frames(self, reader: Reader, data: bytes) -> list[bytes]:
        """The payloads of WebSocket text frames; a server masks nothing."""
        found = []
        at, size = 0, len(data)
        while size - at >= 2:  # noqa: PLR2004 - the bytes that every frame has
            first, length, head = data[at], data[at + 1], 2
            if length >= _LENGTH_16:
                head = 4 if length == _LENGTH_16 else 10
                if size - at < head:
                    break
                length = int.from_bytes(data[at + 2 : at + head], "big")
            end = at + head + length
            if end > size:
                break
            if not first & _CONTROL:
                found.append(_plain(reader, first, data[at + head : end]))
            elif first & 0x0F == _PING:
                self.pongs += _PONG
            at = end
        reader.rest = data[at:]
        return found


def _plain(reader: Reader, first: int, payload: bytes) -> bytes:
    if not first & _COMPRESSED:
        return payload
    inflate = reader.inflate or zlib.decompressobj(-zlib.MAX_WBITS)
    return inflate.decompress(payload + b"\0\0\xff\xff")
