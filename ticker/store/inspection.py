"""Inspection: whether the store is set up to keep what it takes, and whether its hubs agree."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.store.faults import Reason, StoreUnavailableError, store_errors
from ticker.store.presence import Presence

if TYPE_CHECKING:
    from ticker.news.newsroom import Newsroom
    from ticker.store.client import Store

EVICTION: Final = "eviction"
PERSISTENCE: Final = "persistence"
NEWSROOM: Final = "newsroom"
UNASKED: Final = "unasked"
_NOT_ALLOWED: Final = frozenset({Reason.RIGHTS, Reason.COMMAND})


class Inspection:
    """What is wrong with a store that works. Every method raises `StoreUnavailableError`.

    Args:
        store: Which.
        hub: Name of this process.
        newsroom: What it is configured with.
    """

    def __init__(self, store: Store, hub: str, newsroom: Newsroom) -> None:
        self._commands: Any = store.commands
        self._everywhere = store.topology.everywhere
        self._key = store.house.newsrooms
        self._presence = Presence(store)
        self._hub = hub
        self._digest = sha256(repr(newsroom).encode()).hexdigest()[:16]
        self._may_ask = True

    async def look(self) -> dict[str, str]:
        """What is wrong → a sentence about it."""
        return {**await self.settings(), **await self._newsrooms()}

    async def sign_off(self) -> None:
        """This hub has ended."""
        with store_errors():
            await self._commands.hdel(self._key, self._hub)

    async def settings(self) -> dict[str, str]:
        """What is wrong with how the store is set up, or that it is not known."""
        found = {UNASKED: "the store's user may not ask how it is set: look for yourself"}
        if not self._may_ask:
            return found
        try:
            with store_errors():
                answer = await self._commands.info(**self._everywhere)
        except StoreUnavailableError as error:
            # Not asked again: each time would stand in the store's log of what was denied.
            self._may_ask = error.reason not in _NOT_ALLOWED
            if self._may_ask:
                raise
            return found
        # Of several servers it is one answer for each.
        servers = answer.values() if self._everywhere else [answer]
        return {what: said for server in servers for what, said in _faults(server).items()}

    async def _newsrooms(self) -> dict[str, str]:
        with store_errors():
            await self._commands.hset(self._key, self._hub, self._digest)
            told = await self._commands.hgetall(self._key)
        alive = set(await self._presence.hubs())
        with store_errors():
            for dead in told.keys() - alive - {self._hub}:
                await self._commands.hdel(self._key, dead)
        others = sorted(hub for hub in alive & told.keys() if told[hub] != self._digest)
        if not others:
            return {}
        return {NEWSROOM: f"hubs run with another newsroom file than this one: {', '.join(others)}"}


def _faults(server: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a server, by what INFO says."""
    found = {}
    policy = server.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        found[EVICTION] = f"the store may throw lines away: its maxmemory-policy is {policy}"
    if not server.get("aof_enabled", 1):
        found[PERSISTENCE] = "the store loses lines when it restarts: it has no append-only file"
    return found
