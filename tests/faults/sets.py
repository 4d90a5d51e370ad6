"""The set-ups that acts are played on, each as an operator might run it."""

from __future__ import annotations

import asyncio
import os
import platform
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tests.faults.hub import BEAT, EDITION, PATIENCE, HubProcess
from tests.faults.promise import Promise
from tests.faults.stage import Stage
from tests.faults.store import StoreProcess
from tests.faults.swarm import Swarm
from tests.support.link import Link
from tests.support.replicated import Replicated, cluster, sentinel_set

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    SetUp: TypeAlias = Callable[[Path, str], AbstractAsyncContextManager[Stage]]

READERS = 40
_ARRIVALS = 2000  # a second
FAKETIME = Path(f"/usr/lib/{platform.machine()}-linux-gnu/faketime/libfaketime.so.1")
_LAUNCHERS: tuple[tuple[str, ...], ...] = ((), ())


@asynccontextmanager
async def plain(
    folder: Path,
    seed: str,
    *,
    readers: int = READERS,
    launchers: tuple[tuple[str, ...], ...] = _LAUNCHERS,
    settings: Mapping[str, str] | None = None,
    beat: float = BEAT,
    pause: float = 0.5,
) -> AsyncIterator[Stage]:
    """Two hubs, each with a link of its own to one store."""
    async with AsyncExitStack() as stack:
        store = StoreProcess(folder / "store", environment=settings or {})
        stack.callback(store.end)
        await store.start()
        links = [await _link(stack, store.port) for _ in launchers]
        given = {"TICKER_BEAT": str(beat), **(settings or {})}
        hubs = [
            HubProcess(f"redis://127.0.0.1:{link.port}", folder, f"hub-{n}", launcher, given)
            for n, (link, launcher) in enumerate(zip(links, launchers, strict=True), 1)
        ]
        await _open_doors(hubs)
        url = f"redis://127.0.0.1:{store.port}"
        made = await _open(stack, Stage(folder, url, store, None, links, hubs, *_cast(hubs, seed)))
        made.swarm.pause, made.swarm.beat = pause, beat
        await let_in(made, readers)
        yield made


@asynccontextmanager
async def warped(folder: Path, seed: str) -> AsyncIterator[Stage]:
    """The same, with clocks that can be set."""
    offset = folder / "offset"
    offset.write_text("+0")
    clock = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with plain(folder, seed, settings=clock) as made:
        made.promise.trusts_clocks = False
        yield made


@asynccontextmanager
async def small_disk(folder: Path, seed: str) -> AsyncIterator[Stage]:
    """The same, with a store on a disk that is soon full, and that is started again as ours is."""
    disk = folder / "store"
    disk.mkdir()
    await _run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk))
    try:
        async with plain(folder, seed) as made:
            reviving = asyncio.create_task(_revive(made.store))
            yield made
            reviving.cancel()
    finally:
        await _run("umount", "--lazy", str(disk))


def replicated(
    kind: Callable[[Path], AbstractContextManager[Replicated]], settings: Mapping[str, str]
) -> SetUp:
    """Two hubs on a store of several processes, of which one leads."""

    @asynccontextmanager
    async def set_up(folder: Path, seed: str) -> AsyncIterator[Stage]:
        async with AsyncExitStack() as stack:
            store = stack.enter_context(kind(folder))
            given = {"TICKER_BEAT": str(BEAT), **settings}
            hubs = [HubProcess(store.url, folder, f"hub-{n}", (), given) for n in (1, 2)]
            await _open_doors(hubs)
            made = Stage(folder, store.url, None, store, [], hubs, *_cast(hubs, seed))
            await _open(stack, made)
            await let_in(made, READERS)
            yield made

    return set_up


async def _revive(store: StoreProcess) -> None:
    """With `appendfsync always` a store ends when it cannot write."""
    while True:
        await asyncio.to_thread(store.process.wait)
        with suppress(AssertionError, TimeoutError):
            await store.start()


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0, command


def missing(name: str) -> str:
    """Why a set-up is not to be had on this machine; empty: it is."""
    if name == "warped" and not FAKETIME.exists():
        return "libfaketime is not installed (Debian's faketime)"
    if name == "small_disk" and os.geteuid() != 0:
        return "only root may mount a small disk"
    return ""


async def _link(stack: AsyncExitStack, target: int) -> Link:
    link = Link(target)
    await link.open()
    stack.push_async_callback(link.close)
    return link


async def _open_doors(hubs: list[HubProcess]) -> None:
    for hub in hubs:
        await hub.door.open()


def _cast(hubs: list[HubProcess], seed: str) -> tuple[Swarm, Promise, str]:
    """Readers of these hubs, without any yet, and who judges what they hear."""
    # Most come to the hubs' own doors, some by links that can be bad.
    ways = [("127.0.0.1", port) for hub in hubs for port in (hub.port, hub.port, hub.door.port)]
    promise = Promise()
    return Swarm(promise, ways, EDITION), promise, seed


async def _open(stack: AsyncExitStack, made: Stage) -> Stage:
    """Start the hubs, and let editors in."""
    for hub in made.hubs:
        stack.push_async_callback(hub.door.close)
        stack.callback(hub.end_at_once)
    await asyncio.gather(*(hub.start() for hub in made.hubs))
    stack.callback(made.end_editors)
    stack.push_async_callback(made.swarm.close)
    await made.make_token()
    return made


async def let_in(made: Stage, readers: int) -> None:
    """Wait until so many readers more are in."""
    made.swarm.open(readers, within=readers / _ARRIVALS)
    late = await made.swarm.until(lambda seat: seat.is_connected, PATIENCE)
    assert not late, f"{len(late)} readers were not let in: {made.swarm.notes}"


# With every replica waited for, a failover may lose nothing; without, its tail.
_LAX: Mapping[str, str] = {}
SETS: dict[str, SetUp] = {
    "plain": plain,
    "warped": warped,
    "small_disk": small_disk,
    "sentinel": replicated(sentinel_set, {"TICKER_WAIT_REPLICAS": "2"}),
    "cluster": replicated(cluster, {"TICKER_WAIT_REPLICAS": "1", "TICKER_WAIT_FSYNC": "yes"}),
    "sentinel_lax": replicated(sentinel_set, _LAX),
    "cluster_lax": replicated(cluster, _LAX),
}
