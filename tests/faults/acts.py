"""Everything that we break, one act for each: what it does, and that it is mended again."""

from __future__ import annotations

import asyncio
import re
import resource
import shutil
import signal
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from redis.exceptions import RedisError, ResponseError

from tests.faults.hub import EDITION, PATIENCE
from tests.support.flood import clicks, flooded, logins, pages
from ticker.store.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from redis.asyncio import Redis

    from tests.faults.hub import HubProcess
    from tests.faults.stage import Stage
    from tests.support.flood import Flood, Request

_FEW = 3
_NOISE = 4
_PATIENCE = 30.0
_A_WHILE_MAX = 4.0
_LIMIT = "client-output-buffer-limit"


@dataclass(frozen=True, slots=True)
class Act:
    """One fault, from its beginning to its end.

    Attributes:
        name: For reports and for choosing.
        play: Breaks something while editors post, and mends it.
        loses: Whether it destroys what was acknowledged, by its nature.
        on: The set-up that it is played on.
        breaks: What it breaks, which no other act may break at the same time.
    """

    name: str
    play: Play
    loses: bool = False
    on: str = "plain"
    breaks: str = "store"


ACTS: dict[str, Act] = {}
Play: TypeAlias = "Callable[[Stage, Random], Awaitable[None]]"


def act(breaks: str, *, loses: bool = False, on: str = "plain") -> Callable[[Play], Play]:
    """Lists an act under the name of its function."""

    def list_it(play: Play) -> Play:
        name = play.__name__
        ACTS[name] = Act(name, play, loses, on, breaks)
        return play

    return list_it


def _hub(stage: Stage, chance: Random) -> HubProcess:
    return chance.choice(stage.mortal)


async def _a_while(chance: Random, least: float = 0.5, most: float = _A_WHILE_MAX) -> None:
    """As long as the fault lasts: shorter and longer than every time-out and watchdog."""
    await asyncio.sleep(chance.uniform(least, most))


@act("hub")
async def hub_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to one hub, then a new one in its place."""
    hub = _hub(stage, chance)
    hub.kill()
    await stage.progress(_FEW)
    await hub.start()


@act("hub")
async def hubs_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to all hubs in the middle of a post."""
    for hub in stage.mortal:
        hub.kill()
    await _a_while(chance, 0, 1)
    await asyncio.gather(*(hub.start() for hub in stage.mortal))


@act("hub")
async def hub_frozen(stage: Stage, chance: Random) -> None:
    """SIGSTOP to one hub, SIGCONT after a while."""
    hub = _hub(stage, chance)
    hub.send(signal.SIGSTOP)
    await _a_while(chance, 1, 6)
    hub.send(signal.SIGCONT)


@act("hub")
async def hubs_restarted_in_turn(stage: Stage, chance: Random) -> None:
    """A rolling restart under load."""
    for hub in stage.mortal:
        assert await hub.end() == 0, hub.log[-2000:]
        await stage.progress(1)
        await hub.start()


@act("hub")
async def hub_out_of_files(stage: Stage, chance: Random) -> None:
    """A hub may open no more files while its readers and its store come back."""
    hub = _hub(stage, chance)
    pid = hub.process.pid
    usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, usual[1]))
    with suppress(RedisError):  # a store that is away at the same time has no connections
        await stage.store.command("CLIENT", "KILL", "TYPE", "normal")
    await ACTS["readers_dropped"].play(stage, chance)
    assert not await hub.is_ready()
    await _a_while(chance)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)


@act("editors")
async def editors_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to the publisher, who goes on with its journal."""
    for _ in range(_FEW):
        stage.editors.kill()
        stage.editors.wait()
        stage.start_editors()
        await stage.progress(1)


@act("editors")
async def editors_frozen(stage: Stage, chance: Random) -> None:
    """SIGSTOP to the publisher in the middle of a request, SIGCONT after a while."""
    stage.editors.send_signal(signal.SIGSTOP)
    await _a_while(chance)
    stage.editors.send_signal(signal.SIGCONT)


@act("store")
async def store_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to the store; its data stay."""
    store = stage.store
    store.kill()
    await _a_while(chance, 0, 3)
    await store.start()


@act("store")
async def store_restarted(stage: Stage, chance: Random) -> None:
    """The store ends in good order and starts again."""
    store = stage.store
    store.end()
    await store.start()


@act("store")
async def store_frozen(stage: Stage, chance: Random) -> None:
    """SIGSTOP to the store, shorter and longer than time-outs."""
    store = stage.store
    store.freeze()
    await _a_while(chance, 0.5, 9)
    store.thaw()


@act("store", loses=True)
async def store_wiped(stage: Stage, chance: Random) -> None:
    """The store comes back without its data."""
    store = stage.store
    await stage.keep_history()
    store.kill()
    store.wipe()
    await store.start()
    await stage.lose()


@act("store", loses=True)
async def store_truncated(stage: Stage, chance: Random) -> None:
    """The append-only file ends in the middle of a record."""
    store = stage.store
    await stage.keep_history()
    store.kill()
    store.truncate(chance.randint(1, 6000))
    await store.start()
    await stage.lose()


@act("store", loses=True)
async def backup_restored(stage: Stage, chance: Random) -> None:
    """An older copy of the data takes the place of the newer ones."""
    store = stage.store
    copy = store.folder.with_name("copy")
    store.end()
    shutil.copytree(store.folder, copy)
    await store.start()
    await stage.progress(_FEW)
    await stage.keep_history()
    store.end()
    store.wipe()
    copy.rename(store.folder)
    await store.start()
    await stage.lose()


@act("store")
async def memory_full(stage: Stage, chance: Random) -> None:
    """The store has no memory left (`noeviction`): it reads and does not write."""
    await stage.store.command("CONFIG", "SET", "maxmemory", "1")
    await _refused(stage, "OOM|maxmemory")
    await _a_while(chance)
    await stage.store.command("CONFIG", "SET", "maxmemory", "0")


@act("store")
async def store_read_only(stage: Stage, chance: Random) -> None:
    """The store becomes a replica of somebody who is not there, and a primary again."""
    await stage.store.command("REPLICAOF", "127.0.0.1", "1")
    await _refused(stage, "READONLY|read only")
    await _a_while(chance)
    await stage.store.command("REPLICAOF", "NO", "ONE")


async def _refused(stage: Stage, why: str) -> None:
    """The fault has begun: the store takes nothing."""
    try:
        await stage.store.command("SET", "probe", "1")
    except ResponseError as error:
        assert re.search(why, str(error)), error  # noqa: PT017 - it need not be raised so
    else:
        raise AssertionError("the store writes on")


@act("store")
async def store_paused(stage: Stage, chance: Random) -> None:
    """CLIENT PAUSE: everybody waits."""
    await stage.store.command("CLIENT", "PAUSE", chance.randint(500, 5000), "ALL")
    await _a_while(chance)


@act("store")
async def subscribers_killed(stage: Stage, chance: Random) -> None:
    """CLIENT KILL of all subscriptions, again and again."""
    killed = 0
    for _ in range(_FEW):
        killed += await stage.store.command("CLIENT", "KILL", "TYPE", "pubsub")
        await stage.progress(1)
    assert killed


@act("store")
async def subscriber_thrown_out(stage: Stage, chance: Random) -> None:
    """A hub takes nothing, and the store throws its subscription out by the buffer's limit."""
    store, link = stage.store, chance.choice(stage.links)
    await store.command("CONFIG", "SET", _LIMIT, "pubsub 64kb 32kb 1")
    async with asyncio.timeout(_PATIENCE), store.client() as client:
        before = await _thrown_out(client)
        while await _thrown_out(client) == before:
            # Again, where another act mends the link meanwhile.
            link.stall(only_back=True)
            # Less at once than the limit, so that who listens is not thrown out too, and each
            # small enough to be counted: a store shares what is over 16 kB. No announcement of
            # ours looks like it.
            async with client.pipeline(transaction=False) as noise:
                for _ in range(_NOISE):
                    noise.publish(Keys(EDITION).live, "x" * 15000)
                await noise.execute()
    # Another act may keep editors from the other hub until this one is back.
    with suppress(TimeoutError):
        await stage.progress(2, _A_WHILE_MAX)
    link.heal()
    await store.command("CONFIG", "SET", _LIMIT, "pubsub 32mb 8mb 60")


async def _thrown_out(client: Redis) -> int:
    """How many subscribers the store threw out since it started."""
    return int((await client.info("stats"))["client_output_buffer_limit_disconnections"])


@act("link")
async def link_cut(stage: Stage, chance: Random) -> None:
    """A hub's connections to the store break, and new ones are refused for a while."""
    link = chance.choice(stage.links)
    link.break_off()
    await _a_while(chance)
    link.heal()


@act("link")
async def link_cut_in_a_message(stage: Stage, chance: Random) -> None:
    """A hub's connections to the store break at any byte of an answer."""
    for _ in range(5):
        chance.choice(stage.links).cut_after(chance.randint(1, 1500))
        await stage.progress(1)
    for link in stage.links:
        link.heal()


@act("link")
async def link_half_open(stage: Stage, chance: Random) -> None:
    """Nothing passes between a hub and the store, and nobody is told."""
    link = chance.choice(stage.links)
    link.stall()
    await _a_while(chance, 1, 9)
    link.heal()


@act("link")
async def link_deaf(stage: Stage, chance: Random) -> None:
    """The store hears a hub, and the hub hears nothing back."""
    link = chance.choice(stage.links)
    link.stall(only_back=True)
    await _a_while(chance, 1, 9)
    link.heal()


@act("link")
async def link_slow(stage: Stage, chance: Random) -> None:
    """Every byte between hubs and store takes a third of a second."""
    for link in stage.links:
        link.delay = 0.3
    await _a_while(chance, 2, 5)
    for link in stage.links:
        link.heal()


@act("link")
async def link_flapping(stage: Stage, chance: Random) -> None:
    """A link that breaks as soon as it stands."""
    link = chance.choice(stage.links)
    for _ in range(15):
        link.cut()
        await asyncio.sleep(chance.uniform(0, 0.2))


@act("readers")
async def readers_dropped(stage: Stage, chance: Random) -> None:
    """All readers lose their connection in one moment."""
    for _ in range(_FEW):
        for seat in stage.swarm.seats:
            seat.leave()
        await stage.progress(1)


@act("readers")
async def readers_stuck(stage: Stage, chance: Random) -> None:
    """Some readers take nothing any more, until their own watchdog wakes them."""
    for seat in chance.sample(stage.swarm.seats, len(stage.swarm.seats) // 4):
        seat.stick()
    await stage.progress(_FEW)


@act("readers")
async def readers_away(stage: Stage, chance: Random) -> None:
    """Some readers sleep while lines are posted, and resume."""
    asleep = chance.sample(stage.swarm.seats, len(stage.swarm.seats) // 2)
    for seat in asleep:
        seat.away = True
        seat.leave()
    await stage.progress(2 * _FEW)
    for seat in asleep:
        seat.away = False
        seat.come(0.2)


@act("strangers")
async def pages_flooded(stage: Stage, chance: Random) -> None:
    """Strangers ask every hub for the board, and for filters that nobody asked for, without a pause."""
    async with AsyncExitStack() as stack:
        for hub in stage.hubs:
            for path in ("/en", f"/en?before=now&tag={chance.random()}-{{n}}"):
                await _flood(stack, stage, hub, pages(path))
        await stage.progress(_FEW)


@act("strangers")
async def logins_flooded(stage: Stage, chance: Random) -> None:
    """Strangers guess passwords at every hub, from many networks; half of them wait for no answer."""
    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE):
        for hub in stage.hubs:
            guesses = logins(f"{chance.random()}")
            await _flood(stack, stage, hub, guesses, spread=True, waits=False)
            flood = await _flood(stack, stage, hub, guesses, spread=True)
            await flood.until(HTTPStatus.UNAUTHORIZED, HTTPStatus.INTERNAL_SERVER_ERROR)
        await stage.progress(_FEW)


@act("strangers")
async def clicks_flooded(stage: Stage, chance: Random) -> None:
    """Strangers click on every line that they find, on every hub, from many networks."""
    ids: list[str] = []
    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE):
        for hub in stage.hubs:
            flood = await _flood(stack, stage, hub, clicks(stage.edition, ids), spread=True)
            # Where another act destroys data there may be nothing left to click on.
            while not (flood.answers[HTTPStatus.NO_CONTENT] or stage.is_done):
                ids[:] = stage.on_show
                await asyncio.sleep(0.05)
        await stage.progress(_FEW)


async def _flood(
    stack: AsyncExitStack,
    stage: Stage,
    hub: HubProcess,
    request: Request,
    *,
    spread: bool = False,
    waits: bool = True,
) -> Flood:
    """Flood a hub until the end, and judge what strangers were answered."""
    flood = await stack.enter_async_context(flooded(hub.port, request, spread=spread, waits=waits))
    stack.callback(lambda: stage.judge_strangers(hub, flood.answers))
    return flood


@act("door")
async def door_half_open(stage: Stage, chance: Random) -> None:
    """Readers of one hub hear nothing more, and nobody is told."""
    door = _hub(stage, chance).door
    door.stall()
    await _a_while(chance, 1, 5)
    door.heal()


@act("door")
async def door_slow(stage: Stage, chance: Random) -> None:
    """Readers of one hub hear everything late."""
    door = _hub(stage, chance).door
    door.delay = 0.2
    await _a_while(chance, 1, 4)
    door.heal()


@act("door")
async def door_flapping(stage: Stage, chance: Random) -> None:
    """Readers lose a connection as soon as it stands."""
    door = _hub(stage, chance).door
    for _ in range(15):
        door.cut()
        await asyncio.sleep(chance.uniform(0, 0.2))


@act("readers", on="fat")
async def fat_board_for_newcomers(stage: Stage, chance: Random) -> None:
    """All readers come for the first time, again and again, and some don't take their hello."""
    for _ in range(_FEW):
        for each in (stage, *stage.beside):
            for seat in each.swarm.seats:
                seat.leave()
                seat.forget()
            late = await each.swarm.until(lambda seat: seat.is_connected, _PATIENCE)
            for seat in late or chance.sample(each.swarm.seats, len(each.swarm.seats) // 4):
                seat.stick()
        await stage.progress(1)


@act("strangers", on="fat")
async def fat_board_flooded(stage: Stage, chance: Random) -> None:
    """Strangers ask for the boards of all editions, as pages and as lists, without a pause."""
    async with AsyncExitStack() as stack:
        for hub in stage.hubs:
            for path in ("/en", "/v1/ar/flashes", f"/es?tag={chance.random()}-{{n}}"):
                await _flood(stack, stage, hub, pages(path))
        await stage.progress(_FEW)


@act("hub", on="fat")
async def fat_board_loaded(stage: Stage, chance: Random) -> None:
    """SIGKILL to one hub, whose readers come to the other; a new one loads every board."""
    await hub_killed(stage, chance)


@act("neighbour", on="shared")
async def neighbour_reaches_over(stage: Stage, chance: Random) -> None:
    """Editors of other services try to change our lines, and readers come with cursors of theirs."""
    for other in stage.beside:
        await stage.progress(1)
        await other.reach_over(stage)
        for ours, theirs in zip(stage.swarm.seats, other.swarm.seats, strict=False):
            ours.leave()
            theirs.leave()
            ours.reader.cursor, theirs.reader.cursor = theirs.reader.cursor, ours.reader.cursor
    await stage.count()


@act("neighbour", on="shared")
async def neighbour_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to all hubs of the other services in the middle of a post, then new ones."""
    hubs = [hub for other in stage.beside for hub in other.hubs]
    for hub in hubs:
        hub.kill()
    await stage.progress(_FEW)
    await stage.count()
    await asyncio.gather(*(hub.start() for hub in hubs))


@act("store", on="shared")
async def shared_store_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to the store of all services; its data stay."""
    await store_killed(stage, chance)


@act("clocks", on="warped")
async def clocks_jump(stage: Stage, chance: Random) -> None:
    """The clocks of hubs and store jump back and forth by hours."""
    for _ in range(2 * _FEW):
        stage.jump(chance.randint(-20 * 3600, 20 * 3600))
        await stage.progress(1)
    stage.jump(0)


@act("store", on="small_disk")
async def disk_full(stage: Stage, chance: Random) -> None:
    """The store's disk is full, and has room again."""
    ballast, before = stage.store.folder / "ballast", stage.store.process.pid
    with suppress(OSError), ballast.open("wb") as file:
        while file.write(bytes(4096)):
            file.flush()
    await _a_while(chance, 2)
    assert not stage.store.is_alive or stage.store.process.pid != before
    ballast.unlink()


def _on_replicas(*sets: str, loses: bool = False) -> Callable[[Play], Play]:
    """Lists an act once for each of these set-ups."""

    def list_it(play: Play) -> Play:
        for name in sets:
            full = f"{name.partition('_')[0]}_{play.__name__}"
            ACTS[full] = Act(full, play, loses, name)
        return play

    return list_it


@_on_replicas("sentinel", "cluster")
async def primary_killed(stage: Stage, chance: Random) -> None:
    """SIGKILL to the primary; a replica takes over, and the old one comes back as a replica."""
    store = stage.replicas
    old = store.kill_primary(EDITION)
    await asyncio.to_thread(store.await_failover, EDITION, old)
    store.start(old)
    await asyncio.to_thread(store.mend)


@_on_replicas("sentinel", "cluster")
async def primary_frozen(stage: Stage, chance: Random) -> None:
    """SIGSTOP to the primary; a replica takes over, and the old one wakes and still thinks it leads."""
    store = stage.replicas
    old = store.pause_primary(EDITION)
    await asyncio.to_thread(store.await_failover, EDITION, old)
    store.go_on(old)
    await asyncio.to_thread(store.mend)


@_on_replicas("sentinel", "cluster")
async def primary_isolated(stage: Stage, chance: Random) -> None:
    """The primary's peers no longer reach it, and hubs and editors still do."""
    store = stage.replicas
    old = store.isolate_primary(EDITION)
    await asyncio.to_thread(store.await_failover, EDITION, old)
    await _a_while(chance)
    await asyncio.to_thread(store.mend)


@_on_replicas("sentinel_lax", "cluster_lax", loses=True)
async def tail_lost(stage: Stage, chance: Random) -> None:
    """The primary dies with lines that no replica has, and a replica takes over."""
    store = stage.replicas
    old = await asyncio.to_thread(store.cut_replicas, EDITION)
    await stage.progress(_FEW)
    await stage.keep_history()
    await asyncio.to_thread(store.lose_tail, EDITION, old)
    await stage.lose()
    store.start(old)
    await asyncio.to_thread(store.mend)
