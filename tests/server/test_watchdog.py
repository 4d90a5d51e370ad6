"""A process that hangs is noticed by who can end it, before its readers notice."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack, aclosing, contextmanager, suppress
from ctypes import c_double
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.followers import Follower, Publisher
from tests.support.nodes import until
from tests.support.process import Serving, connections_of, serving, workers_of
from ticker.server.watchdog import STUCK_SECONDS, Systemd, Watchdog
from ticker.server.workers import _Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def _looks(times: Sequence[float], turned: float) -> list[bool]:
    """What a watchdog of ten seconds says at these times of a loop that turned last at that one."""
    clock = iter([100.0, *times])
    watchdog, said = Watchdog(10, lambda: next(clock)), []
    for _ in times:
        watchdog.look()
        said.append(watchdog.is_stuck(turned))
    return said


def test_a_loop_that_does_not_turn_is_stuck() -> None:
    """After ten seconds without a turn, not before."""
    assert _looks(range(101, 112), 100.5) == [False] * 10 + [True]
    assert _looks(range(101, 112), 105) == [False] * 11


def test_a_worker_that_never_begins_is_not_waited_for_for_ever() -> None:
    """It has a minute for its loop's first turn, which is told from the ones that follow."""
    worker = _Worker(Mock(), Mock(), c_double(0.0), begun=100.0)
    assert worker.turned_by == 160.0
    worker.turned.value = 107.0
    assert worker.turned_by == 107.0


def test_nobody_is_blamed_for_a_pause_of_all() -> None:
    """After Ctrl+Z, a paused container or a machine that slept, a worker has its time anew."""
    assert _looks([101, 200, 204, 208, 210, 211], 101) == [False] * 5 + [True]


class _Patient(Follower):
    """A reader without a watchdog, who comes back to whoever is there."""

    async def run(self) -> None:
        while True:
            with suppress(ConnectionClosed, InvalidHandshake, OSError, EOFError):
                async with aclosing(self._messages()) as messages:
                    async for message in messages:
                        self._take(message)


async def test_a_worker_that_hangs_is_replaced(tmp_path: Path) -> None:
    """Readers of a frozen worker get the next line from another one, by themselves."""
    assert STUCK_SECONDS <= 12
    with serving(tmp_path / "data", "--workers", "2") as service:
        readers = [_Patient(service.remote, streams=True) for _ in range(20)]
        async with AsyncExitStack() as stack:
            for reader in readers:
                stack.callback(asyncio.create_task(reader.run()).cancel)
            for reader in readers:
                await reader.news.wait()
            frozen = max(
                workers_of(service.process.pid), key=lambda it: connections_of(it, service.port)
            )
            os.kill(frozen, signal.SIGSTOP)
            await asyncio.to_thread(
                until, lambda: frozen not in workers_of(service.process.pid), "it is replaced"
            )
            posted = await Publisher(service.remote).post(1)
            for reader in readers:
                await reader.until(posted)
        assert f"worker {frozen} hangs; killing it" in service.log
        assert max(reader.visits for reader in readers) > 1


@contextmanager
def _notified(
    tmp_path: Path, workers: str, **settings: str
) -> Iterator[tuple[Serving, socket.socket]]:
    """A service under a systemd of ours, and what that hears next."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(60)
        given = {"NOTIFY_SOCKET": str(tmp_path / "notify"), **settings}
        options = ("--workers", workers)
        with serving(tmp_path / "data", *options, token=False, settings=given) as service:
            yield service, listener


@pytest.mark.parametrize("workers", ["1", "2"])
def test_systemd_hears_that_it_lives(tmp_path: Path, workers: str) -> None:
    """Under `Type=notify` and `WatchdogSec=` it says that it is ready, and each second that it lives."""
    with _notified(tmp_path, workers) as (_, listener):
        assert listener.recv(4096) == b"READY=1\nWATCHDOG=1"
        for _ in range(2):
            assert listener.recv(4096) == b"WATCHDOG=1"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_systemd_hears_so_until_the_end(tmp_path: Path, workers: str) -> None:
    """A service that takes its time to stop is not killed for it by a watchdog."""
    with _notified(tmp_path, workers, TICKER_DRAIN_NOTICE="3600") as (service, listener):
        assert listener.recv(4096).startswith(b"READY=1")
        service.process.send_signal(signal.SIGTERM)
        until(lambda: not service.client.is_ready(), "it is told")
        listener.setblocking(False)
        with suppress(BlockingIOError):
            while listener.recv(4096):  # what was said before
                pass
        listener.settimeout(60)
        for _ in range(2):
            assert listener.recv(4096) == b"WATCHDOG=1"
        service.kill()


def test_without_systemd_nothing_is_said() -> None:
    """An abstract name is known, and a supervisor that is away is no fault."""
    Systemd("").alive()
    Systemd("@nobody-listens-here").alive()
    name = f"ticker-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        Systemd(f"@{name}").alive()
        assert listener.recv(4096) == b"READY=1\nWATCHDOG=1"
