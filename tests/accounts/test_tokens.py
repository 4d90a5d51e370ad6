"""Tokens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.flashes import NOON, after
from ticker.accounts.principal import Principal, Role, clean_name
from ticker.accounts.rights import covers
from ticker.accounts.tokens import NameTakenError, Tokens
from ticker.news.text import TextError
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError


def principal(name: str = "desk", **fields: Any) -> Principal:
    given: dict[str, Any] = {
        "role": Role.EDITOR,
        "editions": frozenset({"en"}),
        "created": NOON,
        "expires": None,
    }
    return Principal(name, **given | fields)


async def test_a_token_is_let_in_as_whom_it_was_made_for(tokens: Tokens) -> None:
    """A token stands for its name, role and editions, until it expires."""
    made = principal(expires=after(60))
    token = await tokens.create(made)
    assert token.startswith("tkr_")
    assert await tokens.verify(token, after(59)) == made
    assert await tokens.verify(token, after(60)) is None
    assert covers(made, "en")
    assert not covers(made, "ar")
    assert covers(principal(editions=frozenset()), "ar")


@pytest.mark.parametrize("token", ["", "tkr_", "x", "\udcff", "tkr_" + "A" * 43])
async def test_others_are_not_let_in(tokens: Tokens, token: str) -> None:
    """What we have not made is nobody's."""
    await tokens.create(principal())
    assert await tokens.verify(token, NOON) is None


async def test_revoking_ends_a_token_at_once(tokens: Tokens) -> None:
    """A revoked token is nobody's, and its name is free again."""
    token = await tokens.create(principal())
    with pytest.raises(NameTakenError):
        await tokens.create(principal())
    assert await tokens.revoke("desk")
    assert not await tokens.revoke("desk")
    assert await tokens.verify(token, NOON) is None
    assert await tokens.create(principal()) != token


async def test_a_token_is_made_whole_or_not_at_all(store: Store, any_store_url: str) -> None:
    """A try that breaks off takes no name, and of several at once one gets it."""
    commands: Any = store.commands
    rights = ("on", ">half", "~*", "&*", "+@all", "-hset")
    await commands.execute_command("ACL", "SETUSER", "half", *rights)
    half = Store(f"{any_store_url}?username=half&password=half")
    with pytest.raises(StoreUnavailableError):
        await Tokens(half).create(principal())
    await half.close()
    tried = await asyncio.gather(
        *(Tokens(store).create(principal()) for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(it) is NameTakenError for it in tried) == [False] + [True] * 4
    assert await Tokens(store).list() == [principal()]


async def test_the_store_never_holds_a_token(tokens: Tokens, store: Store) -> None:
    """Who reads the store learns who has tokens, and no token."""
    token = await tokens.create(principal("b"))
    await tokens.create(principal("a", role=Role.ADMIN))
    assert [(it.name, it.role.word) for it in await tokens.list()] == [
        ("a", "admin"),
        ("b", "editor"),
    ]
    commands: Any = store.commands
    kept = [await commands.hgetall(key) for key in await commands.keys("*")]
    assert kept
    assert token not in str(kept)
    assert token.removeprefix("tkr_") not in str(kept)


@pytest.mark.parametrize("name", ["طه\u200c", "علي\u200d", "นก\u200bแก้ว", "葛\U000e0100", "12\u200cب", "amal\u200b", "tic\u200eker"])  # fmt: skip
def test_no_name_looks_like_another(name: str) -> None:
    """What a language may hide in a line does not tell two people apart."""
    with pytest.raises(TextError):
        clean_name(name)


def test_names_of_people_are_taken() -> None:
    """A name may be in any language, with the joiners inside of its words."""
    for name in ("amal", "أمل", "علی‌رضا", "శ్రీ‌నివాస్", "José", "👩🏽\u200d🚒 ❤️"):
        assert clean_name(f" {name} ") == name
