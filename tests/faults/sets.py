"""The set-ups that acts are played on, each as an operator might run it."""

from __future__ import annotations

import asyncio
import os
import platform
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tests.faults.hub import BEAT, EDITION, LISTED, PATIENCE, HubProcess
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
_READERS_BESIDE = 14
_FAT_LINES = 150
_SERVICES = (
    ("production", 0, "ticker", 2),
    ("staging", 0, "staging", 1),
    ("rehearsal", 1, "ticker", 1),
)
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


@asynccontextmanager
async def fat(folder: Path, seed: str) -> AsyncIterator[Stage]:
    """The same, with boards that weigh as much as they may in each edition, two of which are played."""
    wide = {"TICKER_BOARD_LINES": str(LISTED * 2)}
    async with plain(folder, seed, settings=wide, readers=0) as made:
        (folder / "ar").mkdir()
        cast = _cast(made.hubs, seed, "ar")
        other = Stage(folder / "ar", made.url, made.single, None, made.links, made.hubs, *cast)
        other.edition = "ar"
        made.beside, other.beside = [other], [made]
        async with AsyncExitStack() as stack:
            stack.callback(other.end_editors)
            stack.push_async_callback(other.swarm.close)
            await other.make_token()
            await made.fill("en", _FAT_LINES)
            await other.fill("ar", _FAT_LINES)
            await made.fill("es", _FAT_LINES)
            await let_in(made, READERS)
            await let_in(other, _READERS_BESIDE)
            yield made


@asynccontextmanager
async def shared(
    folder: Path, seed: str, *, launcher: tuple[str, ...] = ()
) -> AsyncIterator[Stage]:
    """Three services on one store, with another namespace and with another database.

    Their editors ask for the same, under the same keys, in editions of the same name.
    """
    async with AsyncExitStack() as stack:
        store = StoreProcess(folder / "store")
        stack.callback(store.end)
        await store.start()
        stages = []
        for name, database, namespace, count in _SERVICES:
            url = f"redis://127.0.0.1:{store.port}/{database}"
            given = {"TICKER_BEAT": str(BEAT), "TICKER_NAMESPACE": namespace}
            place = folder / name
            place.mkdir()
            hubs = [HubProcess(url, place, f"{name}-{n}", launcher, given) for n in range(count)]
            await _open_doors(hubs)
            made = Stage(place, url, store, None, [], hubs, *_cast(hubs, seed))
            made.namespace = namespace
            stages.append(await _open(stack, made))
        for made in stages:
            made.beside = [other for other in stages if other is not made]
            # As many as nobody beside has, so that readers who are counted twice are too many.
            await let_in(made, READERS if made is stages[0] else _READERS_BESIDE)
        yield stages[0]


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


def _cast(hubs: list[HubProcess], seed: str, edition: str = EDITION) -> tuple[Swarm, Promise, str]:
    """Readers of these hubs, without any yet, and who judges what they hear."""
    # Most come to the hubs' own doors, some by links that can be bad.
    ways = [("127.0.0.1", port) for hub in hubs for port in (hub.port, hub.port, hub.door.port)]
    promise = Promise()
    return Swarm(promise, ways, edition), promise, seed


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
    "fat": fat,
    "shared": shared,
    "sentinel": replicated(sentinel_set, {"TICKER_WAIT_REPLICAS": "2"}),
    "cluster": replicated(cluster, {"TICKER_WAIT_REPLICAS": "1", "TICKER_WAIT_FSYNC": "yes"}),
    "sentinel_lax": replicated(sentinel_set, _LAX),
    "cluster_lax": replicated(cluster, _LAX),
}
