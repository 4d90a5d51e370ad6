"""Hellos that are kept for those who come next."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

from tests.support.flashes import NOON, chain, flash
from ticker.hub.hello_cache import HELLOS_BYTES_MAX, HelloCache
from ticker.hub.hub import Hub
from ticker.hub.outbox import Outbox
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.news.subscription import Subscription
from ticker.protocol.frames import Frame
from ticker.settings import Settings

if TYPE_CHECKING:
    from ticker.hub.hello_cache import Hellos


def frame(text: str) -> Frame:
    return Frame({"type": "hello", "cursor": "0", "text": text})


def test_the_oldest_of_all_groups_goes() -> None:
    """One group's hellos make room for another's, and what is newer stays."""
    cache = HelloCache(limit=3 * 7000)
    groups: list[Hellos] = [{}, {}]
    frames = [frame("x" * 1000) for _ in range(4)]
    for number, each in enumerate(frames):
        cache.keep(groups[number % 2], None if number < 2 else GENESIS, each)
    assert list(groups[0].values()) == [frames[2]]
    assert list(groups[1].values()) == [frames[1], frames[3]]


def test_what_is_not_true_any_more_is_not_kept() -> None:
    """What a group has replaced makes room at once, and nobody holds it."""
    cache = HelloCache(limit=2 * 7000)
    group: Hellos = {}
    other: Hellos = {}
    first = frame("x" * 1000)
    cache.keep(other, None, first)
    replaced = weakref.WeakSet[Frame]()
    for _ in range(10):
        cache.keep(group, None, frame("x" * 1000))
        replaced.update(group.values())
        cache.clear(group)
    assert len(replaced) == 0
    assert other == {None: first}


def test_a_group_without_readers_keeps_no_hello() -> None:
    """Filters that come and go leave nothing behind."""
    hub = Hub(Settings(), Metrics(), lambda: NOON)
    hub.load("en", [], GENESIS, chain([flash("a", headline="Nowhere else", tags=("t",))]))
    for number in range(10):
        reader = Outbox("websocket", 10**9)
        subscription = hub.join(
            reader, Subscription("en", tags=frozenset({"t", f"{number}"})), None
        )
        hub.leave(reader, subscription)
    del reader
    gc.collect()
    frames = [it for it in gc.get_objects() if type(it) is Frame]
    assert not [it for it in frames if "Nowhere else" in it.text]


async def test_strangers_do_not_choose_how_many_are_kept() -> None:
    """Any number of filters and of positions to resume from takes bounded memory."""
    hub = Hub(Settings(memory=400, board_lines=400), Metrics(), lambda: NOON)
    lines = (flash(f"{n:03}", headline="x" * 280, url="y" * 2000, tags=("t",)) for n in range(400))
    events = chain(lines)
    hub.load("en", [], GENESIS, events)
    sitting = []
    for number in range(12):
        for event in events[::40]:
            reader = Outbox("websocket", 10**9)
            hub.join(reader, Subscription("en", tags=frozenset({"t", f"{number}"})), event.cursor)
            assert len(await reader.take()) == 1
            sitting.append(reader)
    kept = sum(it.size for it in gc.get_objects() if type(it) is Frame)
    assert 10_000_000 < kept < HELLOS_BYTES_MAX / 3  # of about 60 MB
