"""Event (log entry), record (audit) and cursor (position) of the wire, a hash chain.

Each entry's tag is derived from the tag before it and from the entry's
record, so a cursor proves not only where a reader was but that it saw this history.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, Final, TypedDict

from ticker.news import document
from ticker.news.flash import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ticker.news.flash import Flash

TAG_LENGTH: Final = 16
CURSOR: Final = re.compile(r"(0|[1-9][0-9]{0,15})\.([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position on an edition's wire: after the entry with this offset and tag."""

    offset: int
    tag: str

    def __str__(self) -> str:
        return f"{self.offset}.{self.tag}"

    @staticmethod
    def parse(text: str) -> Cursor | None:
        """The cursor a client sent back, or None where it is malformed."""
        match = CURSOR.fullmatch(text)
        return Cursor(int(match[1]), match[2]) if match else None

    def follows(self, record: str) -> Cursor:
        """The position after an entry with this record is appended here (as `wire.lua` does)."""
        digest = sha1(f"{self.tag}{record}".encode(), usedforsecurity=False).hexdigest()
        return Cursor(self.offset + 1, digest[:TAG_LENGTH])


GENESIS: Final = Cursor(0, "0" * TAG_LENGTH)


class RecordDocument(TypedDict):
    """A record as those with a token see it; times are RFC 3339."""

    flash: document.Document
    action: str
    by: str
    at: str
    reason: str | None
    address: str | None
    stage: Stage | None
    due: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the log keeps of one version: the flash, and who did what and why.

    Attributes:
        flash: The whole flash at this version.
        action: publish, correct, refile, kill, release; draft, hold, submit of a line that waits.
        by: Name of the user or token that did it.
        at: When, UTC.
        reason: Of a kill, for the desk only.
        address: From where.
        stage: Why it waits.
        due: When it goes out by itself.
    """

    flash: Flash
    action: str
    by: str
    at: datetime
    reason: str | None = None
    address: str | None = None
    stage: Stage | None = None
    due: datetime | None = None

    def encode(self) -> str:
        """The JSON text that is stored, chained and announced."""
        return document.dumps(self.as_document())

    def as_document(self, *, with_address: bool = True) -> RecordDocument:
        """The same as a mapping, for those with a token; addresses are personal data."""
        return {
            "flash": document.full(self.flash),
            "action": self.action,
            "by": self.by,
            "at": document.format_time(self.at),
            "reason": self.reason,
            "address": self.address if with_address else None,
            "stage": self.stage,
            "due": document.format_time(self.due) if self.due else None,
        }

    @staticmethod
    def decode(text: str) -> Record:
        """The record of a text that `encode` made.

        Raises:
            KeyError, ValueError, TypeError: It is not one of ours.
        """
        values = json.loads(text)
        return Record(
            flash=document.parse(values["flash"]),
            action=values["action"],
            by=values["by"],
            at=document.parse_time(values["at"]),
            reason=values["reason"],
            address=values.get("address"),
            stage=Stage(values["stage"]) if values.get("stage") else None,
            due=document.parse_time(values["due"]) if values.get("due") else None,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of an edition's wire: applying it is an upsert, the newer version of an id wins."""

    cursor: Cursor
    flash: Flash

    @staticmethod
    def stored(entry: tuple[str, Mapping[str, str]]) -> Event:
        """The event of an entry of the log, by its id and fields."""
        entry_id, fields = entry
        cursor = Cursor(int(entry_id.partition("-")[0]), fields["tag"])
        return Event(cursor, Record.decode(fields["record"]).flash)

    @staticmethod
    def announced(message: str, after: Cursor) -> Event | None:
        """The event of an announcement (pub/sub), if it is the very next one."""
        position, _, record = message.partition(" ")
        cursor = after.follows(record)
        return Event(cursor, Record.decode(record).flash) if str(cursor) == position else None
