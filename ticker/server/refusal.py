"""Refusing a connection with a lingering close, so that the peer can read why."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from ticker.web.caching import NO_STORE
from ticker.web.problems import MEDIA_TYPE, ProblemError, some_seconds
from ticker.web.security import ANY_SITE, API_HEADERS

if TYPE_CHECKING:
    from ticker.server.limits import ConnectionLimits

REASONS: Final = {
    400: "This is no HTTP/1.1 request (RFC 9112).",
    408: "The request took too long to come.",
    413: "The body is too big.",
    414: "The URL is too long.",
    429: "Too many connections come from this address.",
    431: "The header fields are too many or too long.",
    503: "All connections are taken.",
}


def refuse_connection(transport: asyncio.Transport, limits: ConnectionLimits, status: int) -> None:
    """Answer with a problem document, whatever was asked; half-close, linger, close.

    A close with unread bytes of the peer is a reset, which would destroy the answer.
    """
    headers = {"Retry-After": some_seconds()} if status in {429, 503} else {}
    transport.write(_answer(ProblemError(status, REASONS[status], headers=headers)))
    if not transport.can_write_eof() or not limits.may_linger():
        transport.close()
        return
    transport.write_eof()
    transport.set_protocol(_Refused(limits, transport))
    limits.requests.stop(transport)
    limits.goodbyes.start(transport)


def _answer(problem: ProblemError) -> bytes:
    body = json.dumps(problem.document()).encode()
    fields = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        **NO_STORE,
        "Connection": "close",
        **API_HEADERS,
        # A banner on another site must know that it is to wait.
        **ANY_SITE,
        **problem.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    phrase = problem.document()["title"]
    return f"HTTP/1.1 {problem.status} {phrase}\r\n{head}\r\n".encode() + body


class _Refused(asyncio.Protocol):
    """Lingering close: discards what still comes, until the peer leaves or its time is up."""

    __slots__ = ("_limits", "_transport")

    def __init__(self, limits: ConnectionLimits, transport: asyncio.Transport) -> None:
        self._limits = limits
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Discard it."""

    def overdue(self) -> None:
        """It had its time to read."""
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It left."""
        self._limits.leave(self._transport)
