"""Readers whom another hub of the service told more than this one has heard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.hub.test_hub import ALL, Reader, clock, hub, join, metrics
from tests.support.flashes import after, chain, flash
from ticker.news import flash as flashes
from ticker.news.event import GENESIS, Cursor

if TYPE_CHECKING:
    from ticker.hub.hub import Hub

__all__ = ["clock", "hub", "metrics"]

LINE = flash("a", headline="libel")
SAID, KILLED = chain([LINE, flashes.kill(LINE, after(1))])


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr("ticker.hub.early._PATIENCE_SECONDS", 0.0)


async def test_nothing_killed_comes_back(hub: Hub) -> None:
    """Who saw a line killed elsewhere is not shown it again by a hub that is a moment behind."""
    hub.publish(SAID)
    reader = join(hub, cursor=KILLED.cursor)
    assert reader.told == []
    hub.publish(KILLED)
    (hello,) = reader.told
    assert (hello["reset"], hello["flashes"]) == (False, [])
    assert hello["cursor"] == str(KILLED.cursor)


async def test_nothing_is_taken_back(hub: Hub) -> None:
    """Who is ahead keeps its lines, and hears those that follow once."""
    first, second, third = chain([flash("a"), flash("b"), flash("c")])
    reader = join(hub, cursor=second.cursor)
    hub.publish(first)
    assert reader.told == []
    for event in (second, third):
        hub.publish(event)
    hello, line = reader.told
    assert (hello["reset"], hello["flashes"]) == (False, [])
    assert line["flash"]["id"] == "c"


@pytest.mark.usefixtures("ended")
async def test_another_history(hub: Hub) -> None:
    """A position that never comes is not waited for, and gets the board (P29)."""
    hub.publish(SAID)
    reader = join(hub, cursor=Cursor(99, "a" * 16))
    await reader.heard.wait()
    assert [message["reset"] for message in reader.told] == [True]
    assert reader.last["flashes"][0]["headline"] == "libel"
    hub.publish(KILLED)
    assert len(reader.told) == 2


@pytest.mark.usefixtures("ended")
async def test_who_leaves_is_forgotten(hub: Hub) -> None:
    """Who leaves before the hub has caught up is neither written to nor counted."""
    reader = Reader()
    subscription = hub.join(reader, ALL, KILLED.cursor)
    assert hub.readers == [reader]
    hub.leave(reader, subscription)
    for event in (SAID, KILLED):
        hub.publish(event)
    await asyncio.sleep(0)
    assert (hub.readers, reader.told) == ([], [])
    assert hub.presence()["en"]["transports"] == {}


async def test_a_hub_that_cannot_catch_up(hub: Hub) -> None:
    """When the store is away, what is known is shown at once, and that it is old."""
    early = join(hub, cursor=KILLED.cursor)
    hub.mark_stale(["ar"])
    assert early.told == []
    hub.mark_stale()
    late = join(hub, cursor=KILLED.cursor)
    assert [reader.told[0]["reset"] for reader in (early, late)] == [True, True]
    assert "stale" in late.told[0]


async def test_a_board_that_is_loaded_again(hub: Hub) -> None:
    """A board that was loaded anew is shown to those who waited for the old one, too."""
    hub.publish(SAID)
    reader = join(hub, cursor=KILLED.cursor)
    hub.load("ar", [], GENESIS, [])
    assert reader.told == []
    hub.load("en", [], GENESIS, [SAID, KILLED])
    (hello,) = reader.told
    assert (hello["reset"], hello["flashes"]) == (False, [])


async def test_the_hello_comes_first(hub: Hub) -> None:
    """What is told beside the wire, as at the desk, is told after the hello."""
    reader, told = Reader(), list[int]()
    hub.join(reader, ALL, SAID.cursor, lambda: told.append(len(reader.told)))
    assert told == []
    hub.publish(SAID)
    assert told == [1]
