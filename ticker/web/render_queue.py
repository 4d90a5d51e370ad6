"""Load shedding of what costs much: pages are rendered one at a time, and few may wait for it.

A page that everybody reads goes first. After any other the event loop has as much time for readers,
editors and probes as that page took, so a flood of them has half of a core at most.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from ticker.web.problems import some_seconds, unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ticker.metrics import Metrics

_log = logging.getLogger(__name__)
PLACES: Final = 32
_PAUSE_MAX: Final = 0.1


class RenderQueue:
    """Bounded queue with two priorities, one turn at a time.

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
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._is_taken = False
        self._pause: asyncio.TimerHandle | None = None
        self._refused = 0

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """Wait for a turn, and have it while this is entered.

        Args:
            first: Whether it is for what everybody reads.

        Raises:
            ProblemError: 503, too many wait.
        """
        await self._wait(first=first)
        begun = self._timer()
        try:
            yield
        finally:
            self._leave(self._timer() - begun)

    async def _wait(self, *, first: bool) -> None:
        waiting = self._first if first else self._others
        if not self._is_taken and (first or self._pause is None):
            self._is_taken = True
            return
        if len(waiting) >= self._places:
            self._refuse()
        turn = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in waiting:
                waiting.remove(turn)
            elif not turn.cancelled():
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
            self._hand_to(self._others)
        if self._refused and not self._others:
            _log.warning("pages are rendered again; %d were refused meanwhile", self._refused)
            self._refused = 0

    def _hand_to(self, waiting: deque[asyncio.Future[None]]) -> None:
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                self._is_taken = True
                turn.set_result(None)
                return

    def _refuse(self) -> None:
        if not self._refused:
            _log.warning("pages are refused: more than %d wait to be rendered", self._places)
        self._refused += 1
        self._metrics.count("ticker_renders_refused_total")
        raise unavailable("Too many pages are asked for at once. Try again.", some_seconds())
