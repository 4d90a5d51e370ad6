"""`ticker token …`: editors' tokens, in the store that the service uses, whether it runs or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker.accounts.audit import Audit, entered
from ticker.accounts.principal import COMMAND_LINE, Principal, Role, clean_name
from ticker.accounts.tokens import Tokens
from ticker.commands.stores import on_store, with_store
from ticker.news.document import utcnow
from ticker.news.text import TextError
from ticker.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from ticker.settings import Settings
    from ticker.store.client import Store

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
    principal = _principal(name_of(name), Role[role.upper()], editions, lifetime)

    async def run(store: Store) -> str:
        token = await Tokens(store).create(principal)
        await note(store, "create token", principal.name, principal.role.word)
        return token

    return with_store(settings, run)


def known_editions(settings: Settings, editions: Sequence[str]) -> None:
    """Check that all of these are editions.

    Raises:
        SettingsError: One is not.
    """
    unknown = set(editions) - settings.newsroom.editions.keys()
    if unknown:
        known = ", ".join(settings.newsroom.editions)
        raise SettingsError(f"--edition: {', '.join(sorted(unknown))} is none of {known}")


def name_of(name: str) -> str:
    """The name of a token or user as it is kept, of the argument NAME.

    Raises:
        SettingsError: It is none.
    """
    try:
        return clean_name(name)
    except TextError as error:
        raise SettingsError(f"NAME: {error}") from error


def describe(settings: Settings) -> list[str]:
    """Who has tokens, a line each."""
    principals = with_store(settings, lambda store: Tokens(store).list())
    return [_describe(principal) for principal in principals]


def revoke(settings: Settings, name: str) -> None:
    """End a token at once.

    Raises:
        SettingsError: There is none of that name.
    """

    async def run(store: Store) -> None:
        if not await Tokens(store).revoke(name):
            raise SettingsError(f"there is no token named {name!r}")
        await note(store, "revoke token", name)

    with_store(settings, run)


async def note(store: Store, action: str, target: str, detail: str = "") -> None:
    """Put into the audit log what was done on the command line; say so if that did not work."""
    entry = Audit(store).note(COMMAND_LINE, action, target, detail=detail)
    await entered(entry, f"{action} {target}")


def renew_demo(settings: Settings) -> str:
    """A new token for the demo's editor; the one of the last run ends."""

    async def renew(store: Store) -> str:
        tokens = Tokens(store)
        await tokens.revoke(_DEMO)
        return await tokens.create(_principal(_DEMO, Role.EDITOR))

    return on_store(settings, renew)


def _principal(
    name: str, role: Role, editions: Sequence[str] = (), lifetime: timedelta | None = None
) -> Principal:
    now = utcnow()
    expires = now + lifetime if lifetime else None
    return Principal(name, role, frozenset(editions), now, expires)


def _describe(principal: Principal) -> str:
    expires = f"{principal.expires:%Y-%m-%d %H:%M}Z" if principal.expires else "never"
    editions = ",".join(sorted(principal.editions)) or "all"
    return (
        f"{principal.name}\t{principal.role.word}\teditions: {editions}"
        f"\tcreated: {principal.created:%Y-%m-%d %H:%M}Z\texpires: {expires}"
    )
