"""Refusals: what the store did not do, counted by reason, and logged when the reason changes."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.metrics import Metrics
    from ticker.store.faults import Reason, StoreUnavailableError

_log = logging.getLogger(__name__)


class Refusals:
    """Whether the store takes what editors write, as far as this process knows.

    Attributes:
        reason: Why it does not; None: it does.
    """

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self.reason: Reason | None = None
        self._metrics = metrics
        self._clock = clock
        self._since = 0.0

    def add(self, error: StoreUnavailableError) -> None:
        """Something was refused: count it, and say so unless that is known."""
        self._metrics.count("ticker_store_refusals_total", reason=error.reason.label)
        if error.reason is self.reason:
            return
        if self.reason is None:
            self._since = self._clock()
        self.reason = error.reason
        _log.warning("editors get 503: %s", error)

    def over(self) -> None:
        """A line would be taken now."""
        if self.reason is not None:
            _log.warning("lines are taken again after %.1f s", self._clock() - self._since)
        self.reason = None
