"""The hub: this process's rooms, admission to them, and broadcast; `room` delivers each line."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from ticker.hub.early import EarlyReaders
from ticker.hub.hello_cache import HelloCache
from ticker.hub.load import Load
from ticker.hub.presence import HubPresence
from ticker.hub.room import Lanes, Room
from ticker.hub.screens import Screens
from ticker.metrics import Labels, Metrics, labels
from ticker.news.board import Board
from ticker.news.document import utcnow
from ticker.news.event import GENESIS
from ticker.news.flash import PubStatus
from ticker.protocol.frames import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from ticker.hub.audience import Reader
    from ticker.hub.room import Revision
    from ticker.news.event import Cursor, Event
    from ticker.news.flash import Flash
    from ticker.news.reach import HubReaders
    from ticker.news.subscription import Subscription
    from ticker.protocol.frames import Frame
    from ticker.settings import Settings


class Hub:
    """All rooms of this process."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], datetime] = utcnow,
        lanes: Lanes | None = None,
        load: Load | None = None,
        screens: Screens | None = None,
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._load = load or Load()
        self._capacity = settings.max_readers
        self._presence = HubPresence(settings.newsroom.all_editions)
        self._early = EarlyReaders()
        hellos, asking = HelloCache(), screens or Screens(metrics)
        self._rooms = {
            code: Room(
                code,
                Board(settings.board_lines, settings.board_window, settings.memory),
                Encoder(settings.beat, settings.board_lines, settings.board_hours, edition),
                lanes or {},
                metrics,
                hellos,
                clock(),
                partial(asking.ask, self._presence.sites(code)),
            )
            for code, edition in settings.newsroom.all_editions.items()
        }
        self._draining = False
        self._whole = asyncio.Event()
        self._register(metrics)

    def _register(self, metrics: Metrics) -> None:
        metrics.probe("ticker_readers", self._presence.samples)
        metrics.probe("ticker_offset", self._offsets)
        metrics.probe("ticker_store_up", self._followed)

    def _offsets(self) -> Mapping[Labels, float]:
        rooms = self._rooms.items()
        return {labels(edition=it): float(room.board.cursor.offset) for it, room in rooms}

    def _followed(self) -> Mapping[Labels, float]:
        return {labels(edition=it): float(room.stale is None) for it, room in self._rooms.items()}

    @property
    def editions(self) -> list[str]:
        """Codes of all editions, drills too."""
        return list(self._rooms)

    @property
    def is_ready(self) -> bool:
        """Readiness: a board is loaded and followed, none is to come, and no drain goes on.

        An edition whose shard is away does not take the others along.
        """
        rooms = self._rooms.values()
        served = any(room.loaded and room.stale is None for room in rooms)
        to_come = any(not room.loaded and room.stale is None for room in rooms)
        return served and not to_come and not self._draining

    @property
    def stale(self) -> list[str]:
        """Editions that are not followed: their part of the store is away."""
        return [code for code, room in self._rooms.items() if room.stale is not None]

    @property
    def serves_readers(self) -> bool:
        """Readiness for readers: there is a board to show, however old, and no drain goes on."""
        return not self._draining and any(room.loaded for room in self._rooms.values())

    @property
    def has_space(self) -> bool:
        """Admission control: whether one more reader may come in."""
        full = self._presence.connected >= self._capacity
        return not full and not self._draining and not self._load.is_busy

    def note_refusal(self) -> None:
        """A reader was refused, as there was no space."""
        self._load.note_refusal()

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

    def is_open(self, edition: str) -> bool:
        """Whether an edition may be written: loaded once, and not half of a backup since."""
        return self._rooms[edition].opened

    @property
    def is_whole(self) -> bool:
        """Whether all boards are open, but for those whose part of the store is away."""
        rooms = self._rooms.values()
        is_half = any(room.half for room in rooms)
        is_to_come = any(not room.opened and room.stale is None for room in rooms)
        return any(room.opened for room in rooms) and not is_half and not is_to_come

    def _judge(self) -> None:
        (self._whole.set if self.is_whole else self._whole.clear)()

    def load(
        self, edition: str, flashes: Iterable[Flash], since: Cursor, tail: Iterable[Event]
    ) -> None:
        """Start an edition's board, or start it anew in front of all its readers."""
        room = self._rooms[edition]
        room.board.load(flashes, since, tail)
        room.loaded = room.opened = True
        room.loads += 1
        self._judge()
        room.reset(self._clock())
        self._early.release({edition})

    def forget(self, edition: str) -> None:
        """An edition's history was replaced: its board must be loaded again."""
        self._metrics.count("ticker_resets_total")
        self._rooms[edition].loaded = False

    def publish(self, event: Event) -> None:
        """Take in an event of the wire, a kill too: its room writes it to all whom it concerns."""
        room = self._rooms[event.flash.edition]
        room.publish(event)
        self._early.settle(room.edition, room.board.cursor.offset)

    def entitle(self, edition: str, titles: Mapping[str, str]) -> None:
        """The titles of an edition's running stories, by slug: its readers hear what is new."""
        self._rooms[edition].entitle(titles)

    def titles(self, edition: str) -> Mapping[str, str]:
        """The same, to read."""
        return self._rooms[edition].titles.all

    def join(
        self,
        reader: Reader,
        subscription: Subscription,
        cursor: Cursor | None,
        joined: Callable[[], None] = lambda: None,
    ) -> Subscription:
        """Let a reader in; it was sent its hello when this returns, unless it is an early one.

        `joined` is called once it was. Returns the interned subscription, for `leave`.
        """
        room = self._rooms[subscription.edition]
        self._presence.arrive(room.edition, reader)
        seat = partial(room.join, reader, subscription, cursor, self._clock, joined)
        if cursor is None or room.stale is not None or cursor.offset <= room.board.cursor.offset:
            return seat()
        self._early.wait(reader, room.edition, cursor.offset, seat)
        return subscription

    def hello(self, subscription: Subscription, cursor: Cursor | None) -> Frame:
        """What a reader who is in would be greeted with if it came from this position now."""
        return self._rooms[subscription.edition].hello(subscription, cursor, self._clock())

    def leave(self, reader: Reader, subscription: Subscription) -> None:
        """A reader is gone."""
        self._presence.depart(subscription.edition, reader)
        self._early.discard(reader)
        self._rooms[subscription.edition].leave(reader, subscription)

    def polled(self, edition: str, origin: str, interval: int) -> None:
        """A reader that polls was given the board, and asks again after so many seconds."""
        self._presence.polled(edition, origin, interval)

    def presence(self) -> dict[str, HubReaders]:
        """Presence: readers of this process now, edition → {"transports", "origins"} → count."""
        return self._presence.readers()

    async def shown(self, flash: Flash, seconds: float) -> None:
        """Read your writes: wait until this process has handed a version to its readers.

        What an editor has been told is then true of what they read next. After `seconds` it
        returns all the same: the line is stored, and comes when the store is followed again.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rooms[flash.edition].shown(flash)

    async def until_loaded(self, seconds: float | None) -> None:
        """Wait until the hub `is_whole`, for so long at most; None: for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._whole.wait()

    def beat(self) -> None:
        """Send every reader a heartbeat."""
        for room in self._rooms.values():
            room.beat(self._clock())

    def mark_stale(self, editions: Collection[str] | None = None) -> None:
        """The store of these editions, or of all, is away: tell readers, now and at each beat."""
        chosen = self._chosen(editions)
        lost = [room for room in chosen if room.mark_stale(self._clock())]
        self._early.release([room.edition for room in chosen])
        if lost:
            self._metrics.count("ticker_store_faults_total")
        self._judge()

    def mark_half(self, editions: Collection[str] | None = None) -> None:
        """An import goes on: nothing else may be written, and what is shown is old.

        An empty board is loaded again, so that no reader gets the backup as news.
        """
        for room in self._chosen(editions):
            room.loaded = room.loaded and room.board.cursor != GENESIS
            room.opened, room.half = False, True
        self.mark_stale(editions)

    def mark_fresh(self, editions: Collection[str] | None = None) -> None:
        """The store of these editions, or of all, is followed again."""
        for room in self._chosen(editions):
            room.mark_fresh(self._clock())
        self._judge()

    def _chosen(self, editions: Collection[str] | None) -> list[Room]:
        return [room for code, room in self._rooms.items() if editions is None or code in editions]

    def lines(self, subscription: Subscription) -> tuple[Cursor, list[Flash]]:
        """The board that a subscription is shown, and its position."""
        board = self._rooms[subscription.edition].board
        return board.cursor, board.lines(subscription, self._clock())

    def position(self, edition: str) -> Cursor:
        """Where an edition's wire stands, as far as this hub has heard it."""
        return self._rooms[edition].board.cursor

    def revision(self, edition: str) -> Revision:
        """Validator of what is made from an edition: another one wherever that may be another."""
        return self._rooms[edition].revision

    def until(self, edition: str) -> datetime | None:
        """When a board changes by itself, by expiry or by age."""
        return self._rooms[edition].board.until(self._clock())

    def get(self, edition: str, flash_id: str) -> Flash | None:
        """A published or killed flash that this hub remembers."""
        flash = self._rooms[edition].board.get(flash_id)
        return None if flash is None or flash.pubstatus is PubStatus.WITHHELD else flash

    def killed(self, edition: str, limit: int) -> list[Flash]:
        """The last lines that readers had and that were killed, as far as they are remembered."""
        return self._rooms[edition].board.killed(limit)

    @property
    def readers(self) -> list[Reader]:
        """Everybody who is in, desks too."""
        return [*(it for room in self._rooms.values() for it in room.readers), *self._early]

    def retire(self) -> None:
        """Begin the drain: admit nobody, be ready no more; who is in stays and misses nothing."""
        self._draining = True
