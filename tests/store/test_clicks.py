"""Clicks as hourly sums."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.clock import Clock
from ticker.store.clicks import Clicks
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError
from ticker.store.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_SECONDS = 24 * 3600


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(store: Store, clock: Clock) -> Callable[[], Clicks]:
    """Makes one more process that counts."""
    return lambda: Clicks(store, ["en", "ar"], clock, 10, lambda: clock().timestamp())


async def test_all_processes_count_together(process: Callable[[], Clicks]) -> None:
    """What is most read is the sum of what every process has counted, for each edition."""
    one, other = process(), process()
    clicked = ((one, "a"), (one, "b"), (other, "b"), (other, "c"), (other, "b"))
    for number, (clicks, flash_id) in enumerate(clicked):
        assert clicks.count("en", flash_id, f"192.0.2.{number}")
    assert one.count("ar", "z", "192.0.2.1")
    assert one.ranked("en") == []
    await one.exchange()
    await other.exchange()
    await one.exchange()
    assert one.ranked("en") == other.ranked("en") == ["b", "c", "a"]
    assert other.ranked("ar") == ["z"]


async def test_a_day_later_a_click_is_forgotten(
    process: Callable[[], Clicks], clock: Clock, store: Store
) -> None:
    """Clicks count for 24 hours, and the store lets go of them by itself."""
    clicks = process()
    clicks.count("en", "old", "192.0.2.1")
    await clicks.exchange()
    clock.forward(hours=23)
    clicks.count("en", "new", "192.0.2.1")
    await clicks.exchange()
    assert set(clicks.ranked("en")) == {"old", "new"}
    clock.forward(hours=1)
    await clicks.exchange()
    assert clicks.ranked("en") == ["new"]
    commands: Any = store.commands
    names = await commands.keys("*")
    assert sorted(names) == [Keys("en").clicks(hour) for hour in ("2026112312", "2026112411")]
    for name in names:
        assert DAY_SECONDS < await commands.ttl(name) <= DAY_SECONDS + 3600


async def test_nothing_of_the_reader_is_stored(process: Callable[[], Clicks], store: Store) -> None:
    """The store holds ids of lines and numbers, and nothing else."""
    clicks = process()
    for number in range(3):
        clicks.count("en", "a", f"192.0.2.{number}")
    await clicks.exchange()
    commands: Any = store.commands
    (name,) = await commands.keys("*")
    assert await commands.zrange(name, 0, -1) == ["a"]
    assert await commands.zscore(name, "a") == 3


async def test_a_flood_does_not_count(process: Callable[[], Clicks], clock: Clock) -> None:
    """Above a bounded rate clicks are refused, and later they count again."""
    clicks = process()
    networks = count()

    def flood(number: int) -> list[bool]:
        return [clicks.count("en", "a", f"2001:db8:0:{next(networks):x}::1") for _ in range(number)]

    assert flood(12) == [True] * 10 + [False] * 2
    clock.forward(seconds=0.35)
    assert flood(4) == [True] * 3 + [False]
    clock.forward(hours=1)
    assert flood(11) == [True] * 10 + [False]


async def test_one_network_takes_nothing_from_others(process: Callable[[], Clicks]) -> None:
    """Whoever clicks five hundred times is refused alone, with all addresses that they have."""
    clicks = process()
    flood = [clicks.count("en", "a", f"2001:db8::{number:x}") for number in range(500)]
    assert flood == [True] * 20 + [False] * 480
    assert clicks.count("en", "b", "2001:db8:0:1::1")


async def test_a_network_counts_once_for_a_line(
    process: Callable[[], Clicks], clock: Clock, store: Store
) -> None:
    """Clicking again and again makes no line the most read; ten minutes later it is another click."""
    clicks = process()
    for _ in range(5):
        assert clicks.count("en", "unread", "192.0.2.1")
    for number in range(2):
        assert clicks.count("en", "read", f"192.0.2.{number}")
    await clicks.exchange()
    assert clicks.ranked("en") == ["read", "unread"]
    commands: Any = store.commands
    (name,) = await commands.keys("*")
    assert await commands.zscore(name, "unread") == 1
    clock.forward(minutes=10)
    assert clicks.count("en", "unread", "192.0.2.1")
    await clicks.exchange()
    assert await commands.zscore(name, "unread") == 2


async def test_memory_of_clicks_is_bounded(
    process: Callable[[], Clicks], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many networks click, a process remembers only so many of them."""
    monkeypatch.setattr("ticker.store.clicks.SEEN_MAX", 5)
    monkeypatch.setattr("ticker.store.clicks.NETWORKS_MAX", 5)
    clicks = process()
    for number in range(50):
        clicks.count("en", "a", f"192.0.2.{number}")
    assert len(clicks._seen) == len(clicks._networks) == 5


async def test_without_the_store_only_the_counts_are_lost(clock: Clock) -> None:
    """While the store is away readers' clicks are taken as ever."""
    away = Store("unix:///nowhere/valkey.sock")
    clicks = Clicks(away, ["en"], clock)
    assert clicks.count("en", "a", "192.0.2.1")
    with pytest.raises(StoreUnavailableError):
        await clicks.exchange()
    assert clicks.count("en", "a", "192.0.2.2")
    assert clicks.ranked("en") == []
    await away.close()
