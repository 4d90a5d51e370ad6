"""Screen reports (real user monitoring): was a line painted, is a killed one gone from the page?

Confirmed bytes may lie in a page that stands still. So some readers are asked, in the frame that
brings the line, and answer with a beacon: about a thousand, by lot, and all of them for a kill.
Answers are spread over so much time that a hub gets a bounded number in a second, and counted as
sums by embedding site; nothing is known of a single reader.
"""

from __future__ import annotations

import time
from collections import Counter
from math import ceil
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import NO_SITE, OTHER
from ticker.hub.receipts import Receipts
from ticker.news.reach import Ask, ScreenReports, ScreenState
from ticker.protocol.networks import client_network
from ticker.protocol.token_bucket import TokenBuckets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ticker.metrics import Metrics
    from ticker.news.reach import VersionRef

SAMPLE: Final = 1000
# A tenth of a core, or less: docs/performance.md.
PER_SECOND: Final = 200
# How long answers may take: a kill is asked of everybody for as long as that goes, then by lot.
_WITHIN_MAX: Final = 30
_WITHIN_MAX_KILLED: Final = 120
# Answers may come that long after the question, and half a minute later where a line had no turn.
_OPEN_SECONDS: Final = 300.0
# Fewer than receipts are kept: what is asked of has one.
ASKED_MAX: Final = 100
# Sites whose readers are at other hubs, if they are true: strangers may name any number.
ELSEWHERE_MAX: Final = 20
# Of one network: an office or a mobile carrier may have hundreds behind one address.
NETWORK_PER_SECOND: Final = 20.0
NETWORK_BURST: Final = 100.0
NETWORKS_MAX: Final = 10_000


class Screens:
    """Asks readers of this process for reports, and counts those that come here.

    Args:
        metrics: Counts reports.
        receipts: Told the sums.
        timer: Seconds, which never go back.

    Attributes:
        everywhere: Readers on pages over all hubs, by edition, as they were told last.
    """

    def __init__(
        self,
        metrics: Metrics,
        receipts: Receipts | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.everywhere: Mapping[str, int] = {}
        self._metrics = metrics
        self._receipts = receipts or Receipts()
        self._timer = timer
        self._asked: dict[tuple[str, str, int], tuple[VersionRef, ScreenReports, float]] = {}
        self._networks = TokenBuckets(NETWORK_PER_SECOND, NETWORK_BURST, NETWORKS_MAX)
        # Leaky bucket: when all who were asked will have answered.
        self._free_at = 0.0

    def ask(self, sites: Mapping[str, int], ref: VersionRef) -> Ask | None:
        """Whom to ask about a version that is about to be written to readers.

        None where nobody on a page would hear it, or too many answers are still to come. Programs
        have no screens that we know of, and are not asked.

        Args:
            sites: Readers here now, by embedding site.
            ref: The version.
        """
        pages = Counter({site: count for site, count in sites.items() if site != NO_SITE})
        ask = self._plan(ref, pages.total())
        reports = ScreenReports()
        if ask is not None:
            reports = ScreenReports(ask.one_in, pages)
            self._receipts.tell_screens(ref, reports)
        # Readers of another hub may answer here.
        self._asked[ref.edition, ref.flash_id, ref.version] = ref, reports, self._timer()
        if len(self._asked) > ASKED_MAX:
            del self._asked[next(iter(self._asked))]
        return ask

    def is_asked(self, edition: str, flash_id: str, version: int, state: ScreenState) -> bool:
        """Whether readers may say that of a version now."""
        found = self._asked.get((edition, flash_id, version))
        if found is None:
            return False
        ref, _, at = found
        is_for_kill = state is ScreenState.GONE
        return ref.killed is is_for_kill and self._timer() - at < _OPEN_SECONDS

    def count(
        self,
        edition: str,
        flash_id: str,
        version: int,
        state: ScreenState,
        site: str,
        address: str,
    ) -> bool:
        """Count one report of a version that `is_asked`; False: its network makes too many."""
        if not self._networks.take(client_network(address), self._timer()):
            return False
        ref, reports, _ = self._asked[edition, flash_id, version]
        counts = reports.said.setdefault(state, Counter())
        is_known = site in counts or site in reports.readers
        has_place = len(counts.keys() - reports.readers.keys()) < ELSEWHERE_MAX
        counts[site if is_known or has_place else OTHER] += 1
        self._receipts.tell_screens(ref, reports)
        self._metrics.count("ticker_screens_total", state=state)
        return True

    def _plan(self, ref: VersionRef, here: int) -> Ask | None:
        if not here:
            return None
        sample = max(1, round(max(here, self.everywhere.get(ref.edition, 0)) / SAMPLE))
        longest = _WITHIN_MAX_KILLED if ref.killed else _WITHIN_MAX
        for one_in in (1, sample) if ref.killed else (sample,):
            now = self._timer()
            free_at = max(now, self._free_at) + here / one_in / PER_SECOND
            within = ceil(free_at - now)
            if within <= longest:
                self._free_at = free_at
                return Ask(one_in, within)
        return None
