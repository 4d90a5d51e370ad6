"""Repository of flashes, to read: current ones, versions, queue, and pages of the past."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ticker.news.document import milliseconds
from ticker.news.event import Record
from ticker.news.flash import PubStatus
from ticker.news.hands import Hands
from ticker.store.faults import store_errors
from ticker.store.search import place_of, places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.news.flash import Flash
    from ticker.store.client import Store
    from ticker.store.search import Place

Revision: TypeAlias = "tuple[tuple[str | None, ...], ...]"
_SCANNED: Final = 1000
# Entries at the start of a log that show whether anything is lost.
_SAMPLE: Final = 16
# An id leaves an index only as long as its flash is what made that right.
_UNLIST: Final = """
if redis.call('HGET', KEYS[2], ARGV[1]) == ARGV[2] then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
"""
# The keys that there are once there is a line.
_LINES: Final = frozenset({"flashes", "wire"})


class Archive:
    """Repository of all editions' flashes. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._house = store.house
        self._unlist = store.script(_UNLIST)
        self._scan = asyncio.Lock()

    async def editions(self) -> list[str]:
        """Every edition that has lines, whether it is configured or not."""
        with store_errors():
            editions = {
                found[0]
                async for name in self._commands.scan_iter(
                    match=self._house.pattern(""), count=_SCANNED
                )
                if (found := self._house.split(name)) and found[1] in _LINES
            }
        return sorted(editions)

    async def get(self, edition: str, flash_id: str) -> Flash | None:
        """The newest version of a flash, whatever its status."""
        record = await self.record(edition, flash_id)
        return record.flash if record else None

    async def was_out(self, flash: Flash) -> bool:
        """Whether readers ever had a killed flash: what was out once is never withheld again."""
        with store_errors():
            text = await self._commands.lindex(
                self._keys(flash.edition).versions(flash.id), flash.version - 2
            )
        return text is None or Record.decode(text).flash.pubstatus is PubStatus.USABLE

    async def record(self, edition: str, flash_id: str) -> Record | None:
        """The newest version of a flash, with who made it and why it waits, if it does."""
        with store_errors():
            text = await self._commands.hget(self._keys(edition).flashes, flash_id)
        return Record.decode(text) if text else None

    async def newest(
        self, edition: str, flash_id: str, *, from_log: bool = False
    ) -> tuple[Record, Hands] | None:
        """The newest version of a flash and whose hands made it, in one round trip.

        Args:
            edition: Its edition.
            flash_id: Which flash.
            from_log: Where the store has lost it, look for it on the log (`logged`).
        """
        keys = self._keys(edition)
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                pipe.hget(keys.flashes, flash_id)
                pipe.hget(keys.hands, flash_id)
                text, hands = await pipe.execute()
        if text:
            record = Record.decode(text)
            return record, await self._hands(record, hands)
        lost = await self.logged(edition, flash_id) if from_log else None
        return (lost, await self.hands(lost)) if lost else None

    async def logged(self, edition: str, flash_id: str) -> Record | None:
        """The newest version on the log, for a store that has lost what is kept beside it.

        The log is read only where some of that is missing, by one who asks at a time: what an
        unknown id costs does not grow with the log.
        """
        if await self._is_whole(edition):
            return None
        async with self._scan:
            return await self._scanned(edition, flash_id)

    async def _is_whole(self, edition: str) -> bool:
        """Whether the newest records are there, of lines old and new; a store loses keys whole.

        Looked for are the first entries of the log and those at powers of two: a loss leaves none
        of those before it, and who kills all of them afterwards has killed nearly all there was.
        """
        keys = self._keys(edition)
        with store_errors():
            newest = await self._commands.xrevrange(keys.wire, count=1)
            if not newest:
                return True
            async with self._commands.pipeline(transaction=False) as pipe:
                pipe.xrange(keys.wire, count=_SAMPLE)
                for power in range(_SAMPLE.bit_length(), _offset(newest[0]).bit_length()):
                    pipe.xrange(keys.wire, min=f"{2**power}-0", count=1)
                sample = [entry for page in await pipe.execute() for entry in page]
            ids = {Record.decode(fields["record"]).flash.id for _, fields in sample}
            async with self._commands.pipeline(transaction=False) as pipe:
                for flash_id in ids:
                    pipe.hexists(keys.flashes, flash_id)
                return all(await pipe.execute())

    async def _scanned(self, edition: str, flash_id: str) -> Record | None:
        end = "+"
        while True:
            with store_errors():
                page = await self._commands.xrevrange(
                    self._keys(edition).wire, max=end, count=_SCANNED
                )
            for _, fields in page:
                # Most entries are of others: only one that names it is taken apart.
                if flash_id in fields["record"]:
                    record = Record.decode(fields["record"])
                    if record.flash.id == flash_id:
                        return record
            if not page:
                return None
            end = f"({page[-1][0]}"

    async def hands(self, record: Record) -> Hands:
        """Whose hands made a version of a flash, without reading the versions before it."""
        flash = record.flash
        if flash.version == 1:
            return Hands.of(record)
        with store_errors():
            text = await self._commands.hget(self._keys(flash.edition).hands, flash.id)
        return await self._hands(record, text)

    async def _hands(self, record: Record, text: str | None) -> Hands:
        flash = record.flash
        if flash.version == 1:
            return Hands.of(record)
        hands = Hands.decode(text) if text else None
        if hands is not None and hands.version == flash.version:
            return hands
        # By a service of an older version; whoever writes the next version keeps them again.
        versions = await self.versions(flash.edition, flash.id)
        return Hands.fold([it for it in versions if it.flash.version <= flash.version] or [record])

    async def versions(self, edition: str, flash_id: str) -> list[Record]:
        """Every version of a flash, oldest first; empty if there is no such flash."""
        return await self._versions(edition, flash_id, 0, -1)

    async def last_versions(
        self, edition: str, flash_id: str, limit: int, before: int | None = None
    ) -> list[Record]:
        """The newest versions of a flash, or the last before one by its number, oldest first."""
        if before is None:
            return await self._versions(edition, flash_id, -limit, -1)
        if before <= 1:
            return []
        return await self._versions(edition, flash_id, max(0, before - 1 - limit), before - 2)

    async def _versions(self, edition: str, flash_id: str, start: int, end: int) -> list[Record]:
        with store_errors():
            texts = await self._commands.lrange(self._keys(edition).versions(flash_id), start, end)
        return [Record.decode(text) for text in texts]

    async def recent(self, edition: str, since: datetime, limit: int) -> list[Flash]:
        """The newest usable flashes first published after `since`, and all pinned ones."""
        keys = self._keys(edition)
        with store_errors():
            ids = await self._commands.zrevrangebyscore(
                keys.board, "+inf", milliseconds(since), start=0, num=limit
            )
            pins = await self._commands.zrange(keys.pins, 0, -1)
        return await self._many(edition, dict.fromkeys([*ids, *pins]))

    async def pinned(self, edition: str, now: datetime) -> list[Flash]:
        """The pinned usable flashes; one whose time on the board is over is not looked at again."""
        keys = self._keys(edition)
        with store_errors():
            ids = await self._commands.zrange(keys.pins, 0, -1)
            texts = await self._commands.hmget(keys.flashes, ids) if ids else []
        flashes = []
        for text in filter(None, texts):
            flash = Record.decode(text).flash
            if not flash.is_expired(now):
                flashes.append(flash)
                continue
            with store_errors():
                await self._unlist([keys.pins, keys.flashes], [flash.id, text])
        return flashes

    async def before(self, flash: Flash, limit: int) -> list[Flash]:
        """Usable flashes first published before this one, newest first, expired ones too."""
        return await self._before(self._keys(flash.edition).board, flash, limit)

    async def coverage(
        self, edition: str, slug: str, limit: int, before: Flash | None = None
    ) -> list[Flash]:
        """A running story's usable flashes, newest first, of all its days."""
        key = self._keys(edition).coverage(slug)
        if before is None:
            return await self._newest(edition, key, limit)
        return await self._before(key, before, limit)

    async def _newest(self, edition: str, key: str, limit: int) -> list[Flash]:
        return await self._usable(edition, await places(self._commands, key, None, limit))

    async def _before(self, key: str, flash: Flash, limit: int) -> list[Flash]:
        found = await places(self._commands, key, place_of(flash), limit)
        return await self._usable(flash.edition, found)

    async def _usable(self, edition: str, found: Iterable[Place]) -> list[Flash]:
        """The flashes at these places, but for one that was killed since they were looked up."""
        flashes = await self._many(edition, [flash_id for _, flash_id in found])
        return [flash for flash in flashes if flash.pubstatus is PubStatus.USABLE]

    async def due(self, editions: Iterable[str], now: datetime) -> list[Record]:
        """Withheld flashes of several editions that are to go out by themselves by now."""
        wanted = list(editions)
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for edition in wanted:
                    pipe.zrangebyscore(self._keys(edition).due, "-inf", milliseconds(now))
                found = await pipe.execute()
        # Between the two looks somebody may have released the line, or given it another stage.
        return [
            record
            for edition, ids in zip(wanted, found, strict=True)
            for record in await self.records(edition, ids)
            if record.due is not None and record.due <= now
        ]

    async def revision(self, *editions: str) -> Revision:
        """Validator of all that is read here of some editions: it is another after each change."""
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for edition in editions:
                    pipe.hmget(self._keys(edition).head, ["offset", "tag", "changes"])
                return tuple(map(tuple, await pipe.execute()))

    async def queue(self, edition: str) -> list[Record]:
        """Every withheld flash at its newest version, in the order they were filed."""
        with store_errors():
            ids = await self._commands.zrange(self._keys(edition).queue, 0, -1)
        return await self.records(edition, ids)

    async def waiting(self, edition: str) -> int:
        """How many flashes are withheld."""
        with store_errors():
            return len(await self._commands.zrange(self._keys(edition).queue, 0, -1))

    async def due_next(self, editions: Iterable[str]) -> datetime | None:
        """When the next withheld flash of several editions goes out by itself."""
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for edition in editions:
                    pipe.zrange(self._keys(edition).due, 0, 0, withscores=True)
                found = await pipe.execute()
        moments = [score for first in found for _, score in first]
        return datetime.fromtimestamp(min(moments) / 1000, UTC) if moments else None

    async def _many(self, edition: str, ids: Iterable[str]) -> list[Flash]:
        return [record.flash for record in await self.records(edition, ids)]

    async def records(self, edition: str, ids: Iterable[str]) -> list[Record]:
        """The newest versions of some flashes, those that exist, in the order asked for."""
        wanted = list(ids)
        if not wanted:
            return []
        with store_errors():
            texts = await self._commands.hmget(self._keys(edition).flashes, wanted)
        return [Record.decode(text) for text in texts if text]


def _offset(entry: tuple[str, dict[str, str]]) -> int:
    return int(entry[0].partition("-")[0])
