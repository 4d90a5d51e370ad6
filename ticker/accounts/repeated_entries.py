"""Audit entries of what a user does again and again: some as they come, the others as a sum.

A program with the right password can log in all day. Each of its first logins is an entry, as a
person's are; beyond that one more entry stands for a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ticker.accounts.refused_logins import INTERVAL, PLACES_MAX, TAKE_DUE
from ticker.news.document import format_time, utcnow
from ticker.protocol.networks import client_network
from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticker.accounts.audit import Audit
    from ticker.store.client import Store

_SCRIPT: Final = (Path(__file__).parent / "repeated_entries.lua").read_text(encoding="utf-8")
AT_ONCE_MAX: Final = 5
_LOOK_SECONDS: Final = 60.0


class RepeatedEntries:
    """Enters what users do themselves. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, audit: Audit, clock: Callable[[], datetime] = utcnow) -> None:
        self._sums = store.house.repeated_entries
        self._add = store.script(_SCRIPT)
        self._take = store.script(TAKE_DUE)
        self._audit = audit
        self._clock = clock

    async def note(
        self, name: str, action: Literal["login", "logout", "password changed"], address: str
    ) -> None:
        """Enter it, or count it where there were many."""
        network, now = client_network(address), format_time(self._clock())
        args: list[Any] = [f"{action}\0{name}", AT_ONCE_MAX, PLACES_MAX, now, network]
        with store_errors():
            is_at_once = await self._add([self._sums], args)
        if is_at_once:
            await self._audit.note(name, action, name, address)

    async def enter_due(self) -> None:
        """Enter the sums whose time is over; of many processes one does."""
        with store_errors():
            taken = await self._take([self._sums], [format_time(self._clock() - INTERVAL)])
        for field, text in zip(taken[::2], taken[1::2], strict=True):
            action, _, name = field.partition("\0")
            await self._enter(action, name, json.loads(text))

    async def run(self) -> None:
        """Enter sums for as long as this is not cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.enter_due()
            except StoreUnavailableError:
                continue

    async def _enter(self, action: str, name: str, done: dict[str, Any]) -> None:
        if not done["more"]:
            return
        places = done["places"]
        more = " and more" if len(places) == PLACES_MAX else ""
        detail = f"{done['more']} more since {done['since']}, from {', '.join(places)}{more}"
        await self._audit.note(name, action, name, places[0] if len(places) == 1 else "", detail)
