"""A reader's Server-Sent Events (HTML, 9.2), where something on the way takes WebSockets away."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from http import HTTPStatus
from http.client import parse_headers
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

_PIECE: Final = 1 << 16
_STATUS: Final = slice(len(b"HTTP/1.1 "), len(b"HTTP/1.1 200"))


class Handshake(ClientConnection):
    """A WebSocket handshake that is over as soon as it is answered by a page or a stream.

    Args:
        answered: Called then; the library would wait for the end of a stream that has none.
    """

    def __init__(self, answered: Callable[[], None], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._answered = answered
        self._begin = b""

    def data_received(self, data: bytes) -> None:
        """Look at the status of the answer."""
        if len(self._begin) < _STATUS.stop:
            self._begin += data[: _STATUS.stop - len(self._begin)]
            if self._begin[_STATUS] == b"200":
                self._answered()
                self.transport.abort()
                return
        super().data_received(data)


class RefusedError(Exception):
    """The stream was refused.

    Attributes:
        status: HTTP status.
        retry_after: `Retry-After` header, or nothing.
        body: Of the answer.
    """

    def __init__(self, status: int, retry_after: str, body: bytes) -> None:
        super().__init__(str(status))
        self.status = status
        self.retry_after = retry_after
        self.body = body


async def events(url: str, silence: Callable[[], float]) -> AsyncGenerator[dict[str, Any]]:
    """What a stream brings, message by message, until it ends.

    Args:
        url: The live URL, with its query.
        silence: Seconds without a word after which the stream is taken for dead.

    Raises:
        RefusedError: It is not answered with 200.
        OSError, TimeoutError, ValueError: The connection failed, broke or made no sense.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    async with asyncio.timeout(silence()):
        incoming, outgoing = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if tls else 80), ssl=tls or None
        )
    try:
        outgoing.write(
            f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Accept: text/event-stream\r\nConnection: close\r\n\r\n".encode()
        )
        async with asyncio.timeout(silence()):
            read = await _body_of(incoming)
        text = b""
        while True:
            async with asyncio.timeout(silence()):
                piece = await read()
            if not piece:
                return
            *lines, text = (text + piece).split(b"\n")
            for line in lines:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))
    finally:
        outgoing.close()


async def _body_of(incoming: asyncio.StreamReader) -> Callable[[], Awaitable[bytes]]:
    """What reads the next piece of a good answer's body; nothing is its end."""
    try:
        head = await incoming.readuntil(b"\r\n\r\n")
    except (EOFError, asyncio.LimitOverrunError):
        raise ConnectionError("there came no answer of HTTP") from None
    first, _, fields = head.partition(b"\r\n")
    status, headers = int(first[_STATUS]), parse_headers(BytesIO(fields))
    is_chunked = headers.get("Transfer-Encoding", "").lower() == "chunked"
    read = partial(_chunk if is_chunked else _piece, incoming)
    if status != HTTPStatus.OK:
        raise RefusedError(status, headers.get("Retry-After", ""), await read())
    return read


async def _piece(incoming: asyncio.StreamReader) -> bytes:
    return await incoming.read(_PIECE)


async def _chunk(incoming: asyncio.StreamReader) -> bytes:
    """A chunk (RFC 9112 §7.1); a stream that breaks off ends as one that ends."""
    try:
        size = int((await incoming.readline()).partition(b";")[0] or b"0", 16)
        return (await incoming.readexactly(size + 2))[:size] if size else b""
    except EOFError:
        return b""
