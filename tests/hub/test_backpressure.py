"""The limit for what waits for all readers together."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import PATIENCE
from tests.support.service import running
from ticker.hub.backpressure import Buffers
from ticker.metrics import Metrics
from ticker.protocol.frames import CloseCode, Frame
from ticker.server.http import BoundedHttp
from ticker.server.websocket import BoundedWebSocket
from ticker.web import live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.service import Running
    from ticker.settings import Settings

_MOST = 1_600_000
_BIG = Frame({"type": "x", "cursor": "0", "text": "x" * 300_000})


@dataclass(eq=False, slots=True)
class Backlogged:
    """A reader that is behind."""

    buffers: Buffers
    waiting: int
    is_leaving: bool = False
    transport: str = "websocket"

    def shed(self) -> None:
        self.waiting = 0
        self.buffers.behind.discard(self)


def _left(buffers: Buffers, readers: list[Backlogged]) -> list[int]:
    """How much each has when all have come to wait, one after the other; 0: it was closed."""
    for reader in readers:
        buffers.add(reader, reader.waiting)
    return [reader.waiting for reader in readers]


@pytest.mark.parametrize(
    ("waiting", "left"),
    [
        ([], []), ([40, 60, 60], [40, 60, 60]), ([40, 61, 60], [40, 0, 60]), ([40, 60, 61], [40, 60, 0]),
        ([10, 60, 30, 20, 50], [10, 0, 30, 20, 50]), ([70, 80, 70], [70, 0, 70]), ([200], [0]),
    ],
)  # fmt: skip
def test_the_furthest_behind_goes_first(waiting: list[int], left: list[int]) -> None:
    """Too much for all: as few readers as will do are closed, those who are furthest behind."""
    buffers = Buffers(160)
    assert _left(buffers, [Backlogged(buffers, each) for each in waiting]) == left


def test_who_lingers_goes_before_all_others_and_editors_last() -> None:
    """Who was closed already goes before another reader, and all readers before a desk."""
    buffers = Buffers(160)
    desk, far = Backlogged(buffers, 70, transport="desk"), Backlogged(buffers, 50)
    lingering, one = Backlogged(buffers, 30, is_leaving=True), Backlogged(buffers, 20)
    assert _left(buffers, [desk, far, lingering, one]) == [70, 50, 0, 20]
    assert _left(buffers, [Backlogged(buffers, 30)]) == [30]
    assert [desk.waiting, far.waiting, one.waiting] == [70, 0, 20]


def test_what_went_out_is_not_held_against_anybody() -> None:
    """However much has gone through, nobody is closed as long as little waits."""
    buffers = Buffers(160)
    for _ in range(100):
        quick = Backlogged(buffers, 10)
        buffers.add(quick, quick.waiting)
        assert quick.waiting == 10
        buffers.behind.discard(quick)


def test_all_are_summed_up_now_and_then_only() -> None:
    """A crowd that stays at the limit doesn't cost a look at everybody for each who comes."""
    looked = 0

    class Counted(Backlogged):
        def __getattribute__(self, name: str) -> Any:
            nonlocal looked
            looked += name == "waiting"
            return super().__getattribute__(name)

    buffers = Buffers(16_000)
    for _ in range(5000):
        buffers.add(Counted(buffers, 10), 10)
    assert buffers.waiting <= 16_000
    assert looked < 5000 * 100


def test_what_waits_is_shown() -> None:
    """An operator sees how much waits for slow readers."""
    buffers, metrics = Buffers(100), Metrics()
    _left(buffers, [Backlogged(buffers, 30), Backlogged(buffers, 12)])
    buffers.register(metrics)
    assert metrics.value("ticker_waiting_bytes") == 42


@pytest.fixture
def stuck() -> Iterator[list[socket.socket]]:
    """Readers' sockets that take next to nothing."""
    made = [socket.socket() for _ in range(12)]
    for each in made:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    yield made
    for each in made:
        each.close()


_ASKS = {
    "plain": b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "stream": b"Content-Length: 0\r\n",
    "plain stream": b"",
}
_ASKS["websocket"] = _ASKS["plain"] + b"Sec-WebSocket-Protocol: none\r\n"
_ASKS["deflated"] = _ASKS["plain"] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n"


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


async def _fill(service: Running, lines: int) -> None:
    """A board of lines as long as can be, which compression makes little shorter."""
    for _ in range(lines):
        await service.post("en", token_hex(140), tags=[token_hex(32) for _ in range(20)],
                           url=f"https://a.example/{token_hex(700)}")  # fmt: skip


@pytest.mark.parametrize("lane", ["plain", "deflated", "plain stream", "websocket", "stream"])
async def test_readers_who_read_nothing_cannot_fill_the_memory(
    settings: Settings, stuck: list[socket.socket], lane: str
) -> None:
    """A crowd that asks for a long board and takes nothing of it never holds more than it may."""
    settings = replace(settings, buffers=_MOST, board_lines=150)
    async with running(settings) as service:
        metrics = service.server._service.metrics
        await _fill(service, 150)
        loop = asyncio.get_running_loop()
        for number, reader in enumerate(stuck, 1):
            reader.setblocking(False)
            await loop.sock_connect(reader, ("127.0.0.1", service.port))
            await loop.sock_sendall(
                reader, b"GET /v1/en/live HTTP/1.1\r\nHost: x\r\n" + _ASKS[lane] + b"\r\n"
            )
            while metrics.value("ticker_hellos_total", edition="en", kind="snapshot") < number:
                await asyncio.sleep(0)
                assert metrics.value("ticker_waiting_bytes") <= _MOST
            assert metrics.value("ticker_waiting_bytes") <= _MOST
        assert metrics.value("ticker_closed_total", code="4008") >= 4
        hub = service.server._service.hub
        while sum(it.waiting for it in hub.readers) > _MOST:  # type: ignore[attr-defined]
            await service.get("/healthz")
        assert hub.readers


async def test_answers_that_nobody_takes_count_too(
    settings: Settings, stuck: list[socket.socket]
) -> None:
    """Clients that ask for a long page and read nothing hold no more than readers may."""
    async with running(replace(settings, buffers=_MOST)) as service:
        buffers, metrics = service.server._service.buffers, service.server._service.metrics
        await _fill(service, 150)
        before = len(service.server.server_state.connections)
        loop = asyncio.get_running_loop()
        for number, client in enumerate(stuck, 1):
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", service.port))
            ask = b"GET /v1/en/flashes HTTP/1.1\r\nHost: x\r\n\r\n"
            await loop.sock_sendall(client, ask * 20)
            waits = buffers.waiting
            while number < 4 and buffers.waiting == waits:
                await service.get("/healthz")
                assert buffers.waiting <= _MOST
        while len(service.server.server_state.connections) > before + 11:
            await service.get("/healthz")
            assert metrics.value("ticker_waiting_bytes") <= _MOST
        assert buffers.behind
        for client in stuck:
            client.close()
        while buffers.behind:
            await service.get("/healthz")


@pytest.mark.parametrize("lane", ["plain", "deflated", "plain stream", "websocket", "stream"])
async def test_the_longest_board_reaches_who_is_slow(
    settings: Settings, stuck: list[socket.socket], lane: str
) -> None:
    """A board far above what may wait for one reader comes whole, with the lines after it."""
    settings = replace(settings, reader_buffer=16_384, board_lines=100)
    async with running(settings) as service:
        await _fill(service, 100)
        await _join(service, stuck[:1], _ASKS[lane])
        buffers, metrics = service.server._service.buffers, service.server._service.metrics
        while buffers.waiting < 50_000:
            await service.get("/healthz")
        for _ in range(2):
            await _fill(service, 1)
        assert metrics.value("ticker_closed_total", code="4008") == 0
        loop, came = asyncio.get_running_loop(), 0
        while buffers.behind:
            came += len(await loop.sock_recv(stuck[0], 65536))
        assert came > 100_000
        assert service.server._service.hub.readers


@pytest.mark.parametrize("portable", [False, True], ids=["fast", "portable"])
async def test_slow_readers_cannot_fill_the_memory(
    settings: Settings, stuck: list[socket.socket], *, portable: bool
) -> None:
    """Many slow readers, each within its limit, are closed with 4008 until the rest fits."""
    settings = replace(settings, buffers=_MOST, reader_buffer=10 * _MOST)
    async with running(settings, portable=portable) as service:
        hub, buffers = service.server._service.hub, service.server._service.buffers
        metrics = service.server._service.metrics
        await _join(service, stuck[:3], _ASKS["plain"])
        near, far, one = hub.readers
        for reader in (near, far, one, far, far, near):
            reader.send(_BIG)
            assert buffers.waiting <= _MOST
        assert metrics.value("ticker_closed_total", code="4008") == 0
        one.send(_BIG)
        one.send(_BIG)
        assert 0 < metrics.value("ticker_waiting_bytes") <= _MOST
        while far in hub.readers:
            await service.get("/healthz")
        assert metrics.value("ticker_closed_total", code="4008") == 1
        assert set(hub.readers) == {near, one}
        for each in stuck:
            each.close()
        while buffers.behind:
            await service.get("/healthz")


@pytest.fixture(params=["websocket", "stream"])
async def behind(
    request: pytest.FixtureRequest, settings: Settings, stuck: list[socket.socket]
) -> AsyncIterator[Running]:
    """A service with one reader whom ASGI serves, and who takes nothing of what is sent."""
    async with running(replace(settings, buffers=_MOST)) as service:
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
    _crowd(buffers)
    while behind.server._service.hub.readers:
        await behind.get("/healthz")
    assert metrics.value("ticker_closed_total", code="4008") == 1
    await _gone(behind)


def _crowd(buffers: Buffers) -> None:
    """Others for whom so much waits that there is no room for a reader who is behind."""
    others = [Backlogged(buffers, 100_000) for _ in range(15)]
    _left(buffers, others)
    assert all(it.waiting for it in others)
    buffers.behind.difference_update(others)


async def test_who_is_too_slow_has_a_little_time(
    behind: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who reads not even the goodbye is gone after a while, with all that waited."""
    monkeypatch.setattr(live, "GOODBYE_SECONDS", 0.2)
    behind.server._service.hub.readers[0].close(CloseCode.TOO_SLOW)
    await _gone(behind)


async def test_who_lingers_is_dropped_for_others(
    behind: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is gone it counts, and where there is too much yet it has no more time."""
    monkeypatch.setattr(live, "GOODBYE_SECONDS", 1000)
    buffers = behind.server._service.buffers
    behind.server._service.hub.readers[0].close(CloseCode.TOO_SLOW)
    while behind.server._service.hub.readers:
        await behind.get("/healthz")
    assert buffers.waiting > 100_000
    _crowd(buffers)
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
    async with asyncio.timeout(PATIENCE):
        while state.connections or state.tasks:
            await service.get("/healthz")
    assert not service.server._service.buffers.behind
