"""Backpressure: a bound on the bytes that wait for slow readers, for all of them together.

Each reader has a limit of its own besides (`sockets`, `outbox`). Only those who are behind are
known here, so that looking costs nothing while all keep up.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from ticker.metrics import labels

if TYPE_CHECKING:
    from ticker.metrics import Metrics

_EVERY_SECONDS: Final = 1.0


class Backlogged(Protocol):
    """A slow consumer: a reader for whom bytes wait."""

    @property
    def waiting(self) -> int:
        """How many bytes."""

    @property
    def is_leaving(self) -> bool:
        """Whether it was closed, and its bytes are still here."""

    def shed(self) -> None:
        """Load shedding: close it as too slow; one that is closed already is cut off."""


class Buffers:
    """The slow consumers of this process, and the limit on what waits for them.

    Args:
        limit: Bytes that may wait for all readers of the process together.

    Attributes:
        behind: The readers for whom something waits; they themselves see to that.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.behind: set[Backlogged] = set()

    @property
    def waiting(self) -> int:
        """Bytes that wait for all of them."""
        return sum(reader.waiting for reader in self.behind)

    def register(self, metrics: Metrics) -> None:
        """Have it read as a metric."""
        metrics.probe("ticker_waiting_bytes", lambda: {labels(): float(self.waiting)})

    def sweep(self) -> None:
        """Load shedding: above the limit, close the furthest behind until it is met."""
        surplus = self.waiting - self._limit
        if surplus <= 0:
            return
        for reader in sorted(self.behind, key=_order):
            surplus -= reader.waiting
            reader.shed()
            if surplus <= 0:
                break

    async def run(self) -> None:
        """Look once a second for as long as this is not cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            self.sweep()


def _order(reader: Backlogged) -> tuple[bool, int]:
    """Who is leaving first, then the furthest behind."""
    return not reader.is_leaving, -reader.waiting
