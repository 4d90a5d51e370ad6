"""A restart as editors and readers see it: nothing lost, nothing twice, in the order of the book."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.balancer import balancing
from tests.support.followers import Follower, Publisher, following
from tests.support.nodes import until
from tests.support.process import (
    PATIENCE,
    Serving,
    command,
    connections_of,
    serving,
    store_of,
    workers_of,
)
from tests.support.service import Remote, receive, running
from ticker.server.drain import Drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

    from tests.support.service import Running
    from ticker.settings import Settings

LONG = {"TICKER_DRAIN_NOTICE": "3600", "TICKER_DRAIN_SECONDS": "3600"}


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[Serving]:
    """A service that would take hours to see its readers off."""
    with serving(tmp_path / "data", settings=LONG) as service:
        yield service
        service.kill()


async def _unready(remote: Remote) -> None:
    while (answer := await remote.get("/readyz")).status == 200:
        pass
    assert answer.status == 503


async def _code(reader: ClientConnection) -> int:
    """With which code it is sent away, whatever comes before."""
    await reader.wait_closed()
    assert reader.close_code is not None
    return reader.close_code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_first_the_balancer_knows(announced: Serving, number: int) -> None:
    """A service that is told to stop says so and goes on; told twice, it sees its readers off at once."""
    remote = announced.remote
    async with remote.live("en") as reader, remote.sse("en") as stream:
        assert (await receive(reader))["type"] == (await stream.message())["type"] == "hello"
        announced.process.send_signal(number)
        await _unready(remote)

        posted = await remote.post("en", "Out while the service says goodbye")
        assert (await receive(reader))["flash"]["id"] == posted["id"]
        assert (await stream.message())["flash"]["id"] == posted["id"]
        with pytest.raises(InvalidStatus) as refused:
            await remote.live("en")
        assert refused.value.response.status_code == 503
        assert "Retry-After" in refused.value.response.headers

        assert await _code_after(announced, number, reader) == 1012
        with pytest.raises(EOFError):
            await stream.message()
        assert await asyncio.to_thread(announced.process.wait, PATIENCE) in {0, 130}
    assert "Traceback" not in announced.log


async def _code_after(service: Serving, number: int, reader: ClientConnection) -> int:
    """How a reader is closed when an impatient operator signals again and again."""
    closed = asyncio.create_task(_code(reader))
    while not closed.done():
        service.process.send_signal(number)
        await asyncio.wait({closed}, timeout=0.1)
    return closed.result()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_workers_are_hurried_too(tmp_path: Path, number: int) -> None:
    """With several workers the second signal reaches them all, and the first is no second one."""
    with serving(tmp_path / "data", "--workers", "2", settings=LONG) as service:
        async with service.remote.live("en") as reader:
            assert (await receive(reader))["type"] == "hello"
            # As a terminal and some supervisors do it: all at the same time.
            for pid in (*workers_of(service.process.pid), service.process.pid):
                os.kill(pid, number)
            await _unready(service.remote)
            for _ in range(20):
                posted = await service.remote.post("en", "still here")
                assert (await receive(reader))["flash"]["id"] == posted["id"]
            assert await _code_after(service, number, reader) == 1012
            assert await asyncio.to_thread(service.process.wait, PATIENCE) in {0, 130}
    assert "Traceback" not in service.log


async def test_who_was_late_is_hurried_too(tmp_path: Path) -> None:
    """A worker to which the second signal was the first is not waited for for hours."""
    with serving(tmp_path / "data", "--workers", "2", settings=LONG) as service:
        async with service.remote.live("en") as reader:
            assert (await receive(reader))["type"] == "hello"
            workers = workers_of(service.process.pid)
            (late,) = [pid for pid in workers if not connections_of(pid, service.port)]
            os.kill(late, signal.SIGSTOP)
            assert await _code_after(service, signal.SIGTERM, reader) == 1012
            os.kill(late, signal.SIGCONT)
            assert await asyncio.to_thread(service.process.wait, PATIENCE) == 0


async def _begin_post(service: Serving, body: bytes) -> Any:
    """A request that the service has begun to answer, and whose body it waits for."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    head = (
        f"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    )
    outgoing.write(head.encode() + b"\r\n")
    assert b" 100 " in await incoming.readuntil(b"\r\n\r\n")
    return incoming, outgoing


async def test_a_post_in_flight_is_finished(tmp_path: Path) -> None:
    """An editor whose line is on its way when the service is told to stop gets their answer."""
    body = json.dumps({"headline": "Sent at the last moment"}).encode()
    with serving(tmp_path / "data") as service:
        async with service.remote.live("en") as reader:
            await receive(reader)
            incoming, outgoing = await _begin_post(service, body)
            service.process.send_signal(signal.SIGTERM)
            assert await _code(reader) == 1012
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", service.port)
        outgoing.write(body)
        assert b" 201 " in await incoming.readline()
        outgoing.close()
        assert await asyncio.to_thread(service.process.wait, PATIENCE) == 0
        service.start()
        (line,) = (await service.remote.get("/v1/en/flashes")).json["flashes"]
    assert line["headline"] == "Sent at the last moment"


async def test_who_waits_at_the_door_is_let_in(tmp_path: Path) -> None:
    """A request that has only reached the queue of the listening socket is answered, not reset."""
    with serving(tmp_path / "data", token=False) as service:
        service.process.send_signal(signal.SIGSTOP)
        waiting = [await asyncio.open_connection("127.0.0.1", service.port) for _ in range(200)]
        for _, outgoing in waiting:
            outgoing.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        service.process.send_signal(signal.SIGTERM)
        service.process.send_signal(signal.SIGCONT)
        for incoming, outgoing in waiting:
            assert b" 200 " in await incoming.readline()
            outgoing.close()
        assert await asyncio.to_thread(service.process.wait, PATIENCE) == 0


class _Steps:
    """Waits of a drain that last until the test has looked."""

    def __init__(self) -> None:
        self._asked: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def __call__(self, _: float) -> None:
        done = asyncio.Event()
        self._asked.put_nowait(done)
        await done.wait()

    async def next(self) -> asyncio.Event:
        """The wait that the drain is in; set it to let the drain go on."""
        return await self._asked.get()


async def _post_on(connection: Any, service: Running, headline: str) -> str:
    """Post on a connection that stays open."""
    incoming, outgoing = connection
    body = json.dumps({"headline": headline}).encode()
    head = (
        f"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    outgoing.write(head.encode() + body)
    answer = (await incoming.readuntil(b"\r\n\r\n")).decode()
    assert " 201 " in answer
    (size,) = re.findall(r"(?im)^content-length: (\d+)\r$", answer)
    flash: dict[str, str] = json.loads(await incoming.readexactly(int(size)))
    return flash["id"]


@pytest.mark.parametrize("portable", [False, True], ids=["fast", "portable"])
async def test_lines_go_on_while_readers_leave(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, portable: bool
) -> None:
    """While some readers are gone already, the others get each line that is posted meanwhile."""
    monkeypatch.setattr("ticker.server.drain._READERS_PER_SECOND", 20)
    steps = _Steps()
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(running(settings, portable=portable))
        service.server._drain = Drain(service.server._service.hub, 0, 10, steps)
        editor = await asyncio.open_connection("127.0.0.1", service.port)
        stack.callback(editor[1].close)
        await _post_on(editor, service, "before")
        readers = [await stack.enter_async_context(service.live("en")) for _ in range(6)]
        assert [(await receive(reader))["type"] for reader in readers] == ["hello"] * 6

        service.server.should_exit = True
        service.server.wake()
        (await steps.next()).set()
        for gone in (2, 4):
            step = await steps.next()
            line = await _post_on(editor, service, f"{gone} are gone")
            heard = await asyncio.gather(*map(_line, readers))
            assert Counter(heard) == {None: gone, line: 6 - gone}
            step.set()
        assert [await _code(reader) for reader in readers] == [1012] * 6


async def _line(reader: ClientConnection) -> str | None:
    """The id of the next line; None for who was sent away."""
    try:
        flash: dict[str, str] = (await receive(reader))["flash"]
    except ConnectionClosed:
        return None
    return flash["id"]


async def _restart(hub: Serving) -> None:
    assert await asyncio.to_thread(hub.stop) == 0
    await asyncio.to_thread(hub.start)


async def test_workers_are_restarted_in_turn(tmp_path: Path) -> None:
    """SIGHUP has each worker replaced by a new one that is ready: all lines are seen once by all."""
    with serving(tmp_path / "data", "--workers", "2") as service:
        old = workers_of(service.process.pid)
        readers = [Follower(service.remote, streams=bool(number % 2)) for number in range(20)]
        publisher = Publisher(service.remote)
        async with following(readers, publisher):
            service.process.send_signal(signal.SIGHUP)
            while old & (workers := workers_of(service.process.pid)) or len(workers) != 2:
                assert service.process.poll() is None
                await publisher.next(readers[0])
        assert "Traceback" not in service.log


async def test_no_restart_without_new_workers(tmp_path: Path) -> None:
    """When new workers cannot get ready, the old ones stay, and the operator reads so."""
    with serving(tmp_path / "data", "--workers", "2") as service:
        old = workers_of(service.process.pid)
        async with service.remote.live("en") as reader:
            await receive(reader)
            os.kill(store_of(service.process.pid), signal.SIGSTOP)
            service.process.send_signal(signal.SIGHUP)
            while "did not get ready" not in service.log:
                assert service.process.poll() is None
                await asyncio.sleep(0.02)
            os.kill(store_of(service.process.pid), signal.SIGCONT)
            posted = await Publisher(service.remote).post(1)
            while (message := await receive(reader))["type"] != "flash":
                pass
            assert message["flash"]["id"] == posted
        assert old <= workers_of(service.process.pid)


# `ticker` that soon kills a worker who does not stop.
IMPATIENT = """
import os, signal, sys
import ticker.server.workers as workers
from ticker.cli import main
workers.longest_stop = lambda _: 1.0
workers.Watchdog.is_stuck = lambda *_: False
"""
# Its third worker, the first of a restart, hangs at once, and is not waited for.
HANGING = """
patience, spawn, started = workers._START_SECONDS, workers.Workers._spawn, []
def spawn_third_hanging(self):
    started.append(spawn(self))
    hangs = len(started) == 3
    workers._START_SECONDS = 0.0 if hangs else patience
    if hangs:
        os.kill(started[-1].process.pid, signal.SIGSTOP)
    return started[-1]
workers.Workers._spawn = spawn_third_hanging
"""


@contextmanager
def _altered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *alterations: str
) -> Iterator[Serving]:
    """A service of two workers, by a `ticker` that was altered."""
    script = f"{''.join(alterations)}sys.exit(main())"
    monkeypatch.setattr(
        "tests.support.process.command", lambda *args: [sys.executable, "-c", script, *args]
    )
    with serving(tmp_path / "data", "--workers", "2", token=False) as service:
        yield service


def _await_others(service: Serving, old: set[int]) -> None:
    """Until there are two workers, none of whom is one of the old ones."""

    def are_others() -> bool:
        assert service.process.poll() is None
        workers = workers_of(service.process.pid)
        return len(workers) == 2 and not workers & old

    until(are_others, "all workers are new ones")


def test_a_worker_that_does_not_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that hangs holds no restart up: it is killed, the log says so, and all are new."""
    with _altered(tmp_path, monkeypatch, IMPATIENT) as service:
        old = workers_of(service.process.pid)
        hung = min(old)
        os.kill(hung, signal.SIGSTOP)
        service.process.send_signal(signal.SIGHUP)
        _await_others(service, old)
    assert f"worker {hung} did not stop; killing it" in service.log


def test_a_new_worker_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new worker that never gets ready ends the restart, not all later ones."""
    with _altered(tmp_path, monkeypatch, IMPATIENT, HANGING) as service:
        pid = service.process.pid
        old = workers_of(pid)
        service.process.send_signal(signal.SIGHUP)
        until(lambda: "did not get ready; no restart" in service.log, "it is given up")
        until(lambda: workers_of(pid) == old, "the new worker is gone")
        service.process.send_signal(signal.SIGHUP)
        _await_others(service, old)


def test_a_hang_up_of_all_is_a_restart(tmp_path: Path) -> None:
    """SIGHUP to the whole process group, also while workers load, has them replaced; none dies of it."""
    with serving(tmp_path / "data", "--workers", "2", token=False) as service:
        old = workers_of(service.process.pid)
        for pid in (service.process.pid, *old):
            os.kill(pid, signal.SIGHUP)
        until(lambda: workers_of(service.process.pid) - old, "there is a new worker")
        for pid in workers_of(service.process.pid):
            os.kill(pid, signal.SIGHUP)
        _await_others(service, old)
    assert "died with" not in service.log


@pytest.fixture
def terminal() -> Iterator[None]:
    """Processes started now mind SIGHUP, also where the tests run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("terminal")
async def test_a_closed_terminal(tmp_path: Path) -> None:
    """SIGHUP to a single process sees its readers off as SIGTERM does."""
    with serving(tmp_path / "data", token=False) as service:
        async with service.remote.live("en") as reader:
            assert (await receive(reader))["type"] == "hello"
            service.process.send_signal(signal.SIGHUP)
            assert await _code(reader) == 1012
            assert await asyncio.to_thread(service.process.wait, PATIENCE) == 0
    assert "Traceback" not in service.log


async def test_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under nohup a closed terminal is nothing."""
    monkeypatch.setattr("tests.support.process.command", lambda *args: ["nohup", *command(*args)])
    with serving(tmp_path / "data") as service:
        async with service.remote.live("en") as reader:
            assert (await receive(reader))["type"] == "hello"
            service.process.send_signal(signal.SIGHUP)
            posted = await service.remote.post("en", "Still here")
            assert (await receive(reader))["flash"]["id"] == posted["id"]


async def test_rolling_restart(tmp_path: Path, store_url: str) -> None:
    """Two hubs restarted in turn behind a balancer: every acknowledged line is seen once by all."""
    with ExitStack() as stack:
        hubs = [
            stack.enter_context(serving(tmp_path / name, redis=store_url, token=False))
            for name in ("one", "two")
        ]
        token = hubs[0].make_token()
        async with balancing(*(hub.port for hub in hubs)) as balancer:
            remote = Remote(balancer.port, token)
            readers = [Follower(remote, streams=bool(number % 2)) for number in range(20)]
            publisher = Publisher(remote)
            async with following(readers, publisher):
                for hub in hubs:
                    restarting = asyncio.create_task(_restart(hub))
                    while not restarting.done():
                        await publisher.next(readers[0])
                    await restarting
