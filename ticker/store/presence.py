"""Presence: how many read now, by edition, transport and embedding site.

Each hub tells its sums and no more; whoever wants to know adds up those of the hubs that live.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypedDict

from ticker.news.document import dumps, milliseconds, utcnow
from ticker.news.reach import POLLING
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ticker.news.reach import HubReaders
    from ticker.store.client import Store

_STALE_MS: Final = 30_000


class Readers(TypedDict):
    """Who reads an edition now, over all hubs (docs/api.md)."""

    readers: int
    transports: dict[str, int]
    origins: dict[str, int]
    hubs: dict[str, int]


_NOBODY: Final[Readers] = {"readers": 0, "transports": {}, "origins": {}, "hubs": {}}


class Presence:
    """What hubs tell of their readers. Every method raises `StoreUnavailableError`.

    Args:
        store: Where the sums are.
        clock: Aware UTC.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = utcnow) -> None:
        self._commands: Any = store.commands
        self._key = store.house.census
        self._clock = clock

    async def tell(self, hub: str, counts: Mapping[str, HubReaders]) -> None:
        """Heartbeat: a hub lives, and these are its readers (`Hub.presence`)."""
        with store_errors():
            await self._commands.hset(
                self._key, hub, f"{milliseconds(self._clock())} {dumps(counts)}"
            )

    async def sign_off(self, hub: str) -> None:
        """A hub has ended."""
        with store_errors():
            await self._commands.hdel(self._key, hub)

    async def hubs(self) -> list[str]:
        """Names of the hubs that live, or did within the last half minute."""
        return sorted(hub for hub, at, _ in await self._told() if not self._is_stale(at))

    async def read(self) -> dict[str, Readers]:
        """Edition → {"readers", "transports", "origins", "hubs"}, of the hubs that live."""
        editions: dict[str, Readers] = {}
        for hub, at, counted in await self._told():
            if self._is_stale(at):
                await self.sign_off(hub)
                continue
            for edition, counts in json.loads(counted).items():
                _add(editions, edition, hub, counts)
        return editions

    async def of(self, edition: str) -> Readers:
        """The same of one edition, also where nobody reads."""
        return (await self.read()).get(edition, _NOBODY)

    async def by_hub(self) -> dict[str, int]:
        """Readers that each hub holds which lives, of all editions; who polls, none holds."""
        return {
            hub: sum(
                count
                for edition in json.loads(counted).values()
                for transport, count in edition["transports"].items()
                if transport != POLLING
            )
            for hub, at, counted in await self._told()
            if not self._is_stale(at)
        }

    async def _told(self) -> list[tuple[str, int, str]]:
        """Each hub, when it told last, in ms, and what."""
        with store_errors():
            found = await self._commands.hgetall(self._key)
        parts = {hub: text.partition(" ") for hub, text in found.items()}
        return [(hub, int(at), counts) for hub, (at, _, counts) in parts.items()]

    def _is_stale(self, at: int) -> bool:
        return milliseconds(self._clock()) - at > _STALE_MS


def _add(editions: dict[str, Readers], edition: str, hub: str, counts: HubReaders) -> None:
    whole = editions.setdefault(
        edition, {"readers": 0, "transports": Counter(), "origins": Counter(), "hubs": {}}
    )
    readers = sum(counts["transports"].values())
    whole["readers"] += readers
    for name, count in counts["transports"].items():
        whole["transports"][name] += count
    for name, count in counts["origins"].items():
        whole["origins"][name] += count
    whole["hubs"][hub] = readers
