"""Board: a reducer (fold) of events to an edition's snapshot, and the recent ones for replay.

Applying an event is an upsert, so repeats and late arrivals are harmless. Old lines are let go as
the clock moves on; nothing here reads the clock.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from ticker.news.event import GENESIS, Cursor, Event
from ticker.news.flash import PubStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from ticker.news.flash import Flash
    from ticker.news.subscription import Subscription


# Lines that are kept for when others are killed, and for those who filter.
HELD_MAX: Final = 1000


class Board:
    """What is on show in one edition, and what happened lately.

    Args:
        lines: Lines on show at most.
        window: How long after its first publication a line is on show.
        memory: Events to remember for those who resume.
    """

    def __init__(self, lines: int, window: timedelta, memory: int) -> None:
        self._lines = lines
        self._window = window
        self._flashes: dict[str, Flash] = {}
        self._recent: deque[Event] = deque(maxlen=memory)
        self._oldest = GENESIS

    @property
    def cursor(self) -> Cursor:
        """The position after the newest event."""
        return self._recent[-1].cursor if self._recent else self._oldest

    def load(self, flashes: Iterable[Flash], since: Cursor, tail: Iterable[Event]) -> None:
        """Initial state: the current flashes and the events after `since`, oldest first."""
        self._flashes = {flash.id: flash for flash in flashes}
        self._recent.clear()
        self._oldest = since
        for event in tail:
            self.apply(event)

    def apply(self, event: Event) -> bool:
        """Reduce (upsert) one event; False if its flash is an older version, or a repeat."""
        if event.cursor.offset > self.cursor.offset:
            if len(self._recent) == self._recent.maxlen:
                self._oldest = self._recent[0].cursor
            self._recent.append(event)
        known = self._flashes.get(event.flash.id)
        if known is not None and known.version >= event.flash.version:
            return False
        self._flashes[event.flash.id] = event.flash
        return True

    def prune(self, now: datetime) -> None:
        """Eviction: let go of what neither the board nor one who resumes can need any more.

        Of lines on show the newest `HELD_MAX` stay, as many as are loaded at the start.
        """
        recent = {event.flash.id for event in self._recent}
        shown = [flash for flash in self._flashes.values() if self._is_on(flash, now)]
        if len(shown) > HELD_MAX:
            shown.sort(key=_place, reverse=True)
        held = {flash.id for flash in shown[: max(HELD_MAX, self._lines)]}
        self._flashes = {
            flash.id: flash
            for flash in self._flashes.values()
            if flash.id in recent or flash.id in held
        }

    @property
    def coverages(self) -> set[str | None]:
        """Slugs of the running stories of all usable lines that are known here."""
        return {it.coverage for it in self._flashes.values() if it.pubstatus is PubStatus.USABLE}

    def get(self, flash_id: str) -> Flash | None:
        """The newest known version of a flash."""
        return self._flashes.get(flash_id)

    def killed(self, limit: int) -> list[Flash]:
        """The last lines that were killed after they were out, newest kill first."""
        recent = dict.fromkeys(event.flash.id for event in reversed(self._recent))
        found = (self._flashes[flash_id] for flash_id in recent)
        return list(islice((it for it in found if it.pubstatus is PubStatus.CANCELED), limit))

    def lines(self, subscription: Subscription, now: datetime) -> list[Flash]:
        """Snapshot: the lines on show for a subscription, pinned first, then newest first."""
        shown = [
            flash
            for flash in self._flashes.values()
            if self._is_on(flash, now) and subscription.matches(flash)
        ]
        shown.sort(key=_place, reverse=True)
        return shown[: self._lines]

    def until(self, now: datetime) -> datetime | None:
        """When the next line leaves by itself, by expiry or by age."""
        ends = []
        for flash in self._flashes.values():
            if not self._is_on(flash, now):
                continue
            if not flash.pinned:
                ends.append(flash.firstcreated + self._window)
            if flash.expires is not None:
                ends.append(flash.expires)
        return min(ends, default=None)

    def since(self, cursor: Cursor) -> list[Flash] | None:
        """Replay: the newest version of each flash that changed after `cursor`, in wire order.

        None when this board does not know that position: it is ahead of us, older than our
        memory, or of another history.
        """
        missed = self._after(cursor)
        if missed is None:
            return None
        newest = {event.flash.id: event.cursor.offset for event in missed}
        return [
            self._flashes[event.flash.id]
            for event in missed
            if newest[event.flash.id] == event.cursor.offset
        ]

    def _after(self, cursor: Cursor) -> list[Event] | None:
        if cursor == self._oldest:
            return list(self._recent)
        index = cursor.offset - self._oldest.offset
        if not 0 < index <= len(self._recent) or self._recent[index - 1].cursor != cursor:
            return None
        return [event for event in self._recent if event.cursor.offset > cursor.offset]

    def _is_on(self, flash: Flash, now: datetime) -> bool:
        return (
            flash.pubstatus is PubStatus.USABLE
            and not flash.is_expired(now)
            and (flash.pinned or flash.firstcreated > now - self._window)
        )


def _place(flash: Flash) -> tuple[bool, tuple[datetime, str]]:
    """Sort key of a board: pinned first, then newest first."""
    return (flash.pinned, flash.order)
