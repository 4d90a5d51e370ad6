"""The mark on a store into which a backup is being put: while it is there, half may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.backup import BackupError
from ticker.store import guard

if TYPE_CHECKING:
    from ticker.store import Store

_KEY: Final = "{ticker}:import"


class UnfinishedImportError(BackupError):
    """The store holds a part of a backup."""

    def __init__(self) -> None:
        super().__init__(
            "an import into this store was interrupted: run `ticker import` with the same file "
            "again, or begin with an empty store"
        )


class Mark:
    """The mark of one store. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands

    async def get(self) -> str | None:
        """Sum of the backup that is being put in."""
        with guard():
            found: str | None = await self._commands.get(_KEY)
        return found

    async def refuse(self) -> None:
        """Check that the store is not half of a backup.

        Raises:
            UnfinishedImportError: It is.
        """
        if await self.get() is not None:
            raise UnfinishedImportError

    async def set(self, backup: str) -> None:
        """Begin."""
        with guard():
            await self._commands.set(_KEY, backup)

    async def clear(self) -> None:
        """All of it is there."""
        with guard():
            await self._commands.delete(_KEY)
