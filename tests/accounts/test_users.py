"""Who may use the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from tests.support.flashes import NOON
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import NameTakenError, TooManyNamesError

if TYPE_CHECKING:
    from ticker.accounts.tokens import Tokens
    from ticker.accounts.users import Users

AMAL = Principal("amal", Role.EDITOR, frozenset({"ar"}), NOON, None)
PASSWORD = "correct horse battery"


async def test_a_user_is_kept_as_made(users: Users) -> None:
    """Name, role and editions come back; the password does not."""
    await users.add(AMAL, PASSWORD)
    kept = await users.get("amal")
    assert kept is not None
    assert kept.principal == AMAL
    assert [it.name for it in await users.list()] == ["amal"]
    assert await users.get("ben") is None


async def test_a_name_is_one_users(users: Users, tokens: Tokens) -> None:
    """No two users have one name; a user's own program may have its token under it."""
    await users.add(AMAL, PASSWORD)
    with pytest.raises(NameTakenError):
        await users.add(AMAL, PASSWORD)
    await tokens.create(AMAL)


async def test_there_are_only_so_many(
    users: Users, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither users nor tokens can be made without end; who leaves makes room."""
    monkeypatch.setattr("ticker.accounts.users.USERS_MAX", 1)
    monkeypatch.setattr("ticker.accounts.tokens.TOKENS_MAX", 1)
    ben = replace(AMAL, name="ben")
    await users.add(AMAL, PASSWORD)
    await tokens.create(AMAL)
    with pytest.raises(TooManyNamesError, match="1 users"):
        await users.add(ben, PASSWORD)
    with pytest.raises(TooManyNamesError, match="1 tokens"):
        await tokens.create(ben)
    await users.remove("amal")
    await tokens.revoke("amal")
    await users.add(ben, PASSWORD)
    await tokens.create(ben)


async def test_only_name_and_password_together_open(users: Users) -> None:
    """Wrong password and unknown name are the same answer; a new password ends the old one."""
    await users.add(AMAL, PASSWORD)
    assert (await users.check("amal", PASSWORD)) is not None
    assert await users.check("amal", "wrong horse battery") is None
    assert await users.check("nobody", PASSWORD) is None
    assert await users.set_password("amal", "another horse battery")
    assert await users.check("amal", PASSWORD) is None
    assert await users.check("amal", "another horse battery") is not None
    assert not await users.set_password("nobody", "another horse battery")


async def test_old_hashes_are_renewed(users: Users) -> None:
    """A hash of yesterday's parameters is replaced at the next login."""
    await users.add(AMAL, PASSWORD)
    before = await users.get("amal")
    with patch.object(users._passwords, "is_dated", return_value=True):
        await users.check("amal", PASSWORD)
    after = await users.get("amal")
    assert before is not None
    assert after is not None
    assert before.hash != after.hash
    assert await users.check("amal", PASSWORD) is not None


async def test_who_is_removed_is_gone(users: Users) -> None:
    """A removed user does not come in, and cannot be removed twice."""
    await users.add(AMAL, PASSWORD)
    assert await users.remove("amal")
    assert not await users.remove("amal")
    assert await users.check("amal", PASSWORD) is None
