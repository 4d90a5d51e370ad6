"""Several hub processes on one port: each listens for itself, and one that dies is replaced."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import time
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from ticker.ops import logs
from ticker.ops.process import die_with_parent
from ticker.ops.server import bind, longest_stop, run

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess
    from types import FrameType

    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_SPAWN: Final = multiprocessing.get_context("spawn")
_RESPAWN_SECONDS: Final = 0.5


class Workers:
    """Supervises `settings.workers` processes on one store and one port.

    Args:
        settings: With a store and a port that are settled.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._processes: list[SpawnProcess] = []
        self._stopping = False
        self._wakeup = socket.socketpair()

    def run(self) -> None:
        """Keep all workers alive until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._processes = [self._spawn() for _ in range(self._settings.workers)]
        while not self._stopping:
            wait([self._wakeup[0], *(process.sentinel for process in self._processes)])
            if not self._stopping:
                self._replace_dead()
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        self._wakeup[1].send(b"\0")

    def _spawn(self) -> SpawnProcess:
        process = _SPAWN.Process(target=_work, args=(self._settings, os.getpid()))
        # A terminal sends Ctrl+C to us all; a child that is still loading must leave it to us.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        process.start()
        signal.signal(signal.SIGINT, handler)
        return process

    def _replace_dead(self) -> None:
        for index, process in enumerate(self._processes):
            if not process.is_alive():
                _log.error(
                    "worker %s died with %s; starting another", process.pid, process.exitcode
                )
                time.sleep(_RESPAWN_SECONDS)
                self._processes[index] = self._spawn()

    def _end(self) -> None:
        for process in self._processes:
            process.terminate()
        deadline = time.monotonic() + longest_stop(self._settings)
        for process in self._processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()


def hold(host: str, port: int) -> tuple[socket.socket, int]:
    """Take a port for workers to share: the socket that holds it, not listening, and its number.

    Raises:
        OSError: The address is not ours, or anybody else listens there.
    """
    with bind(host, port) as probe:
        port = probe.getsockname()[1]
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind((host, port))
    return holder, port


def _work(settings: Settings, parent: int) -> None:
    die_with_parent(parent)
    logs.set_up()
    run(settings, bind(settings.host, settings.port, shared=True))
