"""A server under measurement, whichever it is, and how it is told to send a line."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ticker.bench.errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.bench.lines import Lines

_TIMEOUT: Final = 60.0


class Poster(Protocol):
    """Gives lines to a server."""

    driven: str

    def post(self, numbers: Sequence[int], *, long: bool = False) -> None:
        """Hand over lines, all at once; return when the server has confirmed them if it does."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A server under measurement.

    Attributes:
        name: In tables.
        pid: The process whose CPU and memory count.
        host: Loopback address.
        port: Where readers connect.
        path: What they ask for.
        transport: websocket, websocket-deflate or sse.
        greets: Whether it begins with a hello.
        poster: How it is told to send a line.
        feed: Another way, past its own process; None: it has none.
        token: An editor's, where it is ours.
    """

    name: str
    pid: int
    host: str
    port: int
    path: str
    transport: str
    greets: bool
    poster: Poster
    feed: Poster | None = None
    token: str = ""


class HttpPoster:
    """Posts JSON or text; lines that go together are pipelined on one connection.

    Args:
        address: Host and port.
        head: Request line and header fields, without the body's length.
        bodies: Makes the body of a line.
    """

    driven = "HTTP POST"

    def __init__(self, address: tuple[str, int], head: str, bodies: Bodies) -> None:
        self._address = address
        self._head = head
        self._bodies = bodies

    def post(self, numbers: Sequence[int], *, long: bool = False) -> None:
        """Post, and read all the answers.

        Raises:
            BenchError: A post was refused.
        """
        requests = [self._request(self._bodies(number, long)) for number in numbers]
        with _connected(self._address) as connection:
            connection.sendall(b"".join(requests))
            unread = b""
            for _ in numbers:
                unread = _answered(connection, unread)

    def _request(self, body: bytes) -> bytes:
        return f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Bodies(Protocol):
    """Makes the body of a line."""

    def __call__(self, number: int, long: bool, /) -> bytes: ...  # noqa: D102


class LinePoster:
    """Writes each message as one line to a control socket; nothing is confirmed."""

    driven = "a line on a control socket"

    def __init__(self, address: tuple[str, int], lines: Lines) -> None:
        self._socket = _connected(address)
        self._lines = lines

    def post(self, numbers: Sequence[int], *, long: bool = False) -> None:
        """Write them in one go."""
        messages = [self._lines.message(number, long=long) + "\n" for number in numbers]
        self._socket.sendall("".join(messages).encode())


def _answered(connection: socket.socket, unread: bytes) -> bytes:
    """Take one answer; what has come of the next."""
    while b"\r\n\r\n" not in unread:
        unread += _receive(connection)
    head, _, unread = unread.partition(b"\r\n\r\n")
    status, *lines = head.lower().split(b"\r\n")
    if not status.startswith(b"http/1.1 2"):
        raise BenchError(f"a post was refused: {status.decode()}")
    fields = dict(line.split(b": ", 1) for line in lines)
    length = int(fields.get(b"content-length", b"0"))
    while len(unread) < length:
        unread += _receive(connection)
    return unread[length:]


def _receive(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise BenchError("the server closed the connection that lines are posted on")
    return received


def _connected(address: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(address, _TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def our_poster(address: tuple[str, int], token: str, lines: Lines) -> Poster:
    """Posts to our service, as an editor does."""
    head = (
        f"POST /v1/en/flashes HTTP/1.1\r\nHost: {address[0]}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    )
    return HttpPoster(
        address, head, lambda number, long: json.dumps(lines.fields(number, long=long)).encode()
    )


def text_poster(address: tuple[str, int], lines: Lines) -> Poster:
    """Posts the finished message as a body of text."""
    head = f"POST /post HTTP/1.1\r\nHost: {address[0]}\r\nContent-Type: text/plain\r\n"
    return HttpPoster(address, head, lambda number, long: lines.message(number, long=long).encode())
