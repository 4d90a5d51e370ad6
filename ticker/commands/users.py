"""`ticker user …`: desk logins, in the store that the service uses, whether it runs or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ticker.accounts.passwords import Passwords, WeakPasswordError, generate
from ticker.accounts.principal import Principal, Role
from ticker.accounts.sessions import Sessions
from ticker.accounts.users import Users
from ticker.commands.stores import on_store, with_store
from ticker.commands.tokens import known_editions, name_of, note
from ticker.news.document import utcnow
from ticker.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ticker.accounts.users import User
    from ticker.settings import Settings
    from ticker.store.client import Store

_DEMO: Final = "demo"


def add(
    settings: Settings, name: str, role: str, editions: Sequence[str], password: str | None
) -> str | None:
    """Make a user; returns the password that was made, if none was given, the only time it is seen.

    Raises:
        SettingsError: The name, an edition or the password is none.
        NameTakenError: There is a user of that name.
    """
    known_editions(settings, editions)
    now = utcnow()
    principal = Principal(name_of(name), Role[role.upper()], frozenset(editions), now, None)
    secret = generate() if password is None else password

    async def run(store: Store) -> None:
        await _users(store).add(principal, secret)
        await note(store, "add user", principal.name)

    _run(settings, run)
    return secret if password is None else None


def describe(settings: Settings) -> list[str]:
    """Who may log in, a line each."""
    users = with_store(settings, lambda store: _users(store).list())
    return [_describe(user) for user in users]


def remove(settings: Settings, name: str) -> None:
    """End a user and all their sessions at once.

    Raises:
        SettingsError: There is none of that name.
    """

    async def run(store: Store) -> None:
        if not await _users(store).remove(name):
            raise SettingsError(f"there is no user named {name!r}")
        await _end_sessions(store, name)
        await note(store, "remove user", name)

    with_store(settings, run)


def renew_password(settings: Settings, name: str, password: str | None) -> str | None:
    """Give a local user another password and end their sessions and passkeys.

    Returns the password that was made, if none was given, the only time it is seen.

    Raises:
        SettingsError: There is none of that name, or the password is none.
    """
    secret = generate() if password is None else password

    async def run(store: Store) -> None:
        if not await _users(store).set_password(name, secret):
            raise SettingsError(f"there is no user named {name!r} with a password here")
        await _users(store).drop_passkeys(name)
        await _end_sessions(store, name)
        await note(store, "renew password", name)

    _run(settings, run)
    return secret if password is None else None


def renew_demo(settings: Settings) -> tuple[str, str]:
    """Name and new password of the demo's editor."""
    secret = generate()

    async def renew(store: Store) -> None:
        users = _users(store)
        await users.remove(_DEMO)
        await _end_sessions(store, _DEMO)
        now = utcnow()
        await users.add(Principal(_DEMO, Role.EDITOR, frozenset(), now, None), secret)

    on_store(settings, renew)
    return _DEMO, secret


def _users(store: Store) -> Users:
    return Users(store, Passwords())


async def _end_sessions(store: Store, name: str) -> None:
    idle = lifetime = timedelta(0)  # none is begun here
    await Sessions(store, _users(store), idle, lifetime, utcnow).end_all(name)


def _run(settings: Settings, run: Callable[[Store], Awaitable[None]]) -> None:
    """Do what sets a password.

    Raises:
        SettingsError: It is too weak.
    """
    try:
        with_store(settings, run)
    except WeakPasswordError as error:
        raise SettingsError(f"the password {error}") from error


def _describe(user: User) -> str:
    principal = user.principal
    editions = ",".join(sorted(principal.editions)) or "all"
    created = f"{principal.created:%Y-%m-%d %H:%M}Z"
    origin = "\tsingle sign-on" if user.subject else ""
    return (
        f"{principal.name}\t{principal.role.word}\teditions: {editions}\tcreated: {created}{origin}"
    )
