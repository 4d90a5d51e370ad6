"""The fast path: uvicorn's HTTP protocol, which answers the live URL itself.

A clean request of a reader who is admitted is answered from memory, and its transport handed to a
lean reader; no ASGI task is ever started for it. Everything else (a refusal, an odd handshake,
another URL, TLS) goes the ordinary way, where the same function judges admission.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ticker import rfc6455
from ticker.lean import DeflatedWebSocket, Home, LeanReader, LeanSse, LeanWebSocket
from ticker.web.problems import ProblemError

if TYPE_CHECKING:
    from ticker.web.admission import Admission
    from ticker.web.live import Live

_LIVE: Final = re.compile(rb"/v1/([a-z0-9-]+)/live(?:\?([!-~]*))?")
_WS_VERSION: Final = b"13"
_NOT_PLAIN: Final = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"sec-websocket-protocol"}
)

Fields = dict[bytes, bytes]


class _Ticket(NamedTuple):
    """An admitted reader: how it is served, what it is sent first, and what it asked for."""

    kind: type[LeanReader]
    head: bytes
    admission: Admission


class FanoutHttp(HttpToolsProtocol):
    """HTTP/1.1 for everybody, and a short cut for readers.

    Args:
        live: The live endpoint, which admits readers and seats them.
        home: What lean readers share.
        **uvicorn: What uvicorn gives its protocols.
    """

    def __init__(self, live: Live, home: Home, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._live = live
        self._home = home
        self._ticket: _Ticket | None = None

    def data_received(self, data: bytes) -> None:
        """Parse; hand over when a reader was admitted, with what it sent too early."""
        self._unset_keepalive_if_required()
        rest = b""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            if self._ticket is None:
                self._upgrade_slowly()
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        if self._ticket is not None:
            self._hand_over(self._ticket, rest)

    def on_headers_complete(self) -> None:
        """Admit a plain request for the live URL; start the application for any other."""
        self._ticket = self._examine()
        if self._ticket is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A body belongs to the application."""
        if self._ticket is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """So does its end."""
        if self._ticket is None:
            super().on_message_complete()

    def _examine(self) -> _Ticket | None:
        match = _LIVE.fullmatch(self.url)
        if match is None or not self._is_plain():
            return None
        fields: Fields = dict(self.headers)
        upgraded = self.parser.should_upgrade()
        if len(fields) != len(self.headers) or not _NOT_PLAIN.isdisjoint(fields):
            return None
        accept = _accept(fields) if upgraded else b""
        if accept is None:
            return None
        try:
            admission = self._live.admit(
                match[1].decode(),
                (match[2] or b"").decode(),
                origin=_text(fields, b"origin"),
                host=_text(fields, b"host"),
                last_event_id=_text(fields, b"last-event-id"),
            )
        except ProblemError:
            return None
        if upgraded:
            return _websocket_ticket(accept, fields, admission)
        return _Ticket(LeanSse, self._stream_head(fields, admission), admission)

    def _is_plain(self) -> bool:
        """Whether nothing but this one GET is going on, on a socket that is ours to write to."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            return False
        return (
            self.scheme == "http"
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
        )

    def _stream_head(self, fields: Fields, admission: Admission) -> bytes:
        headers = self._live.stream_headers(admission, _text(fields, b"origin"))
        lines = [*self.server_state.default_headers, *headers, (b"transfer-encoding", b"chunked")]
        head = b"".join(b"%b: %b\r\n" % line for line in lines)
        retry = self._live.stream_opening()
        return b"HTTP/1.1 200 OK\r\n%b\r\n%x\r\n%b\r\n" % (head, len(retry), retry)

    def _hand_over(self, ticket: _Ticket, rest: bytes) -> None:
        """Give the transport to a lean reader and keep nothing."""
        transport = self.transport
        self.connections.discard(self)
        self._forget_parser()
        reader = ticket.kind(self._home, transport, ticket.head)
        transport.set_protocol(reader)
        self._live.seat(reader, ticket.admission)
        if rest:
            reader.data_received(rest)

    def _upgrade_slowly(self) -> None:
        if self._should_upgrade():
            self.handle_websocket_upgrade()
            self._forget_parser()
        else:
            self._unsupported_upgrade_warning()

    def _forget_parser(self) -> None:
        """Uvicorn's parser and protocol hold each other: a garbage cycle for each handshake."""
        self.parser = None  # type: ignore[assignment]


def _accept(fields: Fields) -> bytes | None:
    """The answer to a handshake's key; None for a handshake that is not plain."""
    if fields.get(b"upgrade", b"").lower() != b"websocket":
        return None
    if fields.get(b"sec-websocket-version") != _WS_VERSION:
        return None
    return rfc6455.accept_key(fields.get(b"sec-websocket-key", b""))


def _websocket_ticket(accept: bytes, fields: Fields, admission: Admission) -> _Ticket:
    head = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %b\r\n" % accept
    )
    if rfc6455.accepts_deflate(fields.get(b"sec-websocket-extensions", b"")):
        extension = b"Sec-WebSocket-Extensions: %b\r\n" % rfc6455.DEFLATE
        return _Ticket(DeflatedWebSocket, head + extension + b"\r\n", admission)
    return _Ticket(LeanWebSocket, head + b"\r\n", admission)


def _text(fields: Fields, name: bytes) -> str | None:
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")
