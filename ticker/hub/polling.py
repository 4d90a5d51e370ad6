"""Polling readers, counted by how often they ask: who comes again in five seconds is here for five.

Leases: a request says when the next one comes, and counts until then. So the sum is right for one
hub and over all of them, whichever answers, and nothing is known of a single reader. A long poll
counts while it waits, and then has a lease, which the next one of its site takes over.
"""

from __future__ import annotations

import time
from collections import Counter
from math import ceil
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import OTHER
from ticker.hub.sites import ORIGINS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_MAX: Final = 10
# Between an answer and the next question: a way there and back, on a bad line.
GAP: Final = 5
_TICKS: Final = 20  # of a second: what ends in the same one is one number for each site


class PollingReaders:
    """Leases of one edition's polling readers, by site: a bounded number of numbers.

    Args:
        clock: Monotonic, seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: dict[int, Counter[str]] = {}
        self._counts: Counter[str] = Counter()
        self._looked = 0

    def asked(self, origin: str, interval: int) -> None:
        """Somebody asked, and comes again after so many seconds, `INTERVAL_MAX` at most."""
        origin = self._site(origin)
        self._lease(origin, interval)
        self._counts[origin] += 1

    def waits(self, origin: str) -> str:
        """Somebody waits for an answer; returns the site that it counts for, for `answered`."""
        origin = self._site(origin)
        for leases in self._ends.values():
            if leases[origin]:
                leases[origin] -= 1
                return origin
        self._counts[origin] += 1
        return origin

    def answered(self, origin: str) -> None:
        """It waits no more, and counts until it has had time to come back."""
        self._lease(origin, GAP)

    def _site(self, origin: str) -> str:
        counts = self.counts
        return origin if origin in counts or len(counts) < ORIGINS_MAX else OTHER

    def _lease(self, origin: str, seconds: int) -> None:
        end = ceil((self._clock() + min(seconds, INTERVAL_MAX)) * _TICKS)
        self._ends.setdefault(end, Counter())[origin] += 1

    @property
    def counts(self) -> Counter[str]:
        """Who is here now, by site."""
        now = int(self._clock() * _TICKS)
        if now != self._looked:
            self._looked = now
            for end in [end for end in self._ends if end <= now]:
                self._counts -= self._ends.pop(end)
        return self._counts
