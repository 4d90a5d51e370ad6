"""`ticker user …`: desk logins, in the store that the service uses, whether it runs or not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ticker.accounts.passwords import Passwords, WeakPasswordError, generate
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import Principal, Role
from ticker.accounts.users import Users
from ticker.commands.stores import store_url
from ticker.commands.tokens import clean_name, known_editions, note
from ticker.settings import SettingsError
from ticker.store.client import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from ticker.settings import Settings

_DEMO: Final = "demo"


def add(
    settings: Settings, name: str, role: str, editions: Sequence[str], password: str | None
) -> str:
    """Make a user; returns the password, the only time it is seen.

    Raises:
        SettingsError: The name, an edition or the password is none.
        NameTakenError: There is a user of that name.
    """
    known_editions(settings, editions)
    now = datetime.now(UTC)
    principal = Principal(clean_name(name), Role[role.upper()], frozenset(editions), now, None)
    secret = generate() if password is None else password

    async def run(url: str) -> None:
        async with _opened(url) as (users, _):
            await users.add(principal, secret)

    _run(settings, run, "add user", principal.name)
    return secret


def describe(settings: Settings) -> list[str]:
    """Who may log in, a line each."""
    lines: list[str] = []

    async def run(url: str) -> None:
        async with _opened(url) as (users, _):
            lines.extend(_describe(user.principal) for user in await users.list())

    _run(settings, run)
    return lines


def remove(settings: Settings, name: str) -> None:
    """End a user and all their sessions at once.

    Raises:
        SettingsError: There is none of that name.
    """

    async def run(url: str) -> None:
        async with _opened(url) as (users, sessions):
            if not await users.remove(name):
                raise SettingsError(f"there is no user named {name!r}")
            await sessions.end_all(name)

    _run(settings, run, "remove user", name)


def renew_password(settings: Settings, name: str, password: str | None) -> str:
    """Give a user another password and end their sessions; returns it, the only time it is seen.

    Raises:
        SettingsError: There is none of that name, or the password is none.
    """
    secret = generate() if password is None else password

    async def run(url: str) -> None:
        async with _opened(url) as (users, sessions):
            if not await users.set_password(name, secret):
                raise SettingsError(f"there is no user named {name!r}")
            await sessions.end_all(name)

    _run(settings, run, "renew password", name)
    return secret


def renew_demo(redis_url: str) -> tuple[str, str]:
    """Name and new password of the demo's editor."""
    secret = generate()

    async def run() -> None:
        async with _opened(redis_url) as (users, sessions):
            await users.remove(_DEMO)
            await sessions.end_all(_DEMO)
            now = datetime.now(UTC)
            await users.add(Principal(_DEMO, Role.EDITOR, frozenset(), now, None), secret)

    asyncio.run(run())
    return _DEMO, secret


def _run(
    settings: Settings,
    run: Callable[[str], Coroutine[None, None, None]],
    action: str = "",
    name: str = "",
) -> None:
    with store_url(settings) as url:
        try:
            asyncio.run(run(url))
        except WeakPasswordError as error:
            raise SettingsError(f"the password {error}") from error
        if action:
            note(url, action, name)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[tuple[Users, Sessions]]:
    store = Store(url)
    users = Users(store, Passwords())
    try:
        yield users, Sessions(store, users, timedelta(0), timedelta(0), lambda: datetime.now(UTC))
    finally:
        await store.close()


def _describe(principal: Principal) -> str:
    editions = ",".join(sorted(principal.editions)) or "all"
    created = f"{principal.created:%Y-%m-%d %H:%M}Z"
    return f"{principal.name}\t{principal.role.word}\teditions: {editions}\tcreated: {created}"
