"""The fast path: a protocol before uvicorn's HTTP one, which answers the live URL itself.

A plain request of a reader who is admitted is answered from memory, and its transport handed to a
socket reader; no parser, scope or task is ever made for it. Everything else (another URL, a
refusal, an odd handshake, TLS) is passed to uvicorn as it came, where the same function judges.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from ticker.hub.sockets import (
    DeflatedReader,
    EventStreamReader,
    SocketContext,
    SocketReader,
    WebSocketReader,
)
from ticker.protocol import rfc6455
from ticker.server.heads import HOST
from ticker.server.http import FIELDS_MAX, HEAD_MAX, TARGET_MAX, BoundedHttp
from ticker.server.refusal import refuse_connection
from ticker.web.problems import ProblemError
from ticker.web.security import scheme_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uvicorn.server import ServerState

    from ticker.hub.load import Load
    from ticker.server.limits import ConnectionLimits
    from ticker.web.admission import Admission
    from ticker.web.live import Live

_PREFIX: Final = b"GET /v1/"
_END: Final = b"\r\n\r\n"
_REQUEST: Final = re.compile(rb"GET /v1/([a-z0-9-]+)/live(?:\?([!-~]*))? HTTP/1\.1(?=\r\n)")
# Names and values as RFC 9110 §5.6.2 and §5.5 have them; whatever else there is goes to uvicorn.
# Possessive quantifiers: no backtracking, or a header of n blanks costs O(n²).
_FIELD: Final = re.compile(rb"\r\n([!#$%&'*+.^_`|~0-9A-Za-z-]++):([!-~\x80-\xff \t]*+)(?=\r\n|\Z)")
_NOT_PLAIN: Final = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"sec-websocket-protocol"}
)
_WS_VERSION: Final = b"13"

Fields = dict[bytes, bytes]


class _Ticket(NamedTuple):
    """An admitted reader: how it is served, what it is sent first, and what it asked for."""

    kind: type[SocketReader]
    head: bytes
    admission: Admission


class FastPath(asyncio.Protocol):
    """First protocol of every connection: the fast path for readers, and uvicorn for the others.

    Args:
        live: The live endpoint, which admits readers and seats them.
        context: What socket readers share.
        limits: Judge who may be connected, and for how long without a request.
        load: Of the process.
        **uvicorn: What uvicorn gives its HTTP protocol.
    """

    __slots__ = ("_context", "_limits", "_live", "_load", "_received", "_transport", "_uvicorn")

    def __init__(
        self,
        live: Live,
        context: SocketContext,
        limits: ConnectionLimits,
        load: Load,
        **uvicorn: Any,
    ) -> None:
        self._live = live
        self._context = context
        self._limits = limits
        self._load = load
        self._uvicorn = uvicorn
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse the connection, or wait for its request."""
        self._transport = cast("asyncio.Transport", transport)
        status = self._limits.enter(self._transport, len(self._context.connections))
        if status:
            self._refuse(status)
        else:
            self._context.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """They left without a whole request."""
        self._context.connections.discard(self)
        self._limits.leave(self._transport)

    def overdue(self) -> None:
        """Request time-out: 408 for a part of one, a plain close for none."""
        if self._received:
            self._refuse(408)
        else:
            self._transport.close()

    def shutdown(self) -> None:
        """The server stops (uvicorn calls this)."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Judge the head of the request as soon as it is whole."""
        self._received = received = self._received + data
        end = received.find(_END)
        if end < 0:
            if not self._may_become_a_reader(received):
                self._pass_on()
            return
        head, rest = received[:end], received[end + len(_END) :]
        ticket = self._examine(head, rest)
        if ticket is None:
            self._pass_on()
        else:
            self._hand_over(ticket, rest)

    def _refuse(self, status: int) -> None:
        self._context.connections.discard(self)
        self._context.metrics.count("ticker_refused_total", status=str(status))
        refuse_connection(self._transport, self._limits, status)

    def _may_become_a_reader(self, received: bytes) -> bool:
        return len(received) <= HEAD_MAX and received.startswith(_PREFIX[: len(received)])

    def _examine(self, head: bytes, rest: bytes) -> _Ticket | None:
        match = _REQUEST.match(head) if len(head) <= HEAD_MAX else None
        fields = _fields(head) if match is not None and match.end() <= TARGET_MAX else None
        if match is None or fields is None or self._uvicorn["config"].is_ssl:
            return None
        upgrade = b"upgrade" in fields
        accept = _accept(fields) if upgrade else b""
        if accept is None or (rest and not upgrade):
            return None
        try:
            admission = self._live.admit(
                match[1].decode(),
                (match[2] or b"").decode(),
                origin=_text(fields, b"origin"),
                host=_text(fields, b"host"),
                scheme=self._scheme(fields),
                last_event_id=_text(fields, b"last-event-id"),
            )
        except ProblemError:
            return None
        if upgrade:
            return _websocket_ticket(accept, fields, admission)
        return _Ticket(EventStreamReader, self._stream_head(fields, admission), admission)

    def _scheme(self, fields: Fields) -> str:
        """As a trusted proxy says; without one TLS is not for the fast path."""
        said = _text(fields, b"x-forwarded-proto")
        believed = said if said and self._limits.is_trusted(self._transport) else "http"
        return scheme_of(believed, said)

    def _stream_head(self, fields: Fields, admission: Admission) -> bytes:
        state: ServerState = self._uvicorn["server_state"]
        headers = self._live.stream_headers(admission, _text(fields, b"origin"))
        lines = [*state.default_headers, *headers, (b"transfer-encoding", b"chunked")]
        head = b"".join(b"%b: %b\r\n" % line for line in lines)
        retry = self._live.stream_opening()
        return b"HTTP/1.1 200 OK\r\n%b\r\n%x\r\n%b\r\n" % (head, len(retry), retry)

    def _hand_over(self, ticket: _Ticket, rest: bytes) -> None:
        """Give the transport to a socket reader and keep nothing."""
        self._context.connections.discard(self)
        self._limits.requests.stop(self._transport)
        reader = ticket.kind(self._context, self._transport, ticket.head)
        self._transport.set_protocol(reader)
        self._live.seat(reader, ticket.admission)
        if rest:
            reader.data_received(rest)

    def _pass_on(self) -> None:
        """Let uvicorn have the connection, from its first byte on."""
        self._context.connections.discard(self)
        protocol = BoundedHttp(self._limits, self._context.buffers, self._load, **self._uvicorn)
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(self._received)


def _fields(head: bytes) -> Fields | None:
    """The header fields, names in lower case; None if any is odd, no host, or stands twice."""
    fields = {name.lower(): value.strip() for name, value in _FIELD.findall(head)}
    plain = len(fields) == head.count(b"\n") <= FIELDS_MAX and _NOT_PLAIN.isdisjoint(fields)
    return fields if plain and HOST.fullmatch(fields.get(b"host", b"?")) else None


def _accept(fields: Fields) -> bytes | None:
    """The answer to a handshake's key; None for a handshake that is not plain (RFC 6455 §4.2.1)."""
    if fields[b"upgrade"].lower() != b"websocket":
        return None
    tokens = fields.get(b"connection", b"").lower().split(b",")
    if b"upgrade" not in map(bytes.strip, tokens):
        return None
    if fields.get(b"sec-websocket-version") != _WS_VERSION:
        return None
    return rfc6455.accept_key(fields.get(b"sec-websocket-key", b""))


def _websocket_ticket(accept: bytes, fields: Fields, admission: Admission) -> _Ticket:
    head = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %b\r\n" % accept
    )
    deflate = rfc6455.deflate_answer(fields.get(b"sec-websocket-extensions", b""))
    if deflate:
        extension = b"Sec-WebSocket-Extensions: %b\r\n" % deflate
        return _Ticket(DeflatedReader, head + extension + b"\r\n", admission)
    return _Ticket(WebSocketReader, head + b"\r\n", admission)


def _text(fields: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")
