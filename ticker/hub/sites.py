"""Embedding sites: readers by the origin of the page that they read on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import OTHER

if TYPE_CHECKING:
    from ticker.hub.audience import Reader

ORIGINS_MAX: Final = 100


class Sites:
    """Counts of one edition's readers by site, of a bounded number of sites."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def arrive(self, reader: Reader) -> None:
        """Count a reader under its site; a stranger cannot make us remember any number of sites."""
        if reader.origin not in self.counts and len(self.counts) >= ORIGINS_MAX:
            reader.origin = OTHER
        self.counts[reader.origin] += 1

    def depart(self, reader: Reader) -> None:
        """A reader is gone; a site without any is forgotten."""
        self.counts[reader.origin] -= 1
        if not self.counts[reader.origin]:
            del self.counts[reader.origin]
