"""`/v1/{edition}/live`: one URL, two transports. WebSocket when upgraded, else Server-Sent Events.

This is the portable path, three tasks for each reader, which any ASGI server can carry; the fast
path (server/fast_path.py) has none.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import choice
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from ticker.hub.audience import DESK
from ticker.hub.outbox import Outbox
from ticker.protocol import frames
from ticker.protocol.frames import GOODBYE_SECONDS, CloseCode
from ticker.web.admission import Admission, admit
from ticker.web.caching import NO_STORE
from ticker.web.problems import ProblemError
from ticker.web.security import API_HEADERS, cors, is_own, scheme_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from starlette.types import Receive, Scope, Send
    from starlette.websockets import WebSocket

    from ticker.hub.backpressure import Buffers
    from ticker.hub.hub import Hub
    from ticker.hub.receipts import Receipts
    from ticker.hub.sockets import SocketReader
    from ticker.metrics import Metrics
    from ticker.protocol.frames import Frame
    from ticker.settings import Settings


class Live:
    """The live endpoint on both transports."""

    def __init__(
        self, hub: Hub, settings: Settings, metrics: Metrics, receipts: Receipts, buffers: Buffers
    ) -> None:
        self._hub = hub
        self._receipts = receipts
        self._newsroom = settings.newsroom
        self._public_url = settings.public_url
        self._limit = settings.reader_buffer
        self._metrics = metrics
        self._buffers = buffers

    async def websocket(self, websocket: WebSocket) -> None:
        """A reader over WebSocket (RFC 6455). It sends nothing; if it does it is closed."""
        try:
            admission = self._admit(websocket)
        except ProblemError as problem:
            self._metrics.count("ticker_refused_total", status=str(problem.status))
            await websocket.send_denial_response(problem.response())
            return
        outbox = Outbox("websocket", self._limit, admission.origin, self._buffers)
        await self.converse(websocket, outbox, admission)

    async def converse(
        self,
        websocket: WebSocket,
        outbox: Outbox,
        admission: Admission,
        joined: Callable[[], None] = lambda: None,
    ) -> None:
        """Serve one who is admitted, from the opening to the closing handshake.

        Args:
            websocket: Where they are.
            outbox: What the hub tells them.
            admission: To what.
            joined: Called once the hello is in the outbox.
        """
        await websocket.accept()

        async def write(batch: list[Frame]) -> None:
            for frame in batch:
                await websocket.send_text(frame.text)

        async def listen() -> None:
            message = await websocket.receive()
            gone = message["type"] == "websocket.disconnect"
            outbox.close(None if gone else CloseCode.POLICY_VIOLATION)

        async def part(code: CloseCode) -> None:
            with suppress(RuntimeError):
                await websocket.close(code, code.reason)

        await self._converse(outbox, admission, write, listen, part, joined)

    async def sse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A reader over Server-Sent Events (HTML, 9.2), or HEAD; its `id` is the cursor.

        Raises:
            ProblemError: It is not admitted.
        """
        asking = HTTPConnection(scope)
        try:
            admission = self._admit(asking)
        except ProblemError as problem:
            self._metrics.count("ticker_refused_total", status=str(problem.status))
            raise
        fields = self.stream_headers(admission, asking.headers.get("origin"))
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        await _sse_body(send, self.stream_opening())
        outbox = Outbox("sse", self._limit, admission.origin, self._buffers)

        async def write(batch: list[Frame]) -> None:
            await _sse_body(send, b"".join(frame.sse for frame in batch))

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            outbox.close(None)

        async def part(_: CloseCode) -> None:
            await send({"type": "http.response.body", "body": b""})

        await self._converse(outbox, admission, write, listen, part)

    def admit(
        self,
        code: str,
        query: str,
        *,
        origin: str | None,
        host: str | None,
        scheme: str,
        last_event_id: str | None,
    ) -> Admission:
        """Admission control of the live URL, on this path and on the fast one.

        Args:
            code: Edition in the URL.
            query: Raw query string.
            origin: `Origin` header.
            host: `Host` header.
            scheme: That the browser used, as `scheme_of` knows it.
            last_event_id: `Last-Event-ID` header.

        Raises:
            ProblemError: The reader is not admitted.
        """
        return admit(
            self._hub,
            self._newsroom,
            code,
            query,
            origin=origin,
            is_own=is_own(origin, host, scheme, self._public_url),
            last_event_id=last_event_id,
        )

    def seat(self, reader: SocketReader, admission: Admission) -> None:
        """Subscribe a reader of the fast path, which writes to its own transport."""
        reader.origin = admission.origin
        reader.subscription = self._hub.join(reader, admission.subscription, admission.cursor)

    @staticmethod
    def stream_headers(admission: Admission, origin: str | None) -> list[tuple[bytes, bytes]]:
        """Header fields of an event stream: no caching, and no buffering by nginx."""
        fields = {
            "content-type": "text/event-stream; charset=utf-8",
            **NO_STORE,
            "x-accel-buffering": "no",
            **API_HEADERS,
            **cors(admission.edition, origin),
        }
        return [(name.lower().encode(), value.encode()) for name, value in fields.items()]

    @staticmethod
    def stream_opening() -> bytes:
        """First bytes of an event stream: `retry`, when to reconnect, other for each."""
        return frames.sse_retry(choice(frames.SSE_RETRY_MS))  # noqa: S311 - no secret

    def _admit(self, asking: HTTPConnection) -> Admission:
        headers = asking.headers
        return self.admit(
            asking.path_params["edition"],
            asking.url.query,
            origin=headers.get("origin"),
            host=headers.get("host"),
            scheme=scheme_of(asking.url.scheme, headers.get("x-forwarded-proto")),
            last_event_id=headers.get("last-event-id"),
        )

    async def _converse(
        self,
        outbox: Outbox,
        admission: Admission,
        write: Callable[[list[Frame]], Awaitable[None]],
        listen: Callable[[], Coroutine[None, None, None]],
        part: Callable[[CloseCode], Awaitable[None]],
        joined: Callable[[], None] = lambda: None,
    ) -> None:
        """Join, write and listen until the reader has gone or the hub closes it, and part."""
        self._hub.join(outbox, admission.subscription, admission.cursor, joined)
        writing = asyncio.create_task(self._pump(outbox, write))
        listening = asyncio.create_task(listen())
        closing = asyncio.create_task(outbox.closed())
        try:
            await asyncio.wait({closing, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(outbox, admission.subscription)
            outbox.close(None)
            listening.cancel()
        try:
            if outbox.code is not None:
                self._metrics.count("ticker_closed_total", code=str(int(outbox.code)))
                await _part(outbox, outbox.code, writing, part)
        finally:
            outbox.forget()
            await _end(writing, listening, closing)

    async def _pump(self, outbox: Outbox, write: Callable[[list[Frame]], Awaitable[None]]) -> None:
        while batch := await outbox.take():
            await write(batch)
            if outbox.transport != DESK:
                refs = [frame.ref for frame in batch if frame.ref is not None]
                self._receipts.wrote(refs, outbox.transport, 1)


async def _part(
    outbox: Outbox,
    code: CloseCode,
    writing: asyncio.Task[None],
    part: Callable[[CloseCode], Awaitable[None]],
) -> None:
    """Close gracefully, after what is being written; cut off on time-out or memory pressure."""

    async def say() -> None:
        # Slow consumer: what is being written would wait for it.
        if code is CloseCode.TOO_SLOW:
            writing.cancel()
        await asyncio.wait({writing})
        await part(code)

    saying = asyncio.create_task(say())
    dropping = asyncio.create_task(outbox.dropped())
    try:
        await asyncio.wait(
            {saying, dropping}, timeout=GOODBYE_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        await _end(saying, dropping)


async def _end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks and reap them; that the peer has gone is no error."""
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception) and not isinstance(result, (WebSocketDisconnect, OSError)):
            raise result


async def _sse_body(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
