"""A flood of pages or forms: keep-alive connections that ask again as soon as they are answered.

In a process of its own, on bare sockets in one epoll loop: it costs less than what it measures.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import socket
from collections import Counter
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from ticker.bench.errors import BenchError
from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

_SPAWN: Final = multiprocessing.get_context("spawn")
_READ: Final = 256 * 1024
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
_CHUNKED: Final = b"transfer-encoding: chunked"
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"
_TIMEOUT: Final = 60.0
_NETS, _HOSTS = 250, 250  # of loopback's own network


@dataclass(frozen=True, slots=True)
class FloodPlan:
    """Whom to ask, for what, on how many connections.

    Attributes:
        host: Loopback address.
        port: Of the server.
        path: `{n}` in it is another number each time.
        connections: How many.
        body: A form that is posted, with numbers like the path; empty: the path is read.
        spread: Whether each connection comes from an address of its own.
        token: Bearer token; "": who asks is nobody.
    """

    host: str
    port: int
    path: str
    connections: int
    _: KW_ONLY
    body: str = ""
    spread: bool = False
    token: str = ""

    def request(self, number: int) -> bytes:
        """One request."""
        path, body = self.path.format(n=number), self.body.format(n=number)
        if not body:
            bearer = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
            return f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n{bearer}\r\n".encode()
        return (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nOrigin: http://{self.host}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def source(self, number: int) -> tuple[str, int] | None:
        """Where a connection comes from."""
        if not self.spread:
            return None
        return f"127.{1 + number // _HOSTS % _NETS}.0.{1 + number % _HOSTS}", 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered since the last look: how many by status, and their bytes."""

    statuses: Counter[int]
    size: int

    @property
    def pages(self) -> int:
        """How many were what was asked for."""
        return self.statuses[200]


class _Asker:
    """The connections of one process."""

    def __init__(self, plan: FloodPlan, orders: Connection) -> None:
        self._plan = plan
        self._orders = orders
        self._numbers = count()
        self._sources = count()
        self._epoll = select.epoll()
        self._epoll.register(orders.fileno(), select.EPOLLIN)
        self._open: dict[int, tuple[socket.socket, bytearray]] = {}
        self._statuses: Counter[int] = Counter()
        self._size = 0

    def run(self) -> None:
        """Ask until the other end of the pipe is closed."""
        for _ in range(self._plan.connections):
            self._connect()
        while True:
            for fd, _ in self._epoll.poll():
                if fd == self._orders.fileno():
                    self._orders.recv()
                    self._orders.send(Answers(self._statuses, self._size))
                    self._statuses, self._size = Counter(), 0
                else:
                    self._hear(fd)

    def _connect(self) -> None:
        source = self._plan.source(next(self._sources))
        peer = socket.create_connection((self._plan.host, self._plan.port), _TIMEOUT, source)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[peer.fileno()] = peer, bytearray()
        self._epoll.register(peer.fileno(), select.EPOLLIN)
        self._ask(peer)

    def _ask(self, peer: socket.socket) -> None:
        peer.sendall(self._plan.request(next(self._numbers)))

    def _hear(self, fd: int) -> None:
        peer, received = self._open[fd]
        try:
            data = peer.recv(_READ)
        except ConnectionError:
            data = b""
        if not data:
            self._epoll.unregister(fd)
            del self._open[fd]
            peer.close()
            self._connect()
            return
        received += data
        if not _is_whole(received):
            return
        self._statuses[int(received[9:12])] += 1
        self._size += len(received)
        received.clear()
        self._ask(peer)


def _is_whole(received: bytearray) -> bool:
    """Whether an answer has come to its end, by its length or by its last chunk (RFC 9112 §7.1)."""
    end = received.find(_HEAD_END)
    if end < 0:
        return False
    head = bytes(received[:end]).lower()
    if _CHUNKED in head:
        return received.endswith(_LAST_CHUNK)
    _, _, rest = head.partition(_LENGTH)
    return len(received) >= end + len(_HEAD_END) + int(rest.partition(b"\r\n")[0] or b"0")


def _work(plan: FloodPlan, orders: Connection, parent: int) -> None:
    die_with_parent(parent)
    try:
        _Asker(plan, orders).run()
    except (EOFError, OSError):
        return


class Flood:
    """A flood that goes on."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def lap(self) -> Answers:
        """What was answered since the last lap.

        Raises:
            BenchError: The process has ended.
        """
        try:
            self._pipe.send(None)
            answers: Answers = self._pipe.recv()
        except (EOFError, OSError):
            raise BenchError("the flood ended: a connection was refused") from None
        return answers


@contextmanager
def flood(plan: FloodPlan) -> Iterator[Flood]:
    """A flood, from now on until the context ends."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_work, args=(plan, theirs, os.getpid()))
    process.start()
    theirs.close()
    try:
        yield Flood(ours)
    finally:
        ours.close()
        process.terminate()
        process.join()
