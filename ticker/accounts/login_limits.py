"""Rate limiting of logins (brute force): name and password, and only so many tries.

Tries are counted in the store before a password is looked at, so that neither many processes nor
many tries at once get more, and the same for names that nobody has. A browser that somebody has
logged in with before has tries of its own (OWASP, device cookies), and so has a network: nobody
closes a name to its owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.passwords import PLACES, STRANGERS_PLACES, BusyError, GoneError, stays
from ticker.accounts.principal import NOBODY
from ticker.protocol.networks import client_network
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.accounts.users import User, Users
    from ticker.store.client import Store

_SCRIPT: Final = (Path(__file__).parent / "login_limits.lua").read_text(encoding="utf-8")
_GIVE_BACK: Final = """
for _, key in ipairs(KEYS) do
  local tries = tonumber(redis.call('GET', key) or 0)
  if tries > 1 then
    redis.call('INCRBY', key, -1)
  else
    redis.call('DEL', key)
  end
end
"""
WINDOW_SECONDS: Final = 15 * 60
PAIR_MAX: Final = 5
ADDRESS_MAX: Final = 50
NAME_FREE: Final = 10
PAUSE_MAX_SECONDS: Final = 60
NETWORKS_MAX: Final = 16
_NETWORKS_SECONDS: Final = 90 * 24 * 3600


class TooManyTriesError(Exception):
    """There were too many tries.

    Attributes:
        seconds: Until the next one is looked at.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who tries.

    Attributes:
        address: From where; all of a subscriber's count as one.
        device: Id of a browser or session that is known to be this user's; "": a stranger's.
        is_gone: Whether they do not wait for the answer any more.
    """

    address: str
    device: str = ""
    is_gone: Callable[[], Awaitable[bool]] = stays


class LoginLimits:
    """Checks names and passwords, at a limited rate. Raises `StoreUnavailableError`."""

    def __init__(self, store: Store, users: Users) -> None:
        self._count = store.script(_SCRIPT)
        self._give_back = store.script(_GIVE_BACK)
        self._commands: Any = store.commands
        self._house = store.house
        self._users = users

    async def attempt(self, name: str, password: str, visitor: Visitor) -> User | None:
        """The user whose name and password these are.

        Raises:
            TooManyTriesError: There were too many wrong ones from there, or they have to pause.
            BusyError, GoneError: It was not looked at, and does not count.
        """
        places = PLACES if visitor.device else STRANGERS_PLACES
        # Load shedding: a flood is to cost less than what it waits for.
        self._users.check_places(places)
        network = client_network(visitor.address)
        own = await self._own(name, visitor, network)
        limits = self._limits(name, own, network)
        shared = [] if own else [self._key("name", name), self._key("pause", name)]
        with store_errors():
            args = [WINDOW_SECONDS, NAME_FREE, PAUSE_MAX_SECONDS, *limits.values()]
            wait = await self._count([*limits, *shared], args)
        if wait:
            raise TooManyTriesError(wait)
        try:
            user = await self._users.check(name, password, places, visitor.is_gone)
        except (BusyError, GoneError):
            await self._uncount([*limits, *shared])
            raise
        if user is not None:
            await self._uncount([*limits, *shared])
            with store_errors():
                await self._commands.delete(next(iter(limits)))
                await self._remember(name, network)
        return user

    async def known(self, name: str) -> str:
        """A name as it may be kept: what nobody is called may be a password in the wrong field."""
        return name if await self._users.get(name) is not None else NOBODY

    async def _uncount(self, keys: list[str]) -> None:
        """Take a try back, and the pause that came of it."""
        with store_errors():
            await self._give_back(keys, [])

    async def _own(self, name: str, visitor: Visitor, network: str) -> tuple[str, ...]:
        """What sets a visitor apart from strangers, if anything does."""
        if visitor.device:
            return ("device", name, visitor.device)
        with store_errors():
            known = await self._commands.zrange(self._key("networks", name), 0, -1)
        return ("network", name, network) if _digest(name, network) in known else ()

    async def _remember(self, name: str, network: str) -> None:
        """The networks from which somebody logged in last."""
        key = self._key("networks", name)
        await self._commands.zadd(key, {_digest(name, network): time()})
        await self._commands.zremrangebyrank(key, 0, -NETWORKS_MAX - 1)
        await self._commands.expire(key, _NETWORKS_SECONDS)

    def _limits(self, name: str, own: tuple[str, ...], network: str) -> dict[str, int]:
        """Counters and how far each goes; the first one is the visitor's own."""
        if own:
            return {self._key(*own): PAIR_MAX}
        return {
            self._key("pair", name, network): PAIR_MAX,
            self._key("address", network): ADDRESS_MAX,
        }

    def _key(self, kind: str, *parts: str) -> str:
        return self._house.logins(kind, _digest(*parts))


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]
