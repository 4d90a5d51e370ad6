"""Tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flashes import NOON, after
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import Accounts, NameTakenError

if TYPE_CHECKING:
    from ticker.store.client import Store


def principal(name: str = "desk", **fields: Any) -> Principal:
    given: dict[str, Any] = {
        "role": Role.EDITOR,
        "editions": frozenset({"en"}),
        "created": NOON,
        "expires": None,
    }
    return Principal(name, **given | fields)


async def test_a_token_is_let_in_as_whom_it_was_made_for(accounts: Accounts) -> None:
    """A token stands for its name, role and editions, until it expires."""
    made = principal(expires=after(60))
    token = await accounts.create(made)
    assert token.startswith("tkr_")
    assert await accounts.verify(token, after(59)) == made
    assert await accounts.verify(token, after(60)) is None
    assert made.covers("en")
    assert not made.covers("ar")
    assert principal(editions=frozenset()).covers("ar")


@pytest.mark.parametrize("token", ["", "tkr_", "x", "\udcff", "tkr_" + "A" * 43])
async def test_others_are_not_let_in(accounts: Accounts, token: str) -> None:
    """What we have not made is nobody's."""
    await accounts.create(principal())
    assert await accounts.verify(token, NOON) is None


async def test_revoking_ends_a_token_at_once(accounts: Accounts) -> None:
    """A revoked token is nobody's, and its name is free again."""
    token = await accounts.create(principal())
    with pytest.raises(NameTakenError):
        await accounts.create(principal())
    assert await accounts.revoke("desk")
    assert not await accounts.revoke("desk")
    assert await accounts.verify(token, NOON) is None
    assert await accounts.create(principal()) != token


async def test_the_store_never_holds_a_token(accounts: Accounts, store: Store) -> None:
    """Who reads the store learns who has tokens, and no token."""
    token = await accounts.create(principal("b"))
    await accounts.create(principal("a", role=Role.ADMIN))
    assert [(it.name, it.role.word) for it in await accounts.list()] == [
        ("a", "admin"),
        ("b", "editor"),
    ]
    commands: Any = store.commands
    kept = [await commands.hgetall(key) for key in await commands.keys("*")]
    assert kept
    assert token not in str(kept)
    assert token.removeprefix("tkr_") not in str(kept)
