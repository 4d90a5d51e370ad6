"""Refusals: what the store did not do, counted by reason, and logged when the reason changes."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ticker.store.faults import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.metrics import Metrics
    from ticker.store.faults import StoreUnavailableError

_log = logging.getLogger(__name__)


class Refusals:
    """What the store refuses, as far as this process knows.

    Attributes:
        reason: Why it would not take a line, by the last dry run; None: it would.
        unconfirmed: Whether the last refusal was for want of replicas, which no dry run can tell.
    """

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self.reason: Reason | None = None
        self._metrics = metrics
        self._clock = clock
        self.unconfirmed = False
        self._said: Reason | None = None
        self._since = 0.0
        self._doubt = asyncio.Event()

    def add(self, error: StoreUnavailableError) -> None:
        """Something was refused: count it; say so, and have it looked into, unless it is known."""
        self._metrics.count("ticker_store_refusals_total", reason=error.reason.label)
        if error.reason is self._said:
            return
        if self._said is None:
            self._since = self._clock()
        self._said = error.reason
        self.unconfirmed = error.reason is Reason.UNCONFIRMED
        _log.warning("editors get 503: %s", error)
        self._doubt.set()

    async def doubted(self, seconds: float) -> None:
        """Wait for a refusal that is news, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._doubt.wait()

    def failed(self, error: StoreUnavailableError) -> None:
        """A dry run was refused."""
        self.add(error)
        self.reason = error.reason
        self._doubt.clear()

    def passed(self) -> None:
        """A dry run would have stored a line; whether replicas would confirm it is not known."""
        self.reason = None
        self._doubt.clear()
        if not self.unconfirmed:
            self._end()

    def taken(self) -> None:
        """A line was stored and confirmed."""
        if self.unconfirmed:
            self._end()

    def _end(self) -> None:
        if self._said is not None:
            _log.warning("lines are taken again after %.1f s", self._clock() - self._since)
        self._said = None
        self.unconfirmed = False
