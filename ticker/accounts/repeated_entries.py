"""Audit entries of what a user does again and again: some as they come, the others as a sum.

A program with the right password can log in all day. Each of its first logins is an entry, as a
person's are; beyond that one more entry stands for a quarter of an hour.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ticker.accounts.sums import PLACES_MAX, Sums, entering, origin_of
from ticker.news.document import utcnow
from ticker.protocol.networks import client_network

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticker.accounts.audit import Audit
    from ticker.store.client import Store

_SCRIPT: Final = (Path(__file__).parent / "repeated_entries.lua").read_text(encoding="utf-8")
AT_ONCE_MAX: Final = 5
Action = Literal[
    "login", "logout", "password changed", "session ended", "passkey added", "passkey removed"
]


class RepeatedEntries:
    """Enters what users do themselves. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, audit: Audit, clock: Callable[[], datetime] = utcnow) -> None:
        self._sums = Sums(store, store.house.repeated_entries, _SCRIPT, clock)
        self._audit = audit

    async def note(self, name: str, action: Action, address: str) -> None:
        """Enter it, or count it where there were many."""
        network = client_network(address)
        if await self._sums.add(f"{action}\0{name}", AT_ONCE_MAX, PLACES_MAX, network):
            await self._audit.note(name, action, name, address)

    async def enter_due(self) -> None:
        """Enter the sums whose time is over; of many processes one does."""
        for field, done in await self._sums.due():
            action, _, name = field.partition("\0")
            if done["more"]:
                await self._enter(action, name, done)

    async def run(self) -> None:
        """Enter sums for as long as this is not cancelled."""
        await entering(self.enter_due)

    async def _enter(self, action: str, name: str, done: dict[str, Any]) -> None:
        origin, address = origin_of(done["places"])
        detail = f"{done['more']} more since {done['since']}, {origin}"
        await self._audit.note(name, action, name, address, detail)
