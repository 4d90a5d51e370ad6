"""What the kernel knows of a line's way, asked without asking the reader."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.support.flashes import NOON, after
from tests.support.process import PATIENCE
from ticker.hub.load import Load
from ticker.hub.receipts import CAN_CONFIRM, Receipts
from ticker.news.reach import VersionRef

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

REF = VersionRef("en", "a", 1, NOON, killed=False)
OTHER = VersionRef("en", "b", 1, NOON, killed=False)

pytestmark = pytest.mark.skipif(not CAN_CONFIRM, reason="this system cannot tell")


class Peer:
    """One end of a TCP connection on loopback; the other end is the reader's machine."""

    transport = "websocket"

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.theirs = socket.create_connection(server.getsockname())
            self.ours, _ = server.accept()
        self.ours.setblocking(False)
        self.fd = self.ours.fileno()
        self.is_gone = False

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()

    def stuff(self) -> None:
        """Write until the reader's machine takes no more."""
        with suppress(BlockingIOError):
            while True:
                self.ours.send(b"x" * 65536)

    def drain(self) -> None:
        """The reader reads all that there is."""
        self.theirs.setblocking(False)
        with suppress(BlockingIOError):
            while self.theirs.recv(1 << 20):
                pass


@pytest.fixture
async def receipts() -> AsyncIterator[Receipts]:
    made = Receipts(clock=lambda: after(0.025))
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def peers() -> Iterator[list[Peer]]:
    made = [Peer(), Peer()]
    yield made
    for peer in made:
        peer.close()


async def until(receipts: Receipts, confirmed: int, left: int = 0) -> None:
    """Wait for the receipt to say so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            receipt = receipts.take_changed().get(REF)
            counts = receipt and receipt.confirmed and (receipt.confirmed, receipt.left)
            if counts and tuple(it.total() for it in counts) == (confirmed, left):
                return
            await asyncio.sleep(0.01)


async def test_who_reads_has_it_and_who_is_stuck_has_not(
    receipts: Receipts, peers: list[Peer]
) -> None:
    """A reader that takes nothing is not counted, until its machine has taken everything."""
    quick, stuck = peers
    stuck.stuff()
    quick.ours.send(b"line")
    receipts.expect([REF], "websocket", 2)
    receipts.wrote([REF], "websocket", 1)
    receipts.watch([REF], [quick, stuck])
    await until(receipts, confirmed=1)
    while receipts._passes and receipts._passes[0].looks < 2:
        stuck.drain()
        await asyncio.sleep(0.01)
    await until(receipts, confirmed=2)


async def test_one_who_is_stuck_keeps_no_later_line_waiting(
    receipts: Receipts, peers: list[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a line waits for its next look, the one that comes after it has its first in time."""
    monkeypatch.setattr("ticker.hub.receipts._LOOKS_AFTER", (0.0, 3600.0))
    quick, stuck = peers
    stuck.stuff()
    receipts.watch([OTHER], [stuck])
    while True:
        await asyncio.sleep(0)
        if receipts._passes[0].looks:
            break
    receipts.watch([REF], [quick])
    await until(receipts, confirmed=1)


async def test_who_leaves_is_not_waited_for(receipts: Receipts, peers: list[Peer]) -> None:
    """A reader that goes before it has answered is counted as gone."""
    gone = peers[0]
    gone.is_gone, gone.fd = True, -1
    receipts.watch([REF], [gone])
    await until(receipts, confirmed=0, left=1)


async def test_a_busy_server_does_not_ask(
    peers: list[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the server is busy nobody's kernel is asked; what went out is counted afterwards."""
    monkeypatch.setattr("ticker.hub.receipts._BUSY_SECONDS", 0.01)
    load = Load()
    load.is_busy = True
    receipts = Receipts(clock=lambda: after(0.025), load=load)
    task = asyncio.create_task(receipts.run())
    receipts.watch([REF], [peers[0]])
    (one,) = receipts._passes
    due = one.at
    while one.at == due:
        assert one.looks == 0
        await asyncio.sleep(0.01)
    assert receipts.take_changed() == {}
    load.is_busy = False
    await until(receipts, confirmed=1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_delays_are_whole_milliseconds_of_the_newest_lines() -> None:
    """What is kept is a count for each delay, and only of so many lines."""
    receipts = Receipts(clock=lambda: after(0.025))
    receipts.wrote([REF], "sse", 3)
    receipts.wrote([REF], "sse", 2)
    assert receipts.take_changed()[REF].times == {"sse": {25: 5}}
    assert receipts.take_changed() == {}
    for number in range(500):
        receipts.wrote([VersionRef("en", str(number), 1, NOON, killed=False)], "sse", 1)
    assert len(receipts._known) == 200
