"""Socket readers: a bare transport and a few slots, all that is left after the handshake.

No task, queue, scope or parser stays behind for an idle reader. Its transport is handed to one of
these, which the fan-out writes to in bulk, and which answers what a reader may say.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ticker.hub.audience import NO_SITE
from ticker.protocol import rfc6455
from ticker.protocol.frames import GOODBYE_SECONDS, CloseCode
from ticker.protocol.rfc6455 import ControlFrames, Opcode, ViolationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.hub.backpressure import Buffers
    from ticker.hub.hub import Hub
    from ticker.metrics import Metrics
    from ticker.news.subscription import Subscription
    from ticker.protocol.frames import Frame

_LAST_CHUNK: Final = b"0\r\n\r\n"


class SocketContext:
    """What all socket readers of a process share.

    Args:
        hub: That they sit in.
        metrics: Of the process.
        buffer: Bytes that may come to wait for one reader who is behind before it is closed as too
            slow, besides what it was given when it fell behind, such as a long hello.
        buffers: Told of those who are behind, and by how much.
        lost: Called with the transport of each socket reader that is gone.

    Attributes:
        connections: All that is connected; the server waits for them when it stops.
    """

    __slots__ = ("buffer", "buffers", "connections", "hub", "lost", "metrics")

    def __init__(
        self,
        hub: Hub,
        metrics: Metrics,
        buffer: int,
        buffers: Buffers,
        lost: Callable[[asyncio.BaseTransport], None] = lambda _: None,
    ) -> None:
        self.hub = hub
        self.metrics = metrics
        self.lost = lost
        self.connections: set[Any] = set()
        self.buffer = buffer
        self.buffers = buffers


class SocketReader(asyncio.Protocol):
    """A reader on a transport that somebody else has done the handshake on.

    Attributes:
        fd: The socket, while it may be written to past the transport; else -1.
        subscription: What it watches, from joining to leaving.
        origin: The site that embeds it.
    """

    __slots__ = (
        *("_closing", "_context", "_head", "_limit", "_transport"),
        *("fd", "origin", "subscription"),
    )

    transport: ClassVar[str]
    lane: ClassVar[str]

    def __init__(self, context: SocketContext, transport: asyncio.Transport, head: bytes) -> None:
        self._context = context
        self._transport = transport
        self._head = head
        self._closing = False
        self._limit = 0
        self.subscription: Subscription | None = None
        self.origin = NO_SITE
        self.fd = -1
        transport.set_write_buffer_limits(0)
        context.connections.add(self)

    @property
    def is_gone(self) -> bool:
        """Whether it left the hub."""
        return self.subscription is None

    @property
    def waiting(self) -> int:
        """Bytes that the transport holds for it."""
        return self._transport.get_write_buffer_size()

    @property
    def is_leaving(self) -> bool:
        """Whether goodbye was said."""
        return self._closing

    def shed(self) -> None:
        """Load shedding: close it as too slow, and abort: too much is before a goodbye."""
        self.close(CloseCode.TOO_SLOW)
        self._transport.abort()
        self._context.buffers.behind.discard(self)

    def send(self, frame: Frame) -> None:
        """Write one message, however big; the first goes out with the head of the response."""
        data = self._head + self.encode(frame)
        if self._head:
            self._head = b""
            self.resume_writing()
        if not self._closing:
            is_behind = self.fd == -1
            self._transport.write(data)
            if is_behind:
                self._context.buffers.add(self, len(data))

    def encode(self, frame: Frame) -> bytes:
        """The bytes of a message on this lane."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Write through the transport; a slow consumer, for whom too much waits, is closed."""
        if self._closing:
            return
        self._transport.write(data)
        if self.fd != -1:
            return
        if self._transport.get_write_buffer_size() > self._limit:
            self.close(CloseCode.TOO_SLOW)
        else:
            self._context.buffers.add(self, len(data))

    def close(self, code: CloseCode) -> None:
        """Say goodbye, leave the hub, and linger until the peer has gone."""
        if not self._closing:
            self._context.metrics.count("ticker_closed_total", code=str(int(code)))
            self._end(self.farewell(code))
            self._linger()

    def farewell(self, code: CloseCode) -> bytes:
        """The bytes that say goodbye on this lane."""
        raise NotImplementedError

    def _end(self, last: bytes) -> None:
        self._closing = True
        self.fd = -1
        self._leave()
        self._transport.write(last)

    def _linger(self) -> None:
        """Lingering close: a close with unread bytes is a reset, which destroys the goodbye."""
        asyncio.get_running_loop().call_later(GOODBYE_SECONDS, self._transport.abort)

    def _leave(self) -> None:
        subscription, self.subscription = self.subscription, None
        if subscription is not None:
            self._context.hub.leave(self, subscription)

    def pause_writing(self) -> None:
        """Backpressure: the transport holds unsent bytes, and what follows queues behind them."""
        self.fd = -1
        unsent = self.waiting
        self._limit = unsent + self._context.buffer
        self._context.buffers.add(self, unsent)

    def resume_writing(self) -> None:
        """The transport holds nothing: the socket may be written to directly."""
        self._context.buffers.behind.discard(self)
        if not self._closing:
            self.fd = self._transport.get_extra_info("socket").fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is about to be closed, and its number to be reused."""
        self.fd = -1
        self._closing = True
        self._leave()
        self._context.connections.discard(self)
        self._context.buffers.behind.discard(self)
        self._context.lost(self._transport)

    def shutdown(self) -> None:
        """The server stops (uvicorn calls this)."""
        self.close(CloseCode.SERVICE_RESTART)


class WebSocketReader(SocketReader):
    """A reader over WebSocket."""

    __slots__ = ("_control",)

    transport = "websocket"
    lane = "websocket"
    _deflate: ClassVar[bool] = False

    def __init__(self, context: SocketContext, transport: asyncio.Transport, head: bytes) -> None:
        super().__init__(context, transport, head)
        self._control: ControlFrames | None = None  # most readers never say a word

    def encode(self, frame: Frame) -> bytes:
        """One text frame."""
        return frame.websocket

    def farewell(self, code: CloseCode) -> bytes:
        """A close frame."""
        return rfc6455.close_frame(code, code.reason)

    def data_received(self, data: bytes) -> None:
        """Answer ping and close; refuse everything else (RFC 6455 §5.5)."""
        if self._control is None:
            self._control = ControlFrames(deflate=self._deflate)
        try:
            for control in self._control.receive(data, time.monotonic()):
                self._answer(control)
        except ViolationError as violation:
            self._refuse(violation)

    def _answer(self, control: rfc6455.Control) -> None:
        if control.opcode is Opcode.CLOSE:
            code = rfc6455.close_code(control.payload)
            if not self._closing:
                self._end(rfc6455.close_frame(code))
            self._transport.close()
        elif control.opcode is Opcode.PING and self.fd != -1:
            self.write(rfc6455.frame(Opcode.PONG, control.payload))

    def _refuse(self, violation: ViolationError) -> None:
        if not self._closing:
            self._context.metrics.count("ticker_closed_total", code=str(int(violation.code)))
            self._end(rfc6455.close_frame(violation.code, violation.reason))
            self._linger()


class DeflatedReader(WebSocketReader):
    """A reader over WebSocket that takes permessage-deflate."""

    __slots__ = ()

    lane = "deflated"
    _deflate = True

    def encode(self, frame: Frame) -> bytes:
        """One deflated text frame."""
        return frame.deflated


class EventStreamReader(SocketReader):
    """A reader over Server-Sent Events, in a chunked HTTP/1.1 response."""

    __slots__ = ()

    transport = "sse"
    lane = "sse_chunk"

    def encode(self, frame: Frame) -> bytes:
        """One chunk with one event."""
        return frame.sse_chunk

    def farewell(self, code: CloseCode) -> bytes:
        """The last chunk; EventSource comes back by itself, with its last event's id."""
        return _LAST_CHUNK

    def _linger(self) -> None:
        super()._linger()
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """A reader that asks more on this connection gets no answer."""


KINDS: Final = (WebSocketReader, DeflatedReader, EventStreamReader)
