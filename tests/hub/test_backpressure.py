"""The limit for what waits for all readers together."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.service import running
from ticker.hub.backpressure import Buffers
from ticker.metrics import Metrics
from ticker.protocol.frames import Frame
from ticker.server.http import BoundedHttp
from ticker.server.websocket import BoundedWebSocket
from ticker.web import live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.service import Running
    from ticker.settings import Settings

_MOST = 1_000_000
_BIG = Frame({"type": "x", "cursor": "0", "text": "x" * 300_000})


@dataclass(eq=False, slots=True)
class Backlogged:
    """A reader that is behind."""

    waiting: int
    is_leaving: bool = False
    shed_at: list[int] = field(default_factory=list)

    def shed(self) -> None:
        self.shed_at.append(self.waiting)


@pytest.mark.parametrize(
    ("waiting", "shed"),
    [([], []), ([40, 60], []), ([40, 61], [61]), ([10, 50, 30, 20], [50]), ([90, 80, 70], [90, 80])],
)  # fmt: skip
def test_the_furthest_behind_goes_first(waiting: list[int], shed: list[int]) -> None:
    """Too much for all: as few readers as will do are closed, those who are furthest behind."""
    buffers = Buffers(100)
    readers = [Backlogged(each) for each in waiting]
    buffers.behind.update(readers)
    buffers.sweep()
    assert sorted((it.waiting for it in readers if it.shed_at), reverse=True) == shed


def test_who_lingers_goes_before_all_others() -> None:
    """What waits for somebody who was closed already is let go before another reader is closed."""
    buffers = Buffers(100)
    lingering, far = Backlogged(30, is_leaving=True), Backlogged(90)
    buffers.behind.update([lingering, far])
    buffers.sweep()
    assert (lingering.shed_at, far.shed_at) == ([30], [])


def test_what_waits_is_shown() -> None:
    """An operator sees how much waits for slow readers."""
    buffers, metrics = Buffers(100), Metrics()
    buffers.behind.update([Backlogged(30), Backlogged(12)])
    buffers.register(metrics)
    assert metrics.value("ticker_waiting_bytes") == 42


@pytest.fixture
def stuck() -> Iterator[list[socket.socket]]:
    """Readers' sockets that take next to nothing."""
    made = [socket.socket() for _ in range(3)]
    for each in made:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    yield made
    for each in made:
        each.close()


_ASKS = {
    "plain": b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "stream": b"Content-Length: 0\r\n",
}
_ASKS["websocket"] = _ASKS["plain"] + b"Sec-WebSocket-Protocol: none\r\n"


async def _join(service: Running, readers: list[socket.socket], ask: bytes) -> None:
    """Readers, one after the other; none will read."""
    hub = service.server._service.hub
    for number, reader in enumerate(readers, 1):
        reader.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(reader, ("127.0.0.1", service.port))
        await loop.sock_sendall(reader, b"GET /v1/en/live HTTP/1.1\r\nHost: x\r\n" + ask + b"\r\n")
        while len(hub.readers) < number:
            await service.get("/healthz")


@pytest.mark.parametrize("portable", [False, True], ids=["fast", "portable"])
async def test_slow_readers_cannot_fill_the_memory(
    settings: Settings, stuck: list[socket.socket], *, portable: bool
) -> None:
    """Many slow readers, each within its limit, are closed with 4008 until the rest fits."""
    settings = replace(settings, buffers=_MOST, reader_buffer=10 * _MOST)
    async with running(settings, portable=portable) as service:
        hub, buffers = service.server._service.hub, service.server._service.buffers
        metrics = service.server._service.metrics
        await _join(service, stuck, _ASKS["plain"])
        near, far, one = hub.readers
        for reader in (near, far, one) * 2 + (far, one, far):
            reader.send(_BIG)
        while len(hub.readers) > 1:
            buffers.sweep()
            await asyncio.sleep(0)
        assert metrics.value("ticker_closed_total", code="4008") == 2
        assert far not in hub.readers
        while buffers.waiting > _MOST:
            buffers.sweep()
            await asyncio.sleep(0)
        assert len(hub.readers) == 1
        assert 0 < metrics.value("ticker_waiting_bytes") <= _MOST
        for each in stuck:
            each.close()
        while buffers.behind:
            await service.get("/healthz")


@pytest.fixture(params=["websocket", "stream"])
async def behind(
    request: pytest.FixtureRequest, settings: Settings, stuck: list[socket.socket]
) -> AsyncIterator[Running]:
    """A service with one reader whom ASGI serves, and who takes nothing of what is sent."""
    async with running(replace(settings, buffers=100_000)) as service:
        await _join(service, stuck[:1], _ASKS[request.param])
        service.server._service.hub.readers[0].send(_BIG)
        while not _unsent(service):
            await service.get("/healthz")
        yield service


def _unsent(service: Running) -> int:
    """Bytes that the transports of a service hold."""
    connections: set[Any] = {*service.server.server_state.connections}
    return sum(
        it.transport.get_write_buffer_size()
        for it in connections
        if isinstance(it, BoundedHttp | BoundedWebSocket)
    )


async def test_what_a_transport_holds_is_seen(behind: Running) -> None:
    """What was written and not sent waits too, for the operator and for the sweep."""
    buffers, metrics = behind.server._service.buffers, behind.server._service.metrics
    assert buffers.waiting >= _unsent(behind) > 100_000
    assert metrics.value("ticker_waiting_bytes") == buffers.waiting
    buffers.sweep()
    while behind.server._service.hub.readers:
        await behind.get("/healthz")
    assert metrics.value("ticker_closed_total", code="4008") == 1


async def test_who_is_too_slow_has_a_little_time(
    behind: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who reads not even the goodbye is gone after a while, with all that waited."""
    monkeypatch.setattr(live, "GOODBYE_SECONDS", 0.2)
    behind.server._service.buffers.sweep()
    await _gone(behind)


async def test_who_lingers_is_dropped_for_others(
    behind: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is gone it counts, and where there is too much yet it has no more time."""
    monkeypatch.setattr(live, "GOODBYE_SECONDS", 1000)
    buffers = behind.server._service.buffers
    buffers.sweep()
    while behind.server._service.hub.readers:
        await behind.get("/healthz")
    assert buffers.waiting > 100_000
    buffers.sweep()
    await _gone(behind)


async def test_a_stop_does_not_wait_for_who_takes_nothing(
    behind: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A reader who is behind has its little time when the service stops, and nothing is cut off."""
    monkeypatch.setattr(live, "GOODBYE_SECONDS", 0.2)
    behind.server.should_exit = True
    behind.server.wake()
    await asyncio.wait(set(behind.server.server_state.tasks))
    assert not caplog.messages


async def test_who_leaves_is_not_waited_for(behind: Running, stuck: list[socket.socket]) -> None:
    """A reader who goes away while something waits leaves nothing behind."""
    stuck[0].close()
    await _gone(behind)


async def _gone(service: Running) -> None:
    """Wait until nobody is there; sooner than the kernel gives up a peer that takes nothing."""
    state = service.server.server_state
    async with asyncio.timeout(20):
        while state.connections or state.tasks:
            await service.get("/healthz")
    assert not service.server._service.buffers.behind
