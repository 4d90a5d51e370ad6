"""Who may use the desk: people with a name, a password, a role and editions."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from hashlib import sha256
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
_HANDLE_LENGTH: Final = 32
# A name is one user's, of whatever kind: a federated user keeps the one that they were made with.
_PUT: Final = """
local text = redis.call('HGET', KEYS[1], ARGV[2])
if text then
  if cjson.decode(text).subject ~= ARGV[1] then return 'taken' end
elseif redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return 'full'
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 'put'
"""


@dataclass(frozen=True, slots=True)
class User:
    """One person.

    Attributes:
        principal: Name, role, editions, and since when; a user does not expire.
        hash: Of the password; empty: they have none.
        subject: Issuer and subject of a federated identity, who logs in at their provider alone;
            empty: a local user.
    """

    principal: Principal
    hash: str
    subject: str = ""

    @property
    def name(self) -> str:
        """What they log in with; stands in the log with what they do."""
        return self.principal.name

    @property
    def handle(self) -> str:
        """WebAuthn user handle (§5.4.3): says nothing of who it is, and ends with this user.

        A user of the same name who is made later has another one.
        """
        made = f"{self.name}\0{format_time(self.principal.created)}"
        return sha256(made.encode()).hexdigest()[:_HANDLE_LENGTH]


class Users:
    """Users in the store. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._commands: Any = store.commands
        self._house = store.house
        self._users = store.house.users
        self._untold = store.house.refused_untold
        self._put = store.script(_PUT)
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

    async def put_federated(self, user: User) -> None:
        """Make a federated user, or give the one who is kept other rights.

        Raises:
            NameTakenError: There is a local user of that name, or somebody else from the provider.
            TooManyNamesError: There are `USERS_MAX`.
        """
        with store_errors():
            args: list[str | int] = [user.subject, user.name, _encode(user), USERS_MAX]
            put = await self._put([self._users], args)
        if put == "taken":
            raise NameTakenError(user.name)
        if put == "full":
            raise TooManyNamesError(f"there are {USERS_MAX} users; remove some")

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
        """End a user, with their passkeys and what they were not told yet.

        Returns False if there is none of that name.
        """
        await self.drop_passkeys(name)
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

    async def drop_passkeys(self, name: str) -> None:
        """End all passkeys of a user: whoever has them, by whatever way."""
        user = await self.get(name)
        if user is not None:
            with store_errors():
                await self._commands.delete(self._house.passkeys(user.handle))

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
        kept = user.hash or None if user else None
        if not await self._passwords.verify(kept, password, places, is_gone) or user is None:
            return None
        if self._passwords.is_dated(user.hash):
            await self.set_password(name, password)
        return user

    async def set_password(self, name: str, password: str) -> bool:
        """Give a user another password; False if there is no local one of that name.

        Raises:
            WeakPasswordError: The password may not be used.
        """
        user = await self.get(name)
        if user is None or user.subject:
            return False
        changed = replace(user, hash=await self._passwords.hash(password, name))
        with store_errors():
            await self._commands.hset(self._users, name, _encode(changed))
        return True


def alike(name: str) -> str:
    """What two names have in common that people take for one: width, composition, case."""
    return unicodedata.normalize("NFKC", name).casefold()


def _encode(user: User) -> str:
    principal = user.principal
    return dumps(
        {
            **({"subject": user.subject} if user.subject else {}),
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
    return User(principal, values["hash"], values.get("subject", ""))
