"""History, the black box: the log entry by entry, and a check of its hash chain.

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


@dataclass(frozen=True, slots=True)
class Break:
    """Where a log is not what was written.

    Attributes:
        offset: Of the first entry that is wrong.
        why: In a few words.
    """

    offset: int
    why: str


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

    async def verify(self, edition: str) -> tuple[int, Break | None]:
        """Recompute the hash chain: how many entries there are, and the first that breaks it.

        What is kept beside the log for quick reading must be the same, byte for byte.
        """
        reached, count = GENESIS, 0
        newest: dict[str, tuple[int, str]] = {}
        while page := await self._page(edition, reached.offset):
            kept = await self._kept(edition, page)
            for entry, version in zip(page, kept, strict=True):
                expected = reached.follows(entry.text)
                if entry.cursor.offset != expected.offset:
                    return count, Break(expected.offset, "the entry is missing")
                if entry.cursor.tag != expected.tag:
                    return count, Break(expected.offset, "the tag is not that of this record")
                if version != entry.text:
                    return count, Break(expected.offset, "the flash's version is another one")
                newest[entry.record.flash.id] = expected.offset, entry.text
                reached, count = expected, count + 1
        return count, await self._check_heads(edition, reached, newest)

    async def _check_heads(
        self, edition: str, reached: Cursor, newest: dict[str, tuple[int, str]]
    ) -> Break | None:
        keys = self._keys(edition)
        head = await self.head(edition)
        if head != reached:
            return Break(head.offset, f"the head says {head}, the log ends at {reached}")
        ids = list(newest)
        for start in range(0, len(ids), _PAGE):
            some = ids[start : start + _PAGE]
            with store_errors():
                texts = await self._commands.hmget(keys.flashes, some)
            for flash_id, text in zip(some, texts, strict=True):
                if text != newest[flash_id][1]:
                    return Break(newest[flash_id][0], "the flash's current version is another one")
        return None

    async def _kept(self, edition: str, page: list[Entry]) -> list[str | None]:
        """The same records, as each flash's list of versions has them."""
        keys = self._keys(edition)
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for entry in page:
                    try:
                        flash = entry.record.flash
                    except (KeyError, ValueError, TypeError):
                        # Not one of ours: there is no version that it could equal.
                        pipe.lindex(keys.versions("-"), 0)
                    else:
                        pipe.lindex(keys.versions(flash.id), flash.version - 1)
                found: list[str | None] = await pipe.execute()
        return found

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
