"""The protocol to readers (docs/protocol.md): its messages, close codes and encodings.

A frame is built once per event and encoded once per transport; the hub hands the same bytes to
every reader. This module knows no sockets, no Redis and no readers.
"""

from __future__ import annotations

import gzip
from enum import IntEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ticker.news import document
from ticker.news.flash import PubStatus
from ticker.news.reach import VersionRef
from ticker.protocol import rfc6455

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ticker.news.event import Cursor
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition
    from ticker.news.reach import Ask

# Jitter: EventSource has none of its own, and all would come back at once.
SSE_RETRY_MS: Final = range(1500, 4501)

_GZIP_LEVEL: Final = 6
_NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})

# Lingering close: what a peer has to read why it is closed.
GOODBYE_SECONDS: Final = 5.0


class CloseCode(IntEnum):
    """Why a reader is closed. 4000–4399: come back with full jitter; 4400–4799: stay away."""

    POLICY_VIOLATION = 1008  # RFC 6455 §7.4.1: the reader sent data
    SERVICE_RESTART = 1012  # IANA registry: drained for a restart
    TOO_SLOW = 4008
    SESSION_ENDED = 4401  # a desk whose editor was logged out

    @property
    def reason(self) -> str:
        """What the close frame says beside the code, to a person who looks for it."""
        return rfc6455.NO_DATA if self is CloseCode.POLICY_VIOLATION else self.name.lower()


class Frame:
    """One message, encoded at most once per transport, however many readers get it.

    Attributes:
        text: The message as JSON.
        ref: The version of a line that it tells of, if it does.
        is_news: Whether it brings or takes away anything.
        stale: Since when the store is away, if it says so.
    """

    def __init__(self, message: dict[str, Any], ref: VersionRef | None = None) -> None:
        self.text: Final = document.dumps(message)
        self.ref: Final = ref
        self.is_news: Final = _is_news(message)
        self.stale: Final = message.get("stale")
        self._cursor = message["cursor"]

    @cached_property
    def websocket(self) -> bytes:
        """The message as one text frame (RFC 6455 §5.6)."""
        return rfc6455.frame(rfc6455.Opcode.TEXT, self.text.encode())

    @cached_property
    def deflated(self) -> bytes:
        """The same for readers that take permessage-deflate (RFC 7692)."""
        return rfc6455.deflated(self.text.encode())

    @cached_property
    def sse_chunk(self) -> bytes:
        """The Server-Sent Event as one chunk of an HTTP/1.1 body (RFC 9112 §7.1)."""
        return b"%x\r\n%b\r\n" % (len(self.sse), self.sse)

    @cached_property
    def sse(self) -> bytes:
        """The message as a Server-Sent Event whose id is the cursor (HTML, 9.2)."""
        return f"id: {self._cursor}\ndata: {self.text}\n\n".encode()

    @cached_property
    def gzipped(self) -> bytes:
        """The message as a body of its own, compressed (RFC 1952)."""
        return gzip.compress(self.text.encode(), _GZIP_LEVEL, mtime=0)

    @cached_property
    def size(self) -> int:
        """Bytes of the text in UTF-8."""
        return len(self.text.encode())


class Encoder:
    """Builds the messages that tell of more than one line.

    Args:
        beat: Seconds between two beats.
        lines: Lines on a board at most.
        hours: Hours a line stays on the board.
        edition: Whose lines it tells of, in which language and direction.

    Attributes:
        stale: Since when the store is away, if it is.
    """

    def __init__(self, beat: float, lines: int, hours: float, edition: Edition) -> None:
        self._beat = beat
        self._language = {"lang": edition.lang, "dir": edition.dir}
        self._board = {"lines": lines, "hours": hours}
        self.stale: datetime | None = None

    def snapshot(
        self,
        cursor: Cursor,
        lines: Iterable[Flash],
        now: datetime,
        titles: Mapping[str, str] = _NO_TITLES,
    ) -> Frame:
        """A hello that replaces everything a reader has; newest line first."""
        return self._hello(cursor, reset=True, flashes=lines, now=now, titles=titles)

    def replay(
        self,
        cursor: Cursor,
        missed: Iterable[Flash],
        drops: list[str],
        now: datetime,
        titles: Mapping[str, str] = _NO_TITLES,
    ) -> Frame:
        """A hello with what a reader missed, oldest first, to be upserted."""
        return self._hello(cursor, reset=False, flashes=missed, now=now, titles=titles, drops=drops)

    def beat(self, cursor: Cursor, now: datetime | None) -> Frame:
        """Heartbeat, and the position to resume from even when filters hid events.

        Without a time it is two thirds as long on the wire, and nearly all that is sent is beats.
        """
        message = {"type": "beat", "cursor": str(cursor)}
        if now is not None:
            message["now"] = document.format_time(now)
        return Frame(self._with_stale(message))

    def _hello(
        self,
        cursor: Cursor,
        *,
        reset: bool,
        flashes: Iterable[Flash],
        now: datetime,
        titles: Mapping[str, str],
        drops: list[str] | None = None,
    ) -> Frame:
        message = {
            "type": "hello",
            "cursor": str(cursor),
            "reset": reset,
            "flashes": [document.public(flash) for flash in flashes],
            "now": document.format_time(now),
            "beat": self._beat,
            "board": self._board,
            **self._language,
        }
        if drops:
            message["drops"] = drops
        if titles:
            message["titles"] = dict(titles)
        return Frame(self._with_stale(message))

    def _with_stale(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.stale is not None:
            message["stale"] = document.format_time(self.stale)
        return message


def _is_news(message: dict[str, Any]) -> bool:
    if message.get("type") == "hello":
        return any(message.get(name) for name in ("reset", "flashes", "drops"))
    return message.get("type") != "beat"


def flash(cursor: Cursor, item: Flash, ask: Ask | None = None) -> Frame:
    """One version of one line, to be upserted if it is newer; some readers say what came of it."""
    message: dict[str, Any] = {"type": "flash", "cursor": str(cursor)}
    message["flash"] = document.public(item)
    if ask is not None:
        message["ask"] = [ask.one_in, ask.within]
    return Frame(message, ref_of(item))


def titles(cursor: Cursor, changed: Mapping[str, str | None]) -> Frame:
    """Titles of running stories, by slug; null: it has none any more."""
    return Frame({"type": "titles", "cursor": str(cursor), "titles": dict(changed)})


def drop(cursor: Cursor, item: Flash) -> Frame:
    """Removal of a line whose new version a reader's filters no longer match."""
    return Frame({"type": "drop", "cursor": str(cursor), "id": item.id}, ref_of(item))


def ref_of(item: Flash) -> VersionRef:
    """Reference to this version."""
    killed = item.pubstatus is PubStatus.CANCELED
    return VersionRef(item.edition, item.id, item.version, item.versioncreated, killed)


def sse_retry(milliseconds: int) -> bytes:
    """The Server-Sent Events field that tells a reader when to come back."""
    return f"retry: {milliseconds}\n\n".encode()
