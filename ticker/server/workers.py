"""Supervisor of hub processes that share a port (SO_REUSEPORT): one that dies or hangs is replaced.

SIGHUP is a rolling restart: all are replaced, one after the other, with the code on disk now.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import socket
import time
from contextlib import suppress
from ctypes import c_double
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from ticker.server import logs
from ticker.server.process import die_with_parent
from ticker.server.server import bind, longest_stop, run
from ticker.server.watchdog import Systemd, Watchdog

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from types import FrameType

    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_SPAWN: Final = multiprocessing.get_context("spawn")
_RESPAWN_SECONDS: Final = 0.5
_START_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 1.0


@dataclass(slots=True, eq=False)
class _Worker:
    """A process of ours, and where it says once whether it is ready.

    Attributes:
        turned: When its event loop turned last (`time.monotonic`), in memory that we share; 0: it
            has not begun.
        begun: When it was started, by the same clock.
        deadline: Until when a restart waits for its word, or its end (`time.monotonic`).
    """

    process: SpawnProcess
    news: Connection
    turned: c_double
    begun: float
    deadline: float = math.inf

    @property
    def turned_by(self) -> float:
        """When its loop turned last, or has to for the first time."""
        return self.turned.value or self.begun + _START_SECONDS

    @property
    def is_overdue(self) -> bool:
        """Whether it was waited for long enough."""
        return time.monotonic() >= self.deadline

    def is_ready(self) -> bool:
        """What it says; no if it died before, or says nothing."""
        try:
            return self.news.poll() and bool(self.news.recv())
        except EOFError:
            return False


class Workers:
    """Supervises `settings.workers` processes on one store and one port.

    Args:
        settings: With a store and a port that are settled.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: list[_Worker] = []
        self._stopping = False
        self._in_a_hurry = False
        self._watchdog = Watchdog()
        self._systemd = Systemd()
        self._is_up = False
        # Self-pipe: signal handlers write to it, `_wait` reads.
        self._wakeup = socket.socketpair()
        self._wakeup[0].setblocking(False)
        # Rolling restart: who is to be replaced, who is to replace the first of them, and who goes.
        self._due: list[_Worker] = []
        self._newcomer: _Worker | None = None
        self._leaving: _Worker | None = None

    def run(self) -> None:
        """Keep all workers alive until SIGINT or SIGTERM; restart them one by one on SIGHUP."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._restart)
        signal.signal(signal.SIGUSR1, self._pass_on)
        self._workers = [self._spawn() for _ in range(self._settings.workers)]
        while not self._stopping:
            self._wait()
            if not self._stopping:
                self._kill_stuck()
                self._replace_dead()
                self._go_on_restarting()
        self._end()

    @property
    def _everybody(self) -> list[_Worker]:
        others = (self._newcomer, self._leaving)
        return [*self._workers, *(worker for worker in others if worker is not None)]

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping:
            self._in_a_hurry = True
            self._tell_all()
        self._stopping = True
        self._wakeup[1].send(b"\0")

    def _restart(self, number: int, frame: FrameType | None) -> None:
        self._due = list(self._workers)
        self._wakeup[1].send(b"\0")

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        for worker in self._workers:
            if worker.process.pid is not None and worker.process.is_alive():
                os.kill(worker.process.pid, number)

    def _wait(self) -> None:
        """Wait for a signal, for a worker's end, or for a newcomer's word; not past a deadline.

        Nor for longer than it may take to see that a worker hangs.
        """
        news = [] if self._newcomer is None else [self._newcomer.news]
        deadline = min(worker.deadline for worker in self._everybody)
        patience = min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic()))
        wait([self._wakeup[0], *(it.process.sentinel for it in self._everybody), *news], patience)
        with suppress(BlockingIOError):
            self._wakeup[0].recv(4096)

    def _spawn(self) -> _Worker:
        news, tell = _SPAWN.Pipe(duplex=False)
        turned = _SPAWN.RawValue(c_double, 0.0)
        process = _SPAWN.Process(target=_work, args=(self._settings, os.getpid(), tell, turned))
        # A terminal sends Ctrl+C to us all; a child that is still loading must leave it to us, and
        # is not there yet to rebalance.
        ignored = (signal.SIGINT, signal.SIGUSR1)
        handlers = [signal.signal(number, signal.SIG_IGN) for number in ignored]
        # SIGHUP is for us alone, all its life: a child keeps what is blocked when it is started.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for number, handler in zip(ignored, handlers, strict=True):
            signal.signal(number, handler)
        tell.close()
        return _Worker(process, news, turned, time.monotonic())

    def _kill_stuck(self) -> None:
        """A worker whose loop hangs keeps its readers from the others for as long as it lives."""
        self._watchdog.look()
        for worker in self._workers:
            if self._watchdog.is_stuck(worker.turned_by) and worker.process.is_alive():
                _log.error("worker %s hangs; killing it", worker.process.pid)
                worker.process.kill()
        # Ready once all are; one that is replaced later is no reason to take us for dead.
        self._is_up = self._is_up or all(worker.turned.value for worker in self._workers)
        if self._is_up:
            self._systemd.alive()

    def _replace_dead(self) -> None:
        for index, worker in enumerate(self._workers):
            process = worker.process
            if not process.is_alive():
                _log.error(
                    "worker %s died with %s; starting another", process.pid, process.exitcode
                )
                time.sleep(_RESPAWN_SECONDS)
                self._workers[index] = self._spawn()

    def _go_on_restarting(self) -> None:
        """Rolling restart: the new worker is ready, the old one goes, the next."""
        if self._leaving is not None:
            self._see_off(self._leaving)
        newcomer = self._newcomer
        if newcomer is not None and (newcomer.news.poll() or newcomer.is_overdue):
            self._let_in(newcomer)
        self._due = [worker for worker in self._due if worker in self._workers]
        if self._due and self._newcomer is None and self._leaving is None:
            self._newcomer = self._spawn()
            self._newcomer.deadline = time.monotonic() + _START_SECONDS

    def _see_off(self, leaving: _Worker) -> None:
        """Forget who is gone; kill who should be."""
        if not leaving.process.is_alive():
            self._leaving = None
        elif leaving.is_overdue:
            _log.error("worker %s did not stop; killing it", leaving.process.pid)
            leaving.process.kill()
            leaving.deadline = math.inf

    def _let_in(self, newcomer: _Worker) -> None:
        """Have a new worker take the place of an old one, if it can and the place is there."""
        self._newcomer, newcomer.deadline = None, math.inf
        ready = newcomer.is_ready()
        old = next((worker for worker in self._due if worker in self._workers), None)
        if ready and old is not None:
            self._workers[self._workers.index(old)] = newcomer
            self._leaving = old
        else:
            self._leaving = newcomer
        if not ready:
            _log.error("worker %s did not get ready; no restart", newcomer.process.pid)
            self._due.clear()
        self._leaving.process.terminate()
        self._leaving.deadline = time.monotonic() + longest_stop(self._settings)

    def _tell_all(self) -> None:
        for worker in self._everybody:
            worker.process.terminate()

    def _end(self) -> None:
        """Graceful shutdown: tell all to stop, wait until they have, kill who is left in the end.

        To a worker that was late the second signal was the first, or an echo of it: in a hurry all
        are told until they are gone.
        """
        self._tell_all()
        deadline = time.monotonic() + longest_stop(self._settings)
        while alive := [it.process for it in self._everybody if it.process.is_alive()]:
            left = deadline - time.monotonic()
            if left <= 0:
                for process in alive:
                    process.kill()
                break
            wait([process.sentinel for process in alive], min(left, _AGAIN_SECONDS))
            self._systemd.alive()
            if self._in_a_hurry:
                self._tell_all()


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


def _work(settings: Settings, parent: int, tell: Connection, turned: c_double) -> None:
    die_with_parent(parent)
    logs.set_up()

    def turn() -> None:
        turned.value = time.monotonic()

    run(settings, bind(settings.host, settings.port, shared=True), tell.send, turn)
