"""Full-text index, some time after the entries: what was published is found by it.

One hub adds at a time; what an index lacks is read from the log by who searches.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.metrics import labels
from ticker.news.event import GENESIS
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticker.hub.hub import Hub
    from ticker.metrics import Labels, Metrics
    from ticker.news.event import Cursor
    from ticker.store.full_text_index import FullTextIndex

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 1.0
# From one look at an index that another hub adds to, to the next.
_LOOK_EVERY: Final = 10
# Entries that an index lacks when it is worth a line in the log.
_FAR: Final = 1000


class FullTextFollower:
    """Keeps the indexes of all editions as far as their logs.

    Args:
        hub: Whose positions say how far the logs are.
        index: Of the store.
        editions: Which.
        metrics: Of the process.
    """

    def __init__(
        self, hub: Hub, index: FullTextIndex, editions: Sequence[str], metrics: Metrics
    ) -> None:
        self._hub = hub
        self._index = index
        self._reached = dict.fromkeys(editions, GENESIS)
        self._far = set[str]()
        metrics.probe("ticker_search_behind", self._behind)

    def _behind(self) -> Mapping[Labels, float]:
        return {labels(edition=it): float(self._lacks(it)) for it in self._reached}

    def _lacks(self, edition: str) -> int:
        return max(0, self._hub.position(edition).offset - self._reached[edition].offset)

    async def run(self) -> None:
        """Index for as long as this is not cancelled; in the end every edition was looked at."""
        rounds = 0
        while True:
            await self._hub.until_loaded(None)
            more = [await self._follow(edition, rounds) for edition in self._reached]
            rounds += 1
            if not any(more):
                await asyncio.sleep(_EVERY_SECONDS)

    async def _follow(self, edition: str, rounds: int) -> bool:
        """Add some entries; whether there are more to add by us."""
        if rounds % _LOOK_EVERY and self._hub.position(edition) == self._reached[edition]:
            return False
        try:
            state = await self._index.extend(edition)
            if state is None:
                # Another hub adds.
                state = await self._index.state(edition)
                self._tell(edition, state.cursor if state else GENESIS)
                return False
        except StoreUnavailableError as error:
            _log.debug("nothing is indexed: %s", error)
            return False
        is_new = state.cursor != self._reached[edition]
        self._tell(edition, state.cursor)
        return is_new

    def _tell(self, edition: str, cursor: Cursor) -> None:
        """Say in the log when a long way begins and ends."""
        self._reached[edition] = cursor
        lacks = self._lacks(edition)
        if lacks > _FAR and edition not in self._far:
            self._far.add(edition)
            _log.warning("edition %s: %d entries are to be indexed for search", edition, lacks)
        elif not lacks and edition in self._far:
            self._far.discard(edition)
            _log.warning("edition %s: all is indexed for search", edition)
