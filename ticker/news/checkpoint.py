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
    from collections.abc import Mapping, Sequence

# Versions of a line that is pinned, by offset: each with its date, and whether it is pinned and
# until when (None: for ever). Only those are kept that are the newest one at some moment.
Pins: TypeAlias = "list[tuple[int, int, bool, int | None]]"
# Segments that are dated oddly and are known one by one; beyond that the past costs more.
ODD_MAX: Final = 64
_LATE_MS: Final = 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log up to the end of a segment of so many entries, in short. Times are in ms since 1970.

    Clocks of hubs differ, so an entry may be dated before one that stands ahead of it; and one is
    wrong for a while now and then, by a year. Whatever a segment's own entries say that nothing
    else does is kept under its number, and nothing of the others depends on it.

    Attributes:
        cursor: Of the last entry.
        number: Of the segment that ends there, from 1 on.
        until: The latest of all segments' earliest dates: no moment before it has this one whole.
        lag: How long before `until` a segment's earliest entry was dated, at most.
        late: Number → earliest date, of segments that begin far earlier than those before them.
        first: The latest first publication of a line so far, but for those in `ahead`.
        ahead: Number → latest first publication, of segments where that is after `until`.
        pins: Id → versions of a line that is pinned at some moment after `until`.
    """

    cursor: Cursor
    number: int
    until: int
    lag: int
    late: Mapping[int, int]
    first: int
    ahead: Mapping[int, int]
    pins: Mapping[str, Pins]

    def after(self, entries: Sequence[tuple[Cursor, str]]) -> Checkpoint:
        """The checkpoint after one more segment: cursor and record of each of its entries.

        Raises:
            KeyError, ValueError, TypeError: A record is not one of ours.
        """
        number = self.number + 1
        pins = {flash_id: [*versions] for flash_id, versions in self.pins.items()}
        dates, firsts = list[int](), list[int]()
        for cursor, text in entries:
            values = json.loads(text)
            flash = values["flash"]
            dates.append(_ms(values["at"]))
            firsts.append(_ms(flash["firstcreated"]))
            pinned = flash["pinned"] and flash["pubstatus"] == PubStatus.USABLE
            if pinned or flash["id"] in pins:
                expires = _ms(flash["expires"]) if pinned and flash["expires"] else None
                pins.setdefault(flash["id"], []).append((cursor.offset, dates[-1], pinned, expires))
        until = max(self.until, min(dates))
        lag, late = _lateness(self, number, min(dates))
        first, ahead = _settled(self.first, {**self.ahead, number: max(firsts)}, until)
        standing = {flash_id: _standing(versions, until) for flash_id, versions in pins.items()}
        kept = {flash_id: versions for flash_id, versions in standing.items() if versions}
        return Checkpoint(entries[-1][0], number, until, lag, late, first, ahead, kept)

    def pinned(self, moment: int) -> list[int]:
        """Offsets of the versions that are pinned at a moment after `until`, as of here."""
        found = []
        for versions in self.pins.values():
            offset, _, pinned, expires = max(
                (it for it in versions if it[1] <= moment), default=(0, 0, False, None)
            )
            if pinned and (expires is None or expires > moment):
                found.append(offset)
        return found

    def encode(self) -> str:
        """The JSON text that is stored."""
        late, ahead = list(self.late.items()), list(self.ahead.items())
        return dumps(
            [
                str(self.cursor),
                self.number,
                self.until,
                self.lag,
                late,
                self.first,
                ahead,
                self.pins,
            ]
        )

    @staticmethod
    def decode(text: str) -> Checkpoint:
        """The checkpoint of a text that `encode` made.

        Raises:
            ValueError, TypeError, AttributeError: It is not one of ours.
        """
        position, number, until, lag, late, first, ahead, pins = json.loads(text)
        cursor = Cursor.parse(position)
        if cursor is None:
            raise ValueError(position)
        kept = {flash_id: [tuple(it) for it in versions] for flash_id, versions in pins.items()}
        return Checkpoint(cursor, number, until, lag, dict(late), first, dict(ahead), kept)


def _lateness(before: Checkpoint, number: int, earliest: int) -> tuple[int, Mapping[int, int]]:
    """Lag and late segments after one more, which begins at this date."""
    lateness = before.until - earliest
    if lateness <= _LATE_MS:
        return max(before.lag, lateness), before.late
    late = {**before.late, number: earliest}
    if len(late) <= ODD_MAX:
        return before.lag, late
    return max(before.lag, before.until - min(late.values())), {}


def _settled(first: int, ahead: dict[int, int], until: int) -> tuple[int, dict[int, int]]:
    """Latest first publication, and segments that are ahead of it still."""
    ordered = sorted(ahead, key=lambda number: ahead[number])
    for place, number in enumerate(ordered):
        if ahead[number] <= until or len(ordered) - place > ODD_MAX:
            first = max(first, ahead.pop(number))
    return first, ahead


def _standing(versions: Pins, until: int) -> Pins:
    """Those that are the newest at some moment after `until`; none if none is pinned then."""
    kept: Pins = []
    for version in reversed(versions):
        if all(max(version[1], until) < later[1] for later in kept):
            kept.insert(0, version)
    if any(pinned and (expires is None or expires > until) for _, _, pinned, expires in kept):
        return kept
    return []


def dated(text: str) -> int:
    """When a record was made, in ms, without reading the rest of it."""
    values: dict[str, Any] = json.loads(text)
    return _ms(values["at"])


def _ms(time: str) -> int:
    return milliseconds(parse_time(time))


START: Final = Checkpoint(GENESIS, 0, 0, 0, {}, 0, {}, {})
