"""Stores of several servers: whichever of them dies, hangs or is cut off, nobody is fooled."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from redis.crc import key_slot

from tests.support.flashes import flash, record
from tests.support.newsroom import EVERYTHING, at, faults, play, run
from tests.support.nodes import until
from tests.support.process import PATIENCE
from tests.support.replicated import Replicated, cluster, sentinel_set
from tests.support.service import receive, running
from ticker.commands.backups import export, restore
from ticker.news.event import GENESIS
from ticker.settings import Settings
from ticker.store.client import Store
from ticker.store.cluster import _closed_is_broken
from ticker.store.faults import StoreUnavailableError, store_errors
from ticker.store.follow import HistoryReplacedError
from ticker.store.import_lock import ImportLock, UnfinishedImportError
from ticker.store.keys import Keys
from ticker.store.pubsub import ChannelListener
from ticker.store.replication import Confirmation, Policy, UnconfirmedError
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from ticker.news.event import Cursor, Event
    from ticker.news.flash import Flash

# They share their servers.
pytestmark = pytest.mark.xdist_group("topologies")
EDITIONS = ("en", "ar", "es")  # on a Cluster they are on more than one shard


@pytest.fixture(scope="module", params=[sentinel_set, cluster])
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replicated]:
    with request.param(tmp_path_factory.mktemp("servers")) as started:
        yield started


@pytest.fixture
def replicated(servers: Replicated) -> Iterator[Replicated]:
    """All servers up, in step and empty."""
    for node in servers.nodes:
        node.ask("FLUSHALL")
    yield servers
    servers.mend()


@pytest.fixture
async def store(replicated: Replicated) -> AsyncIterator[Store]:
    opened = Store(replicated.url)
    yield opened
    await opened.close()


async def append(wire: Wire, flash_id: str, edition: str = "en") -> Flash:
    line = record(flash(flash_id, edition=edition))
    return await wire.append(line, "announce", IdempotencyKey(flash_id, "f", 60))


async def in_the_end(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """What comes of asking again for as long as the store is away."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await attempt()
            except StoreUnavailableError:
                await asyncio.sleep(0.05)


async def take(events: AsyncGenerator[Event], number: int) -> list[Event]:
    async with asyncio.timeout(PATIENCE):
        return [await anext(events) for _ in range(number)]


async def follow_on(wire: Wire, positions: dict[str, Cursor], number: int) -> list[Event]:
    """The next events, from a follower that comes back as often as it must."""

    async def attempt() -> list[Event]:
        async with aclosing(wire.follow(positions)) as events:
            return await take(events, number)

    heard: list[Event] = await in_the_end(attempt)
    return heard


async def test_every_edition_is_heard(store: Store) -> None:
    """Lines of all editions come, whichever server they are on, also after a long silence."""
    wire, caught_up = Wire(store), asyncio.Event()
    async with aclosing(wire.follow(dict.fromkeys(EDITIONS, GENESIS), caught_up.set)) as events:
        pending = asyncio.ensure_future(take(events, len(EDITIONS)))
        await caught_up.wait()
        for edition in EDITIONS:
            await append(wire, f"{edition}1", edition)
        assert {event.flash.id for event in await pending} == {"en1", "ar1", "es1"}
        pending = asyncio.ensure_future(take(events, 1))
        done, _ = await asyncio.wait({pending}, timeout=5)
        assert not done, "a follower gave up though nothing was wrong"
        await append(wire, "en2")
        assert [event.flash.id for event in await pending] == ["en2"]


async def test_two_services_on_one_store_hear_nothing_of_each_other(replicated: Replicated) -> None:
    """With a namespace each, on several servers too."""
    url = replicated.url.replace("ticker:ticker@", "tester:tester@")
    ours, theirs = Store(url), Store(url, "staging")
    async with aclosing(Wire(ours).follow({"en": GENESIS})) as events:
        pending = asyncio.ensure_future(take(events, 1))
        await append(Wire(theirs), "test")
        await append(Wire(ours), "news")
        assert [event.flash.id for event in await pending] == ["news"]
    assert [it.flash.id for it in await follow_on(Wire(theirs), {"en": GENESIS}, 1)] == ["test"]
    for store in (ours, theirs):
        await store.close()


async def test_an_import_has_every_shard_for_itself(store: Store) -> None:
    """No other line gets in, wherever its edition is, until the backup is whole."""
    lock, wire, ours = ImportLock(store), Wire(store), Wire(store, backup="sum")
    await lock.set("sum", EDITIONS)
    for edition in EDITIONS:
        with pytest.raises(StoreUnavailableError, match="half of a backup"):
            await append(wire, "early", edition)
        await append(ours, edition, edition)
        with pytest.raises(UnfinishedImportError):
            async with aclosing(wire.follow({edition: GENESIS})) as events:
                await anext(events)
    await lock.clear(EDITIONS)
    for edition in EDITIONS:
        await append(wire, "late", edition)
        heard = await follow_on(wire, {edition: GENESIS}, 2)
        assert [event.flash.id for event in heard] == [edition, "late"]


def test_a_backup_comes_back(replicated: Replicated, store_url: str, tmp_path: Path) -> None:
    """A Sentinel's primary and a Cluster take what one server had, and give it back."""
    play(store_url, EVERYTHING)
    path, again = str(tmp_path / "one"), str(tmp_path / "again")
    said = export(at(store_url), path, [], force=False)
    assert restore(at(replicated.url), path, []) == said
    assert export(at(replicated.url), again, [], force=False) == said
    run(replicated.url, whole)


async def whole(store: Store) -> None:
    assert await ImportLock(store).get() is None
    assert set((await faults(store)).values()) == {None}


async def test_announcements_reach_readers_and_desks(store: Store) -> None:
    """Every line is announced, not only found in the log when somebody looks."""
    channels = [name for it in EDITIONS for name in (Keys(it).live, Keys(it).desk)]
    async with ChannelListener(store, channels) as listener, asyncio.timeout(PATIENCE):
        for edition in EDITIONS:
            await append(Wire(store), f"{edition}1", edition)
        rung: set[str] = set()
        while len(rung) < len(channels):
            if heard := await listener.receive(1):
                rung.add(heard[0])
    assert rung == set(channels)


@pytest.mark.parametrize(
    "fault",
    [
        "kill_primary",
        pytest.param("pause_primary", marks=pytest.mark.slow),
        pytest.param("isolate_primary", marks=pytest.mark.slow),
    ],
)
async def test_a_failover_is_noticed_and_nothing_is_missed(
    replicated: Replicated, store: Store, fault: str
) -> None:
    """Whoever follows comes to hear the new primary, and editors write to it, within seconds."""
    wire = Wire(store)
    await append(wire, "a")
    positions = dict.fromkeys(EDITIONS, GENESIS)
    async with aclosing(wire.follow(positions)) as events:
        heard = await take(events, 1)
        pending = asyncio.ensure_future(take(events, 1))
        old = await asyncio.to_thread(getattr(replicated, fault), "en")
        await asyncio.to_thread(replicated.await_failover, "en", old)
        with pytest.raises(StoreUnavailableError):
            await pending
    await in_the_end(lambda: append(wire, "b"))
    positions["en"] = heard[0].cursor
    assert [event.flash.id for event in await follow_on(wire, positions, 1)] == ["b"]


async def test_a_lost_tail_is_never_passed_over(replicated: Replicated, store: Store) -> None:
    """Lines that a failover took back are noticed by all who saw them, though others came since."""
    wire = Wire(store)
    await append(wire, "kept")
    old = await asyncio.to_thread(replicated.cut_replicas, "en")
    await append(wire, "lost")
    seen = await follow_on(wire, {"en": GENESIS}, 2)
    assert [event.flash.id for event in seen] == ["kept", "lost"]
    await asyncio.to_thread(replicated.lose_tail, "en", old)
    await in_the_end(lambda: append(wire, "instead"))
    with pytest.raises(HistoryReplacedError):
        await follow_on(wire, {"en": seen[-1].cursor}, 1)
    events = await follow_on(wire, {"en": seen[0].cursor}, 1)
    assert [event.flash.id for event in events] == ["instead"]


@pytest.mark.parametrize(
    "policy", [Policy(1), pytest.param(Policy(1, fsync=True), marks=pytest.mark.slow)]
)
async def test_what_no_replica_has_is_not_acknowledged(
    replicated: Replicated, store: Store, policy: Policy
) -> None:
    """A line is acknowledged once so many replicas have it, and asked for again it is not doubled."""
    wire = Wire(store, policy)
    await append(wire, "a")
    primary = await asyncio.to_thread(replicated.cut_replicas, "en")
    with pytest.raises(UnconfirmedError, match="0 of 1 replicas"):
        await append(wire, "b")
    with pytest.raises(UnconfirmedError, match="0 of 1 replicas"):
        await wire.recall("en", IdempotencyKey("b", "f", 60))
    await asyncio.to_thread(replicated.heal, primary)
    assert (await in_the_end(lambda: append(wire, "b"))).id == "b"
    assert [event.flash.id for event in await follow_on(wire, {"en": GENESIS}, 2)] == ["a", "b"]
    _, whole = await wire.tail("en", 10)
    assert len(whole) == 2


async def test_what_breaks_off_is_not_asked_of_others(replicated: Replicated, store: Store) -> None:
    """A primary that breaks off before it confirmed a line is not stood in for by another shard's."""
    primary = await asyncio.to_thread(replicated.cut_replicas, "en")
    asked = asyncio.create_task(append(Wire(store, Policy(1)), "a"))

    def cut() -> bool:
        waiting = re.search(r"id=(\d+) .* cmd=wait ", primary.ask("CLIENT", "LIST"))
        return bool(waiting and primary.ask("CLIENT", "KILL", "ID", waiting[1]) == 1)

    await asyncio.to_thread(until, cut, "somebody waits for replicas")
    with pytest.raises(UnconfirmedError):
        await asked


async def test_a_primary_that_never_had_a_line_confirms_nothing(store: Store) -> None:
    """Where another took over after a line was written, its replicas prove nothing about it."""
    await append(Wire(store), "a")
    confirmation = Confirmation(store, Policy(1))
    await confirmation.confirm(Keys("en").idempotency("a"), 60)
    with pytest.raises(UnconfirmedError, match="another primary"):
        await confirmation.confirm(Keys("en").idempotency("b"), 60)


async def test_a_line_that_a_failover_took_back_is_posted_anew(
    replicated: Replicated, store: Store
) -> None:
    """What was refused for want of replicas, and then lost, is there after asking again."""
    wire = Wire(store, Policy(1))
    old = await asyncio.to_thread(replicated.cut_replicas, "en")
    with pytest.raises(UnconfirmedError):
        await append(wire, "a")
    await asyncio.to_thread(replicated.lose_tail, "en", old)
    replicated.start(old)
    await in_the_end(lambda: append(wire, "a"))
    assert [event.flash.id for event in await follow_on(wire, {"en": GENESIS}, 1)] == ["a"]


async def test_an_editor_is_told_and_readers_start_anew(replicated: Replicated) -> None:
    """Without its replicas a post gets 503; what readers saw and a failover took back, they lose."""
    settings = replace(Settings(), redis_url=replicated.url, port=0, wait_replicas=1)
    async with running(settings) as service:
        await service.post("en", "Kept")
        async with service.live("en") as reader:
            assert [line["headline"] for line in (await receive(reader))["flashes"]] == ["Kept"]
            old = await asyncio.to_thread(replicated.cut_replicas, "en")
            asked: dict[str, Any] = {"body": {"headline": "Lost"}}
            headers = {"Idempotency-Key": "one"}
            path = "/v1/en/flashes"
            refused = await service.request("POST", path, **asked, headers=headers)
            assert refused.status == 503
            assert int(refused.headers["retry-after"]) > 0
            assert "0 of 1 replicas have it" in refused.json["detail"]
            line = (await receive(reader))["flash"]
            for _ in range(2):
                killed = await service.kill("en", line["id"])
                assert killed.status == 503, "a kill that could be lost was acknowledged"
            assert (await receive(reader))["flash"]["pubstatus"] == "canceled"
            await asyncio.to_thread(replicated.lose_tail, "en", old)
            while (hello := await receive(reader))["type"] != "hello":
                pass
            assert hello["reset"]
            assert [flash["headline"] for flash in hello["flashes"]] == ["Kept"]
        replicated.start(old)
        async with asyncio.timeout(PATIENCE):
            while (
                again := await service.request("POST", path, **asked, headers=headers)
            ).status == 503:
                pass
        assert again.status == 201
        # The hub may still be on its way to the new primary.
        async with asyncio.timeout(PATIENCE), service.live("en") as reader:
            shown = [flash["headline"] for flash in (await receive(reader))["flashes"]]
            while "Lost" not in shown:
                message = await receive(reader)
                shown += [message["flash"]["headline"]] if message["type"] == "flash" else []
                shown += [flash["headline"] for flash in message.get("flashes", ())]


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[Replicated]:
    with cluster(tmp_path) as servers:
        yield servers


async def test_a_slot_that_moves_takes_its_readers_along(moving: Replicated) -> None:
    """An edition that is moved to another shard is heard from there, and nothing is missed."""
    store = Store(moving.url)
    wire = Wire(store)
    await append(wire, "a")
    async with aclosing(wire.follow(dict.fromkeys(EDITIONS, GENESIS))) as events:
        heard = await take(events, 1)
        pending = asyncio.ensure_future(take(events, 1))
        old = moving.primary("en")
        target = next(moving.primary(it) for it in ("ar", "es", "fr") if moving.primary(it) != old)
        slot = key_slot(Keys("en").head.encode())
        name = target.ask("CLUSTER", "MYID")
        assert old.ask("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", name) == "OK"
        assert await asyncio.to_thread(moving.await_failover, "en", old) is target
        with pytest.raises(StoreUnavailableError):
            await pending
    await in_the_end(lambda: append(wire, "b"))
    positions = {**dict.fromkeys(EDITIONS, GENESIS), "en": heard[0].cursor}
    assert [event.flash.id for event in await follow_on(wire, positions, 1)] == ["b"]
    await store.close()


@pytest.mark.parametrize("error", [AttributeError("writelines"), RuntimeError("handler is closed")])
async def test_a_connection_that_another_command_closed_is_broken(error: Exception) -> None:
    """An editor whose command met a closing connection is told that the store is away, no more."""
    with pytest.raises(StoreUnavailableError), store_errors(), _closed_is_broken():
        raise error
