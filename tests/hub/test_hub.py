"""The hub: greetings, groups, filters, and readers that come and go."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.clock import Clock
from tests.support.flashes import after, chain, flash
from tests.support.process import PATIENCE
from ticker.hub.hub import Hub
from ticker.hub.load import Load
from ticker.metrics import Metrics
from ticker.news import flash as flashes
from ticker.news.document import utcnow
from ticker.news.event import GENESIS, Cursor
from ticker.news.subscription import Subscription
from ticker.settings import Settings

if TYPE_CHECKING:
    from ticker.protocol.frames import CloseCode, Frame

ALL = Subscription("en")
SPORTS = Subscription("en", frozenset({"sports"}))


class Reader:
    """A reader that remembers what it was told."""

    transport = "websocket"
    lane = "test"

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.closed: CloseCode | None = None
        self.origin = "direct"
        self.heard = asyncio.Event()

    def send(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.heard.set()

    def close(self, code: CloseCode) -> None:
        self.closed = code

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(frame.text) for frame in self.frames]

    @property
    def last(self) -> dict[str, Any]:
        return self.told[-1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def hub(clock: Clock, metrics: Metrics) -> Hub:
    made = Hub(replace(Settings(), max_readers=3), metrics, clock)
    for edition in made.editions:
        made.load(edition, [], GENESIS, [])
    return made


def join(hub: Hub, subscription: Subscription = ALL, cursor: Cursor | None = None) -> Reader:
    reader = Reader()
    hub.join(reader, subscription, cursor)
    return reader


def test_a_reader_is_greeted_first(hub: Hub) -> None:
    """The first thing that a reader hears is the board, even an empty one."""
    assert join(hub).told == [
        {
            "type": "hello",
            "cursor": str(GENESIS),
            "reset": True,
            "flashes": [],
            "now": "2026-11-23T12:00:00.000Z",
            "beat": 50.0,
            "board": {"lines": 50, "hours": 24.0},
            "lang": "en",
            "dir": "ltr",
        }
    ]


def test_everybody_hears_a_line_in_the_same_bytes(hub: Hub) -> None:
    """A line is encoded once, for all who asked for the same."""
    one, two = join(hub), join(hub)
    (event,) = chain([flash("a")])
    hub.publish(event)
    assert one.frames[-1] is two.frames[-1]
    assert one.last == {
        "type": "flash",
        "cursor": str(event.cursor),
        "flash": one.last["flash"],
    }
    hub.publish(event)
    assert len(one.frames) == 2


def test_editions_do_not_mix(hub: Hub) -> None:
    """A reader of the Arabic edition hears nothing of the English one."""
    reader = join(hub, Subscription("ar"))
    hub.publish(chain([flash("a")])[0])
    assert len(reader.frames) == 1


def test_a_reader_who_comes_back_gets_what_was_missed(hub: Hub) -> None:
    """From a known position only the difference is told, oldest first."""
    events = chain([flash("a"), flash("b"), flash("a", 2), flash("c")])
    for event in events:
        hub.publish(event)
    reader = join(hub, cursor=events[0].cursor)
    assert reader.last["reset"] is False
    assert [(it["id"], it["version"]) for it in reader.last["flashes"]] == [
        ("b", 1), ("a", 2), ("c", 1),
    ]  # fmt: skip
    assert reader.last["cursor"] == str(events[-1].cursor)
    assert join(hub, cursor=Cursor(2, "a" * 16)).last["reset"] is True


def test_a_killed_line_has_no_words(hub: Hub) -> None:
    """After a kill nobody is told the words again: not live, not in a replay, not on a board (P24)."""
    line = flash("a", headline="libel", source="libel", section="sports", tags=("libel",))
    events = chain([line, flashes.kill(line, after(1))])
    hub.publish(events[0])
    readers = [join(hub), join(hub, SPORTS)]
    hub.publish(events[1])
    for reader in [*readers, join(hub, cursor=events[0].cursor), join(hub)]:
        assert "libel" not in reader.frames[-1].text
    assert readers[0].last["flash"].keys() == {
        "id", "edition", "version", "pubstatus", "firstcreated", "versioncreated",
    }  # fmt: skip


def test_filters_and_drops(hub: Hub) -> None:
    """A reader of one section hears of it alone, and is told when a line leaves it (P23)."""
    reader = join(hub, SPORTS)
    line = flash("s", section="sports")
    moved = flashes.correct(line, {"section": "politics"}, after(1))
    events = chain([flash("p", section="politics"), line, moved])
    hub.publish(events[0])
    assert len(reader.frames) == 1
    hub.publish(events[1])
    assert reader.last["flash"]["id"] == "s"
    hub.publish(events[2])
    assert reader.last == {"type": "drop", "cursor": str(events[2].cursor), "id": "s"}
    back = join(hub, SPORTS, events[0].cursor)
    assert (back.last["flashes"], back.last["drops"]) == ([], ["s"])
    hub.beat()
    assert back.last["cursor"] == str(events[2].cursor)


def test_who_leaves_hears_no_more(hub: Hub, metrics: Metrics) -> None:
    """A reader that is gone is not counted and not told, and the others are."""
    gone, here = join(hub), join(hub)
    assert metrics.value("ticker_readers", edition="en", transport="websocket") == 2
    hub.leave(gone, ALL)
    hub.publish(chain([flash("a")])[0])
    assert (len(gone.frames), len(here.frames)) == (1, 2)
    assert metrics.value("ticker_readers", edition="en", transport="websocket") == 1


def test_one_who_leaves_while_being_told_harms_nobody(hub: Hub) -> None:
    """A reader that breaks off in the middle of a line takes nobody along."""

    class Fickle(Reader):
        def send(self, frame: Frame) -> None:
            super().send(frame)
            if len(self.frames) == 2:
                hub.leave(self, ALL)

    fickle = [Fickle(), Fickle()]
    for reader in fickle:
        hub.join(reader, ALL, None)
    faithful = join(hub)
    events = chain([flash("a"), flash("b")])
    for event in events:
        hub.publish(event)
    assert [len(reader.frames) for reader in (*fickle, faithful)] == [2, 2, 3]


def test_a_storm_is_greeted_with_one_frame(hub: Hub, clock: Clock) -> None:
    """Greetings for one position are made once a second at most, and never with an old board."""
    events = chain([flash("a"), flash("b")])
    hub.publish(events[0])
    one = join(hub)
    assert join(hub).frames[0] is one.frames[0]
    clock.now += timedelta(seconds=1)
    assert join(hub).frames[0] is not one.frames[0]
    hub.publish(events[1])
    assert len(join(hub).last["flashes"]) == 2
    assert len(join(hub, cursor=events[0].cursor).last["flashes"]) == 1


def test_a_lost_store_is_said_at_once_and_so_is_its_return(hub: Hub, clock: Clock) -> None:
    """Readers learn that lines may be missing, since when, and when that is over (P26)."""
    reader = join(hub)

    def ready() -> bool:
        return hub.is_ready

    assert ready()
    hub.mark_stale()
    clock.now += timedelta(seconds=5)
    hub.mark_stale()
    hub.beat()
    assert ready() is False
    assert [it.get("stale") for it in reader.told[1:]] == ["2026-11-23T12:00:00.000Z"] * 2
    assert join(hub).last["stale"] == "2026-11-23T12:00:00.000Z"
    hub.mark_fresh()
    hub.mark_fresh()
    assert "stale" not in reader.last
    assert len(reader.frames) == 4


def test_beats_tell_the_time_now_and_then(hub: Hub, clock: Clock) -> None:
    """Idle readers hear little, but never count on for long from a clock that was set or drifts."""
    reader = join(hub)
    for _ in range(25):
        clock.now += timedelta(seconds=50)
        hub.beat()
    timed = [number for number, it in enumerate(reader.told[1:], 1) if "now" in it]
    assert timed == [12, 24]
    hub.mark_stale()
    hub.beat()
    hub.mark_fresh()
    hub.beat()
    assert ["now" in it for it in reader.told[-4:]] == [True, True, True, False]


def test_half_a_backup_is_no_news(hub: Hub) -> None:
    """While an import goes on readers keep what they have; who has nothing gets a whole board."""
    hub.publish(chain([flash("a")])[0])
    reader = join(hub)
    hub.mark_half()
    assert (hub.is_ready, hub.is_whole) == (False, False)
    assert "stale" in reader.last
    assert [line.id for line in hub.lines(ALL)[1]] == ["a"]
    assert hub.unloaded == [code for code in hub.editions if code != "en"]
    hub.mark_fresh()
    assert not hub.is_whole
    for edition in hub.unloaded:
        hub.load(edition, [], GENESIS, [])
    assert (hub.is_ready, hub.is_whole) == (True, True)


def test_a_hub_goes_on_where_it_was_when_the_backup_is_whole(hub: Hub) -> None:
    """Where nothing must be loaded again, to be followed again is enough."""
    for edition in hub.editions:
        hub.publish(chain([flash("a", edition=edition)])[0])
    hub.mark_half()
    assert hub.unloaded == []
    hub.mark_fresh()
    assert (hub.is_ready, hub.is_whole) == (True, True)


def test_a_replaced_history_resets_everybody(hub: Hub, metrics: Metrics) -> None:
    """When an edition's history turns out to be another, all its readers get the board anew (P16)."""
    hub.publish(chain([flash("old")])[0])
    readers = [join(hub), join(hub, SPORTS)]
    hub.forget("en")
    assert hub.unloaded == ["en"]
    assert not hub.is_loaded("en")
    assert "en" not in hub.positions
    events = chain([flash("new", section="sports")])
    hub.load("en", [events[0].flash], GENESIS, events)
    for reader in readers:
        assert reader.last["reset"] is True
        assert [it["id"] for it in reader.last["flashes"]] == ["new"]
    assert metrics.value("ticker_resets_total") == 1


def test_there_is_an_end_to_space(hub: Hub) -> None:
    """A full hub says so, and has space again when one leaves."""
    readers = [join(hub) for _ in range(3)]
    assert not hub.has_space
    hub.leave(readers[0], ALL)
    assert hub.has_space


def test_a_busy_hub_takes_nobody_in(metrics: Metrics) -> None:
    """A server that has more to do than it can keeps its readers and takes no more."""
    load = Load()
    hub = Hub(Settings(), metrics, load=load)
    for edition in hub.editions:
        hub.load(edition, [], GENESIS, [])
    reader = join(hub)
    load.is_busy = True
    assert not hub.has_space
    assert hub.is_ready
    hub.beat()
    assert reader.last["type"] == "beat"
    load.is_busy = False
    assert hub.has_space


class Told:
    """An audience that notes how urgent what it is told is."""

    def __init__(self) -> None:
        self.urgencies: list[int] = []

    def __len__(self) -> int:
        return 1

    def add(self, reader: object) -> None:
        pass

    def discard(self, reader: object) -> None:
        pass

    def readers(self) -> list[Any]:
        return []

    def send(self, _: Frame, urgency: int) -> None:
        self.urgencies.append(urgency)


def test_a_kill_is_as_urgent_as_can_be(metrics: Metrics) -> None:
    """However unimportant a line was, when it is wrong it leaves the screens before all else."""
    told = Told()
    hub = Hub(Settings(), metrics, lanes={"test": lambda: told})
    join(hub)
    join(hub, SPORTS)
    line = flash("a", urgency=5)
    for event in chain([line, flashes.kill(line, after(1))]):
        hub.publish(event)
    assert told.urgencies == [5, 1, 1]


def test_a_hub_that_retires_keeps_its_readers(hub: Hub) -> None:
    """Before a restart a hub is not ready and lets nobody in; who is in still gets every line."""
    readers = [join(hub), join(hub, SPORTS)]
    hub.retire()
    assert not hub.has_space
    assert not hub.is_ready
    hub.publish(chain([flash("a", section="sports")])[0])
    hub.beat()
    assert [[told["type"] for told in reader.told] for reader in readers] == [
        ["hello", "flash", "beat"]
    ] * 2
    assert set(hub.readers) == set(readers)
    assert not any(reader.closed for reader in readers)


def test_what_the_hub_shows_over_http(hub: Hub) -> None:
    """Boards and single lines are answered from memory, killed ones as what they are."""
    line = flash("a")
    killed = flashes.kill(line, after(1))
    for event in chain([line, flash("b", firstcreated=after(1)), killed]):
        hub.publish(event)
    cursor, lines = hub.lines(ALL)
    assert (cursor.offset, [it.id for it in lines]) == (3, ["b"])
    assert hub.get("en", "a") == killed
    assert hub.get("en", "nowhere") is None


async def test_who_has_published_waits_until_it_is_shown(hub: Hub) -> None:
    """What an editor was told is out is what they read next, though others gave up waiting."""
    (event,) = chain([flash("a")])
    waiting = asyncio.create_task(hub.shown(event.flash, 60))
    await hub.shown(event.flash, 0)
    assert not waiting.done()
    hub.publish(event)
    async with asyncio.timeout(PATIENCE):
        await waiting
        await hub.shown(event.flash, 60)


@pytest.mark.parametrize("version", [1, 2], ids=["this version", "a newer one"])
async def test_a_board_that_is_loaded_anew_ends_the_wait(hub: Hub, version: int) -> None:
    """A line that comes with a new board is shown as well as one that comes by itself."""
    waiting = asyncio.create_task(hub.shown(flash("a"), 60))
    await hub.shown(flash("a"), 0)
    hub.load("en", [flash("a", version)], GENESIS, [])
    async with asyncio.timeout(PATIENCE):
        await waiting


async def test_a_process_that_starts_waits_for_its_boards(metrics: Metrics) -> None:
    """A hub is open when the last board is in, and does not wait for a lost store for ever."""
    hub = Hub(Settings(), metrics)
    assert not hub.is_ready
    await hub.until_loaded(0)
    waiting = asyncio.create_task(hub.until_loaded(60))
    for edition in hub.editions:
        assert not hub.is_ready
        hub.load(edition, [], GENESIS, [])
    async with asyncio.timeout(PATIENCE):
        await waiting
    assert hub.is_ready


def test_beats_let_go_of_the_past(clock: Clock, metrics: Metrics) -> None:
    """A hub does not keep what nobody can ask for any more."""
    hub = Hub(replace(Settings(), memory=1), metrics, clock)
    for event in chain([flash("a"), flash("b", firstcreated=after(3600))]):
        hub.publish(event)
    clock.now = after(24 * 3600)
    hub.beat()
    assert hub.get("en", "a") is None
    assert hub.get("en", "b") is not None


def test_the_clock_is_utc() -> None:
    """Every time that readers see is UTC."""
    assert utcnow().utcoffset() == timedelta(0)
