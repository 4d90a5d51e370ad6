"""The past: what a board showed at a moment, found by checkpoints, not by reading the whole log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING, Final

from ticker.news.board import Board
from ticker.news.checkpoint import dated
from ticker.news.document import milliseconds
from ticker.news.event import GENESIS, Cursor, Record
from ticker.news.flash import PubStatus
from ticker.news.subscription import Subscription
from ticker.store.checkpoints import EVERY, Checkpoints

if TYPE_CHECKING:
    from ticker.news.flash import Flash
    from ticker.store.client import Store

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_PAGE: Final = 100


class Past:
    """Boards of the past. Every method raises `StoreUnavailableError`.

    Args:
        store: Where the logs are.
        lines: Lines on a board at most.
        window: How long after its first publication a line is on a board.
        every: Entries from one checkpoint to the next.
    """

    def __init__(self, store: Store, lines: int, window: timedelta, every: int = EVERY) -> None:
        self._checkpoints = Checkpoints(store, every)
        self._lines = lines
        self._window = window

    async def board_at(self, edition: str, moment: datetime) -> tuple[Cursor, list[Flash]]:
        """What an edition showed at a moment, newest line first, and the position then.

        That is what a replay of all entries dated by then gives. Read are those around the moment,
        then those before it, a page at a time, until nothing older can be on the board.
        """
        # A board reaches back by its window, and the calendar begins with year 1.
        replay = _Replay(self._lines, self._window, max(moment, _FIRST + self._window))
        last, newest = await self._checkpoints.last(edition)
        base, checkpoint = await self._checkpoints.before(edition, last, replay.moment)
        reached = await self._forward(edition, max(base, 1), last, newest.lag, replay)
        for number, earliest in sorted(newest.late.items()):
            if number > reached and earliest <= replay.moment:
                replay.forward(await self._checkpoints.entries(edition, number))
        await self._unindexed(edition, newest.cursor.offset, replay)
        replay.turn()
        await self._backward(edition, base - 1, replay)
        for offset in checkpoint.pinned(replay.moment):
            replay.pinned(await self._checkpoints.between(edition, offset - 1, offset))
        return replay.cursor, replay.board(edition)

    async def _forward(
        self, edition: str, number: int, last: int, lag: int, replay: _Replay
    ) -> int:
        """Segments around the moment; the last of them. Behind it none but the late have any."""
        while number <= last:
            replay.forward(await self._checkpoints.entries(edition, number))
            found = await self._checkpoints.get(edition, number)
            if found is not None and found.until > replay.moment + lag:
                break
            number += 1
        return number

    async def _unindexed(self, edition: str, after: int, replay: _Replay) -> None:
        """The entries behind the last checkpoint: few, once the job has come to them."""
        while page := await self._checkpoints.behind(edition, after, _PAGE):
            replay.forward(page)
            after = page[-1][0].offset

    async def _backward(self, edition: str, number: int, replay: _Replay) -> None:
        """Segments before the moment, until what is older cannot be on the board."""
        while number > 0:
            checkpoint = await self._checkpoints.get(edition, number)
            if checkpoint is not None and replay.is_full(checkpoint.first):
                for odd, first in sorted(checkpoint.ahead.items(), reverse=True):
                    if not replay.is_full(first):
                        entries = await self._checkpoints.entries(edition, odd)
                        # Of others a newer version may stand in a segment that was not read.
                        replay.backward(entries, max(checkpoint.first, replay.full_until))
                return
            replay.backward(await self._checkpoints.entries(edition, number))
            number -= 1


class _Replay:
    """Replay from the middle of a log: the newest version of each line, as of a moment."""

    def __init__(self, lines: int, window: timedelta, moment: datetime) -> None:
        self._lines = lines
        self._window = window
        self._now = moment
        self._since = _ms(moment - window)
        self._flashes: dict[str, Flash] = {}
        # First publications of the newest lines on the board that are there by their age: a heap.
        self._firsts: list[int] = []
        self.moment = _ms(moment)
        self.cursor = GENESIS

    def forward(self, entries: list[tuple[Cursor, str]]) -> None:
        """Entries behind those before: of each line the last one dated by the moment counts."""
        for cursor, text in entries:
            if dated(text) <= self.moment:
                flash = Record.decode(text).flash
                self._flashes[flash.id] = flash
                self.cursor = cursor

    def turn(self) -> None:
        """From here on backward."""
        for flash in self._flashes.values():
            self._count(flash)

    def backward(self, entries: list[tuple[Cursor, str]], after: int = -1) -> None:
        """Entries ahead of those before; of lines first published after a moment (ms) alone."""
        for _, text in reversed(entries):
            if dated(text) > self.moment:
                continue
            flash = Record.decode(text).flash
            if flash.id not in self._flashes and milliseconds(flash.firstcreated) > after:
                self._flashes[flash.id] = flash
                self._count(flash)

    def pinned(self, entries: list[tuple[Cursor, str]]) -> None:
        """Lines that were pinned long before and stood unchanged; not those that were met."""
        self.backward(entries)

    def is_full(self, first: int) -> bool:
        """Whether no line first published by `first` (ms) can be on the board, but a pinned one."""
        return first <= self.full_until

    @property
    def full_until(self) -> int:
        """The latest first publication (ms) that is too early for the board."""
        has_places = len(self._firsts) < self._lines
        return self._since if has_places else max(self._since, self._firsts[0] - 1)

    def board(self, edition: str) -> list[Flash]:
        """What is on it, pinned lines first, then the newest."""
        board = Board(self._lines, self._window, memory=1)
        board.load(self._flashes.values(), self.cursor, ())
        return board.lines(Subscription(edition), self._now)

    def _count(self, flash: Flash) -> None:
        if flash.pubstatus is not PubStatus.USABLE or flash.pinned or flash.is_expired(self._now):
            return
        first = milliseconds(flash.firstcreated)
        if first <= self._since:
            return
        if len(self._firsts) < self._lines:
            heappush(self._firsts, first)
        else:
            heappushpop(self._firsts, first)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
