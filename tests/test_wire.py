"""The wire: appended once, chained, followed without gaps, repeats or false silence."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flashes import chain, flash, record
from tests.support.proxy import proxied
from ticker.event import GENESIS, Cursor, Event, Record
from ticker.flash import Flash, PubStatus
from ticker.ops.valkey import EmbeddedValkey
from ticker.store import Keys, Store, StoreUnavailableError
from ticker.wire import HistoryReplacedError, KeyReusedError, Once, VersionConflictError, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from redis.asyncio import Redis

    from ticker.wire import Mode

KEYS = Keys("en")


def once(key: str, fingerprint: str = "f") -> Once:
    return Once(key, fingerprint, 60)


async def append(wire: Wire, item: Flash, mode: Mode = "announce", key: str = "") -> Flash:
    return await wire.append(record(item), mode, once(key or f"{item.id}.{item.version}"))


async def fill(wire: Wire, count: int, start: int = 0, edition: str = "en") -> list[Flash]:
    items = [flash(f"{number:04d}", edition=edition) for number in range(start, start + count)]
    for item in items:
        await append(wire, item, key=f"{edition}{item.id}")
    return items


async def take(events: AsyncGenerator[Event], count: int) -> list[Event]:
    async with asyncio.timeout(30):
        return [await anext(events) for _ in range(count)]


@asynccontextmanager
async def following(wire: Wire, *editions: str) -> AsyncIterator[AsyncGenerator[Event]]:
    """Events from the beginning; `following` returns once the subscription stands."""
    async with aclosing(wire.follow(dict.fromkeys(editions or ("en",), GENESIS))) as events:
        yield events


async def contents(store: Store) -> dict[str, Any]:
    """All that is stored, by key."""
    commands: Any = store.commands
    return {key: await commands.memory_usage(key) for key in await commands.keys("*")}


async def test_offsets_are_contiguous_and_tags_are_the_chain(wire: Wire) -> None:
    """The log counts without holes, and each entry vouches for all before it."""
    items = await fill(wire, 5)
    since, events = await wire.tail("en", 10)
    assert since == GENESIS
    assert events == chain(items)


async def test_the_tail_knows_what_came_before_it(wire: Wire) -> None:
    """A hub that reads only the end of the log knows the position from which it holds."""
    await fill(wire, 5)
    _, everything = await wire.tail("en", 10)
    since, events = await wire.tail("en", 2)
    assert since == everything[2].cursor
    assert events == everything[3:]


async def test_one_request_is_stored_once_however_often_it_is_sent(wire: Wire) -> None:
    """A line sent twenty times at once, after a lost answer, is on the wire once."""
    answers = await asyncio.gather(
        *(append(wire, flash(f"id{number}"), key="same") for number in range(20))
    )
    assert len({answer.id for answer in answers}) == 1
    _, events = await wire.tail("en", 10)
    assert [event.flash.id for event in events] == [answers[0].id]


async def test_a_key_answers_one_request_only(wire: Wire) -> None:
    """A key that was used for something else is refused and changes nothing."""
    await wire.append(record(flash("a")), "announce", once("key", "one"))
    with pytest.raises(KeyReusedError):
        await wire.append(record(flash("b")), "announce", once("key", "two"))
    with pytest.raises(KeyReusedError):
        await wire.recall("en", once("key", "two"))
    assert (await wire.recall("en", once("key", "one"))) == flash("a")
    assert await wire.recall("en", once("never")) is None
    _, events = await wire.tail("en", 10)
    assert len(events) == 1


@pytest.mark.parametrize("version", [1, 3], ids=["again", "ahead"])
async def test_a_version_that_is_not_the_next_is_refused(wire: Wire, version: int) -> None:
    """Two editors cannot both make the next version, and none can be left out."""
    await append(wire, flash("a", 1))
    with pytest.raises(VersionConflictError):
        await append(wire, flash("a", version), key="other")
    _, events = await wire.tail("en", 10)
    assert len(events) == 1


async def test_of_rival_corrections_one_wins(wire: Wire) -> None:
    """Of ten corrections made at the same time from one version, exactly one becomes the next."""
    await append(wire, flash("a", 1))
    results = await asyncio.gather(
        *(append(wire, flash("a", 2, headline=f"{n}"), key=f"k{n}") for n in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Flash) for result in results) == 1
    assert sum(isinstance(result, VersionConflictError) for result in results) == 9


async def test_filed_versions_are_stored_but_not_on_the_wire(store: Store, wire: Wire) -> None:
    """An embargoed line is kept, and nobody who follows hears of it."""
    held = flash("a", pubstatus=PubStatus.WITHHELD, embargoed=flash().firstcreated)
    await append(wire, held, "file")
    commands: Any = store.commands
    assert await wire.tail("en", 10) == (GENESIS, [])
    assert Record.decode(await commands.hget(KEYS.flashes, "a")).flash == held
    assert await commands.zrange(KEYS.due, 0, -1) == ["a"]
    assert await commands.zrange(KEYS.board, 0, -1) == []


async def test_remembering_stores_only_the_key(store: Store, wire: Wire) -> None:
    """A request that changes nothing is remembered and makes no version."""
    await append(wire, flash("a"))
    await append(wire, flash("a"), "remember", key="noop")
    commands: Any = store.commands
    assert await commands.llen(KEYS.versions("a")) == 1
    assert await wire.recall("en", once("noop")) == flash("a")


async def test_a_store_that_cannot_write_changes_nothing(store: Store, wire: Wire) -> None:
    """A full store refuses the whole line: nothing stored, announced or remembered."""
    await append(wire, flash("a"))
    before = await contents(store)
    commands: Any = store.commands
    await commands.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailableError):
            await append(wire, flash("b"))
    finally:
        await commands.config_set("maxmemory", "0")
    assert await contents(store) == before
    await append(wire, flash("b"))
    _, events = await wire.tail("en", 10)
    assert [event.flash.id for event in events] == ["a", "b"]


async def test_followers_hear_every_event_in_order(store: Store, wire: Wire) -> None:
    """Four writers at once: who follows hears each line once, in the order of the log."""
    async with following(wire) as events:
        others = [Wire(store) for _ in range(4)]
        writers = [fill(other, 50, start=50 * n) for n, other in enumerate(others)]
        results: list[Any] = await asyncio.gather(take(events, 200), *writers)
        heard = results[0]
    assert [event.cursor.offset for event in heard] == list(range(1, 201))
    assert heard == (await wire.tail("en", 200))[1]


async def test_following_from_the_middle_and_of_several_editions(wire: Wire) -> None:
    """Each edition is followed from its own position, on one subscription."""
    await fill(wire, 3)
    _, events = await wire.tail("en", 3)
    positions = {"en": events[1].cursor, "ar": GENESIS}
    async with aclosing(wire.follow(positions)) as followed:
        assert await take(followed, 1) == [events[2]]
        first = asyncio.ensure_future(take(followed, 1))
        await fill(wire, 1, edition="ar")
        assert [event.flash.edition for event in await first] == ["ar"]


async def test_a_doorbell_that_was_lost_is_noticed(store: Store, wire: Wire) -> None:
    """An entry that nobody announced is found in the log all the same."""
    async with following(wire) as events:
        first = asyncio.ensure_future(take(events, 2))
        await append(wire, flash("a"))
        _, known = await wire.tail("en", 1)
        text = record(flash("b")).encode()
        cursor = known[0].cursor.follows(text)
        commands: Any = store.commands
        await commands.xadd(KEYS.wire, {"tag": cursor.tag, "record": text}, id=f"{cursor.offset}-0")
        await commands.hset(KEYS.head, mapping={"offset": cursor.offset, "tag": cursor.tag})
        assert [event.flash.id for event in await first] == ["a", "b"]


async def test_a_doorbell_that_rings_again_is_not_heard_again(store: Store, wire: Wire) -> None:
    """An announcement that comes twice is one event."""
    async with following(wire) as events:
        first = asyncio.ensure_future(take(events, 2))
        await append(wire, flash("a"))
        text = record(flash("a")).encode()
        commands: Any = store.commands
        for _ in range(3):
            await commands.publish(KEYS.live, f"{GENESIS.follows(text)} {text}")
        await append(wire, flash("b"))
        assert [event.flash.id for event in await first] == ["a", "b"]


async def test_a_subscription_that_the_store_throws_out_is_told(store: Store, wire: Wire) -> None:
    """A follower that the store disconnects hears so, and misses nothing when it comes back."""
    caught_up = asyncio.Event()
    async with aclosing(wire.follow({"en": GENESIS}, caught_up.set)) as events:
        pending = asyncio.ensure_future(take(events, 1))
        await caught_up.wait()
        commands: Any = store.commands
        assert await commands.client_kill_filter(_type="pubsub") == 1
        with pytest.raises(StoreUnavailableError):
            await pending
    await append(wire, flash("a"))
    async with following(wire) as events:
        assert [event.flash.id for event in await take(events, 1)] == ["a"]


async def test_a_link_that_goes_silent_is_noticed(store_url: str, tmp_path: Path) -> None:
    """When nothing comes through and nothing is closed, the follower says so within seconds."""
    async with proxied(store_url, tmp_path / "proxy") as proxy:
        there, here = Store(store_url), Store(proxy.url)
        await append(Wire(there), flash("a"))
        caught_up = asyncio.Event()
        async with aclosing(Wire(here).follow({"en": GENESIS}, caught_up.set)) as events:
            heard = await take(events, 1)
            pending = asyncio.ensure_future(take(events, 1))
            await caught_up.wait()
            proxy.stall()
            await append(Wire(there), flash("b"))
            async with asyncio.timeout(10):
                with pytest.raises(StoreUnavailableError):
                    await pending
        proxy.go_on()
        async with aclosing(Wire(here).follow({"en": heard[0].cursor})) as events:
            assert [event.flash.id for event in await take(events, 1)] == ["b"]
        await there.close()
        await here.close()


class HardOfHearing(Store):
    """A store whose subscriptions go another way than its commands."""

    def __init__(self, url: str, ear: str) -> None:
        super().__init__(url)
        self._ear = Store(ear)

    def subscriber(self) -> Redis:
        return self._ear.subscriber()


async def test_a_subscription_that_hears_nothing_is_not_trusted(
    store_url: str, tmp_path: Path
) -> None:
    """Who hears no doorbell still gets every line from the log, and a new subscription soon."""
    async with proxied(store_url, tmp_path / "proxy") as proxy:
        store = HardOfHearing(store_url, proxy.url)
        wire, caught_up = Wire(store), asyncio.Event()
        async with aclosing(wire.follow({"en": GENESIS}, caught_up.set)) as events:
            first = asyncio.ensure_future(take(events, 1))
            await caught_up.wait()
            proxy.stall()
            await append(wire, flash("a"))
            assert [event.flash.id for event in await first] == ["a"]
            second = asyncio.ensure_future(take(events, 1))
            async with asyncio.timeout(20):
                await quiet_check(store)
            await append(wire, flash("b"))
            assert [event.flash.id for event in await second] == ["b"]
            with pytest.raises(StoreUnavailableError):
                await take(events, 1)
        await store.close()


async def quiet_check(store: Store) -> None:
    """Until the follower has looked at the head once more, in vain."""
    commands: Any = store.commands

    async def looks() -> int:
        counted = await commands.info("commandstats")
        return int(counted["cmdstat_hmget"]["calls"])

    before = await looks()
    while await looks() == before:
        await asyncio.sleep(0)


async def test_a_follower_outlives_the_store(tmp_path: Path) -> None:
    """A store that is killed and started again on its data goes on where it was."""
    with EmbeddedValkey(tmp_path) as server:
        store = Store(server.url)
        async with following(Wire(store)) as events:
            await append(Wire(store), flash("a"))
            heard = await take(events, 1)
            pending = asyncio.ensure_future(take(events, 1))
            os.kill(server.pid, signal.SIGKILL)
            with pytest.raises(StoreUnavailableError):
                await pending
        with pytest.raises(StoreUnavailableError):
            await append(Wire(store), flash("b"))
    with EmbeddedValkey(tmp_path):
        await append(Wire(store), flash("b"), key="again")
        async with aclosing(Wire(store).follow({"en": heard[0].cursor})) as events:
            assert [event.flash.id for event in await take(events, 1)] == ["b"]
        await store.close()


async def replaced(wire: Wire, position: Cursor) -> bool:
    async with aclosing(wire.follow({"en": position})) as events:
        try:
            await take(events, 1)
        except HistoryReplacedError:
            return True
    return False


async def test_a_history_that_was_replaced_is_noticed(store: Store, wire: Wire) -> None:
    """After loss or restore, a position of the old history is refused, loudly."""
    await fill(wire, 3)
    _, events = await wire.tail("en", 3)
    commands: Any = store.commands
    await commands.flushall()
    assert await replaced(wire, events[2].cursor)
    await fill(wire, 5, start=100)
    assert await replaced(wire, events[2].cursor)
    assert await replaced(wire, replace(events[2].cursor, offset=9))


async def test_a_history_that_is_replaced_under_a_follower_is_noticed(
    store: Store, wire: Wire
) -> None:
    """A follower whose log vanishes is told within seconds, new lines or not."""
    async with following(wire) as events:
        await append(wire, flash("a"))
        await take(events, 1)
        pending = asyncio.ensure_future(take(events, 1))
        commands: Any = store.commands
        await commands.flushall()
        with pytest.raises(HistoryReplacedError):
            await pending


async def test_a_tampered_log_is_noticed(store: Store, wire: Wire) -> None:
    """A record that was changed in the log does not pass for the one that was written."""
    await fill(wire, 2)
    commands: Any = store.commands
    entries = await commands.xrevrange(KEYS.wire, count=1)
    last, fields = entries[0]
    await commands.xdel(KEYS.wire, last)
    forged = {**fields, "record": fields["record"].replace("line 0001", "line 6666")}
    await commands.xadd(KEYS.wire, forged, id="3-0")
    _, events = await wire.tail("en", 1)
    assert await replaced(wire, GENESIS.follows(record(flash("0000")).encode()))
    assert events
