"""Versions of flashes, from a backup into a store: many in one call, each by the append script.

Each goes through what it went through at first, so that offsets, tags and all that is kept beside
the log come out as they were. One that is there already stays, if it is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.backup.format import Kept
from ticker.news.event import Record
from ticker.news.hands import Hands
from ticker.store.archive import Archive
from ticker.store.faults import store_errors
from ticker.store.wire import IdempotencyKey, Version, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.backup.format import Line
    from ticker.store.client import Store
    from ticker.store.wire import Mode

MODES: Final[Mapping[str, Mode]] = {"filed": "file", "entry": "announce"}
# Some 100 kB, and some 5 ms of the store's time.
_BATCH: Final = 100
# Idempotency by version, no key kept: what was written before is told by its version.
_NO_KEY: Final = IdempotencyKey("import", "", 0)


class Versions:
    """Writes them in the order of the backup. Raises `StoreUnavailableError`.

    Args:
        store: Where to.
        backup: The import that writes, by its lock.
    """

    def __init__(self, store: Store, backup: str) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._archive = Archive(store)
        self._wire = Wire(store, backup=backup)
        self._lines: list[Line] = []

    async def put(self, line: Line) -> None:
        """Write a line, now or with those that follow.

        Raises:
            BackupError: The store has another version.
        """
        edition = line.values["edition"]
        if len(self._lines) == _BATCH or (
            self._lines and self._lines[0].values["edition"] != edition
        ):
            await self.flush()
        self._lines.append(line)

    async def flush(self) -> None:
        """Write what is left.

        Raises:
            BackupError: The store has another version.
        """
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        edition = lines[0].values["edition"]
        kept = [Kept.of(line.values["record"]) for line in lines]
        stored = await self._wire.append_all(edition, await self._versions(edition, lines, kept))
        for line, record, is_new in zip(lines, kept, stored, strict=True):
            if not is_new:
                await self._check(line, record)

    async def _versions(self, edition: str, lines: list[Line], kept: list[Kept]) -> list[Version]:
        before = await self._before(edition, kept)
        hands: dict[str, Hands] = {}
        versions = []
        for line, record in zip(lines, kept, strict=True):
            flash = record.flash
            earlier = before.get(flash.id) if flash.version > 1 else None
            if earlier is None:
                hands[flash.id] = Hands.of(record)
            else:
                known = hands.get(flash.id) or await self._archive.hands(earlier)
                hands[flash.id] = known.after(earlier, record)
            versions.append(
                Version(
                    record,
                    MODES[line.kind],
                    _NO_KEY,
                    earlier.flash.coverage if earlier else None,
                    hands[flash.id] if earlier else None,
                )
            )
            before[flash.id] = record
        return versions

    async def _before(self, edition: str, kept: list[Kept]) -> dict[str, Record]:
        """The newest versions that the store has of these flashes, but for their first ones."""
        ids = list(dict.fromkeys(it.flash.id for it in kept if it.flash.version > 1))
        if not ids:
            return {}
        with store_errors():
            texts = await self._commands.hmget(self._keys(edition).flashes, ids)
        return {
            flash_id: Record.decode(text) for flash_id, text in zip(ids, texts, strict=True) if text
        }

    async def _check(self, line: Line, record: Kept) -> None:
        """What the store did not take must be there already."""
        flash = record.flash
        with store_errors():
            key = self._keys(flash.edition).versions(flash.id)
            stored = await self._commands.lindex(key, flash.version - 1)
        if stored != record.text:
            raise line.fault(
                f"the store has another version {flash.version} of {flash.id}, or none before "
                "it: begin with an empty store"
            )
