"""Everything that we break, one act for each: what it does, and that it is mended again."""

from __future__ import annotations

import asyncio
import resource
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.faults.hub import EDITION
from ticker.ops.bench.kernel import open_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.faults.hub import HubProcess
    from tests.faults.stage import Stage

_FEW = 3
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
Play: TypeAlias = "Callable[[Stage], Awaitable[None]]"


def act(breaks: str, *, loses: bool = False, on: str = "plain") -> Callable[[Play], Play]:
    """Lists an act under the name of its function."""

    def list_it(play: Play) -> Play:
        name = play.__name__
        ACTS[name] = Act(name, play, loses, on, breaks)
        return play

    return list_it


def _hub(stage: Stage) -> HubProcess:
    return stage.chance.choice(stage.mortal)


async def _a_while(stage: Stage, least: float = 0.5, most: float = 4.0) -> None:
    """As long as the fault lasts: shorter and longer than every time-out and watchdog."""
    await asyncio.sleep(stage.chance.uniform(least, most))


@act("hub")
async def hub_killed(stage: Stage) -> None:
    """SIGKILL to one hub, then a new one in its place."""
    hub = _hub(stage)
    hub.kill()
    await stage.progress(_FEW)
    await hub.start()


@act("hub")
async def hubs_killed(stage: Stage) -> None:
    """SIGKILL to all hubs in the middle of a post."""
    for hub in stage.mortal:
        hub.kill()
    await _a_while(stage, 0, 1)
    await asyncio.gather(*(hub.start() for hub in stage.mortal))


@act("hub")
async def hub_frozen(stage: Stage) -> None:
    """SIGSTOP to one hub, SIGCONT after a while."""
    hub = _hub(stage)
    hub.send(signal.SIGSTOP)
    await _a_while(stage, 1, 6)
    hub.send(signal.SIGCONT)


@act("hub")
async def hubs_restarted_in_turn(stage: Stage) -> None:
    """A rolling restart under load."""
    for hub in stage.mortal:
        assert await hub.end() == 0, hub.log[-2000:]
        await stage.progress(1)
        await hub.start()


@act("hub")
async def hub_out_of_files(stage: Stage) -> None:
    """A hub may open no more files while its readers and its store come back."""
    hub = _hub(stage)
    pid = hub.process.pid
    usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (open_files(pid) - 5, usual[1]))
    await stage.store.command("CLIENT", "KILL", "TYPE", "normal")
    await ACTS["readers_dropped"].play(stage)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)


@act("editors")
async def editors_killed(stage: Stage) -> None:
    """SIGKILL to the publisher, who goes on with its journal."""
    for _ in range(_FEW):
        stage.editors.kill()
        stage.editors.wait()
        stage.start_editors()
        await stage.progress(1)


@act("editors")
async def editors_frozen(stage: Stage) -> None:
    """SIGSTOP to the publisher in the middle of a request, SIGCONT after a while."""
    stage.editors.send_signal(signal.SIGSTOP)
    await _a_while(stage)
    stage.editors.send_signal(signal.SIGCONT)


@act("store")
async def store_killed(stage: Stage) -> None:
    """SIGKILL to the store; its data stay."""
    store = stage.store
    store.kill()
    await _a_while(stage, 0, 3)
    await store.start()


@act("store")
async def store_restarted(stage: Stage) -> None:
    """The store ends in good order and starts again."""
    store = stage.store
    store.end()
    await store.start()


@act("store")
async def store_frozen(stage: Stage) -> None:
    """SIGSTOP to the store, shorter and longer than time-outs."""
    store = stage.store
    store.freeze()
    await _a_while(stage, 0.5, 9)
    store.thaw()


@act("store", loses=True)
async def store_wiped(stage: Stage) -> None:
    """The store comes back without its data."""
    store = stage.store
    await stage.keep_history()
    store.kill()
    store.wipe()
    await store.start()
    await stage.lose()


@act("store", loses=True)
async def store_truncated(stage: Stage) -> None:
    """The append-only file ends in the middle of a record."""
    store = stage.store
    await stage.keep_history()
    store.kill()
    store.truncate(stage.chance.randint(1, 6000))
    await store.start()
    await stage.lose()


@act("store", loses=True)
async def backup_restored(stage: Stage) -> None:
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
async def memory_full(stage: Stage) -> None:
    """The store has no memory left (`noeviction`): it reads and does not write."""
    store = stage.store
    await store.command("CONFIG", "SET", "maxmemory", "1")
    await _a_while(stage)
    await store.command("CONFIG", "SET", "maxmemory", "0")


@act("store")
async def store_read_only(stage: Stage) -> None:
    """The store becomes a replica of somebody who is not there, and a primary again."""
    store = stage.store
    await store.command("REPLICAOF", "127.0.0.1", "1")
    await _a_while(stage)
    await store.command("REPLICAOF", "NO", "ONE")


@act("store")
async def store_paused(stage: Stage) -> None:
    """CLIENT PAUSE: everybody waits."""
    await stage.store.command("CLIENT", "PAUSE", stage.chance.randint(500, 5000), "ALL")
    await _a_while(stage)


@act("store")
async def subscribers_killed(stage: Stage) -> None:
    """CLIENT KILL of all subscriptions, again and again."""
    for _ in range(_FEW):
        await stage.store.command("CLIENT", "KILL", "TYPE", "pubsub")
        await stage.progress(1)


@act("store")
async def subscriber_thrown_out(stage: Stage) -> None:
    """A hub takes nothing, and the store throws its subscription out by the buffer's limit."""
    store, link = stage.store, stage.chance.choice(stage.links)
    await store.command("CONFIG", "SET", _LIMIT, "pubsub 2kb 1kb 1")
    link.stall(only_back=True)
    await stage.progress(2 * _FEW)
    link.heal()
    await store.command("CONFIG", "SET", _LIMIT, "pubsub 32mb 8mb 60")


@act("link")
async def link_cut(stage: Stage) -> None:
    """A hub's connections to the store break, and new ones are refused for a while."""
    link = stage.chance.choice(stage.links)
    link.break_off()
    await _a_while(stage)
    link.heal()


@act("link")
async def link_cut_in_a_message(stage: Stage) -> None:
    """A hub's connections to the store break at any byte of an answer."""
    for _ in range(5):
        stage.chance.choice(stage.links).cut_after(stage.chance.randint(1, 1500))
        await stage.progress(1)
    for link in stage.links:
        link.heal()


@act("link")
async def link_half_open(stage: Stage) -> None:
    """Nothing passes between a hub and the store, and nobody is told."""
    link = stage.chance.choice(stage.links)
    link.stall()
    await _a_while(stage, 1, 9)
    link.heal()


@act("link")
async def link_deaf(stage: Stage) -> None:
    """The store hears a hub, and the hub hears nothing back."""
    link = stage.chance.choice(stage.links)
    link.stall(only_back=True)
    await _a_while(stage, 1, 9)
    link.heal()


@act("link")
async def link_slow(stage: Stage) -> None:
    """Every byte between hubs and store takes a third of a second."""
    for link in stage.links:
        link.delay = 0.3
    await _a_while(stage, 2, 5)
    for link in stage.links:
        link.heal()


@act("link")
async def link_flapping(stage: Stage) -> None:
    """A link that breaks as soon as it stands."""
    link = stage.chance.choice(stage.links)
    for _ in range(15):
        link.cut()
        await asyncio.sleep(stage.chance.uniform(0, 0.2))


@act("readers")
async def readers_dropped(stage: Stage) -> None:
    """All readers lose their connection in one moment."""
    for _ in range(_FEW):
        for seat in stage.swarm.seats:
            seat.leave()
        await stage.progress(1)


@act("readers")
async def readers_stuck(stage: Stage) -> None:
    """Some readers take nothing any more, until their own watchdog wakes them."""
    for seat in stage.chance.sample(stage.swarm.seats, len(stage.swarm.seats) // 4):
        seat.stick()
    await stage.progress(_FEW)


@act("readers")
async def readers_away(stage: Stage) -> None:
    """Some readers sleep while lines are posted, and resume."""
    asleep = stage.chance.sample(stage.swarm.seats, len(stage.swarm.seats) // 2)
    for seat in asleep:
        seat.away = True
        seat.leave()
    await stage.progress(_FEW)
    for seat in asleep:
        seat.away = False
        seat.come(0.2)


@act("door")
async def door_half_open(stage: Stage) -> None:
    """Readers of one hub hear nothing more, and nobody is told."""
    door = _hub(stage).door
    door.stall()
    await _a_while(stage, 1, 5)
    door.heal()


@act("door")
async def door_slow(stage: Stage) -> None:
    """Readers of one hub hear everything late."""
    door = _hub(stage).door
    door.delay = 0.2
    await _a_while(stage, 1, 4)
    door.heal()


@act("door")
async def door_flapping(stage: Stage) -> None:
    """Readers lose a connection as soon as it stands."""
    door = _hub(stage).door
    for _ in range(15):
        door.cut()
        await asyncio.sleep(stage.chance.uniform(0, 0.2))


@act("clocks", on="warped")
async def clocks_jump(stage: Stage) -> None:
    """The clocks of hubs and store jump back and forth by hours."""
    for _ in range(2 * _FEW):
        stage.jump(stage.chance.randint(-20 * 3600, 20 * 3600))
        await stage.progress(1)
    stage.jump(0)


@act("store", on="small_disk")
async def disk_full(stage: Stage) -> None:
    """The store's disk is full, and has room again."""
    ballast = stage.store.folder / "ballast"
    with suppress(OSError), ballast.open("wb") as file:
        while file.write(bytes(4096)):
            file.flush()
    await _a_while(stage)
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
async def primary_killed(stage: Stage) -> None:
    """SIGKILL to the primary; a replica takes over, and the old one comes back as a replica."""
    store = stage.replicas
    old = store.kill_primary(EDITION)
    await asyncio.to_thread(store.await_failover, EDITION, old)
    store.start(old)
    await asyncio.to_thread(store.mend)


@_on_replicas("sentinel", "cluster")
async def primary_frozen(stage: Stage) -> None:
    """SIGSTOP to the primary; a replica takes over, and the old one wakes and still thinks it leads."""
    store = stage.replicas
    old = store.pause_primary(EDITION)
    await asyncio.to_thread(store.await_failover, EDITION, old)
    store.go_on(old)
    await asyncio.to_thread(store.mend)


@_on_replicas("sentinel", "cluster")
async def primary_isolated(stage: Stage) -> None:
    """The primary's peers no longer reach it, and hubs and editors still do."""
    store = stage.replicas
    old = store.isolate_primary(EDITION)
    await asyncio.to_thread(store.await_failover, EDITION, old)
    await _a_while(stage)
    await asyncio.to_thread(store.mend)


@_on_replicas("sentinel_lax", "cluster_lax", loses=True)
async def tail_lost(stage: Stage) -> None:
    """The primary dies with lines that no replica has, and a replica takes over."""
    store = stage.replicas
    old = await asyncio.to_thread(store.cut_replicas, EDITION)
    await stage.progress(_FEW)
    await stage.keep_history()
    await asyncio.to_thread(store.lose_tail, EDITION, old)
    store.start(old)
    await asyncio.to_thread(store.mend)
    await stage.lose()
