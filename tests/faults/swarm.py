"""Readers as docs/protocol.md wants them, on bare sockets: they come back, resume, and report.

One is a socket and a parser, so that thousands fit beside the service that they watch.
"""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from tests.faults.promise import Promise, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MISSED_BEATS: Final = 1.5
_WATCH_SECONDS: Final = 0.25
_CONNECT_SECONDS: Final = 3.0
# As P31 of the protocol says, but for its end, which is sooner: a round must not take minutes.
_BACKOFF_SECONDS: Final = 4.0
_HEAD_END: Final = b"\r\n\r\n"
_EVENT_END: Final = b"\n\n"
_TEXT, _CLOSE, _PING, _COMPRESSED = 0x1, 0x8, 0x9, 0x40
_CLOSED: Final = b"\x88\x80\0\0\0\0"


_UPGRADE: Final = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
# What happens to readers who do nothing wrong.
_CODES: Final = frozenset({1012, 4008})
_STATUSES: Final = frozenset({"429", "503"})


@dataclass(frozen=True, slots=True)
class Way:
    """How a reader reads.

    Attributes:
        fields: Of its request.
        is_sse: Whether it reads Server-Sent Events.
    """

    fields: str
    is_sse: bool = False


# The last of each transport is served by ASGI, since its request is not a plain one.
WAYS: Final = (
    Way(_UPGRADE),
    Way(_UPGRADE + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"),
    Way(_UPGRADE + "Sec-WebSocket-Protocol: none\r\n"),
    Way("Accept: text/event-stream\r\n", is_sse=True),
    Way("Accept: text/event-stream\r\nContent-Length: 0\r\n", is_sse=True),
)


def _inflated(payload: bytes) -> bytes:
    """A message of its own (RFC 7692 §7.2.2, without context takeover)."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload + b"\0\0\xff\xff")


class Connection(asyncio.Protocol):
    """One reader's way to a hub, by WebSocket or by Server-Sent Events."""

    def __init__(self, seat: Seat, host: str) -> None:
        self._seat = seat
        self._host = host
        self._rest = b""
        self._upgraded = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._seat.arrived(self)
        self.transport.write(self._seat.request(self._host))

    def connection_lost(self, exc: Exception | None) -> None:
        self._seat.lost(self)

    def data_received(self, data: bytes) -> None:
        data, self._rest = self._rest + data, b""
        if not self._upgraded:
            head, end, data = data.partition(_HEAD_END)
            if not end:
                self._rest = head
                return
            if not head.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200")):
                self._seat.refused(head)
                self.abort()
                return
            self._upgraded = True
        if self._seat.way.is_sse:
            self._events(data)
        else:
            self._frames(data)

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _frames(self, data: bytes) -> None:
        """What a server sends is never masked (RFC 6455 §5.1)."""
        while len(data) >= 2:
            size, start = data[1], 2
            if size >= 126:
                start = 4 if size == 126 else 10
                size = int.from_bytes(data[2:start], "big")
            if len(data) < max(start, start + size):
                break
            first, payload = data[0], data[start : start + size]
            opcode, data = first & 0x0F, data[start + size :]
            if opcode == _TEXT:
                self._seat.hear(_inflated(payload) if first & _COMPRESSED else payload)
            elif opcode == _PING and self.transport is not None:
                # Masked with zeros, that is, as it came.
                self.transport.write(bytes((0x8A, 0x80 | size)) + bytes(4) + payload)
            elif opcode == _CLOSE:
                self._seat.dismissed(int.from_bytes(payload[:2], "big"))
                if self.transport is not None:
                    self.transport.write(_CLOSED)
                    self.transport.close()
        self._rest = data

    def _events(self, data: bytes) -> None:
        """One event is one chunk; the sizes of chunks stand on lines of their own."""
        *events, self._rest = data.split(_EVENT_END)
        for event in events:
            for line in event.split(b"\n"):
                if line.startswith(b"data: "):
                    self._seat.hear(line[6:])


class Seat:
    """One reader for good: whatever happens to its connections, it comes back and resumes.

    Attributes:
        reader: What it knows.
        way: How it reads.
        away: It is to stay away for now.
    """

    def __init__(self, swarm: Swarm, reader: Reader, way: Way) -> None:
        self.reader = reader
        self.way = way
        self.away = False
        self._swarm = swarm
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._heard = 0.0
        self._failures = 0

    @property
    def is_connected(self) -> bool:
        return self._connection is not None and self.reader.greeted

    def come(self, within: float) -> None:
        """Connect, at a random moment."""
        if self._task is None and self._connection is None and not self.away:
            self._task = asyncio.create_task(self._come(random.uniform(0, within)))

    async def _come(self, delay: float) -> None:
        try:
            await asyncio.sleep(delay)
            host, port = self._swarm.a_hub()
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(_CONNECT_SECONDS):
                await loop.create_connection(lambda: Connection(self, host), host, port)
        except (OSError, TimeoutError):
            self._come_back(after_failure=True)
        finally:
            self._task = None

    def _come_back(self, *, after_failure: bool) -> None:
        """Come again within a limit that doubles with each failure in a row."""
        self._failures = self._failures + 1 if after_failure else 0
        limit = min(self._swarm.pause * 2**self._failures, _BACKOFF_SECONDS)
        # Not yet: who could not come is still coming.
        asyncio.get_running_loop().call_soon(self.come, limit)

    def leave(self) -> None:
        """Go at once and without a word."""
        if self._connection is not None:
            self._connection.abort()

    def forget(self) -> None:
        """Be somebody else, who was never here."""
        self.reader = Reader(self.reader.name, self.reader.urgency)

    def end(self) -> None:
        """Go for good."""
        self.away = True
        if self._task is not None:
            self._task.cancel()
        self.leave()

    def stick(self) -> None:
        """Read nothing any more."""
        if self._connection is not None and self._connection.transport is not None:
            self._connection.transport.pause_reading()

    def request(self, host: str) -> bytes:
        """What it asks for."""
        fields = [f"cursor={self.reader.cursor}"] if self.reader.cursor else []
        if self.reader.urgency is not None:
            fields.append(f"urgency={self.reader.urgency}")
        head = f"GET /v1/{self._swarm.edition}/live?{'&'.join(fields)} HTTP/1.1\r\nHost: {host}\r\n"
        return f"{head}{self.way.fields}\r\n".encode()

    def arrived(self, connection: Connection) -> None:
        self._connection = connection
        self._heard = asyncio.get_running_loop().time()
        self._swarm.promise.connected(self.reader)
        if self.away:
            connection.abort()

    def hear(self, payload: bytes) -> None:
        self._heard = asyncio.get_running_loop().time()
        try:
            self._swarm.promise.hear(self.reader, self._swarm.decode(payload))
        except (KeyError, TypeError, ValueError) as error:
            self._swarm.promise.blame(self.reader, f"heard {payload[:300]!r}: {error!r}")

    def refused(self, head: bytes) -> None:
        status = head[9:12].decode()
        self._swarm.note(status)
        if status not in _STATUSES:
            self._swarm.promise.blame(self.reader, f"was refused: {head[:80]!r}")

    def dismissed(self, code: int) -> None:
        self._swarm.note(str(code))
        if code not in _CODES:
            self._swarm.promise.blame(self.reader, f"was closed with {code}")

    def lost(self, connection: Connection) -> None:
        if self._connection is connection:
            self._connection = None
            greeted, self.reader.greeted = self.reader.greeted, False
            self._come_back(after_failure=not greeted)

    def watch(self, now: float, patience: float) -> None:
        """A connection can be dead and say nothing (P27 of the protocol)."""
        if self._connection is not None and now - self._heard > patience:
            self._swarm.note("silent")
            self._connection.abort()


class Swarm:
    """Many readers of one edition, spread over hubs.

    Args:
        promise: Told of every message.
        hubs: Host and port of each way to a hub.
        edition: What they read.

    Attributes:
        beat: Seconds between two beats.
        pause: Seconds within which one who lost a good connection comes back.
        seats: Every reader.
        notes: Refusals and goodbyes → how often.
    """

    def __init__(
        self,
        promise: Promise,
        hubs: list[tuple[str, int]],
        edition: str,
    ) -> None:
        self.promise = promise
        self.hubs = hubs
        self.edition = edition
        self.seats: list[Seat] = []
        self.notes: dict[str, int] = {}
        self.beat = 1.0
        self.pause = 0.5
        self._decoded: tuple[bytes, dict[str, Any]] = (b"", {})
        self._watch: asyncio.Task[None] | None = None

    @property
    def readers(self) -> Iterator[Reader]:
        return (seat.reader for seat in self.seats)

    def open(self, count: int, within: float = 0.0) -> None:
        """Let so many more come, in every way, and most for everything."""
        for number in range(len(self.seats), len(self.seats) + count):
            urgency = 2 if number % 7 == 6 else None
            reader = Reader(f"reader {number}", urgency)
            self.seats.append(Seat(self, reader, WAYS[number % len(WAYS)]))
            self.seats[-1].come(within)
        self._watch = self._watch or asyncio.create_task(self._watch_all())

    async def close(self) -> None:
        """All go for good."""
        if self._watch is not None:
            self._watch.cancel()
        for seat in self.seats:
            seat.end()

    def a_hub(self) -> tuple[str, int]:
        return random.choice(self.hubs)

    def decode(self, payload: bytes) -> dict[str, Any]:
        """The message; many readers get the same bytes one after another."""
        if self._decoded[0] != payload:
            self._decoded = payload, json.loads(payload)
        return self._decoded[1]

    def note(self, what: str) -> None:
        self.notes[what] = self.notes.get(what, 0) + 1

    async def until(self, holds: Callable[[Seat], bool], seconds: float) -> list[Seat]:
        """Wait until something holds for every reader; those for whom it does not, after a while."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while late := [seat for seat in self.seats if not seat.away and not holds(seat)]:
            if clock() > deadline:
                break
            await asyncio.sleep(0.02)
        return late

    async def _watch_all(self) -> None:
        clock = asyncio.get_running_loop().time
        last = clock()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            now = clock()
            # Where we ourselves were held up, nobody was silent.
            if now - last < 4 * _WATCH_SECONDS:
                for seat in self.seats:
                    seat.watch(now, self.beat * _MISSED_BEATS)
            last = now
