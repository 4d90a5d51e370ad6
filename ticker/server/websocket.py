"""Uvicorn's WebSocket protocol with bounds, for the desk and for odd handshakes (RFC 6455).

Nobody whom it serves may send data, so it parses control frames as the fast path does: a frame is
refused by its header, and no message is ever buffered.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ticker.protocol.frames import GOODBYE_SECONDS
from ticker.protocol.rfc6455 import ControlFrames, Opcode, ViolationError, close_code

if TYPE_CHECKING:
    from asyncio import BaseTransport

    from uvicorn._types import ASGISendEvent
    from websockets.http11 import Request

    from ticker.metrics import Metrics
    from ticker.protocol.rfc6455 import Control
    from ticker.server.limits import ConnectionLimits

_FINAL: Final = 0x80
_MASKED: Final = 0x80
_NO_MASK: Final = bytes(4)
_NO_HANDSHAKE: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_OTHER_VERSION: Final = (
    b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Content-Length: 0\r\nConnection: Upgrade, close\r\n\r\n"
)


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket of which nothing but control frames is taken, and of those not too many.

    Args:
        limits: Told when it is gone.
        metrics: Of the process.
        **uvicorn: What uvicorn gives its WebSocket protocol.
    """

    def __init__(self, limits: ConnectionLimits, metrics: Metrics, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._limits = limits
        self._metrics = metrics
        self._control = ControlFrames(deflate=False)
        self._failed = False
        self._lingers = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Backpressure from the first byte: not writable as long as one waits for the peer."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(0)
        if self.transport.get_write_buffer_size():  # of an answer that came before
            self.writable.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone."""
        self._limits.leave(self.transport)
        super().connection_lost(exc)
        # Break the reference cycle of the two, or only the garbage collector frees them.
        self.conn.parser.close()

    def data_received(self, data: bytes) -> None:
        """First the handshake, from the HTTP protocol; then what the peer says."""
        if not self.handshake_initiated:
            super().data_received(data)
            if not self.handshake_initiated:
                self._refuse_handshake(_NO_HANDSHAKE)
            return
        try:
            for control in self._control.receive(data, time.monotonic()):
                self._answer(control)
        except ViolationError as violation:
            self._fail(violation)

    def handle_connect(self, event: Request) -> None:
        """Judge the handshake; until it is answered the peer has nothing to say (§4.1)."""
        if event.headers.get_all("Sec-WebSocket-Version") != ["13"]:
            self.handshake_initiated = True
            self._refuse_handshake(_OTHER_VERSION)
            return
        super().handle_connect(event)
        if not self.transport.is_closing():
            self.transport.pause_reading()

    async def run_asgi(self) -> None:
        """Serve; a slow peer, with bytes unsent when the application is done, is dropped."""
        await super().run_asgi()
        if not self.writable.is_set() and not self._lingers:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """No pong; of a peer that is still taking what stood before the ping there can't be one.

        One that takes nothing at all is dropped by the kernel (TCP_USER_TIMEOUT).
        """
        if self.writable.is_set() or self.transport.is_closing() or self.ping_timeout is None:
            super().keepalive_timeout()
            return
        self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)

    def shutdown(self) -> None:
        """The server stops (uvicorn calls this)."""
        if not self.transport.is_closing():
            super().shutdown()
            self._linger()

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application says, all of it; once it accepts, the peer is heard."""
        await super().send(message)
        if message["type"] == "websocket.accept" and not self.transport.is_closing():
            self.transport.resume_reading()
        # Backpressure: return once the transport's buffer is empty, so that Buffers sees it.
        await self.writable.wait()

    def _refuse_handshake(self, answer: bytes) -> None:
        self.handshake_complete = True
        self.close_sent = True
        self.transport.write(answer)
        self.transport.close()

    def _answer(self, control: Control) -> None:
        if control.opcode is Opcode.CLOSE:
            close_code(control.payload)
            if self._failed:
                self.transport.close()
                return
            if not self.close_sent:
                self._linger()
        elif control.opcode is Opcode.PING and not self.writable.is_set():
            return  # pongs must not pile up for a peer that doesn't read
        head = bytes((_FINAL | control.opcode, _MASKED | len(control.payload)))
        super().data_received(head + _NO_MASK + control.payload)

    def _fail(self, violation: ViolationError) -> None:
        """Fail the connection (§7.1.7) with a lingering close, so that the peer can read why."""
        if self.close_sent or self.transport.is_closing():
            return
        self._metrics.count("ticker_closed_total", code=str(int(violation.code)))
        self._failed = self.close_sent = self.disconnected = True
        self.stop_keepalive()
        self.conn.fail(violation.code, violation.reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        code, reason = int(violation.code), violation.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._linger()

    def _linger(self) -> None:
        """Lingering close: abort once the peer has had its time to read the goodbye."""
        self._lingers = True
        self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)
