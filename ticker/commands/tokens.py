"""`ticker token …`: editors' tokens, in the store that the service uses, whether it runs or not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from ticker.accounts.audit import COMMAND_LINE, Audit
from ticker.accounts.tokens import Accounts, Principal, Role
from ticker.commands.stores import store_url
from ticker.news import text
from ticker.settings import SettingsError
from ticker.store.client import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import timedelta

    from ticker.settings import Settings

_T = TypeVar("_T")
_NAME_MOST: Final = 64
_DEMO: Final = "demo"


def create(
    settings: Settings, name: str, role: str, editions: Sequence[str], lifetime: timedelta | None
) -> str:
    """Make a token; the only time it is seen.

    Raises:
        SettingsError: The name or an edition is none.
        NameTakenError: There is one of that name.
    """
    known_editions(settings, editions)
    principal = _principal(clean_name(name), Role[role.upper()], editions, lifetime)
    with store_url(settings) as url:
        token = _with_accounts(url, lambda accounts: accounts.create(principal))
        note(url, "create token", principal.name, principal.role.word)
        return token


def known_editions(settings: Settings, editions: Sequence[str]) -> None:
    """Check that all of these are editions.

    Raises:
        SettingsError: One is not.
    """
    unknown = set(editions) - settings.newsroom.editions.keys()
    if unknown:
        known = ", ".join(settings.newsroom.editions)
        raise SettingsError(f"--edition: {', '.join(sorted(unknown))} is none of {known}")


def clean_name(name: str) -> str:
    """The name of a token or user as it is kept.

    Raises:
        SettingsError: It is none.
    """
    try:
        return text.line(name, _NAME_MOST)
    except text.TextError as error:
        raise SettingsError(f"NAME: {error}") from error


def describe(settings: Settings) -> list[str]:
    """Who has tokens, a line each."""
    with store_url(settings) as url:
        principals = _with_accounts(url, lambda accounts: accounts.list())
    return [_describe(principal) for principal in principals]


def revoke(settings: Settings, name: str) -> None:
    """End a token at once.

    Raises:
        SettingsError: There is none of that name.
    """
    with store_url(settings) as url:
        if not _with_accounts(url, lambda accounts: accounts.revoke(name)):
            raise SettingsError(f"there is no token named {name!r}")
        note(url, "revoke token", name)


def note(url: str, action: str, target: str, detail: str = "") -> None:
    """Put into the audit log what was done on the command line."""

    async def run() -> None:
        store = Store(url)
        try:
            await Audit(store).note(COMMAND_LINE, action, target, detail=detail)
        finally:
            await store.close()

    asyncio.run(run())


def renew_demo(redis_url: str) -> str:
    """A new token for the demo's editor; the one of the last run ends."""

    async def renew(accounts: Accounts) -> str:
        await accounts.revoke(_DEMO)
        return await accounts.create(_principal(_DEMO, Role.EDITOR))

    return _with_accounts(redis_url, renew)


def _with_accounts(url: str, use: Callable[[Accounts], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        store = Store(url)
        try:
            return await use(Accounts(store))
        finally:
            await store.close()

    return asyncio.run(run())


def _principal(
    name: str, role: Role, editions: Sequence[str] = (), lifetime: timedelta | None = None
) -> Principal:
    now = datetime.now(UTC)
    expires = now + lifetime if lifetime else None
    return Principal(name, role, frozenset(editions), now, expires)


def _describe(principal: Principal) -> str:
    expires = f"{principal.expires:%Y-%m-%d %H:%M}Z" if principal.expires else "never"
    editions = ",".join(sorted(principal.editions)) or "all"
    return (
        f"{principal.name}\t{principal.role.word}\teditions: {editions}"
        f"\tcreated: {principal.created:%Y-%m-%d %H:%M}Z\texpires: {expires}"
    )
