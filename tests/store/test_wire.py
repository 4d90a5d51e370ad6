"""The wire: appended once, chained, followed without gaps, repeats or false silence."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st
from redis.asyncio import Redis

from tests.support.flashes import NOON, chain, flash, record
from tests.support.link import linked
from tests.support.process import PATIENCE
from ticker.news.event import GENESIS, Cursor, Event, Record
from ticker.news.flash import Flash, PubStatus
from ticker.server.valkey import EmbeddedValkey
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError
from ticker.store.follow import HistoryReplacedError
from ticker.store.import_lock import ImportLock, UnfinishedImportError
from ticker.store.keys import Keys
from ticker.store.topology import SingleServer
from ticker.store.wire import IdempotencyKey, KeyReusedError, VersionConflictError, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
    from pathlib import Path

    from ticker.store.wire import Mode

KEYS = Keys("en")
MODES: dict[Mode, Flash] = {
    "announce": flash("b"),
    "file": flash("b", pubstatus=PubStatus.WITHHELD, embargoed=NOON),
    "remember": flash("a"),
}


def key_of(key: str, fingerprint: str = "f") -> IdempotencyKey:
    return IdempotencyKey(key, fingerprint, 60)


async def append(wire: Wire, item: Flash, mode: Mode = "announce", key: str = "") -> Flash:
    return await wire.append(record(item), mode, key_of(key or f"{item.id}.{item.version}"))


async def fill(wire: Wire, number: int, start: int = 0, edition: str = "en") -> list[Flash]:
    items = [flash(f"{n:04d}", edition=edition) for n in range(start, start + number)]
    for item in items:
        await append(wire, item, key=f"{edition}{item.id}")
    return items


async def take(events: AsyncGenerator[Event], number: int) -> list[Event]:
    async with asyncio.timeout(PATIENCE):
        return [await anext(events) for _ in range(number)]


@asynccontextmanager
async def following(wire: Wire) -> AsyncIterator[AsyncGenerator[Event]]:
    """Events of an empty log, by a follower that already listens."""
    caught_up = asyncio.Event()
    async with aclosing(wire.follow({"en": GENESIS}, caught_up.set)) as events:
        first = asyncio.ensure_future(anext(events))
        await caught_up.wait()
        yield _with(first, events)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def _with(first: Awaitable[Event], events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    yield await first
    async for event in events:
        yield event


@asynccontextmanager
async def hearing(wire: Wire) -> AsyncIterator[asyncio.Queue[str]]:
    """Ids of the lines of an empty log as they are heard, by a follower that never pauses."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def listen(events: AsyncGenerator[Event]) -> None:
        async for event in events:
            heard.put_nowait(event.flash.id)

    async with following(wire) as events:
        listener = asyncio.create_task(listen(events))
        try:
            async with asyncio.timeout(PATIENCE):
                yield heard
            assert not listener.done()
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


async def unannounced(store: Store, after: Cursor, item: Flash) -> Cursor:
    """Put a line on the log as `append` does, and announce nothing."""
    text = record(item).encode()
    cursor = after.follows(text)
    commands: Any = store.commands
    async with commands.pipeline(transaction=True) as pipe:
        pipe.xadd(KEYS.wire, {"tag": cursor.tag, "record": text}, id=f"{cursor.offset}-0")
        pipe.hset(KEYS.head, mapping={"offset": cursor.offset, "tag": cursor.tag})
        await pipe.execute()
    return cursor


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


async def contents(store: Store) -> dict[str, Any]:
    """All that is stored, by key."""
    commands: Any = store.commands
    return {key: await commands.dump(key) for key in await commands.keys("*")}


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
    await wire.append(record(flash("a")), "announce", key_of("key", "one"))
    with pytest.raises(KeyReusedError):
        await wire.append(record(flash("b")), "announce", key_of("key", "two"))
    with pytest.raises(KeyReusedError):
        await wire.recall("en", key_of("key", "two"))
    assert (await wire.recall("en", key_of("key", "one")))[0] == flash("a")
    assert (await wire.recall("en", key_of("never")))[0] is None
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
    assert (await wire.recall("en", key_of("noop")))[0] == flash("a")


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    ],
    ids=["full", "read-only"],
)
async def test_a_store_that_cannot_write_changes_nothing(
    store: Store, wire: Wire, fault: str, cure: str
) -> None:
    """A store that is full or read-only refuses the whole line: nothing stored, nothing said."""
    await append(wire, flash("a"))
    before = await contents(store)
    commands: Any = store.commands
    await commands.execute_command(*fault.split())
    try:
        for mode, item in MODES.items():
            with pytest.raises(StoreUnavailableError):
                await append(wire, item, mode, key=f"new {mode}")
    finally:
        await commands.execute_command(*cure.split())
    assert await contents(store) == before
    await append(wire, flash("b"))
    _, events = await wire.tail("en", 10)
    assert [event.flash.id for event in events] == ["a", "b"]


ASKED = st.tuples(
    st.sampled_from("ab"), st.integers(1, 3), st.sampled_from("klmn"), st.sampled_from("fg")
)
EDITIONS = (f"edition{number}" for number in count())


@given(asked=st.lists(ASKED, max_size=12))
@hypothesis_settings(max_examples=40)
async def test_appending_keeps_its_word(wire: Wire, asked: list[tuple[str, int, str, str]]) -> None:
    """Whatever is asked in whatever order, the log is what the rules of append make of it."""
    edition, log, keys = next(EDITIONS), list[Flash](), dict[str, tuple[str, Flash]]()
    for number, (flash_id, version, key, fingerprint) in enumerate(asked):
        item = flash(flash_id, version, edition=edition, headline=f"{number}")
        request = wire.append(record(item), "announce", key_of(key, fingerprint))
        if key in keys and keys[key][0] != fingerprint:
            with pytest.raises(KeyReusedError):
                await request
        elif key in keys:
            assert await request == keys[key][1]
        elif sum(it.id == flash_id for it in log) != version - 1:
            with pytest.raises(VersionConflictError):
                await request
        else:
            assert await request == item
            log.append(item)
            keys[key] = (fingerprint, item)
    assert await wire.tail(edition, 20) == (GENESIS, chain(log))
    for key, (fingerprint, item) in keys.items():
        assert (await wire.recall(edition, key_of(key, fingerprint)))[0] == item


async def test_an_answer_that_is_lost_is_asked_for_again(store_url: str, tmp_path: Path) -> None:
    """However little of its answer comes through, a line sent until it is answered is there once."""
    async with linked(store_url, tmp_path / "link") as (link, bad_url), opened(store_url) as there:
        items = [flash(f"{size:03d}") for size in range(0, 800, 19)]
        broken = 0
        for item in items:
            async with opened(bad_url) as here:
                link.cut_after(int(item.id))
                while True:
                    with suppress(StoreUnavailableError):
                        assert await append(Wire(here), item) == item
                        break
                broken += link.was_cut
        assert broken > 10
        assert (await Wire(there).tail("en", 100))[1] == chain(items)


async def test_nothing_gets_into_half_a_backup(store: Store, wire: Wire) -> None:
    """An import has the log for itself, and followers hear of it when it is whole."""
    async with hearing(wire) as heard:
        lock, ours = ImportLock(store), Wire(store, backup="sum")
        with pytest.raises(StoreUnavailableError, match="half of a backup"):
            await append(ours, flash("a"))
        await append(wire, flash("a"))
        assert await heard.get() == "a"
        await lock.set("sum", ["en"])
        before = await contents(store)
        for mode, item in MODES.items():
            with pytest.raises(StoreUnavailableError, match="half of a backup"):
                await append(wire, item, mode, "again")
        assert await contents(store) == before
        for where in (GENESIS, (await wire.tail("en", 0))[0], Cursor(7, "0" * 16)):
            async with aclosing(wire.follow({"en": where})) as events:
                with pytest.raises(UnfinishedImportError):
                    await anext(events)
        await append(ours, flash("b"))
        await lock.clear(["en"])
        await append(wire, flash("c"))
        assert [await heard.get() for _ in range(2)] == ["b", "c"]
    assert [event.flash.id for event in (await wire.tail("en", 9))[1]] == ["a", "b", "c"]


async def test_a_follower_that_waits_notices_an_import(store: Store, wire: Wire) -> None:
    """Though the import announces nothing, and has written nothing yet."""
    caught_up = asyncio.Event()
    async with aclosing(wire.follow({"en": GENESIS}, caught_up.set)) as events:
        pending = asyncio.ensure_future(anext(events))
        await caught_up.wait()
        await ImportLock(store).set("sum", ["en"])
        with pytest.raises(UnfinishedImportError):
            async with asyncio.timeout(PATIENCE):
                await pending


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


async def test_announcements_that_were_lost_are_noticed(store: Store, wire: Wire) -> None:
    """Lines that nobody announced are found in the log, and one who hears others is not deaf."""
    async with hearing(wire) as heard:
        last = GENESIS
        for missed, announced in ("ab", "cd"):
            await unannounced(store, last, flash(missed))
            assert await heard.get() == missed
            await store.ping()
            await append(wire, flash(announced))
            assert await heard.get() == announced
            last = (await wire.tail("en", 1))[1][0].cursor


async def test_an_announcement_brings_what_went_before_it(store: Store, wire: Wire) -> None:
    """The next announcement after lost ones brings their lines too, once and in order."""
    async with hearing(wire) as heard:
        cursor = await unannounced(store, GENESIS, flash("a"))
        await unannounced(store, cursor, flash("b"))
        await append(wire, flash("c"))
        assert [await heard.get() for _ in range(3)] == ["a", "b", "c"]
        for name in "de":
            await store.ping()
            await append(wire, flash(name))
            assert await heard.get() == name


async def test_an_announcement_that_comes_again_is_not_heard_again(
    store: Store, wire: Wire
) -> None:
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
    async with following(wire) as events:
        commands: Any = store.commands
        assert await commands.client_kill_filter(_type="pubsub") == 1
        with pytest.raises(StoreUnavailableError):
            await take(events, 1)
    await append(wire, flash("a"))
    async with aclosing(wire.follow({"en": GENESIS})) as events:
        assert [event.flash.id for event in await take(events, 1)] == ["a"]


async def test_a_link_that_breaks_anywhere_loses_nothing(store_url: str, tmp_path: Path) -> None:
    """Cut after any number of bytes, a follower that goes on hears every line once, in order."""
    async with (
        linked(store_url, tmp_path / "link") as (link, bad_url),
        opened(store_url) as there,
        opened(bad_url) as here,
    ):
        broken = 0
        for size in range(0, 6000, 111):
            edition = f"cut{size}"
            written = await fill(Wire(there), 3, edition=edition)
            link.cut_after(size)
            writer = asyncio.ensure_future(fill(Wire(there), 3, start=3, edition=edition))
            heard = await persistent(Wire(here), edition, 6)
            assert heard == chain(written + await writer)
            broken += link.was_cut
        assert broken > 10


async def persistent(wire: Wire, edition: str, wanted: int) -> list[Event]:
    """So many events, by a follower that begins again after every fault."""
    heard: list[Event] = []
    async with asyncio.timeout(PATIENCE):
        while len(heard) < wanted:
            position = heard[-1].cursor if heard else GENESIS
            with suppress(StoreUnavailableError):
                async with aclosing(wire.follow({edition: position})) as events:
                    while len(heard) < wanted:
                        heard.append(await anext(events))
    return heard


async def test_a_link_that_goes_silent_is_noticed(store_url: str, tmp_path: Path) -> None:
    """When nothing comes through and nothing is closed, the follower says so within seconds."""
    async with linked(store_url, tmp_path / "link") as (link, bad_url):
        there, here = Store(store_url), Store(bad_url)
        await append(Wire(there), flash("a"))
        caught_up = asyncio.Event()
        async with aclosing(Wire(here).follow({"en": GENESIS}, caught_up.set)) as events:
            heard = await take(events, 1)
            pending = asyncio.ensure_future(take(events, 1))
            await caught_up.wait()
            link.stall()
            await append(Wire(there), flash("b"))
            async with asyncio.timeout(PATIENCE):
                with pytest.raises(StoreUnavailableError):
                    await pending
        link.heal()
        async with aclosing(Wire(here).follow({"en": heard[0].cursor})) as events:
            assert [event.flash.id for event in await take(events, 1)] == ["b"]
        await there.close()
        await here.close()


class HardOfHearing(SingleServer):
    """A store whose subscriptions go another way than its commands."""

    def __init__(self, url: str, channels: str) -> None:
        super().__init__(url)
        self._url = channels


async def test_a_subscription_that_hears_nothing_is_not_trusted(
    store_url: str, tmp_path: Path
) -> None:
    """Who hears no announcement still gets every line from the log, and a new subscription soon."""
    async with linked(store_url, tmp_path / "link") as (link, bad_url):
        store = Store(store_url)
        store.topology = HardOfHearing(store_url, bad_url)
        store.commands = store.topology.commands
        wire, caught_up = Wire(store), asyncio.Event()
        async with aclosing(wire.follow({"en": GENESIS}, caught_up.set)) as events:
            first = asyncio.ensure_future(take(events, 1))
            await caught_up.wait()
            link.stall()
            await append(wire, flash("a"))
            assert [event.flash.id for event in await first] == ["a"]
            second = asyncio.ensure_future(take(events, 1))
            await a_look_at_the_head(store_url)
            await append(wire, flash("b"))
            assert [event.flash.id for event in await second] == ["b"]
            with pytest.raises(StoreUnavailableError):
                await take(events, 1)
        await store.close()


async def a_look_at_the_head(url: str) -> None:
    """Until a follower asks the store where its log ends."""
    async with Redis.from_url(url, socket_timeout=None) as client, client.monitor() as monitor:
        async with asyncio.timeout(PATIENCE):
            while not (await monitor.next_command())["command"].startswith("HMGET"):
                pass


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


async def test_a_tail_that_was_lost_and_written_anew_is_noticed(store: Store, wire: Wire) -> None:
    """When another line takes the place of one that was heard, the follower is told."""
    async with following(wire) as events:
        await append(wire, flash("a"))
        await append(wire, flash("b"))
        heard = await take(events, 2)
        commands: Any = store.commands
        async with commands.pipeline(transaction=True) as pipe:
            text = record(flash("c")).encode()
            other = heard[0].cursor.follows(text)
            pipe.delete(KEYS.wire)
            pipe.xadd(KEYS.wire, chained(heard[0]), id="1-0")
            pipe.xadd(KEYS.wire, {"tag": other.tag, "record": text}, id="2-0")
            pipe.hset(KEYS.head, "tag", other.tag)
            await pipe.execute()
        with pytest.raises(HistoryReplacedError):
            await take(events, 1)


def chained(event: Event) -> dict[str, str]:
    """The fields of an event's entry in the log."""
    return {"tag": event.cursor.tag, "record": record(event.flash).encode()}


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
