"""How long a line takes from the editor's request to every reader's socket.

One clock sees both ends: the readers are plain sockets in this process, so its own cost is in the
figures, which are therefore an upper bound.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from dataclasses import asdict, dataclass, field

from ticker.bench.errors import BenchError
from ticker.bench.service import Running, service

_HANDSHAKE = (
    "GET /v1/en/live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_LINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from before the POST was written until a reader had the whole message."""

    readers: int
    posts: int
    deliveries: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    accepted_p50_ms: float

    def as_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self))

    def as_text(self) -> str:
        """A line for people."""
        return (
            f"{self.posts} posts to {self.readers} readers, {self.deliveries} deliveries: "
            f"p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms, max {self.max_ms:.1f} ms "
            f"(accepted by the store after {self.accepted_p50_ms:.1f} ms, median)"
        )


@dataclass(slots=True)
class _Round:
    """One line on its way: when each reader had it."""

    marker: bytes
    readers: int
    arrived: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self) -> None:
        self.arrived.append(time.perf_counter())
        if len(self.arrived) == self.readers:
            self.done.set()


class _Reader(asyncio.Protocol):
    """A reader that looks for the marker of the current round and no further."""

    def __init__(self) -> None:
        self.ready = asyncio.get_running_loop().create_future()
        self.round: _Round | None = None
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP it is
        self._transport = transport
        transport.write(_HANDSHAKE.encode())

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if not self.ready.done():
            if b'"type":"hello"' in self._waiting:
                self.ready.set_result(None)
                self._waiting = b""
            return
        if self.round is not None and self.round.marker in self._waiting:
            self._waiting = b""
            current, self.round = self.round, None
            current.note()

    def leave(self) -> None:
        """Go without a word, so that the service need not wait for us when it ends."""
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(BenchError("a reader was refused"))


async def measure(readers: int, posts: int) -> Latency:
    """Start a service, connect readers, post one line after another.

    Raises:
        BenchError: The service did not start, refused a reader or a post, or lost a line.
    """
    with service() as running:
        swarm = [await _connect(running) for _ in range(readers)]
        editor = await asyncio.open_connection("127.0.0.1", running.port)
        delays: list[float] = []
        accepted: list[float] = []
        for number in range(posts):
            current = _Round(f"bench line {number:06d}".encode(), readers)
            for reader in swarm:
                reader.round = current
            begun = time.perf_counter()
            await _post(*editor, running, current.marker.decode())
            accepted.append(time.perf_counter() - begun)
            try:
                async with asyncio.timeout(_LINE_SECONDS):
                    await current.done.wait()
            except TimeoutError:
                raise BenchError(f"{readers - len(current.arrived)} readers lost a line") from None
            delays += [moment - begun for moment in current.arrived]
        editor[1].close()
        for reader in swarm:
            reader.leave()
        await asyncio.sleep(0)  # the sockets are closed by the loop
    delays.sort()
    return Latency(
        readers=readers,
        posts=posts,
        deliveries=len(delays),
        p50_ms=1000 * delays[len(delays) // 2],
        p99_ms=1000 * delays[int(len(delays) * 0.99)],
        max_ms=1000 * delays[-1],
        accepted_p50_ms=1000 * statistics.median(accepted),
    )


async def _connect(running: Running) -> _Reader:
    _, reader = await asyncio.get_running_loop().create_connection(
        _Reader, "127.0.0.1", running.port
    )
    await reader.ready
    return reader


async def _post(
    incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter, running: Running, line: str
) -> None:
    body = json.dumps({"headline": line}).encode()
    outgoing.write(
        f"POST /v1/en/flashes HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {running.token}"
        f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await incoming.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 201"):
        raise BenchError(f"a post was refused: {head.splitlines()[0].decode()}")
    fields = dict(line.split(b": ", 1) for line in head.lower().splitlines()[1:] if b": " in line)
    await incoming.readexactly(int(fields[b"content-length"]))
