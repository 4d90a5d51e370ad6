from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.nodes import until
from tests.support.process import (
    PATIENCE,
    Serving,
    await_end,
    children,
    connections_of,
    serving,
    store_of,
    ticker,
    watched,
    workers_of,
)
from tests.support.service import receive

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_READERS = 40


async def _arrive(service: Serving, edition: str = "en") -> tuple[ClientConnection, Any]:
    """A reader and her hello; she comes again as long as the worker she meets is not open yet."""
    while True:
        try:
            reader = await service.remote.live(edition)
        except InvalidStatus as refusal:
            if "Retry-After" not in refusal.response.headers:
                raise
        else:
            return reader, await receive(reader)


async def _join(stack: AsyncExitStack, service: Serving) -> list[ClientConnection]:
    return [await stack.enter_async_context((await _arrive(service))[0]) for _ in range(_READERS)]


async def test_every_worker_delivers(pair: Serving) -> None:
    """With two workers on one port a posted line reaches the readers of both."""
    async with AsyncExitStack() as stack:
        readers = await _join(stack, pair)
        seats = [connections_of(pid, pair.port) for pid in workers_of(pair.process.pid)]
        assert len(seats) == 2
        assert sum(seats) >= _READERS  # a probe of a moment ago may still be closing
        assert min(seats) > 0
        posted = await pair.remote.post("en", "to all screens")
        for reader in readers:
            assert (await receive(reader))["flash"]["id"] == posted["id"]


async def test_every_worker_has_the_same_board(pair: Serving) -> None:
    """Whichever worker a reader comes to, she gets the same board and the same position."""
    posted = await pair.remote.post("ar", "on every board")
    hellos = []
    async with AsyncExitStack() as stack:
        for _ in range(_READERS):
            reader, hello = await _arrive(pair, "ar")
            await stack.enter_async_context(reader)
            if posted["id"] not in str(hello):
                hello["cursor"] = (await receive(reader))["cursor"]
                hello["flashes"] = [posted]
            hellos.append((hello["cursor"], hello["flashes"][0]["id"]))
    assert len(set(hellos)) == 1


async def test_dead_worker_is_replaced(pair: Serving) -> None:
    """When a worker is killed, another takes its place; readers of the other notice nothing."""
    async with AsyncExitStack() as stack:
        readers = await _join(stack, pair)
        victim, survivor = workers_of(pair.process.pid)
        kept = connections_of(survivor, pair.port)
        os.kill(victim, signal.SIGKILL)
        while len(workers := workers_of(pair.process.pid) - {victim}) < 2:
            assert pair.process.poll() is None, pair.log
            await asyncio.sleep(0.02)
        assert survivor in workers
        posted = await pair.remote.post("en", "after the fall")
        assert [
            message["flash"]["id"]
            for message in await asyncio.gather(*map(_next, readers))
            if message is not None
        ] == [posted["id"]] * kept
    (newcomer,) = workers - {survivor}
    assert f"worker {victim} died with -9" in pair.log
    while True:
        async with AsyncExitStack() as stack:
            await _join(stack, pair)
            if connections_of(newcomer, pair.port):
                break


async def _next(reader: ClientConnection) -> dict[str, dict[str, str]] | None:
    try:
        return await receive(reader)
    except ConnectionClosed:
        return None


def test_killed_parent(tmp_path: Path) -> None:
    """When the service's first process is killed, no worker and no store lives on."""
    with serving(tmp_path / "data", "--workers", "2", token=False) as service:
        pid = service.process.pid
        with watched(store_of(pid), *workers_of(pid)) as ends:
            assert len(ends) == 3
            service.kill()
            await_end(ends)
        service.start()
        assert len(workers_of(service.process.pid)) == 2


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl+C, which the terminal sends to all of them, ends them all without a traceback."""
    with serving(tmp_path / "data", "--workers", "2", token=False) as service:
        family = [*workers_of(service.process.pid), service.process.pid]
        with watched(*children(service.process.pid)) as ends:
            for pid in family:
                os.kill(pid, signal.SIGINT)
            assert service.process.wait(PATIENCE) in {0, 130}
            await_end(ends)
    assert "Traceback" not in service.log


def test_interrupt_while_starting(tmp_path: Path) -> None:
    """Ctrl+C while the workers are still loading ends them without a traceback as well."""
    with serving(tmp_path / "data", "--workers", "2", token=False, ready=False) as service:
        pid = service.process.pid
        until(lambda: len(workers_of(pid)) == 2, "there are two workers")
        family = [*workers_of(pid), pid]
        maps = [Path(f"/proc/{it}/maps") for it in family]
        until(lambda: all("httptools" in it.read_text() for it in maps), "they are loading")
        with watched(*children(pid)) as ends:
            for member in family:
                os.kill(member, signal.SIGINT)
            assert service.process.wait(PATIENCE) in {0, 130}
            await_end(ends)
    assert "Traceback" not in service.log


def test_taken_port(tmp_path: Path) -> None:
    """Workers do not share their port with a stranger who listens there already."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        refused = ticker("serve", "--workers", "2", "--port", str(port), "--data", tmp_path)
    assert f"127.0.0.1:{port}" in refused.refusal
