"""Overload detection by event-loop lag: how late the loop comes to what is due."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.metrics import labels

if TYPE_CHECKING:
    from ticker.metrics import Metrics

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 0.1
# Moving average: a sample counts for a tenth, and as a second at most, so one pause is no load.
_SHARE: Final = 0.1
_LATE_MAX: Final = 1.0
_BUSY_ABOVE: Final = 0.25
_CALM_BELOW: Final = 0.1


class Load:
    """Overload, with hysteresis: whether the process has more to do than it can.

    Attributes:
        lag: Seconds that the event loop was late of late, smoothed.
        is_busy: From when that is long until it is short again.
        answering: How many requests of editors are being answered.
    """

    def __init__(self) -> None:
        self.lag = 0.0
        self.is_busy = False
        self.answering = 0
        self._refused = 0

    def register(self, metrics: Metrics) -> None:
        """Have it read as metrics."""
        metrics.probe("ticker_busy", lambda: {labels(): float(self.is_busy)})
        metrics.probe("ticker_loop_lag_seconds", lambda: {labels(): round(self.lag, 4)})

    def note(self, late: float) -> None:
        """The loop came so many seconds too late to a timer."""
        self.lag += _SHARE * (min(max(late, 0.0), _LATE_MAX) - self.lag)
        was_busy = self.is_busy
        self.is_busy = self.lag > (_CALM_BELOW if was_busy else _BUSY_ABOVE)
        if self.is_busy and not was_busy:
            _log.warning("busy: the event loop is %.2f s late; new readers get 503", self.lag)
        elif was_busy and not self.is_busy:
            _log.warning("calm again; %d readers were refused meanwhile", self._refused)
            self._refused = 0

    def note_refusal(self) -> None:
        """A reader was refused; only while it is busy that is for this."""
        self._refused += self.is_busy

    async def run(self) -> None:
        """Measure for as long as this is not cancelled."""
        time = asyncio.get_running_loop().time
        while True:
            due = time() + _EVERY_SECONDS
            await asyncio.sleep(_EVERY_SECONDS)
            self.note(time() - due)
