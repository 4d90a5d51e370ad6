"""HTTP/1.1 (RFC 9112) to one origin: a request, and its answer whole or piece by piece."""

from __future__ import annotations

import asyncio
import os
import re
import ssl as tls
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

_PIECE: Final = 1 << 16
_FINAL: Final = 200  # statuses below are interim (RFC 9110 §15.2)
_PORTS: Final = {"http": 80, "https": 443}


class NoConnectionError(OSError):
    """Nobody could be connected to, so nothing was sent; it says why in words."""


class NoAnswerError(OSError):
    """The connection ended before an answer was whole."""


class NotHttpError(ValueError):
    """What came is no answer of HTTP."""


@dataclass(slots=True, eq=False)
class Link:
    """A connection.

    Attributes:
        incoming: What comes.
        outgoing: Where requests go.
    """

    incoming: asyncio.StreamReader
    outgoing: asyncio.StreamWriter

    @property
    def is_alive(self) -> bool:
        """Whether it was not closed, as far as is known."""
        return not self.incoming.at_eof() and not self.outgoing.is_closing()


class Response:
    """An answer, whose body is still to come.

    Attributes:
        status: Of the final answer.
        reason: Of its status line.
        headers: By their names in small letters.
        is_whole: Whether all of it was read.
        may_go_on: Whether the connection may then be used again.
    """

    def __init__(self, link: Link) -> None:
        self.status = 0
        self.reason = ""
        self.headers: dict[str, str] = {}
        self.is_whole = False
        self.may_go_on = False
        self._link = link
        self._pieces: list[bytes] = []
        self._parser = HttpResponseParser(self)

    async def begin(self) -> None:
        """Read up to the body.

        Raises:
            NoAnswerError, OSError: The connection broke.
            NotHttpError: It makes no sense.
        """
        while not self.status:
            await self._feed()

    async def piece(self) -> bytes:
        """More of the body, as it came; nothing is its end.

        Raises:
            NoAnswerError, OSError: The connection broke before the end.
            NotHttpError: It makes no sense.
        """
        while not self._pieces and not self.is_whole:
            await self._feed()
        piece, self._pieces = b"".join(self._pieces), []
        return piece

    async def body(self) -> bytes:
        """All of the body.

        Raises:
            NoAnswerError, OSError, NotHttpError: As `piece`.
        """
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return b"".join(pieces)

    async def _feed(self) -> None:
        data = await self._link.incoming.read(_PIECE)
        if not data:
            self._end()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            raise NotHttpError(str(error)) from error

    def _end(self) -> None:
        """The connection is over: so is a body whose length nobody gave (RFC 9112 §6.3)."""
        has_length = "content-length" in self.headers or "transfer-encoding" in self.headers
        if not self.status or has_length:
            raise NoAnswerError("the connection was closed before the answer was whole")
        self.is_whole = True

    def on_status(self, text: bytes) -> None:
        """Called by the parser, as what follows."""
        self.reason += text.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """An interim answer, or the one."""
        status = self._parser.get_status_code()
        if status >= _FINAL:
            self.status = status
        else:
            self.reason, self.headers = "", {}

    def on_body(self, piece: bytes) -> None:
        """Some of the body."""
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """The end."""
        if self.status:
            self.is_whole = True
            self.may_go_on = self._parser.should_keep_alive()


@dataclass(slots=True)
class Connections:
    """Connections to one origin, of which one that is idle is kept where that was asked for.

    Attributes:
        url: Base URL, http or https.
        context: How TLS is spoken; None: as Python does by itself.
        keeps: Whether a connection is used again; then `close` is to be called.
    """

    url: str
    context: tls.SSLContext | None = None
    keeps: bool = False
    _idle: list[Link] = field(default_factory=list)

    @asynccontextmanager
    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> AsyncIterator[Response]:
        """Send a request; its answer, up to the body.

        A connection that the other end had closed meanwhile is replaced once: what is sent here
        may be sent twice, since it only reads or has a key.

        Args:
            method: Of HTTP.
            path: With its query, after that of the base URL.
            headers: Besides those that each request has.
            body: As it is sent.

        Raises:
            NoAnswerError, OSError: There was no connection, or it broke.
            NotHttpError: What came is no HTTP.
        """
        link, response = await self._answered(self._head(method, path, headers, body) + body)
        try:
            yield response
        finally:
            self._put_back(link, response)

    def close(self) -> None:
        """Close what is idle, and keep nothing more."""
        self.keeps = False
        while self._idle:
            self._idle.pop().outgoing.transport.abort()

    async def _answered(self, data: bytes) -> tuple[Link, Response]:
        if kept := self._kept():
            with suppress(NoAnswerError, ConnectionError):
                return kept, await _begun(kept, data)
        link = await self._open()
        return link, await _begun(link, data)

    def _kept(self) -> Link | None:
        while self._idle:
            link = self._idle.pop()
            if link.is_alive:
                return link
            link.outgoing.transport.abort()
        return None

    async def _open(self) -> Link:
        parts = urlsplit(self.url)
        port = parts.port or _PORTS[parts.scheme]
        context = self.context or tls.create_default_context() if parts.scheme == "https" else None
        try:
            return Link(*await asyncio.open_connection(parts.hostname, port, ssl=context))
        except TimeoutError:
            raise
        except OSError as error:
            raise NoConnectionError(_words(error)) from error

    def _put_back(self, link: Link, response: Response) -> None:
        if self.keeps and response.is_whole and response.may_go_on and link.is_alive:
            self._idle.append(link)
        else:
            link.outgoing.transport.abort()

    def _head(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2].encode("idna").decode()
        fields = {"Host": host, "Connection": "keep-alive" if self.keeps else "close", **headers}
        if body or method in {"POST", "PATCH", "PUT"}:
            fields["Content-Length"] = str(len(body))
        target = parts.path.rstrip("/") + path
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def _words(error: OSError) -> str:
    """What the system calls it; of several addresses that were tried, the first."""
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(number[1])) if number else error.strerror or str(error)


async def _begun(link: Link, data: bytes) -> Response:
    """The answer on a connection, which is closed where none comes."""
    response = Response(link)
    try:
        link.outgoing.write(data)
        await response.begin()
    except BaseException:
        link.outgoing.transport.abort()
        raise
    return response
