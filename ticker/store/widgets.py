"""Every widget script that was ever served under a pinned address, kept in the store.

Sites pin a script by its address and hash (subresource integrity); an upgrade of the service must
not take it from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from ticker.store.client import Store


class WidgetScripts:
    """Scripts by name. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._key = store.house.widgets

    async def keep(self, name: str, script: str) -> None:
        """Keep a script; one that is kept already stays as it was."""
        with store_errors():
            await self._commands.hsetnx(self._key, name, script)

    async def all(self) -> dict[str, str]:
        """Every script that is kept."""
        with store_errors():
            kept: dict[str, str] = await self._commands.hgetall(self._key)
        return kept
