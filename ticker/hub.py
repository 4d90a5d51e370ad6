"""This process's readers, grouped by what they asked for, and the boards they are shown.

Joining is synchronous: a reader gets its hello and stands in its group before anything else can
happen, so no line falls between the two. Readers are written to and never awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ticker import frames
from ticker.audience import Direct
from ticker.board import Board
from ticker.flash import URGENCY_DEFAULT, PubStatus
from ticker.frames import CloseCode, Encoder, Frame
from ticker.metrics import Labels, Metrics, labels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.audience import Audience, Reader
    from ticker.event import Cursor, Event
    from ticker.flash import Flash
    from ticker.settings import Settings
    from ticker.subscription import Subscription


def utcnow() -> datetime:
    """The clock of the service: aware, UTC."""
    return datetime.now(UTC)


# How the readers of a lane are written to; those of a lane not named here one by one.
Lanes = Mapping[str, Callable[[], "Audience"]]


@dataclass(slots=True)
class _Group:
    """Readers with equal subscriptions, by lane."""

    subscription: Subscription
    audiences: dict[str, Audience] = field(default_factory=dict)
    hellos: dict[Cursor | None, Frame] = field(default_factory=dict)
    hellos_for: tuple[Cursor, int, datetime | None] | None = None


class Room:
    """One edition: its board and the readers who watch it."""

    def __init__(
        self, edition: str, board: Board, encoder: Encoder, lanes: Lanes, metrics: Metrics
    ) -> None:
        self.edition: Final = edition
        self.board: Final = board
        self.loaded = False
        self._encoder = encoder
        self._lanes = lanes
        self._metrics = metrics
        self._groups: dict[Subscription, _Group] = {}

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
        self, reader: Reader, subscription: Subscription, cursor: Cursor | None, now: datetime
    ) -> Subscription:
        """Greet a reader with what it lacks and keep it posted from here on."""
        group = self._groups.get(subscription)
        if group is None:
            group = self._groups[subscription] = _Group(subscription)
        audience = group.audiences.get(reader.lane)
        if audience is None:
            audience = group.audiences[reader.lane] = self._lanes.get(reader.lane, Direct)()
        audience.add(reader)
        reader.send(self._hello(group, cursor, now))
        return group.subscription

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
            del self._groups[subscription]

    def publish(self, event: Event) -> None:
        """Take in an event and show it to everybody it concerns."""
        self._metrics.count("ticker_events_total", edition=self.edition)
        if not self.board.apply(event):
            return
        shown = frames.flash(event.cursor, event.flash)
        dropped = frames.drop(event.cursor, event.flash.id)
        for group in list(self._groups.values()):
            if group.subscription.matches(event.flash):
                self._send(group, shown, event.flash.urgency)
            elif event.flash.version > 1:
                self._send(group, dropped, event.flash.urgency)

    def reset(self, now: datetime) -> None:
        """Give every reader the board anew, since it is not the continuation of the old one."""
        for group in list(self._groups.values()):
            self._send(group, self._hello(group, None, now), URGENCY_DEFAULT)

    def beat(self, now: datetime) -> None:
        """Show every reader that we live, and where the wire stands."""
        self.board.prune(now)
        beat = self._encoder.beat(self.board.cursor, now)
        for group in list(self._groups.values()):
            self._send(group, beat, URGENCY_DEFAULT)

    def _send(self, group: _Group, frame: Frame, urgency: int) -> None:
        for audience in list(group.audiences.values()):
            self._metrics.count("ticker_deliveries_total", len(audience), edition=self.edition)
            audience.send(frame, urgency)

    def _hello(self, group: _Group, cursor: Cursor | None, now: datetime) -> Frame:
        """The greeting for this position, made once a second at most: a storm brings thousands."""
        valid_for = (self.board.cursor, int(now.timestamp()), self._encoder.stale)
        if group.hellos_for != valid_for:
            group.hellos.clear()
            group.hellos_for = valid_for
        missed = self.board.since(cursor) if cursor is not None else None
        key = None if missed is None else cursor
        kind = "snapshot" if missed is None else "replay"
        self._metrics.count("ticker_hellos_total", edition=self.edition, kind=kind)
        if key not in group.hellos:
            group.hellos[key] = (
                self._encoder.snapshot(
                    self.board.cursor, self.board.lines(group.subscription, now), now
                )
                if missed is None
                else self._replay(group.subscription, missed, now)
            )
        return group.hellos[key]

    def _replay(self, subscription: Subscription, missed: list[Flash], now: datetime) -> Frame:
        matching = [flash for flash in missed if subscription.matches(flash)]
        drops = [
            flash.id for flash in missed if flash.version > 1 and not subscription.matches(flash)
        ]
        return self._encoder.replay(self.board.cursor, matching, drops, now)


class Hub:
    """All rooms of this process."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], datetime] = utcnow,
        lanes: Lanes | None = None,
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._encoder = Encoder(settings.beat, settings.board_lines, settings.board_hours)
        self._capacity = settings.max_readers
        self._count: dict[tuple[str, str], int] = {}
        self._size = 0
        self._rooms = {
            code: Room(
                code,
                Board(settings.board_lines, settings.board_window, settings.memory),
                self._encoder,
                lanes or {},
                metrics,
            )
            for code in settings.newsroom.editions
        }
        self._draining = False
        self._register(metrics)

    def _register(self, metrics: Metrics) -> None:
        metrics.probe("ticker_readers", self._readers)
        metrics.probe("ticker_offset", self._offsets)
        metrics.probe("ticker_store_up", lambda: {labels(): float(self._encoder.stale is None)})

    def _readers(self) -> Mapping[Labels, float]:
        return {
            labels(edition=edition, transport=transport): float(count)
            for (edition, transport), count in self._count.items()
        }

    def _offsets(self) -> Mapping[Labels, float]:
        return {
            labels(edition=code): float(room.board.cursor.offset)
            for code, room in self._rooms.items()
        }

    @property
    def is_ready(self) -> bool:
        """Whether every board is loaded and the store is followed."""
        loaded = all(room.loaded for room in self._rooms.values())
        return loaded and self._encoder.stale is None and not self._draining

    @property
    def has_space(self) -> bool:
        """Whether one more reader may come in."""
        return not self._draining and self._size < self._capacity

    @property
    def positions(self) -> dict[str, Cursor]:
        """Where each loaded edition stands."""
        return {code: room.board.cursor for code, room in self._rooms.items() if room.loaded}

    @property
    def unloaded(self) -> list[str]:
        """Editions whose boards are not loaded, or not any more."""
        return [code for code, room in self._rooms.items() if not room.loaded]

    def is_loaded(self, edition: str) -> bool:
        """Whether an edition can be shown."""
        return self._rooms[edition].loaded

    def load(
        self, edition: str, flashes: Iterable[Flash], since: Cursor, tail: Iterable[Event]
    ) -> None:
        """Start an edition's board, or start it anew in front of all its readers."""
        room = self._rooms[edition]
        room.board.load(flashes, since, tail)
        room.loaded = True
        room.reset(self._clock())

    def forget(self, edition: str) -> None:
        """An edition's history was replaced: its board must be loaded again."""
        self._metrics.count("ticker_resets_total")
        self._rooms[edition].loaded = False

    def publish(self, event: Event) -> None:
        """Take in an event of the wire."""
        self._rooms[event.flash.edition].publish(event)

    def join(
        self, reader: Reader, subscription: Subscription, cursor: Cursor | None
    ) -> Subscription:
        """Let a reader in; it was sent its hello when this returns.

        Returns the one object that stands for all equal subscriptions, for `leave`.
        """
        key = (subscription.edition, reader.transport)
        self._count[key] = self._count.get(key, 0) + 1
        self._size += 1
        return self._rooms[subscription.edition].join(reader, subscription, cursor, self._clock())

    def leave(self, reader: Reader, subscription: Subscription) -> None:
        """A reader is gone."""
        self._count[subscription.edition, reader.transport] -= 1
        self._size -= 1
        self._rooms[subscription.edition].leave(reader, subscription)

    def beat(self) -> None:
        """Send every reader a beat."""
        now = self._clock()
        for room in self._rooms.values():
            room.beat(now)

    def mark_stale(self) -> None:
        """The store is away: tell readers, at once and with every beat."""
        if self._encoder.stale is None:
            self._metrics.count("ticker_store_faults_total")
            self._encoder.stale = self._clock()
            self.beat()

    def mark_fresh(self) -> None:
        """The store is followed again."""
        if self._encoder.stale is not None:
            self._encoder.stale = None
            self.beat()

    def lines(self, subscription: Subscription) -> tuple[Cursor, list[Flash]]:
        """The board that a subscription is shown, and its position."""
        board = self._rooms[subscription.edition].board
        return board.cursor, board.lines(subscription, self._clock())

    def get(self, edition: str, flash_id: str) -> Flash | None:
        """A published or killed flash that this hub remembers."""
        flash = self._rooms[edition].board.get(flash_id)
        return None if flash is None or flash.pubstatus is PubStatus.WITHHELD else flash

    def drain(self) -> None:
        """Send everybody away for a restart, and let nobody in."""
        self._draining = True
        for room in self._rooms.values():
            for reader in room.readers:
                reader.close(CloseCode.SERVICE_RESTART)
