"""A process of the swarm: many readers on bare sockets in one epoll loop.

It does what it is told over a pipe, one order after another, and only counts: the less it costs,
the less it disturbs what it measures.
"""

from __future__ import annotations

import gc
import os
import select
import socket
import time
from array import array
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ticker.bench.errors import BenchError
from ticker.bench.reading import Reader, Reading, request
from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    import re
    from multiprocessing.connection import Connection

_READ: Final = 32 * 1024
_EVENTS: Final = 512
_ADDRESSES: Final = 200  # 127.0.0.2 and on: 28,000 ports each
_TINY_BUFFER: Final = 2048
_clock = time.perf_counter_ns  # CLOCK_MONOTONIC: one clock for all processes


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to read from, and how."""

    host: str
    port: int
    path: str
    transport: str
    greets: bool
    pattern: re.Pattern[bytes]
    first_address: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """When readers were let in: before the first began, and when the last had its hello."""

    begun_ns: int
    ended_ns: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came of the lines that were expected.

    Attributes:
        times: When each reader had each line; empty when that was not asked for.
        first_ns, last_ns: When the first line came to the first reader, the last to the last.
        count: Deliveries.
        duplicates: Lines that came again.
        lost: Lines that never came to a reader.
        message_bytes: Size of one message with its frame.
    """

    times: array[int]
    first_ns: int
    last_ns: int
    count: int
    duplicates: int
    lost: int
    message_bytes: int


class Readers:
    """The readers of this process."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._address = (plan.host, plan.port)
        self._request = request(plan.host, plan.path, plan.transport)
        self._reading = Reading(plan.transport, plan.greets, plan.pattern)
        self._readers: dict[int, Reader] = {}
        self._stuck: list[socket.socket] = []
        self._epoll = select.epoll()
        self._sources = plan.first_address
        self._greeted = 0
        self._gone = 0
        self._reset()

    def _reset(self) -> None:
        self._times: array[int] = array("q")
        self._first = self._last = 0
        self._count = self._duplicates = self._lost = 0

    def open(self, count: int, in_flight: int, seconds: float) -> Opened:
        """Let so many more readers in, so many at a time."""
        begun, deadline = _clock(), time.monotonic() + seconds
        todo, self._greeted = count, 0
        while self._greeted < count:
            for _ in range(min(todo, in_flight - (count - todo - self._greeted), 64)):
                self._connect()
                todo -= 1
            self._pump(0 if todo else 0.1)
            if time.monotonic() > deadline:
                raise BenchError(f"{count - self._greeted} readers were not let in")
        return Opened(begun, _clock())

    def close(self) -> None:
        """All readers go, at once and without a word."""
        for fd in self._readers:
            os.close(fd)
        self._readers.clear()

    def storm(self, in_flight: int, seconds: float) -> Opened:
        """All readers go and are back at once."""
        count, begun = len(self._readers), _clock()
        self.close()
        return Opened(begun, self.open(count, in_flight, seconds).ended_ns)

    def churn(self, count: int, batch: int, seconds: float) -> None:
        """Readers come and go, a batch at a time."""
        for start in range(0, count, batch):
            self.open(min(batch, count - start), batch, seconds)
            self.close()

    def stick(self, count: int) -> None:
        """Readers that ask to be let in and then read nothing, ever."""
        for _ in range(count):
            stuck = self._socket(_TINY_BUFFER)
            self._stuck.append(stuck)
            stuck.setblocking(True)
            stuck.connect(self._address)
            stuck.sendall(self._request)

    def expect(self, lines: int, seconds: float, *, keep: bool) -> Arrivals:
        """Read until everybody has so many more lines, or it takes too long."""
        goal, deadline = lines * len(self._readers), time.monotonic() + seconds
        pump, clock = self._pump, time.monotonic
        while self._count < goal and clock() < deadline:
            pump(0.1, keep=keep)
        pump(0.002, keep=keep)  # a duplicate would come at once
        lost = goal - self._count
        arrived = Arrivals(
            self._times,
            self._first,
            self._last,
            self._count,
            self._duplicates,
            lost,
            self._reading.message_bytes,
        )
        self._reset()
        return arrived

    def behind(self, number: int, seconds: float) -> int:
        """How many readers have not seen this line, after waiting for it."""
        deadline = time.monotonic() + seconds
        late = list(self._readers.values())
        while late and time.monotonic() < deadline:
            self._pump(0.01)
            late = [reader for reader in late if reader.last is None or reader.last < number]
        self._reset()
        return len(late)

    def _socket(self, buffer: int = 0) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        if buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._sources = (self._sources + 1) % _ADDRESSES
        made.bind((f"127.0.0.{2 + self._sources}", 0))
        return made

    def _connect(self) -> None:
        made = self._socket()
        with suppress(BlockingIOError):
            made.connect(self._address)
        fd = made.detach()
        self._readers[fd] = Reader(fd)
        try:  # on loopback a connection stands at once, unless the accept queue is full
            os.write(fd, self._request)
            self._epoll.register(fd, select.EPOLLIN)
        except BlockingIOError:
            self._epoll.register(fd, select.EPOLLOUT)

    def _pump(self, timeout: float, *, keep: bool = False) -> None:
        """Handle what has come."""
        readers, take, read = self._readers, self._reading.take, os.read
        for fd, event in self._epoll.poll(timeout, _EVENTS):
            if event & select.EPOLLOUT:
                os.write(fd, self._request)
                self._epoll.modify(fd, select.EPOLLIN)
                continue
            data = read(fd, _READ)
            reader = readers[fd]
            if not reader.ready:
                self._greet(reader, data)
            elif numbers := take(reader, data):
                self._note(reader, numbers, keep=keep)
            elif self._reading.pongs:
                os.write(fd, self._reading.pongs)
            elif not data:
                raise BenchError("a reader was lost: the server closed it")

    def _note(self, reader: Reader, numbers: tuple[int, ...], *, keep: bool) -> None:
        """Count what is new to a reader; a line that was left out is missed in the count."""
        if not numbers:
            return
        now = _clock()
        for number in numbers:
            if reader.last is not None and number <= reader.last:
                self._duplicates += 1
                continue
            reader.last = number
            self._count += 1
            if keep:
                self._times.append(now)
        self._first = self._first or now
        self._last = now

    def _greet(self, reader: Reader, data: bytes) -> None:
        if not data:
            raise BenchError("a reader was closed before it had its hello")
        numbers = self._reading.greet(reader, data)
        if reader.ready:
            self._greeted += 1
            self._note(reader, numbers, keep=True)


def work(plan: Plan, orders: Connection, parent: int) -> None:
    """Follow orders until the pipe is closed."""
    die_with_parent(parent)
    gc.disable()
    readers = Readers(plan)
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            verb, args, named = orders.recv()
            orders.send(_obey(readers, verb, args, named))


def _obey(readers: Readers, verb: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return getattr(readers, verb)(*args, **named)
    except (BenchError, OSError) as error:
        return BenchError(str(error))
