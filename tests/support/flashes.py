"""Flashes, records and events for tests that need no service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ticker.news.event import GENESIS, Cursor, Event, Record
from ticker.news.flash import Flash, PubStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def flash(flash_id: str = "a", version: int = 1, **fields: Any) -> Flash:
    """A usable flash, first published at noon unless told otherwise."""
    values: dict[str, Any] = {
        "id": flash_id,
        "edition": "en",
        "version": version,
        "pubstatus": PubStatus.USABLE,
        "headline": f"line {flash_id}",
        "firstcreated": NOON,
        "versioncreated": NOON,
    }
    return Flash(**values | fields)


def record(item: Flash, action: str = "publish", by: str = "tester") -> Record:
    """The log's record of a version; an embargo is its due time."""
    due = item.embargoed if item.pubstatus is PubStatus.WITHHELD else None
    return Record(flash=item, action=action, by=by, at=item.versioncreated, due=due)


def chain(flashes: Iterable[Flash], start: Cursor = GENESIS) -> list[Event]:
    """The events of a wire that these versions were appended to, one after another."""
    events = []
    for item in flashes:
        start = start.follows(record(item).encode())
        events.append(Event(start, item))
    return events
