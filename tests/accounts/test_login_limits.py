"""Only so many tries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts.test_users import AMAL, PASSWORD
from ticker.accounts.login_limits import NETWORKS_MAX, LoginLimits, TooManyTriesError, Visitor
from ticker.accounts.passwords import BusyError, GoneError

if TYPE_CHECKING:
    from ticker.accounts.users import User, Users
    from ticker.store.client import Store


@pytest.fixture
async def login_limits(store: Store, users: Users) -> LoginLimits:
    await users.add(AMAL, PASSWORD)
    return LoginLimits(store, users)


async def outcome(
    login_limits: LoginLimits, name: str, password: str, address: str, device: str = ""
) -> str:
    try:
        user = await login_limits.attempt(name, password, Visitor(address, device))
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


async def test_a_full_queue_costs_the_store_nothing(
    login_limits: LoginLimits, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of guesses is refused before anything is asked of the store."""
    monkeypatch.setattr("ticker.accounts.login_limits.STRANGERS_PLACES", 0)
    commands: Any = store.commands
    before = (await commands.info("stats"))["total_commands_processed"]
    for _ in range(5):
        with pytest.raises(BusyError):
            await login_limits.attempt("amal", PASSWORD, Visitor("192.0.2.1"))
    assert (await commands.info("stats"))["total_commands_processed"] == before + 1


async def test_what_was_not_looked_at_is_no_try(login_limits: LoginLimits) -> None:
    """Whoever hung up before their turn, however often, has all tries left, and nobody pauses."""

    async def gone() -> bool:
        return True

    for _ in range(12):
        with pytest.raises(GoneError):
            await login_limits.attempt("amal", "wrong", Visitor("192.0.2.1", is_gone=gone))
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.1") == "in"


async def test_success_is_no_try(login_limits: LoginLimits) -> None:
    """Who logs in often is not locked out."""
    for _ in range(8):
        assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.1") == "in"


async def test_one_place_closes_a_name_to_nobody_else(login_limits: LoginLimits) -> None:
    """Forty wrong passwords from one address leave the editor's own login open everywhere else."""
    for _ in range(40):
        await outcome(login_limits, "amal", "wrong", "192.0.2.1")
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.2") == "in"


async def test_one_subscriber_is_one_place(login_limits: LoginLimits) -> None:
    """Whoever has a whole IPv6 network has five tries in all of it."""
    places = [f"2001:db8:1:2::{number}" for number in range(7)]
    tries = [await outcome(login_limits, "amal", "wrong", place) for place in places]
    assert tries == ["wrong"] * 5 + ["later"] * 2


async def test_a_name_under_attack_slows_strangers_only(
    login_limits: LoginLimits, store: Store
) -> None:
    """After ten wrong tries strangers pause, longer each time; the editor's own browser does not."""
    commands: Any = store.commands
    pauses = []
    for number in range(20):
        place = f"192.0.2.{number}"
        assert await outcome(login_limits, "amal", "wrong", place) == "wrong"
        pauses += [await commands.ttl(key) for key in await commands.keys("*:pause:*")]
        if number < 19:
            await commands.delete("none", *await commands.keys("*:pause:*"))
    assert len(pauses) == 10
    assert pauses == sorted(pauses)
    assert 30 < pauses[-1] <= 60
    assert await outcome(login_limits, "amal", PASSWORD, "198.51.100.1") == "later"
    assert await outcome(login_limits, "amal", PASSWORD, "198.51.100.1", "known") == "in"


async def test_a_known_network_is_no_stranger(login_limits: LoginLimits) -> None:
    """From where an editor has logged in before, a new browser gets in whatever strangers do."""
    assert await outcome(login_limits, "amal", PASSWORD, "198.51.100.1") == "in"
    for number in range(12):
        await outcome(login_limits, "amal", "wrong", f"192.0.2.{number}")
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.99") == "later"
    tries = [await outcome(login_limits, "amal", "wrong", "198.51.100.1") for _ in range(6)]
    assert tries == ["wrong"] * 5 + ["later"]
    assert await outcome(login_limits, "amal", PASSWORD, "198.51.100.1", "known") == "in"
    assert await outcome(login_limits, "rosa", "wrong", "198.51.100.1") == "wrong"


async def test_few_networks_are_remembered(login_limits: LoginLimits, store: Store) -> None:
    """Somebody who travels leaves a list of the last networks, without the addresses, that ends."""
    commands: Any = store.commands
    for number in range(NETWORKS_MAX + 3):
        await outcome(login_limits, "amal", PASSWORD, f"192.0.2.{number}")
    (key,) = await commands.keys("*:networks:*")
    members = await commands.zrange(key, 0, -1)
    assert len(members) == NETWORKS_MAX
    assert not any("192" in member for member in members)
    assert 0 < await commands.ttl(key) <= 90 * 24 * 3600
    for number in range(12):
        await outcome(login_limits, "amal", "wrong", f"203.0.113.{number}")
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.0") == "later"
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.18") == "in"


async def test_a_known_browser_has_its_own_tries(login_limits: LoginLimits) -> None:
    """A stolen cookie guesses no more than anybody, and slows nobody else."""
    tries = [
        await outcome(login_limits, "amal", "wrong", f"192.0.2.{number}", "stolen")
        for number in range(12)
    ]
    assert tries == ["wrong"] * 5 + ["later"] * 7
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.1", "known") == "in"
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.1") == "in"


async def test_counters_always_end(
    login_limits: LoginLimits, users: Users, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right try that outlives its own counters leaves none behind that never ends."""
    commands: Any = store.commands
    check = users.check

    async def slow_check(name: str, password: str, *_: object) -> User | None:
        await commands.delete(*await commands.keys("*:logins:*"))
        return await check(name, password)

    monkeypatch.setattr(users, "check", slow_check)
    assert await outcome(login_limits, "amal", PASSWORD, "192.0.2.1") == "in"
    assert await commands.keys("*:logins:[^n]*") == []
    monkeypatch.undo()
    await outcome(login_limits, "amal", "wrong", "192.0.2.2")
    names = await commands.keys("*:logins:[^n]*") + await commands.keys("*:logins:name:*")
    assert len(names) == 3
    assert all([0 < await commands.ttl(name) <= 900 for name in names])
