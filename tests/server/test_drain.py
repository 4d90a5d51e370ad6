"""Seeing readers off: in what order, how many at a time, and who may cut it short."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.flashes import chain, flash
from ticker.hub.hub import Hub
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.news.subscription import Subscription
from ticker.protocol.frames import CloseCode, Frame
from ticker.server.drain import Drain
from ticker.server.server import longest_stop
from ticker.settings import Settings


class Reader:
    """A reader that leaves when it is told to."""

    transport = "websocket"
    lane = "test"
    origin = "direct"

    def __init__(self, hub: Hub, edition: str = "en") -> None:
        self.lines = 0
        self.closed: CloseCode | None = None
        self._hub = hub
        self._subscription = hub.join(self, Subscription(edition), None)

    def send(self, frame: Frame) -> None:
        self.lines += frame.ref is not None

    def close(self, code: CloseCode) -> None:
        if self.closed is None:
            self.closed = code
            self._hub.leave(self, self._subscription)


@pytest.fixture
def hub() -> Hub:
    made = Hub(replace(Settings(), max_readers=100_000), Metrics())
    for edition in made.editions:
        made.load(edition, [], GENESIS, [])
    return made


class Listener:
    """Stands for the listening sockets: is told when to close."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def __call__(self) -> None:
        self.log.append("deaf")


async def test_in_the_order_of_the_book(hub: Hub) -> None:
    """First the balancer is told, then readers are sent away, then the port is closed."""
    log: list[str] = []
    reader = Reader(hub)

    async def pause(seconds: float) -> None:
        log.append(f"{seconds} {hub.is_ready} {reader.closed}")

    await Drain(hub, 7, 10, pause).run(Listener(log))
    assert log == ["7 False None", "deaf", f"0.1 False {CloseCode.SERVICE_RESTART}"]


async def test_without_a_notice_the_port_is_closed_first(hub: Hub) -> None:
    """Where no balancer was told, nobody comes to a port that will refuse them all the same."""
    log: list[str] = []
    reader = Reader(hub)

    async def pause(seconds: float) -> None:
        log.append(f"{seconds} {reader.closed}")

    await Drain(hub, 0, 10, pause).run(Listener(log))
    assert log == ["deaf", "0.1 None"]
    assert reader.closed is CloseCode.SERVICE_RESTART


@pytest.mark.parametrize(
    ("readers", "window", "slices"),
    [(0, 10, [0]), (3, 10, [3]), (100, 10, [100]), (101, 10, [51, 50]), (1000, 10, [100] * 10),
     (2000, 0.5, [400] * 5), (500, 0, [500])],
)  # fmt: skip
async def test_the_window_is_sized_to_the_number(
    hub: Hub, readers: int, window: float, slices: list[int]
) -> None:
    """A thousand readers leave in a second, few at once, and however many within the set time (P33)."""
    everybody = [
        Reader(hub, edition)
        for _, edition in zip(range(readers), ["en", "ar"] * readers, strict=False)
    ]
    left = [0]

    async def pause(_: float) -> None:
        left.append(sum(reader.closed is not None for reader in everybody))

    await Drain(hub, 0, window, pause).run(Listener([]))
    assert all(reader.closed for reader in everybody)
    steps = [*left[1:], readers]
    assert [after - before for before, after in zip([0, *steps], steps, strict=False)][1:] == slices


async def test_who_waits_their_turn_misses_nothing(hub: Hub) -> None:
    """While some readers are already gone the others get every line, and nobody comes in (P33)."""
    everybody = [Reader(hub) for _ in range(500)]
    events = iter(chain([flash(str(number)) for number in range(10)]))

    async def pause(_: float) -> None:
        hub.publish(next(events))
        assert not hub.has_space

    await Drain(hub, 0, 10, pause).run(Listener([]))
    # One line before the first slice, and one before each of the four others.
    assert Counter(reader.lines for reader in everybody) == {1: 100, 2: 100, 3: 100, 4: 100, 5: 100}


async def test_a_second_signal_ends_the_waiting(hub: Hub) -> None:
    """An operator who asks twice does not wait for the notice or for the window."""
    everybody = [Reader(hub) for _ in range(500)]
    waiting = asyncio.Event()

    async def pause(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    drain = Drain(hub, 3600, 3600, pause)
    could = [drain.can_hurry]
    task = asyncio.create_task(drain.run(Listener([])))
    await waiting.wait()
    could.append(drain.can_hurry)
    drain.hurry()
    could.append(drain.can_hurry)
    await task
    assert could == [False, True, False]
    assert all(reader.closed for reader in everybody)


def test_compose_waits_long_enough() -> None:
    """Docker kills no hub that is still seeing its readers off."""
    compose = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
    grace = re.search(r"x-hub:.*?stop_grace_period: (\d+)s", compose, re.DOTALL)
    assert grace is not None
    assert int(grace[1]) > longest_stop(Settings())
    assert longest_stop(replace(Settings(), drain_notice=5)) == longest_stop(Settings()) + 5
