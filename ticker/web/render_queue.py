"""Load shedding of what costs much: pages are rendered one at a time, and few may wait for it.

A page that everybody reads goes first. The others are taken in turn from each client (fair
queueing), and where too many wait, the client with most of them loses its last. After each of them
the event loop has as much time for readers, editors and probes as it took, so a flood of them has
half of a core at most. So does what programs ask for of the past.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from ticker.web.problems import some_seconds, unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ticker.metrics import Metrics
    from ticker.web.problems import ProblemError

_log = logging.getLogger(__name__)
PLACES: Final = 32
_PAUSE_MAX: Final = 0.1


class _FairQueue:
    """Round robin over clients, with a bound: beyond it the longest line loses its last.

    Args:
        places: How many may wait.
    """

    __slots__ = ("_lines", "_places", "_size")

    def __init__(self, places: int) -> None:
        self._places = places
        self._size = 0
        # In the order in which clients have their turns.
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    def __bool__(self) -> bool:
        return self._size > 0

    def add(self, client: str, turn: asyncio.Future[None]) -> asyncio.Future[None] | None:
        """Let one wait; returns who must not, for there are too many: this one, or another."""
        self._lines.setdefault(client, deque()).append(turn)
        self._size += 1
        if self._size <= self._places:
            return None
        # Of clients with as many the one that has just come.
        return self._pop(max(reversed(self._lines), key=lambda it: len(self._lines[it])))

    def next(self) -> asyncio.Future[None] | None:
        """The first of the client whose turn it is."""
        for client in self._lines:
            line = self._lines.pop(client)
            turn = line.popleft()
            self._size -= 1
            if line:
                self._lines[client] = line
            return turn
        return None

    def discard(self, client: str, turn: asyncio.Future[None]) -> None:
        """Forget one that doesn't wait any more, if it is here."""
        line = self._lines.get(client, deque())
        if turn in line:
            line.remove(turn)
            self._size -= 1
            if not line:
                del self._lines[client]

    def _pop(self, client: str) -> asyncio.Future[None]:
        turn = self._lines[client].pop()
        self._size -= 1
        if not self._lines[client]:
            del self._lines[client]
        return turn


class Work:
    """What is done in a turn.

    Attributes:
        elsewhere: Seconds of CPU that it took outside of this thread; they count too.
    """

    __slots__ = ("elsewhere",)

    def __init__(self) -> None:
        self.elsewhere = 0.0


class RenderQueue:
    """Bounded queue with priorities, one turn at a time.

    Args:
        metrics: Of the process.
        places: How many may wait, of each priority.
        timer: Seconds of CPU of this thread.
    """

    def __init__(
        self,
        metrics: Metrics,
        places: int = PLACES,
        timer: Callable[[], float] = time.thread_time,
    ) -> None:
        self._metrics = metrics
        self._places = places
        self._timer = timer
        self._first = _FairQueue(places)
        # Each is a connection whose answer was let begin, so they are few without a bound.
        self._begun = _FairQueue(sys.maxsize)
        self._others = _FairQueue(places)
        self._is_taken = False
        self._pause: asyncio.TimerHandle | None = None
        self._refused = 0

    @asynccontextmanager
    async def turn(
        self, client: str = "", *, first: bool = False, begun: bool = False
    ) -> AsyncIterator[Work]:
        """Wait for a turn, and have it while this is entered.

        Args:
            client: Who asks, as `client_network` tells clients apart.
            first: Whether it is for what everybody reads.
            begun: Whether it goes on with an answer that had a turn: that is not broken off.

        Raises:
            ProblemError: 503, too many wait.
        """
        waiting = self._begun if begun else self._others
        await self._wait(client, self._first if first else waiting)
        started, work = self._timer(), Work()
        try:
            yield work
        finally:
            self._leave(self._timer() - started + work.elsewhere)

    async def _wait(self, client: str, waiting: _FairQueue) -> None:
        if not self._is_taken and (waiting is self._first or self._pause is None):
            self._is_taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        refused = waiting.add(client, turn)
        if refused is not None:
            refused.set_exception(self._refusal())
        try:
            await turn
        except asyncio.CancelledError:
            waiting.discard(client, turn)
            if turn.done() and not turn.cancelled():
                self._leave(0.0)
            raise

    def _leave(self, seconds: float) -> None:
        """Hand the turn on: at once to what everybody reads, to others after a pause."""
        self._is_taken = False
        if self._pause is not None:
            self._pause.cancel()
        loop = asyncio.get_running_loop()
        self._pause = loop.call_later(min(seconds, _PAUSE_MAX), self._go_on)
        self._hand_to(self._first)

    def _go_on(self) -> None:
        self._pause = None
        if not self._is_taken:
            self._hand_to(self._begun or self._others)
        if self._refused and not self._others:
            _log.warning("pages are rendered again; %d were refused meanwhile", self._refused)
            self._refused = 0

    def _hand_to(self, waiting: _FairQueue) -> None:
        while (turn := waiting.next()) is not None:
            if not turn.done():
                self._is_taken = True
                turn.set_result(None)
                return

    def _refusal(self) -> ProblemError:
        if not self._refused:
            _log.warning("pages are refused: more than %d wait to be rendered", self._places)
        self._refused += 1
        self._metrics.count("ticker_renders_refused_total")
        return unavailable("Too many pages are asked for at once. Try again.", some_seconds())
