"""Checkpoints of the logs, one every so many entries: an index to the past by time.

They are made of the log alone, by whichever hub comes to it (`jobs/checkpoints`), and made anew
where they are of another log. What has none yet is read entry by entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.news.checkpoint import START, Checkpoint
from ticker.news.event import Cursor
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from ticker.store.client import Store

# Entries from one to the next: what is read at once, in some 5 ms.
EVERY: Final = 100
# Field that holds the number of the last one.
_LAST: Final = "last"


class Checkpoints:
    """Checkpoints of all editions. Every method raises `StoreUnavailableError`.

    Args:
        store: Where they are.
        every: Entries from one to the next.
    """

    def __init__(self, store: Store, every: int = EVERY) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self.every: Final = every

    async def last(self, edition: str) -> tuple[int, Checkpoint]:
        """Number of the last one, and it; number 0: there is none, or none of this log."""
        with store_errors():
            number = int(await self._commands.hget(self._keys(edition).checkpoints, _LAST) or 0)
        found = await self.get(edition, number)
        if found is not None and (number == 0 or await self._stands(edition, found.cursor)):
            return number, found
        return 0, START

    async def get(self, edition: str, number: int) -> Checkpoint | None:
        """One by its number, from 1 on; 0 is before the first entry."""
        if number == 0:
            return START
        with store_errors():
            text = await self._commands.hget(self._keys(edition).checkpoints, number)
        try:
            return Checkpoint.decode(text) if text else None
        except (ValueError, TypeError, AttributeError):
            return None  # of a service of another version

    async def before(self, edition: str, last: int, moment: int) -> tuple[int, Checkpoint]:
        """Binary search: the last of these whose `until` is by `moment`, in ms."""
        low, found = 0, START
        while low < last:
            middle = (low + last + 1) // 2
            checkpoint = await self.get(edition, middle)
            if checkpoint is not None and checkpoint.until <= moment:
                low, found = middle, checkpoint
            else:
                last = middle - 1
        return low, found

    async def entries(self, edition: str, number: int) -> list[tuple[Cursor, str]]:
        """Cursor and record of each entry that this checkpoint has more than the one before."""
        return await self.between(edition, (number - 1) * self.every, number * self.every)

    async def between(self, edition: str, after: int, until: int) -> list[tuple[Cursor, str]]:
        """Cursor and record of the entries after an offset, up to another."""
        return await self._entries(edition, min=f"({after}-0", max=f"{until}-0")

    async def behind(self, edition: str, after: int, limit: int) -> list[tuple[Cursor, str]]:
        """Cursor and record of the first entries after an offset."""
        return await self._entries(edition, min=f"({after}-0", count=limit)

    async def _entries(self, edition: str, **where: Any) -> list[tuple[Cursor, str]]:
        with store_errors():
            found = await self._commands.xrange(self._keys(edition).wire, **where)
        return [
            (Cursor(int(entry_id.partition("-")[0]), fields["tag"]), fields["record"])
            for entry_id, fields in found
        ]

    async def extend(self, edition: str) -> None:
        """Make those that are missing, one after the other."""
        key = self._keys(edition).checkpoints
        number, newest = await self.last(edition)
        with store_errors():
            # Of another log. Where there are none, another hub may have begun just now.
            if number == 0 and await self._commands.hexists(key, _LAST):
                await self._commands.delete(key)
        while await self._has(edition, (number + 1) * self.every):
            entries = await self.entries(edition, number + 1)
            # An entry that is missing is `ticker verify`'s to tell.
            if len(entries) < self.every:
                return
            number, newest = number + 1, newest.after(entries)
            with store_errors():
                await self._commands.hset(key, mapping={number: newest.encode(), _LAST: number})

    async def _has(self, edition: str, offset: int) -> bool:
        return bool(await self.between(edition, offset - 1, offset))

    async def _stands(self, edition: str, cursor: Cursor) -> bool:
        """Whether the log has this entry: then it is the one of which the checkpoints were made."""
        return [it for it, _ in await self.between(edition, cursor.offset - 1, cursor.offset)] == [
            cursor
        ]
