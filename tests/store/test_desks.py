"""Who is at a desk, and what they write on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.clock import Clock
from ticker.store.client import Store as StoreClient
from ticker.store.desks import Desks
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from ticker.store.client import Store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desks(store: Store, clock: Clock) -> Desks:
    return Desks(store, clock)


async def test_the_desks_of_all_hubs_are_one(desks: Desks) -> None:
    """A name stands once, however many tabs are open, with every line that is written on."""
    await desks.tell("one", "en", {"d1": "amal", "d2": "ben"})
    await desks.tell("other", "en", {"d3": "amal"})
    await desks.tell("other", "ar", {"d4": "carla"})
    assert await desks.write("en", "d1", "amal", "line-1")
    assert await desks.write("en", "d3", "amal", "line-2")
    assert await desks.of("en") == {"amal": ["line-1", "line-2"], "ben": []}
    assert await desks.of("ar") == {"carla": []}
    assert await desks.write("en", "d1", "amal", None)
    assert await desks.of("en") == {"amal": ["line-2"], "ben": []}


async def test_nobody_writes_at_a_desk_that_is_not_theirs(desks: Desks) -> None:
    """Neither at a colleague's, nor at one of another edition, nor at one that is closed."""
    await desks.tell("one", "en", {"d1": "amal"})
    for edition, desk, name in (("en", "d1", "ben"), ("ar", "d1", "amal"), ("en", "d2", "amal")):
        assert not await desks.write(edition, desk, name, "line-1")
    assert await desks.of("en") == {"amal": []}


async def test_what_is_written_ends_with_the_desk(desks: Desks, store: Store) -> None:
    """Of a desk that is closed nothing is left, here or in the store."""
    await desks.tell("one", "en", {"d1": "amal", "d2": "ben"})
    await desks.write("en", "d1", "amal", "line-1")
    await desks.tell("one", "en", {"d2": "ben"})
    assert await desks.of("en") == {"ben": []}
    await desks.tell("one", "en", {})
    assert await desks.of("en") == {}
    commands = store.commands
    keys = store.keys("en")
    assert await commands.hlen(keys.desks) == await commands.hlen(keys.writing) == 0


async def test_a_hub_that_died_leaves_no_ghost(desks: Desks, clock: Clock) -> None:
    """Half a minute after it was heard of last, those who were at its desks are gone."""
    await desks.tell("dead", "en", {"d1": "amal"})
    await desks.write("en", "d1", "amal", "line-1")
    clock.now += timedelta(seconds=20)
    await desks.tell("living", "en", {"d2": "ben"})
    assert await desks.of("en") == {"amal": ["line-1"], "ben": []}
    clock.now += timedelta(seconds=11)
    assert await desks.of("en") == {"ben": []}
    assert not await desks.write("en", "d1", "amal", "line-1")


async def test_a_lost_store_is_said() -> None:
    """Nobody is said to be alone because the store is away."""
    lost = StoreClient("redis://127.0.0.1:1")
    with pytest.raises(StoreUnavailableError):
        await Desks(lost).of("en")
    await lost.close()
