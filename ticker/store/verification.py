"""Verification of a log: its hash chain, and all that is kept beside it, a page at a time.

What is remembered from page to page are the lines whose newest version is yet to come, by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticker.news.checkpoint import START
from ticker.news.event import GENESIS, Record
from ticker.news.hands import Hands
from ticker.store.archive import Archive
from ticker.store.checkpoints import EVERY
from ticker.store.faults import store_errors
from ticker.store.history import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.news.event import Cursor
    from ticker.store.client import Store
    from ticker.store.history import Entry


@dataclass(frozen=True, slots=True)
class Break:
    """Where a log is not what was written.

    Attributes:
        offset: Of the first entry that is wrong.
        why: In a few words.
    """

    offset: int
    why: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept beside an entry: its version, and its flash's newest version and hands."""

    record: Record | None
    version: str | None
    current: str | None
    hands: str | None


class Verification:
    """Recomputes the hash chain of one log. Raises `StoreUnavailableError`.

    Args:
        store: Where it is.
        edition: Whose it is.
    """

    def __init__(self, store: Store, edition: str) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys(edition)
        self._archive = Archive(store)
        self._history = History(store)
        self._edition = edition
        self._reached = GENESIS
        self._checkpoint = START
        self._block: list[tuple[Cursor, str]] = []
        # Id of a flash whose newest version was not met yet → its last entry.
        self._outdated: dict[str, int] = {}

    async def run(self) -> tuple[int, Break | None]:
        """How many entries there are, and the first that breaks the chain.

        What is kept beside the log for quick reading must be the same, byte for byte.
        """
        while True:
            before = self._reached
            async for page in self._history.pages(self._edition, before.offset):
                if fault := await self._check(page):
                    return self._reached.offset, fault
            head = await self._history.head(self._edition)
            # A service that goes on has more: what came after the last page.
            if head.offset <= self._reached.offset or self._reached == before:
                break
        return self._reached.offset, self._end(head)

    async def _check(self, page: list[Entry]) -> Break | None:
        for entry, kept in zip(page, await self._kept(page), strict=True):
            expected = self._reached.follows(entry.text)
            why = await self._fault(entry, expected, kept)
            if why:
                return Break(expected.offset, why)
            self._reached = expected
        return None

    async def _fault(self, entry: Entry, expected: Cursor, kept: _Kept) -> str:
        """What is wrong with an entry; "": nothing."""
        if entry.cursor.offset != expected.offset:
            return "the entry is missing"
        if entry.cursor.tag != expected.tag:
            return "the tag is not that of this record"
        if kept.version != entry.text or kept.record is None:
            return "the flash's version is another one"
        flash = kept.record.flash
        if kept.current != entry.text:
            self._outdated[flash.id] = expected.offset
        else:
            self._outdated.pop(flash.id, None)
            if not await self._has_hands(kept.record, kept.hands):
                return "whose hands made the flash is told otherwise"
        return "" if await self._has_checkpoint(entry) else "the checkpoint is another one"

    async def _has_hands(self, record: Record, text: str | None) -> bool:
        """Whether these are the hands of a newest version; an older service kept none."""
        flash = record.flash
        if text is None or Hands.decode(text).version != flash.version:
            return True
        versions = await self._archive.versions(self._edition, flash.id)
        return Hands.fold(versions[: flash.version]).encode() == text

    async def _has_checkpoint(self, entry: Entry) -> bool:
        self._block.append((entry.cursor, entry.text))
        if entry.cursor.offset % EVERY:
            return True
        self._checkpoint = self._checkpoint.after(self._block)
        self._block.clear()
        with store_errors():
            number = entry.cursor.offset // EVERY
            text = await self._commands.hget(self._keys.checkpoints, number)
        return text is None or text == self._checkpoint.encode()

    async def _kept(self, page: Sequence[Entry]) -> list[_Kept]:
        records = [_record(entry) for entry in page]
        # Of those that are not ours there is no version that they could equal.
        ids = [record.flash.id if record else "-" for record in records]
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for flash_id, record in zip(ids, records, strict=True):
                    version = record.flash.version if record else 1
                    pipe.lindex(self._keys.versions(flash_id), version - 1)
                pipe.hmget(self._keys.flashes, ids)
                pipe.hmget(self._keys.hands, ids)
                *versions, current, hands = await pipe.execute()
        return [_Kept(*it) for it in zip(records, versions, current, hands, strict=True)]

    def _end(self, head: Cursor) -> Break | None:
        if head != self._reached:
            return Break(head.offset, f"the head says {head}, the log ends at {self._reached}")
        if self._outdated:
            offset = min(self._outdated.values())
            return Break(offset, "the flash's current version is another one")
        return None


def _record(entry: Entry) -> Record | None:
    try:
        return entry.record
    except (KeyError, ValueError, TypeError):
        return None
