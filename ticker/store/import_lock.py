"""Import lock: held on a store while a backup is being put into it, and half may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.store.client import Store


class UnfinishedImportError(Exception):
    """The store holds a part of a backup."""

    def __init__(self) -> None:
        super().__init__(
            "an import into this store was interrupted: run `ticker import` with the same file "
            "again, or begin with an empty store"
        )


class ImportLock:
    """The import lock of one store. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._key = store.house.import_lock
        self._keys = store.keys

    async def get(self) -> str | None:
        """Who holds it: the backup that is being put in, by its sum; None: nobody."""
        with store_errors():
            found: str | None = await self._commands.get(self._key)
        return found

    async def refuse(self, editions: Iterable[str] = ()) -> None:
        """Check that the store is not half of a backup.

        Args:
            editions: Whose own locks decide while the store's is out of reach, on a Cluster.

        Raises:
            UnfinishedImportError: It is.
        """
        try:
            holders = [await self.get()]
        except StoreUnavailableError:
            if not editions:
                raise
            with store_errors():
                holders = [
                    await self._commands.hget(self._keys(it).head, "import") for it in editions
                ]
        if any(holders):
            raise UnfinishedImportError

    async def set(self, backup: str, editions: Iterable[str]) -> None:
        """Lock, or go on; from now on nobody else can append to these editions' logs.

        Each log has a lock of its own, where the append script sees it on a Cluster too.
        """
        with store_errors():
            await self._commands.set(self._key, backup)
            for edition in editions:
                await self._commands.hset(self._keys(edition).head, "import", backup)

    async def clear(self, editions: Iterable[str]) -> None:
        """Unlock; the store's own lock goes last: while it is held, this can be done again."""
        with store_errors():
            for edition in editions:
                await self._commands.hdel(self._keys(edition).head, "import")
            await self._commands.delete(self._key)
