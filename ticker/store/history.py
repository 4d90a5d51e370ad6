"""History, the black box: the log entry by entry.

Everything here is read from the wire itself, from its first entry on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ticker.news.event import GENESIS, Cursor, Record
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.store.client import Store

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a wire as it is stored.

    Attributes:
        cursor: Its offset and tag.
        text: Its record, as the tag was made of it.
    """

    cursor: Cursor
    text: str

    @property
    def record(self) -> Record:
        """Who did what to which line."""
        return Record.decode(self.text)


class History:
    """The logs of all editions, whole. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys

    async def head(self, edition: str) -> Cursor:
        """Where the log ends."""
        with store_errors():
            offset, tag = await self._commands.hmget(self._keys(edition).head, ["offset", "tag"])
        return Cursor(int(offset), tag) if offset else GENESIS

    async def cursor_at(self, edition: str, offset: int) -> Cursor | None:
        """The position after the entry with this offset; None: there is none."""
        if offset == 0:
            return GENESIS
        page = await self._page(edition, offset - 1, offset)
        return page[0].cursor if page else None

    async def pages(
        self, edition: str, after: int = 0, until: int | None = None
    ) -> AsyncIterator[list[Entry]]:
        """Every entry after an offset, and up to another, oldest first, some hundreds at a time."""
        while page := await self._page(edition, after, until):
            yield page
            after = page[-1].cursor.offset

    async def entries(self, edition: str, after: int = 0) -> AsyncIterator[Entry]:
        """Every entry after an offset, oldest first."""
        async for page in self.pages(edition, after):
            for entry in page:
                yield entry

    async def newest(self, edition: str, before: int | None, limit: int) -> list[Entry]:
        """The last entries, or the last before an offset, newest first."""
        end = "+" if before is None else f"({before}-0"
        with store_errors():
            found = await self._commands.xrevrange(self._keys(edition).wire, max=end, count=limit)
        return [_entry(item) for item in found]

    async def _page(self, edition: str, after: int, until: int | None = None) -> list[Entry]:
        end = "+" if until is None else f"{until}-0"
        with store_errors():
            found = await self._commands.xrange(
                self._keys(edition).wire, min=f"({after}-0", max=end, count=_PAGE
            )
        return [_entry(item) for item in found]


def _entry(item: tuple[str, dict[str, str]]) -> Entry:
    entry_id, fields = item
    return Entry(Cursor(int(entry_id.partition("-")[0]), fields["tag"]), fields["record"])
