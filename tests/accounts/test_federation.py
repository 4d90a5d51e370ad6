"""Users who come from a provider: their rights, and their names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.accounts.test_users import AMAL, PASSWORD
from tests.support.flashes import NOON
from tests.support.openid import GROUPS
from ticker.accounts.audit import Audit
from ticker.accounts.federation import Federation, Identity, NoGroupError, rights_of
from ticker.accounts.principal import Principal, Role
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import NameTakenError, TooManyNamesError
from ticker.news.document import utcnow
from ticker.news.newsroom import ROLES, Group
from ticker.news.text import TextError

if TYPE_CHECKING:
    from ticker.accounts.tokens import Tokens
    from ticker.accounts.users import Users
    from ticker.store.client import Store


@pytest.fixture
def sessions(store: Store, users: Users) -> Sessions:
    return Sessions(store, users, timedelta(hours=2), timedelta(hours=12), utcnow)


@pytest.fixture
def federation(store: Store, users: Users, tokens: Tokens, sessions: Sessions) -> Federation:
    return Federation(users, tokens, sessions, Audit(store), GROUPS, lambda: NOON)


def identity(sub: str = "u1", name: str = "amal", *groups: str) -> Identity:
    return Identity(f"https://a.example {sub}", name, frozenset(groups or ("newsroom",)))


def test_rights_are_those_of_the_highest_role() -> None:
    """In the editions of the groups that give it, and in no others."""
    table = [
        Group("all", "reporter"), Group("ar", "editor", ("ar",)), Group("es", "editor", ("es",)),
        Group("house", "editor"), Group("chief-en", "admin", ("en",)),
    ]  # fmt: skip
    everywhere: frozenset[str] = frozenset()
    for groups, role, editions in (
        ("all", Role.REPORTER, everywhere),
        ("all ar", Role.EDITOR, {"ar"}),
        ("ar es x", Role.EDITOR, {"ar", "es"}),
        ("ar house", Role.EDITOR, everywhere),
        ("house chief-en", Role.ADMIN, {"en"}),
    ):
        assert rights_of(groups.split(), table) == (role, frozenset(editions)), groups
    assert rights_of(["x"], table) is None
    assert rights_of([], table) is None
    assert [role.word for role in Role] == list(ROLES)


async def test_the_first_login_makes_a_user_and_later_ones_change_their_rights(
    federation: Federation, users: Users, store: Store
) -> None:
    """The provider's groups say at each login what somebody may do; their name here stays."""
    made = await federation.admit(identity(), "192.0.2.7")
    assert made.principal == Principal("amal", Role.EDITOR, frozenset(), NOON, None)
    assert await federation.admit(identity(name="amal-2"), "") == made
    moved = await federation.admit(identity("u1", "amal", "arabic"), "")
    assert moved.principal == replace(
        made.principal, role=Role.REPORTER, editions=frozenset({"ar"})
    )
    assert await users.list() == [moved]
    entries = [json.loads(text) async for _, text in Audit(store).read()]
    assert [(it["who"], it["action"], it["detail"]) for it in entries] == [
        ("amal", "add user", "editor of all, by single sign-on"),
        ("amal", "change user", "reporter of ar, by single sign-on"),
    ]


async def test_nobody_takes_a_name_that_is_somebodys(
    federation: Federation, users: Users, tokens: Tokens
) -> None:
    """Neither a local user's, nor a token's, nor another subject's, nor one that looks the same."""
    await users.add(AMAL, PASSWORD)
    await tokens.create(Principal("bot", Role.EDITOR, frozenset(), NOON, None))
    await federation.admit(identity("u1", "ben"), "")
    for name in ("amal", "Amal", "\uff41mal", "bot", "ben", "BEN"):
        with pytest.raises(NameTakenError):
            await federation.admit(identity("u2", name), "")
    assert [it.name for it in await users.list()] == ["amal", "ben"]
    kept = await users.get("amal")
    assert kept is not None
    assert kept.subject == ""


async def test_two_at_once_are_not_one(federation: Federation, users: Users) -> None:
    """Whoever looks at the same moment finds the name free, and only one gets it."""
    user = await federation.admit(identity(), "")
    other = type(user)(user.principal, "", "https://a.example u2")
    with pytest.raises(NameTakenError):
        await users.put_federated(other)


async def test_no_password_opens_a_federated_user(federation: Federation, users: Users) -> None:
    """Not an empty one, nor one that is given to them here."""
    await federation.admit(identity(), "")
    assert not await users.set_password("amal", PASSWORD)
    for password in ("", PASSWORD):
        assert await users.check("amal", password) is None
    with pytest.raises(NameTakenError):
        await users.add(AMAL, PASSWORD)


async def test_who_leaves_every_group_is_no_user_any_more(
    federation: Federation, users: Users, sessions: Sessions
) -> None:
    """At the login that says so they and their sessions are gone; a stranger is not made."""
    await federation.admit(identity(), "")
    secret = await sessions.start("amal", "", "")
    with pytest.raises(NoGroupError):
        await federation.admit(identity("u1", "amal", "cooks"), "")
    assert await sessions.find(secret) is None
    with pytest.raises(NoGroupError):
        await federation.admit(identity("u2", "eve", "cooks"), "")
    assert await users.list() == []


async def test_names_that_are_none_and_too_many_users(
    federation: Federation, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider can make neither odd names nor users without end."""
    for name in ("", "(nobody)", "command line", "x" * 65, "a\nb", "a\u202eb"):
        with pytest.raises(TextError):
            await federation.admit(identity("u1", name), "")
    monkeypatch.setattr("ticker.accounts.users.USERS_MAX", 1)
    await federation.admit(identity("u1", "amal"), "")
    with pytest.raises(TooManyNamesError):
        await federation.admit(identity("u2", "ben"), "")
    assert len(await users.list()) == 1
