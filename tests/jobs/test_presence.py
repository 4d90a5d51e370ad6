"""A hub tells how many read there, that it lives, and that it has ended."""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.hub.test_hub import ALL, Reader
from ticker.hub.hub import Hub
from ticker.jobs import presence
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.settings import Settings
from ticker.store.client import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TURNS = 10


class Told:
    """Presence that remembers what it was told; `away`: how often it fails first."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.all: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.ended: list[str] = []

    async def tell(self, hub: str, counts: dict[str, Any]) -> None:
        assert hub == "hub"
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("away")
        self.all.put_nowait(counts["en"]["transports"])

    async def sign_off(self, hub: str) -> None:
        self.ended.append(hub)


@pytest.fixture(autouse=True)
def at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks at every turn of the loop, and repeats nothing."""
    monkeypatch.setattr(presence, "_EVERY_SECONDS", 0)
    monkeypatch.setattr(presence, "_REPEAT_SECONDS", math.inf)


@pytest.fixture
def hub() -> Hub:
    made = Hub(Settings(), Metrics())
    for edition in made.editions:
        made.load(edition, [], GENESIS, [])
    made.mark_fresh()
    return made


@asynccontextmanager
async def telling(hub: Hub, told: Told) -> AsyncIterator[None]:
    task = asyncio.create_task(presence.tell(hub, cast("Any", told), "hub"))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def test_what_changes_is_told_once(hub: Hub) -> None:
    """Who comes and goes is told at the next look, and nothing while nobody does."""
    told = Told()
    async with telling(hub, told):
        assert await told.all.get() == {}
        reader = Reader()
        hub.join(reader, ALL, None)
        assert await told.all.get() == {"websocket": 1}
        await turns()
        assert told.all.empty()
        hub.leave(reader, ALL)
        assert await told.all.get() == {}


async def test_a_hub_says_that_it_lives(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """What did not change is told again when its time is over."""
    monkeypatch.setattr(presence, "_REPEAT_SECONDS", 0.0)
    told = Told()
    async with telling(hub, told):
        assert [await told.all.get() for _ in range(3)] == [{}, {}, {}]


async def test_a_hub_is_not_counted_while_an_import_goes_on(hub: Hub) -> None:
    """An import goes on only while it counts no hub; once the store is whole, the hub is back."""
    hub.mark_half()
    told = Told()
    async with telling(hub, told):
        await turns()
        assert told.all.empty()
        for edition in hub.unloaded:
            hub.load(edition, [], GENESIS, [])
        hub.mark_fresh()
        assert await told.all.get() == {}


async def test_what_the_store_missed_is_told_again(hub: Hub) -> None:
    """A store that was away hears how many read as soon as it is back."""
    told = Told(away=3)
    async with telling(hub, told):
        assert await told.all.get() == {}
    assert told.away == 0


async def test_a_hub_that_ends_signs_off(hub: Hub) -> None:
    """A hub that stops is not counted for the half minute in which it could be alive."""
    told = Told()
    async with telling(hub, told):
        await told.all.get()
        assert told.ended == []
    assert told.ended == ["hub"]
