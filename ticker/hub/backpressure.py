"""Backpressure: a bound on the bytes that wait for slow readers, for all of them together.

Each reader has a limit of its own besides (`sockets`, `outbox`). Only those who are behind are
known here, so that it costs nothing while all keep up. Whatever begins to wait is counted before
anything else is written, the hello of a newcomer too: a crowd that reads nothing has no moment in
which it fills the memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ticker.hub.audience import DESK
from ticker.metrics import labels

if TYPE_CHECKING:
    from ticker.metrics import Metrics

# Hysteresis: the bytes of all are summed up anew once so much has been added, not for each reader.
_ROOM: Final = 1 / 16


class Backlogged(Protocol):
    """A slow consumer: a reader or a desk for whom bytes wait."""

    @property
    def transport(self) -> str:
        """websocket, sse or desk."""

    @property
    def waiting(self) -> int:
        """How many bytes."""

    @property
    def is_leaving(self) -> bool:
        """Whether it was closed, and its bytes are still here."""

    def shed(self) -> None:
        """Load shedding: close it as too slow and let go at once of what waits for it.

        There is no goodbye, which would stand behind all that. It is not `behind` any more.
        """


class Buffers:
    """The slow consumers of this process, and the limit on what waits for them.

    Args:
        limit: Bytes that may wait for all readers and desks of the process together.

    Attributes:
        behind: Those for whom something waits; they leave by themselves when nothing does.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        # Never less than what waits: what has gone out meanwhile is found when it is summed up.
        self._counted = 0
        self.behind: set[Backlogged] = set()

    @property
    def waiting(self) -> int:
        """Bytes that wait for all of them."""
        return sum(reader.waiting for reader in self.behind)

    def register(self, metrics: Metrics) -> None:
        """Have it read as a metric."""
        metrics.probe("ticker_waiting_bytes", lambda: {labels(): float(self.waiting)})

    def add(self, reader: Backlogged, size: int) -> None:
        """Count bytes that now wait for a reader; too many for all are made fewer at once."""
        self.behind.add(reader)
        self._counted += size
        if self._counted > self._limit:
            self._make_room()

    def _make_room(self) -> None:
        """Load shedding: the furthest behind go until there is room for some more."""
        surplus = self.waiting - self._limit * (1 - _ROOM)
        for reader in sorted(self.behind, key=_order) if surplus > 0 else ():
            surplus -= reader.waiting
            reader.shed()
            if surplus <= 0:
                break
        self._counted = self.waiting


def _order(reader: Backlogged) -> tuple[bool, bool, int]:
    """Who is leaving first, then the furthest behind; editors after all readers."""
    return not reader.is_leaving, reader.transport == DESK, -reader.waiting
