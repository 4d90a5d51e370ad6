"""Desks: who is at an edition's desk now, over all hubs, and which lines they write on.

Each hub tells which desks are open there and repeats it, so one that dies leaves nobody behind for
long. What somebody writes on their page tells whichever hub it reaches; it lasts as long as the
desk.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import dumps, milliseconds, utcnow
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ticker.store.client import Store

_STALE_MS: Final = 30_000


class Desks:
    """Open desks, by hub. Every method raises `StoreUnavailableError`.

    Args:
        store: Where they are told.
        clock: Aware UTC.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = utcnow) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._clock = clock

    async def tell(self, hub: str, edition: str, desks: Mapping[str, str]) -> None:
        """Heartbeat: these are open at a hub (desk id → name of its user), and no others."""
        key = self._keys(edition).desks
        with store_errors():
            if desks:
                text = f"{milliseconds(self._clock())} {dumps(desks)}"
                await self._commands.hset(key, hub, text)
            else:
                await self._commands.hdel(key, hub)

    async def of(self, edition: str) -> dict[str, list[str]]:
        """Name → ids of the lines that they write on, for all who are at this edition's desk."""
        opened, lines = await self._read(edition)
        closed = [desk for desk in lines if desk not in opened]
        if closed:
            with store_errors():
                await self._commands.hdel(self._keys(edition).writing, *closed)
        people: dict[str, set[str]] = {name: set() for name in opened.values()}
        for desk, flash_id in lines.items():
            if desk in opened:
                people[opened[desk]].add(flash_id)
        return {name: sorted(people[name]) for name in sorted(people)}

    async def write(self, edition: str, desk: str, name: str, flash_id: str | None) -> bool:
        """Somebody writes on a line now, or on none; False: they have no such desk open."""
        opened, _ = await self._read(edition)
        if opened.get(desk) != name:
            return False
        key = self._keys(edition).writing
        with store_errors():
            if flash_id is None:
                await self._commands.hdel(key, desk)
            else:
                await self._commands.hset(key, desk, flash_id)
        return True

    async def _read(self, edition: str) -> tuple[dict[str, str], dict[str, str]]:
        """Desk id → name of its user, at the hubs that live; and → the line that is written on."""
        keys = self._keys(edition)
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                pipe.hgetall(keys.desks)
                pipe.hgetall(keys.writing)
                hubs, lines = await pipe.execute()
        told = {hub: text.partition(" ") for hub, text in hubs.items()}
        oldest = milliseconds(self._clock()) - _STALE_MS
        dead = [hub for hub, (at, _, _) in told.items() if int(at) < oldest]
        if dead:
            with store_errors():
                await self._commands.hdel(keys.desks, *dead)
        opened: dict[str, str] = {}
        for hub, (_, _, desks) in told.items():
            if hub not in dead:
                opened |= json.loads(desks)
        return opened, lines
