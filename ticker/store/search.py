"""Search of the past by a filter, in bounded reads; and keyset pagination of indexes by time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import dumps, milliseconds
from ticker.news.event import Record
from ticker.news.flash import URGENCY_RANGE, PubStatus
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.news.flash import Flash
    from ticker.news.subscription import Subscription
    from ticker.store.client import Store

    # Milliseconds of first publication, and id.
    Place = tuple[int, str]

# More lines than ever share one millisecond; they are told apart by id after reading.
_TIES: Final = 100
# Of one search, in pages of so many: it ends wherever it is, and goes on when it is asked again.
SCANNED_MAX: Final = 1000
_PAGE: Final = 200


class Search:
    """Finds lines of all days by a filter. Raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys

    async def find(
        self, wanted: Subscription, before: Flash | None, limit: int
    ) -> tuple[list[Flash], str | None]:
        """Usable flashes of a subscription, newest first, among at most `SCANNED_MAX` of all.

        Args:
            wanted: The edition, and the filter.
            before: Only what was first published before this one; None: from the newest on.
            limit: How many at most.

        Returns them, and the id of the last one that was looked at: the search goes on before
        that; None: there are no more.
        """
        key, needles = self._keys(wanted.edition).board, _needles(wanted)
        place = place_of(before) if before else None
        found: list[Flash] = []
        for _ in range(SCANNED_MAX // _PAGE):
            page = await places(self._commands, key, place, _PAGE)
            for at, text in zip(page, await self._texts(wanted.edition, page), strict=True):
                place = at
                # Most lines of a narrow filter are others: only one that may match is taken apart.
                if text is None or not all(any(it in text for it in some) for some in needles):
                    continue
                flash = Record.decode(text).flash
                if flash.pubstatus is PubStatus.USABLE and wanted.matches(flash):
                    found.append(flash)
                if len(found) > limit:
                    return found[:limit], found[limit - 1].id
            if len(page) < _PAGE:
                return found, None
        return found, place[1] if place else None

    async def _texts(self, edition: str, page: Iterable[Place]) -> list[str | None]:
        ids = [flash_id for _, flash_id in page]
        if not ids:
            return []
        with store_errors():
            texts: list[str | None] = await self._commands.hmget(self._keys(edition).flashes, ids)
        return texts


async def places(commands: Any, key: str, before: Place | None, limit: int) -> list[Place]:
    """Keyset pagination: the next entries of an index by time, newest first.

    Args:
        commands: Of the store.
        key: The index.
        before: Where the page before ended; None: from the newest on.
        limit: How many at most.

    Raises:
        StoreUnavailableError: The store is away.
    """
    with store_errors():
        if before is None:
            found = await commands.zrevrange(key, 0, limit - 1, withscores=True)
        else:
            found = await commands.zrevrangebyscore(
                key, before[0], "-inf", start=0, num=limit + _TIES, withscores=True
            )
    entries = [(int(score), flash_id) for flash_id, score in found]
    return [it for it in entries if before is None or it < before][:limit]


def place_of(flash: Flash) -> Place:
    """Where a flash stands in an index by time."""
    return milliseconds(flash.firstcreated), flash.id


def _needles(wanted: Subscription) -> list[list[str]]:
    """Prefilter: a record that matches has one string of each of these lists in its text."""
    levels = range(URGENCY_RANGE.start, (wanted.urgency or 0) + 1)
    some = [
        [f'"section":{dumps(it)}' for it in wanted.sections],
        [f'"region":{dumps(it)}' for it in wanted.regions],
        [dumps(it) for it in wanted.tags],
        [f'"coverage":{dumps(it)}' for it in wanted.coverages],
        [f'"urgency":{it}' for it in levels],
    ]
    return [strings for strings in some if strings]
