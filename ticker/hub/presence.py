"""Presence at one hub: how many read here now, by edition, transport and embedding site."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ticker.hub.audience import DESK
from ticker.hub.polling import PollingReaders
from ticker.hub.sites import Sites
from ticker.metrics import Labels, labels
from ticker.news.reach import POLLING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ticker.hub.audience import Reader
    from ticker.news.reach import HubReaders


class HubPresence:
    """Counts of those who are connected, and of those who ask again and again.

    Args:
        editions: Their codes.

    Attributes:
        connected: All connections, desks too.
    """

    def __init__(self, editions: Iterable[str]) -> None:
        self.connected = 0
        self._count: Counter[tuple[str, str]] = Counter()
        self._sites = {code: Sites() for code in editions}
        self._polling = {code: PollingReaders() for code in self._sites}

    def arrive(self, edition: str, reader: Reader) -> None:
        """A reader or a desk is in."""
        self.connected += 1
        self._count[edition, reader.transport] += 1
        if reader.transport == POLLING:
            reader.origin = self._polling[edition].waits(reader.origin)
        elif reader.transport != DESK:
            self._sites[edition].arrive(reader)

    def depart(self, edition: str, reader: Reader) -> None:
        """It is gone."""
        self.connected -= 1
        self._count[edition, reader.transport] -= 1
        if reader.transport == POLLING:
            self._polling[edition].answered(reader.origin)
        elif reader.transport != DESK:
            self._sites[edition].depart(reader)

    def polled(self, edition: str, origin: str, interval: int) -> None:
        """A reader who polls asked for the board, and will again after so many seconds."""
        self._polling[edition].asked(origin, interval)
        self._count[edition, POLLING] += 0  # there are such readers, also when there are none

    def sites(self, edition: str) -> Mapping[str, int]:
        """Who is connected to an edition, by embedding site, without desks."""
        return self._sites[edition].counts

    def readers(self) -> dict[str, HubReaders]:
        """Edition → {"transports", "origins"} → count, without desks."""
        return {code: self._of(code) for code in self._sites}

    def _of(self, code: str) -> HubReaders:
        polling = self._polling[code].counts
        transports = {
            transport: count
            for (edition, transport), count in self._count.items()
            if edition == code and transport not in {DESK, POLLING} and count
        }
        if polling:
            transports[POLLING] = polling.total()
        return {
            "transports": dict(sorted(transports.items())),
            "origins": dict(sorted((self._sites[code].counts + polling).items())),
        }

    def samples(self) -> Mapping[Labels, float]:
        """The metric `ticker_readers`."""
        return {
            labels(edition=edition, transport=transport): float(
                self._polling[edition].counts.total() if transport == POLLING else count
            )
            for (edition, transport), count in self._count.items()
        }
