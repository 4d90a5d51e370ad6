"""Fan-out: order, once each, slices, and slow members, on real socket pairs."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from ticker.hub.fanout import Fanout, Scheduler
from ticker.hub.load import Load
from ticker.hub.receipts import Receipts
from ticker.news.event import GENESIS
from ticker.protocol.frames import CloseCode, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator


class Member:
    """A reader on one end of a socket pair; the test reads the other."""

    transport = "websocket"
    lane = "sse"
    is_gone = False

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.theirs.setblocking(False)
        self.fd = self.ours.fileno()
        self.queued: list[bytes] = []
        self.origin = "direct"

    def send(self, frame: Frame) -> None:
        self.write(frame.sse)

    def write(self, data: bytes) -> None:
        self.fd = -1
        self.queued.append(data)

    def close(self, code: CloseCode) -> None:
        raise AssertionError(code)

    def heard(self) -> list[str]:
        """The texts of the messages that have come."""
        try:
            data = self.theirs.recv(1 << 20)
        except BlockingIOError:
            return []
        return [block.split(b"data: ")[1].decode() for block in data.split(b"\n\n") if block]

    def end(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def members() -> Iterator[list[Member]]:
    made = [Member() for _ in range(5)]
    yield made
    for member in made:
        member.end()


@pytest.fixture(autouse=True)
def slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice in each turn of the event loop; that others come first has its own test."""
    monkeypatch.setattr("ticker.hub.fanout._TURNS_MIN", 0)


def frame(text: str) -> Frame:
    return Frame({"cursor": str(GENESIS), "text": text})


def texts(*names: str) -> list[str]:
    return [frame(name).text for name in names]


async def turn(times: int = 3) -> None:
    """Let the event loop go round."""
    for _ in range(times):
        await asyncio.sleep(0)


async def test_what_comes_together_leaves_together_and_in_order(members: list[Member]) -> None:
    """A burst of lines reaches every reader whole, in order and once."""
    fanout = Fanout("sse", Scheduler(), Receipts())
    for member in members:
        fanout.add(member)
    for name in ("one", "two", "three"):
        fanout.send(frame(name), 3)
    await turn()
    assert [member.heard() for member in members] == [texts("one", "two", "three")] * 5


async def test_a_newcomer_is_not_told_what_its_hello_told(members: list[Member]) -> None:
    """Who joins while a line waits hears only what comes after its hello."""
    fanout = Fanout("sse", Scheduler(), Receipts())
    fanout.add(members[0])
    fanout.send(frame("before"), 3)
    fanout.add(members[1])
    fanout.send(frame("after"), 3)
    assert len(fanout) == 2
    await turn(5)
    assert members[0].heard() == texts("before", "after")
    assert members[1].heard() == texts("after")


async def test_who_leaves_while_a_line_waits_hears_nothing(members: list[Member]) -> None:
    """A reader that is gone is not written to, whether it was in or about to come in."""
    fanout = Fanout("sse", Scheduler(), Receipts())
    fanout.add(members[0])
    fanout.send(frame("line"), 3)
    fanout.add(members[1])
    fanout.discard(members[0])
    fanout.discard(members[1])
    fanout.send(frame("next"), 3)
    assert len(fanout) == 0
    assert fanout.readers() == []
    await turn(5)
    assert members[0].heard() == []
    assert members[1].heard() == []


async def test_a_pass_is_cut_so_that_others_get_a_turn(
    members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the slices of a long pass the event loop serves everybody else."""
    monkeypatch.setattr("ticker.hub.fanout._SLICE", 2)
    fanout = Fanout("sse", Scheduler(), Receipts())
    for member in members:
        fanout.add(member)
    fanout.send(frame("line"), 3)
    seen = []
    for _ in range(3):
        await asyncio.sleep(0)
        seen.append(sum(len(member.heard()) for member in members))
    assert seen == [2, 2, 1]


async def test_a_line_said_during_a_pass_comes_after_it_and_once(
    members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that come while one is being written follow it, for each reader in order."""
    monkeypatch.setattr("ticker.hub.fanout._SLICE", 1)
    fanout = Fanout("sse", Scheduler(), Receipts())
    for member in members[:4]:
        fanout.add(member)
    fanout.send(frame("one"), 3)
    await asyncio.sleep(0)
    fanout.add(members[4])
    fanout.send(frame("two"), 3)
    fanout.send(frame("three"), 3)
    await turn(20)
    assert [member.heard() for member in members[:4]] == [texts("one", "two", "three")] * 4
    assert members[4].heard() == texts("two", "three")


async def test_the_most_urgent_group_goes_first(
    members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flash overtakes a football result that is still being written elsewhere."""
    monkeypatch.setattr("ticker.hub.fanout._SLICE", 1)
    scheduler = Scheduler()
    calm, urgent = (Fanout("sse", scheduler, Receipts()) for _ in range(2))
    for member in members[:3]:
        calm.add(member)
    urgent.add(members[3])
    calm.send(frame("football"), 5)
    await asyncio.sleep(0)
    urgent.send(frame("flash"), 1)
    await asyncio.sleep(0)
    assert members[3].heard() == texts("flash")
    assert members[2].heard() == []
    await turn(5)
    assert members[2].heard() == texts("football")


async def test_a_slow_member_is_left_to_its_transport(members: list[Member]) -> None:
    """A reader that does not read holds up nobody, and nothing of its line is lost or repeated."""
    fanout = Fanout("sse", Scheduler(), Receipts())
    stuck = members[0]
    stuck.ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    for member in members:
        fanout.add(member)
    written = 0
    while stuck.fd != -1:
        fanout.send(frame("x" * 1500), 3)
        written += 1
        await turn()
        assert all(len(member.heard()) == 1 for member in members[1:])
    data = b""
    while len(data) + len(b"".join(stuck.queued)) < written * len(frame("x" * 1500).sse):
        data += stuck.theirs.recv(1 << 16)
    assert data + b"".join(stuck.queued) == frame("x" * 1500).sse * written


async def test_a_number_that_may_be_reused_is_never_written_to(members: list[Member]) -> None:
    """A reader on its way out gets nothing on its socket's number, now perhaps another's."""
    fanout = Fanout("sse", Scheduler(), Receipts())
    fanout.add(members[0])
    fanout.add(members[1])
    members[0].fd = -1
    fanout.send(frame("line"), 3)
    await turn()
    assert members[0].heard() == []
    assert members[0].queued == [frame("line").sse]
    assert members[1].heard() == texts("line")


def busy() -> Load:
    load = Load()
    load.is_busy = True
    return load


async def test_a_busy_server_lets_the_least_urgent_wait_for_company(members: list[Member]) -> None:
    """Football results wait while the server is busy, and leave with the flash, before it."""
    fanout = Fanout("sse", Scheduler(busy(), rest=3600), Receipts())
    for member in members[:3]:
        fanout.add(member)
    fanout.send(frame("football"), 4)
    fanout.send(frame("tennis"), 9)
    await turn(5)
    assert [member.heard() for member in members[:3]] == [[]] * 3
    fanout.add(members[3])
    fanout.send(frame("flash"), 3)
    await turn()
    assert [member.heard() for member in members[:3]] == [texts("football", "tennis", "flash")] * 3
    assert members[3].heard() == texts("flash")
    fanout.send(frame("golf"), 4)
    await turn(5)
    assert members[0].heard() == []


async def test_what_waits_for_company_does_not_wait_for_ever(members: list[Member]) -> None:
    """Where nothing urgent comes, the least urgent lines leave together after their rest."""
    scheduler = Scheduler(busy(), rest=0)
    fanouts = [Fanout("sse", scheduler, Receipts()) for _ in range(2)]
    for fanout, member in zip(fanouts, members, strict=False):
        fanout.add(member)
    for round_ in ("one", "two"):
        for fanout in fanouts:
            fanout.send(frame(round_), 4)
            fanout.send(frame(f"{round_} more"), 5)
        heard: list[list[str]] = [[], []]
        while not all(heard):
            await asyncio.sleep(0)
            for told, member in zip(heard, members, strict=False):
                told.extend(member.heard())
        assert heard == [texts(round_, f"{round_} more")] * 2


async def test_a_line_may_rest_while_another_is_written(
    members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least urgent line does not follow at the heels of one that is still being written."""
    monkeypatch.setattr("ticker.hub.fanout._SLICE", 1)
    load = busy()
    fanout = Fanout("sse", Scheduler(load, rest=3600), Receipts())
    for member in members:
        fanout.add(member)
    fanout.send(frame("flash"), 1)
    await asyncio.sleep(0)
    fanout.send(frame("football"), 5)
    await turn(20)
    assert [member.heard() for member in members] == [texts("flash")] * 5
    load.is_busy = False
    fanout.send(frame("tennis"), 5)
    await turn(20)
    assert [member.heard() for member in members] == [texts("football", "tennis")] * 5
