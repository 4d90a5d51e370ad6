"""Only so many tries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.accounts.test_users import AMAL, PASSWORD
from ticker.accounts.login_limits import LoginLimits, TooManyTriesError

if TYPE_CHECKING:
    from ticker.accounts.users import Users
    from ticker.store.client import Store


@pytest.fixture
async def login_limits(store: Store, users: Users) -> LoginLimits:
    await users.add(AMAL, PASSWORD)
    return LoginLimits(store, users)


async def outcome(login_limits: LoginLimits, name: str, password: str, address: str) -> str:
    try:
        user = await login_limits.attempt(name, password, address)
    except TooManyTriesError as error:
        return "later" if 0 < error.seconds <= 900 else "never"
    return "in" if user else "wrong"


@pytest.mark.parametrize("name", ["amal", "nobody"])
async def test_tries_are_counted_the_same_for_everybody(
    login_limits: LoginLimits, name: str
) -> None:
    """Five tries, known name or not; even the right password has to wait then, from there."""
    tries = [await outcome(login_limits, name, "wrong", "192.0.2.1") for _ in range(7)]
    assert tries == ["wrong"] * 5 + ["later"] * 2
    assert await outcome(login_limits, name, PASSWORD, "192.0.2.1") == "later"
    elsewhere = await outcome(login_limits, name, PASSWORD, "192.0.2.2")
    assert elsewhere == ("in" if name == "amal" else "wrong")


async def test_many_at_once_get_no_more(login_limits: LoginLimits) -> None:
    """Tries are counted before a password is looked at, however many come together."""
    together = await asyncio.gather(
        *(outcome(login_limits, "amal", f"wrong {number}", "192.0.2.1") for number in range(20))
    )
    assert sorted(together) == ["later"] * 15 + ["wrong"] * 5


async def test_success_is_no_try(login_limits: LoginLimits) -> None:
    """Who logs in often is not locked out."""
    for _ in range(8):
        assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.1") == "in"
