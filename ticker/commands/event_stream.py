"""A reader's Server-Sent Events (HTML, 9.2), where something on the way takes WebSockets away."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from http.client import parse_headers
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

_LINE_MAX: Final = 1 << 26  # a board is one line
_BODY_MAX: Final = 1 << 16
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
            parts.hostname, parts.port or (443 if tls else 80), ssl=tls or None, limit=_LINE_MAX
        )
    try:
        # By HTTP/1.0, which knows no chunks.
        outgoing.write(
            f"GET {parts.path}?{parts.query} HTTP/1.0\r\nHost: {parts.netloc}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        async with asyncio.timeout(silence()):
            await _expect_ok(incoming)
        while True:
            async with asyncio.timeout(silence()):
                line = await incoming.readline()
            if not line:
                return
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))
    finally:
        outgoing.close()


async def _expect_ok(incoming: asyncio.StreamReader) -> None:
    try:
        head = await incoming.readuntil(b"\r\n\r\n")
    except EOFError:
        raise ConnectionError("the connection ended without an answer") from None
    first, _, fields = head.partition(b"\r\n")
    status = int(first[_STATUS])
    if status != HTTPStatus.OK:
        retry_after = parse_headers(BytesIO(fields)).get("Retry-After", "")
        raise RefusedError(status, retry_after, await incoming.read(_BODY_MAX))
