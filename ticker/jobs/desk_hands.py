"""Hands of the lines that desks see: who made each, whose words it has, who touched it last."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.news.event import Record
    from ticker.store.archive import Archive


class LineHands(TypedDict):
    """Whose hands made a line what it is, as desks hear of it.

    `first` made it, `author` changed last what it says (first hand of the two-person rule), `last`
    made its newest version; `shared` tells whether anybody but the first has touched it.
    """

    first: str
    author: str
    last: str
    shared: bool


class HandsReader:
    """Reads them from the store, once for each version. It raises `StoreUnavailableError`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: dict[str, dict[tuple[str, int], LineHands]] = {}

    async def of(self, edition: str, versions: Iterable[tuple[str, int]]) -> dict[str, LineHands]:
        """Flash id → its hands.

        Args:
            edition: Whose lines they are.
            versions: Id and version of each. A line that has a newer one by now is left out: it is
                asked for again with that one.
        """
        known = self._known.get(edition, {})
        wanted = list(versions)
        missing = [key for key in wanted if key not in known]
        records = await self._archive.records(edition, [flash_id for flash_id, _ in missing])
        fresh = {(it.flash.id, it.flash.version): await self._hands(it) for it in records}
        both = known | fresh
        self._known[edition] = {key: both[key] for key in wanted if key in both}
        return {flash_id: both[flash_id, number] for flash_id, number in self._known[edition]}

    async def _hands(self, record: Record) -> LineHands:
        hands = await self._archive.hands(record)
        return {
            "first": hands.first,
            "author": hands.author,
            "last": record.by,
            "shared": hands.shared,
        }
