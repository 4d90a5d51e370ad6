"""Hellos that are kept for those who come next."""

from __future__ import annotations

import gc
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
    cache = HelloCache(limit=3 * 6000)
    groups: list[Hellos] = [{}, {}]
    frames = [frame("x" * 1000) for _ in range(4)]
    for number, each in enumerate(frames):
        cache.keep(groups[number % 2], None if number < 2 else GENESIS, each)
    assert list(groups[0].values()) == [frames[2]]
    assert list(groups[1].values()) == [frames[1], frames[3]]


def test_a_newer_hello_is_not_taken_for_an_older_one() -> None:
    """What a group has replaced meanwhile is not lost when its predecessor's time is over."""
    cache, group = HelloCache(limit=2 * 6000), dict[None, Frame]()
    newest = frame("x" * 1000)
    for each in (frame("x" * 1000), newest):
        group.clear()
        cache.keep(group, None, each)  # type: ignore[arg-type]
    cache.keep({}, None, frame("x" * 1000))
    assert group == {None: newest}


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
