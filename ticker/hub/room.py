"""One edition in this process: its board, and the readers who watch it, by subscription.

Delivers each line, correction and kill to the groups that it concerns (`Room.publish`).
Joining is synchronous: a reader gets its hello (snapshot or replay) and stands in its group before
anything else can happen, so no line falls between the two. Readers are written to, never awaited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import QueuedAudience
from ticker.hub.titles import Titles
from ticker.news.flash import URGENCY_DEFAULT, URGENCY_RANGE, PubStatus
from ticker.protocol import frames

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.hub.audience import Audience, Reader
    from ticker.hub.hello_cache import HelloCache
    from ticker.metrics import Metrics
    from ticker.news.board import Board
    from ticker.news.event import Cursor, Event
    from ticker.news.flash import Flash
    from ticker.news.reach import Ask, VersionRef
    from ticker.news.subscription import Subscription
    from ticker.protocol.frames import Encoder, Frame

_TIME_EVERY: Final = timedelta(minutes=10)
# How the readers of a lane are written to; those of a lane not named here one by one.
Lanes = Mapping[str, Callable[[], "Audience"]]

# Whether a board is loaded, how often it was, how often titles were, where its wire stands, since
# when it may be old.
Revision = tuple[bool, int, int, "Cursor", "datetime | None"]


@dataclass(slots=True)
class _Group:
    """Readers with equal subscriptions, by lane."""

    subscription: Subscription
    audiences: dict[str, Audience] = field(default_factory=dict)
    hellos: dict[Cursor | None, Frame] = field(default_factory=dict)
    hellos_for: tuple[Cursor, int, int, datetime | None] | None = None


class Room:
    """One edition: its board and the readers who watch it.

    Attributes:
        loaded: Whether its board can be shown.
        opened: Whether it was loaded since the store was last found to be half a backup.
        half: Whether the store is half a backup now.
        titles: Of its running stories.
    """

    def __init__(
        self,
        edition: str,
        board: Board,
        encoder: Encoder,
        lanes: Lanes,
        metrics: Metrics,
        hellos: HelloCache,
        now: datetime,
        ask: Callable[[VersionRef], Ask | None],
    ) -> None:
        self.edition: Final = edition
        self.board: Final = board
        self.loaded = self.opened = self.half = False
        self.loads = 0
        self.titles: Final = Titles()
        self._encoder = encoder
        self._lanes = lanes
        self._metrics = metrics
        self._hellos = hellos
        self._timed = now
        self._ask = ask
        self._groups: dict[Subscription, _Group] = {}
        self._awaited: list[tuple[Flash, asyncio.Event]] = []

    @property
    def revision(self) -> Revision:
        """Validator of what is made from this edition."""
        return self.loaded, self.loads, self.titles.changes, self.board.cursor, self.stale

    @property
    def readers(self) -> list[Reader]:
        """Everybody in the room."""
        return [
            reader
            for group in self._groups.values()
            for audience in group.audiences.values()
            for reader in audience.readers()
        ]

    def join(
        self,
        reader: Reader,
        subscription: Subscription,
        cursor: Cursor | None,
        clock: Callable[[], datetime],
        joined: Callable[[], None],
    ) -> Subscription:
        """Send a reader a snapshot or a replay of what it missed, and subscribe it from here on."""
        group = self._groups.get(subscription)
        if group is None:
            group = self._groups[subscription] = _Group(subscription)
        audience = group.audiences.get(reader.lane)
        if audience is None:
            audience = group.audiences[reader.lane] = self._lanes.get(reader.lane, QueuedAudience)()
        audience.add(reader)
        reader.send(self._hello(group, cursor, clock()))
        joined()
        return group.subscription

    def hello(self, subscription: Subscription, cursor: Cursor | None, now: datetime) -> Frame:
        """The snapshot or replay for this position; somebody has this subscription."""
        return self._hello(self._groups[subscription], cursor, now)

    def leave(self, reader: Reader, subscription: Subscription) -> None:
        """Forget a reader."""
        group = self._groups.get(subscription)
        if group is None or reader.lane not in group.audiences:
            return
        audience = group.audiences[reader.lane]
        audience.discard(reader)
        if not audience:
            del group.audiences[reader.lane]
        if not group.audiences:
            self._hellos.clear(group.hellos)
            del self._groups[subscription]

    def publish(self, event: Event) -> None:
        """Deliver an event, a kill too: broadcast it to each group that it concerns."""
        self._metrics.count("ticker_events_total", edition=self.edition)
        self._tell_titles(self.titles.new_with(event.flash, self.board))
        if not self.board.apply(event):
            return
        asked = self._ask(frames.ref_of(event.flash))
        shown = frames.flash(event.cursor, event.flash, asked)
        dropped: Frame | None = None
        killed = event.flash.pubstatus is PubStatus.CANCELED
        # What must leave the screens is as urgent as anything can be.
        urgency = URGENCY_RANGE.start if killed else event.flash.urgency
        for group in list(self._groups.values()):
            if group.subscription.matches(event.flash):
                self._send(group, shown, urgency)
            elif event.flash.version > 1:
                dropped = dropped or frames.drop(event.cursor, event.flash)
                self._send(group, dropped, urgency)
        self._tell_waiting()

    def entitle(self, titles: Mapping[str, str]) -> None:
        """Take the titles of its running stories, and tell readers what is new of them."""
        self._tell_titles(self.titles.replace(titles, self.board))

    async def shown(self, flash: Flash) -> None:
        """Wait until this version of a flash, or a newer one, is shown, unless none ever is."""
        known = self.board.get(flash.id)
        was_out = known is not None and known.pubstatus is not PubStatus.WITHHELD
        if flash.pubstatus is not PubStatus.USABLE and not was_out:
            return
        if known is not None and known.version >= flash.version:
            return
        awaited = (flash, asyncio.Event())
        self._awaited.append(awaited)
        try:
            await awaited[1].wait()
        finally:
            self._awaited.remove(awaited)

    def reset(self, now: datetime) -> None:
        """Send every reader a snapshot: the board is not the continuation of the old one."""
        for group in list(self._groups.values()):
            self._send(group, self._hello(group, None, now), URGENCY_DEFAULT)
        self._tell_waiting()

    def beat(self, now: datetime, *, timed: bool = False) -> None:
        """Heartbeat: show every reader that we live, and where the wire stands.

        With the time now and then, since clocks are set and drift, and while the wire is lost.
        """
        timed = timed or self.stale is not None or now >= self._timed + _TIME_EVERY
        if timed:
            self._timed = now
        self.board.prune(now)
        beat = self._encoder.beat(self.board.cursor, now if timed else None)
        for group in list(self._groups.values()):
            self._send(group, beat, URGENCY_DEFAULT)

    @property
    def stale(self) -> datetime | None:
        """Since when its wire is not followed, if it is not."""
        return self._encoder.stale

    def mark_stale(self, now: datetime) -> bool:
        """Its wire is lost: tell its readers, at once and with every beat; False: they know."""
        if self.stale is not None:
            return False
        self._encoder.stale = now
        self.beat(now)
        return True

    def mark_fresh(self, now: datetime) -> None:
        """Its wire is followed again."""
        self.half = False
        self.opened = self.opened or self.loaded
        if self.stale is not None:
            self._encoder.stale = None
            self.beat(now, timed=True)

    def _tell_titles(self, changed: Mapping[str, str | None]) -> None:
        if changed:
            told = frames.titles(self.board.cursor, changed)
            for group in list(self._groups.values()):
                self._send(group, told, URGENCY_DEFAULT)

    def _tell_waiting(self) -> None:
        for flash, shown in self._awaited:
            known = self.board.get(flash.id)
            if known is not None and known.version >= flash.version:
                shown.set()

    def _send(self, group: _Group, frame: Frame, urgency: int) -> None:
        for audience in list(group.audiences.values()):
            self._metrics.count("ticker_deliveries_total", len(audience), edition=self.edition)
            audience.send(frame, urgency)

    def _hello(self, group: _Group, cursor: Cursor | None, now: datetime) -> Frame:
        """The hello for this position, cached for a second: a reconnect storm brings thousands."""
        second = int(now.timestamp())
        valid_for = (self.board.cursor, self.titles.changes, second, self._encoder.stale)
        if group.hellos_for != valid_for:
            self._hellos.clear(group.hellos)
            group.hellos_for = valid_for
        missed = self.board.since(cursor) if cursor is not None else None
        key = None if missed is None else cursor
        kind = "snapshot" if missed is None else "replay"
        self._metrics.count("ticker_hellos_total", edition=self.edition, kind=kind)
        hello = group.hellos.get(key)
        if hello is None:
            hello = (
                self._snapshot(group.subscription, now)
                if missed is None
                else self._replay(group.subscription, missed, now)
            )
            self._hellos.keep(group.hellos, key, hello)
        return hello

    def _snapshot(self, subscription: Subscription, now: datetime) -> Frame:
        lines = self.board.lines(subscription, now)
        return self._encoder.snapshot(self.board.cursor, lines, now, self.titles.of(lines))

    def _replay(self, subscription: Subscription, missed: list[Flash], now: datetime) -> Frame:
        matching = [flash for flash in missed if subscription.matches(flash)]
        drops = [
            flash.id for flash in missed if flash.version > 1 and not subscription.matches(flash)
        ]
        titles = self._titles_now(subscription, now)
        return self._encoder.replay(self.board.cursor, matching, drops, now, titles)

    def _titles_now(self, subscription: Subscription, now: datetime) -> dict[str, str]:
        """Of all that a reader may have: a title that was changed meanwhile is in no line."""
        return self.titles.of(self.board.lines(subscription, now)) if self.titles.all else {}
