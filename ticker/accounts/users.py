"""Who may use the desk: people with a name, a password, a role and editions."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.passwords import PLACES, stays
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import NameTakenError, TooManyNamesError
from ticker.news.document import dumps, format_time, parse_time
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.accounts.passwords import Passwords
    from ticker.store.client import Store

USERS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class User:
    """One person.

    Attributes:
        principal: Name, role, editions, and since when; a user does not expire.
        hash: Of the password.
    """

    principal: Principal
    hash: str

    @property
    def name(self) -> str:
        """What they log in with; stands in the log with what they do."""
        return self.principal.name


class Users:
    """Users in the store. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._commands: Any = store.commands
        self._users = store.house.users
        self._untold = store.house.refused_untold
        self._passwords = passwords

    async def add(self, principal: Principal, password: str) -> None:
        """Make a user.

        Raises:
            NameTakenError: There is a user of that name.
            WeakPasswordError: The password may not be used.
            TooManyNamesError: There are `USERS_MAX`.
        """
        if len(await self.list()) >= USERS_MAX:
            raise TooManyNamesError(f"there are {USERS_MAX} users; remove some")
        user = User(principal, await self._passwords.hash(password, principal.name))
        with store_errors():
            if not await self._commands.hsetnx(self._users, principal.name, _encode(user)):
                raise NameTakenError(principal.name)

    async def get(self, name: str) -> User | None:
        """The user of that name."""
        with store_errors():
            text = await self._commands.hget(self._users, name)
        return _decode(text) if text else None

    async def list(self) -> list[User]:
        """All users, by name."""
        with store_errors():
            texts = await self._commands.hvals(self._users)
        return sorted(map(_decode, texts), key=lambda user: user.name)

    async def remove(self, name: str) -> bool:
        """End a user, with what they were not told yet; False if there is none of that name."""
        with store_errors():
            was_there = bool(await self._commands.hdel(self._users, name))
            await self._commands.hdel(self._untold, name)
        return was_there

    def check_places(self, places: int) -> None:
        """Check that a password would be looked at, as `Passwords.check_places` does.

        Raises:
            BusyError: Too many wait.
        """
        self._passwords.check_places(places)

    async def check(
        self,
        name: str,
        password: str,
        places: int = PLACES,
        is_gone: Callable[[], Awaitable[bool]] = stays,
    ) -> User | None:
        """The user whose name and password these are; it takes as long if there is none.

        Raises:
            BusyError, GoneError: It was not looked at, as `Passwords.verify` says.
        """
        user = await self.get(name)
        kept = user.hash if user else None
        if not await self._passwords.verify(kept, password, places, is_gone) or user is None:
            return None
        if self._passwords.is_dated(user.hash):
            await self.set_password(name, password)
        return user

    async def set_password(self, name: str, password: str) -> bool:
        """Give a user another password; False if there is none of that name.

        Raises:
            WeakPasswordError: The password may not be used.
        """
        user = await self.get(name)
        if user is None:
            return False
        changed = replace(user, hash=await self._passwords.hash(password, name))
        with store_errors():
            await self._commands.hset(self._users, name, _encode(changed))
        return True


def _encode(user: User) -> str:
    principal = user.principal
    return dumps(
        {
            "name": principal.name,
            "role": principal.role.word,
            "editions": sorted(principal.editions),
            "created": format_time(principal.created),
            "hash": user.hash,
        }
    )


def _decode(text: str) -> User:
    values = json.loads(text)
    principal = Principal(
        name=values["name"],
        role=Role[values["role"].upper()],
        editions=frozenset(values["editions"]),
        created=parse_time(values["created"]),
        expires=None,
    )
    return User(principal, values["hash"])
