"""Checkpoint of a log: what a board of the past needs to know of all entries up to one of them.

A fold of the log and of nothing else, so that whoever makes it anew makes the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ticker.news.document import dumps, milliseconds, parse_time
from ticker.news.event import GENESIS, Cursor
from ticker.news.flash import PubStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Offset of a pinned line's newest version, and when it expires in ms, if it does.
Pin: TypeAlias = "tuple[int, int | None]"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log up to an entry, in short. Times are in ms since 1970.

    Clocks of hubs differ, so an entry may be dated before one that stands ahead of it.

    Attributes:
        cursor: Of that entry.
        until: The latest date of an entry so far.
        lag: How long before one ahead of it an entry was dated, at most.
        first: The latest first publication of a line so far.
        pins: Id of each pinned line → its pin, unless it has expired by `until`.
    """

    cursor: Cursor
    until: int
    lag: int
    first: int
    pins: Mapping[str, Pin]

    def after(self, entries: Iterable[tuple[Cursor, str]]) -> Checkpoint:
        """The checkpoint after more entries: cursor and record of each.

        Raises:
            KeyError, ValueError, TypeError: A record is not one of ours.
        """
        cursor, until, lag, first, pins = (
            self.cursor,
            self.until,
            self.lag,
            self.first,
            {**self.pins},
        )
        for cursor, text in entries:
            values = json.loads(text)
            flash = values["flash"]
            at = _ms(values["at"])
            lag = max(lag, until - at)
            until = max(until, at)
            first = max(first, _ms(flash["firstcreated"]))
            if flash["pinned"] and flash["pubstatus"] == PubStatus.USABLE:
                expires = flash["expires"]
                pins[flash["id"]] = (cursor.offset, _ms(expires) if expires else None)
            else:
                pins.pop(flash["id"], None)
        standing = {
            flash_id: pin for flash_id, pin in pins.items() if pin[1] is None or pin[1] > until
        }
        return Checkpoint(cursor, until, lag, first, standing)

    def encode(self) -> str:
        """The JSON text that is stored."""
        return dumps([str(self.cursor), self.until, self.lag, self.first, self.pins])

    @staticmethod
    def decode(text: str) -> Checkpoint:
        """The checkpoint of a text that `encode` made.

        Raises:
            ValueError, TypeError, AttributeError: It is not one of ours.
        """
        position, until, lag, first, pins = json.loads(text)
        cursor = Cursor.parse(position)
        if cursor is None:
            raise ValueError(position)
        kept = {flash_id: (offset, expires) for flash_id, (offset, expires) in pins.items()}
        return Checkpoint(cursor, until, lag, first, kept)


def dated(text: str) -> int:
    """When a record was made, in ms, without reading the rest of it."""
    values: dict[str, Any] = json.loads(text)
    return _ms(values["at"])


def _ms(time: str) -> int:
    return milliseconds(parse_time(time))


START: Final = Checkpoint(GENESIS, 0, 0, 0, {})
