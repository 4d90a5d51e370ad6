"""Rate limiting of logins (brute force): name and password, and only so many tries.

Tries are counted in the store before a password is looked at, so that neither many processes nor
many tries at once get more, and the same for names that nobody has.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from ticker.accounts.users import User, Users
    from ticker.store.client import Store

_WINDOW_SECONDS: Final = 15 * 60
# Lockout: from one place a stranger locks out only themselves; from everywhere, a name after all.
_PAIR_MAX: Final = 5
_NAME_MAX: Final = 30
_ADDRESS_MAX: Final = 50
_NOBODY: Final = "(nobody)"


class TooManyTriesError(Exception):
    """There were too many tries.

    Attributes:
        seconds: Until the next one is looked at.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; again in {seconds} s")
        self.seconds = seconds


class LoginLimits:
    """Checks names and passwords, at a limited rate. Raises `StoreUnavailableError`."""

    def __init__(self, store: Store, users: Users) -> None:
        self._commands: Any = store.commands
        self._house = store.house
        self._users = users

    async def attempt(self, name: str, password: str, address: str) -> User | None:
        """The user whose name and password these are.

        Raises:
            TooManyTriesError: There were too many wrong ones for this name or from this address.
        """
        pair = self._key("pair", name, address)
        limits = {pair: _PAIR_MAX, self._key("name", name): _NAME_MAX}
        limits[self._key("address", address)] = _ADDRESS_MAX
        await self._count(limits)
        user = await self._users.check(name, password)
        if user is not None:
            with store_errors():
                await self._commands.delete(pair)
                for key in limits.keys() - {pair}:
                    await self._commands.decr(key)
        return user

    async def known(self, name: str) -> str:
        """A name as it may be kept: what nobody is called may be a password in the wrong field."""
        return name if await self._users.get(name) is not None else _NOBODY

    async def _count(self, limits: dict[str, int]) -> None:
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for key in limits:
                    pipe.incr(key)
                    pipe.expire(key, _WINDOW_SECONDS, nx=True)
                    pipe.ttl(key)
                replies = await pipe.execute()
        waits = [
            ttl
            for limit, tries, ttl in zip(limits.values(), replies[::3], replies[2::3], strict=True)
            if tries > limit
        ]
        if waits:
            raise TooManyTriesError(max(1, *waits))

    def _key(self, kind: str, *parts: str) -> str:
        name = "\0".join(parts).encode(errors="surrogatepass")
        return self._house.logins(kind, sha256(name).hexdigest()[:32])
