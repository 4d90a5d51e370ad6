"""The two ways of a live URL: WebSocket (RFC 6455) and Server-Sent Events (HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ticker.client.errors import FollowError, problem
from ticker.client.exchange import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ticker.client.exchange import Connections, Response

_STATUS: Final = slice(len(b"HTTP/1.1 "), len(b"HTTP/1.1 200"))
_CLOSE_SECONDS: Final = 1.0
_STOP_CODES: Final = frozenset({1008, *range(4400, 4800)})


class NoWebSocketError(Exception):
    """Something on the way answered such a request as any other."""


class BrokenError(Exception):
    """A connection could not be made, or broke in a way that is worth to be told."""


class _Handshake(ClientConnection):
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


async def websocket(
    connections: Connections, path: str, silence: Callable[[], float]
) -> AsyncGenerator[dict[str, Any]]:
    """The messages of a WebSocket, until it breaks.

    Args:
        connections: To the service.
        path: Of the live URL, with its query.
        silence: Seconds without a word after which the connection is taken for dead.

    Raises:
        ProblemError: It was refused.
        FollowError: It was closed for good.
        NoWebSocketError: There is no way for one.
        BrokenError: It came to nothing.
    """
    answered = asyncio.Event()
    options: dict[str, Any] = {"ssl": connections.context} if connections.context else {}
    connecting = connect(
        connections.url.replace("http", "ws", 1) + path,
        proxy=None,
        max_size=None,
        close_timeout=_CLOSE_SECONDS,
        create_connection=cast("type[ClientConnection]", partial(_Handshake, answered.set)),
        **options,
    )
    try:
        async with connecting as socket:
            while True:
                async with asyncio.timeout(silence()):
                    message = await socket.recv()
                yield json.loads(message)
    except InvalidStatus as refusal:
        answer = refusal.response
        after = answer.headers.get("Retry-After", "")
        raise problem(answer.status_code, "", bytes(answer.body), after) from None
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code in _STOP_CODES:
            raise FollowError(f"closed with {closed.rcvd.code} {closed.rcvd.reason}") from None
    except (OSError, InvalidHandshake, ValueError) as error:
        if answered.is_set():
            raise NoWebSocketError from None
        raise BrokenError(str(error) or type(error).__name__) from None


async def stream(
    connections: Connections, path: str, silence: Callable[[], float]
) -> AsyncGenerator[dict[str, Any]]:
    """The messages of a stream of events, until it ends; as `websocket`.

    Raises:
        ProblemError: It was refused.
        BrokenError: It came to nothing.
    """
    async with AsyncExitStack() as open_until_then:
        try:
            async with asyncio.timeout(silence()):
                asked = connections.ask("GET", path, {"Accept": "text/event-stream"})
                answer = await open_until_then.enter_async_context(asked)
                if answer.status != HTTPStatus.OK:
                    after = answer.headers.get("retry-after", "")
                    raise problem(answer.status, "", await answer.body(), after)
            text = b""
            while piece := await _next(answer, silence()):
                *lines, text = (text + piece).split(b"\n")
                for line in lines:
                    if line.startswith(b"data: "):
                        yield json.loads(line.removeprefix(b"data: "))
        except (OSError, ValueError) as error:
            raise BrokenError(str(error) or type(error).__name__) from None


async def _next(answer: Response, seconds: float) -> bytes:
    """More of a stream; one that breaks off ends as one that ends."""
    async with asyncio.timeout(seconds):
        try:
            return await answer.piece()
        except NoAnswerError:
            return b""
