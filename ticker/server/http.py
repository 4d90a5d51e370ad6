"""Uvicorn's HTTP protocol with bounds: how long, how big and how odd a request may be (RFC 9112).

The parser refuses what two servers could read in two ways (request smuggling); this refuses what
is left, and ends requests that never become whole (slowloris). Every request counts anew, also a
later one on a keep-alive connection.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ticker.server.answering import answering
from ticker.server.heads import is_clear
from ticker.server.refusal import refuse_connection
from ticker.server.turns import Queue, queue_of
from ticker.server.unsent import UnsentResponse

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        ASGISendEvent,
        Scope,
    )
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from ticker.hub.backpressure import Buffers
    from ticker.hub.load import Load
    from ticker.server.limits import ConnectionLimits

HEAD_MAX: Final = 16 * 1024
FIELDS_MAX: Final = 100
TARGET_MAX: Final = 8 * 1024
# What an editor sends has 16 KiB at most, which chunks of one byte make six times as long.
_BODY_MAX: Final = 128 * 1024
_FIELD_SIGNS: Final = len(": \r\n")


class _Awaited(Enum):
    """What comes next of a request."""

    START = auto()
    HEAD = auto()
    BODY = auto()


class _RefusedError(Exception):
    """Stops the parser at a request that is refused."""


class BoundedHttp(HttpToolsProtocol):
    """A connection that doesn't speak WebSocket, or not yet.

    Args:
        limits: Hold the deadlines of requests.
        buffers: Told of answers that wait for who takes them slowly.
        load: Told of requests of editors that are being answered.
        **uvicorn: What uvicorn gives its HTTP protocol.
    """

    def __init__(
        self, limits: ConnectionLimits, buffers: Buffers, load: Load, **uvicorn: Any
    ) -> None:
        super().__init__(**uvicorn)
        self._limits = limits
        self._buffers = buffers
        self._load = load
        self.parser = self._new_parser()
        self._awaited = _Awaited.START
        self._status = 400
        self._came = 0  # bytes of the head, or of the body, that is awaited
        self._head = 0
        self._fields = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Backpressure from the first byte: not writable as long as one waits for the peer."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone."""
        self._limits.leave(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then see what is still awaited, and whether it is too much."""
        self._came += len(data)
        self._unset_keepalive_if_required()
        self._parse(memoryview(data))
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self._awaited is _Awaited.BODY and not self._came:
            self._came = len(data)  # it began in this segment
        if self._awaited is _Awaited.HEAD and self._came > HEAD_MAX:
            self._refuse(431)
        elif self._awaited is _Awaited.BODY and self._came > _BODY_MAX:
            self._refuse(413)
        elif self._awaited is _Awaited.START and self._is_answering():
            self._limits.requests.stop(self.transport)
        else:
            self._limits.requests.start(self.transport)

    def overdue(self) -> None:
        """Request time-out: 408 for a head or body that took too long; a plain close for none."""
        if self._awaited is _Awaited.START:
            self.transport.close()
        else:
            self._refuse(408)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._awaited, self._head, self._fields = _Awaited.HEAD, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        super().on_url(url)
        if len(self.url) > TARGET_MAX:
            self._stop(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field; a trailer counts with them, and is no header (RFC 9110 §6.5.1)."""
        self._fields += 1
        self._head += len(name) + len(value) + _FIELD_SIGNS
        if self._fields > FIELDS_MAX or self._head + len(self.url) > HEAD_MAX:
            self._stop(431)
        if self._awaited is _Awaited.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: it has one meaning, and the body has its time."""
        version = self.parser.get_http_version()
        if not is_clear(version, self.url, self.headers):
            self._stop(400)
        if self.parser.should_upgrade():
            is_ours = self._should_upgrade()
            # A body would be read as frames, and what follows CONNECT as anything.
            if self.parser.get_method() == b"CONNECT" or (is_ours and self._has_body()):
                self._stop(400)
            if not is_ours:
                return
        if version == "1.0":
            self.expect_100_continue = False  # RFC 9110 §10.1.1
        super().on_headers_complete()
        self._limits.requests.stop(self.transport)
        self._awaited, self._came = _Awaited.BODY, 0

    def on_message_complete(self) -> None:
        """The request is whole, unless the parser only stops for an upgrade that is ignored."""
        if self.parser.should_upgrade() and not self._should_upgrade():
            return
        self._awaited, self._came = _Awaited.START, 0
        super().on_message_complete()

    def _parse(self, data: memoryview) -> None:
        """Parse, past every upgrade that is ignored (RFC 9110 §7.8)."""
        try:
            while data:
                rest = self._feed(data)
                if rest is None:
                    return
                if self._should_upgrade():
                    self.handle_websocket_upgrade()
                    return
                # The parser has no body behind an upgrade: a new one is given the head without it.
                head = self._head_without_upgrade()
                self.parser, data = self._new_parser(), rest
                self.parser.feed_data(head)
        except httptools.HttpParserError:
            self._refuse(self._status)

    def _feed(self, data: memoryview) -> memoryview | None:
        """What is left where the parser stopped for an upgrade; None: it took everything."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            return data[stopped.args[0] :]
        return None

    def _new_parser(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self)
        # As uvicorn has it: what follows a last request doesn't take its answer away.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += (b"%b: %b" % field for field in self.headers if field[0] != b"upgrade")
        return b"\r\n".join([*lines, b"", b""])

    def _should_upgrade(self) -> bool:
        """Whether a WebSocket is asked for in a way that can be answered (RFC 6455 §4.2.1).

        Behind a request that is being answered its answer would stand in front of that one's.
        """
        upgrades = b",".join(value for name, value in self.headers if name == b"upgrade")
        return (
            b"websocket" in map(bytes.strip, upgrades.lower().split(b","))
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and not self._is_answering()
        )

    def _has_body(self) -> bool:
        fields = dict(self.headers)
        return fields.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in fields

    def handle_websocket_upgrade(self) -> None:
        """The connection becomes a WebSocket, whatever else was offered beside it."""
        fields = [field for field in self.headers if field[0] != b"upgrade"]
        self.scope["headers"] = [*fields, (b"upgrade", b"websocket")]
        self._limits.requests.stop(self.transport)
        super().handle_websocket_upgrade()
        # uvicorn detaches us here: connection_lost() and resume_writing() are not called again.
        super().connection_lost(ConnectionAbortedError())

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        queue = queue_of(cycle.scope["method"], cycle.scope["path"])
        self._limits.turns.begin(partial(self._start, cycle, app, queue), queue)

    def _start(self, cycle: RequestResponseCycle, app: ASGI3Application, queue: Queue) -> None:
        """Its turn has come; a peer that has gone meanwhile needs no answer."""
        if cycle.disconnected:
            return
        served: ASGI3Application = partial(self._serve, app, cycle)
        if queue is Queue.FIRST:
            served = answering(served, self._load)
        super()._start_asgi_task(cycle, served)

    async def _serve(
        self,
        app: ASGI3Application,
        cycle: RequestResponseCycle,
        scope: Scope,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
    ) -> None:
        """Serve; a slow peer, with bytes unsent when the application is done, is dropped."""

        async def send_all(message: ASGISendEvent) -> None:
            if self._limits.is_draining:
                cycle.keep_alive = False  # says `Connection: close` (RFC 9112 §9.6)
            if cycle.scope["http_version"] == "1.0":
                _delimit_by_close(cycle, message)
            await send(message)
            # Backpressure: return once the transport's buffer is empty, so that Buffers sees it.
            if self.flow.write_paused:
                rest = UnsentResponse.of(cycle.scope["path"], self.transport, self._buffers)
                try:
                    await self.flow.drain()
                finally:
                    rest.sent()

        await app(scope, receive, send_all)
        if self.flow.write_paused:
            self.transport.abort()
            await self.flow.drain()  # it is, once the connection is lost

    def _stop(self, status: int) -> NoReturn:
        self._status = status
        raise _RefusedError

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _may_refuse(self) -> bool:
        """Whether an answer written now would be taken for the one to the request that is bad."""
        if self._awaited is _Awaited.BODY:
            return self._is_answering() and not self.cycle.response_started and not self.pipeline
        return not self._is_answering()

    def _refuse(self, status: int) -> None:
        """End the connection with a lingering close, and say why if that can be understood."""
        if not self._may_refuse():
            self.transport.close()
            return
        transport: asyncio.Transport = self.transport
        limits = self._limits
        # The application hears that the peer is gone; the transport closes once the peer has read.
        super().connection_lost(ConnectionAbortedError())
        refuse_connection(transport, limits, status)


def _delimit_by_close(cycle: RequestResponseCycle, message: ASGISendEvent) -> None:
    """HTTP/1.0 knows no chunks (RFC 9112 §6.1): a body of unknown length lasts until the close."""
    if message["type"] == "http.response.start":
        names = {name.lower() for name, _ in message.get("headers", [])}
        cycle.chunked_encoding = None if b"content-length" in names else False
    elif message["type"] == "http.response.body" and cycle.expected_content_length == 0:
        cycle.expected_content_length = len(message.get("body", b""))
