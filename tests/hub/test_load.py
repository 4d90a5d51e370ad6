"""What counts as busy."""

from __future__ import annotations

import asyncio
import time

import pytest

from ticker.hub.load import Load
from ticker.metrics import Metrics


@pytest.fixture(autouse=True)
def never_busy() -> None:
    """Not here."""


def fed(*late: float) -> Load:
    load = Load()
    for each in late:
        load.note(each)
    return load


@pytest.mark.parametrize(
    ("late", "busy"),
    [([], False), ([0.01] * 1000, False), ([60.0], False), ([0.2] * 1000, False),
     ([1.0, 1.0, 1.0], True), ([0.5] * 10, True), ([0.0] * 1000 + [0.5] * 10, True),
     ([-0.5] * 100, False)],
    ids=["new", "idle", "one pause", "a bit late", "stuck", "slow", "slow at last", "early"],
)  # fmt: skip
def test_busy_is_late_for_a_while(late: list[float], *, busy: bool) -> None:
    """One long pause makes no busy server; being late again and again does."""
    assert fed(*late).is_busy is busy


def test_a_busy_server_stays_so_until_it_is_calm() -> None:
    """Readers are not let in and refused in turns by a server on the edge."""
    load = fed(*[0.5] * 20)
    for _ in range(100):
        load.note(0.2)
    assert load.is_busy
    for _ in range(20):
        load.note(0.0)
    assert not load.is_busy


def test_an_operator_is_told_once_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    """The log says when new readers begin to be refused, when they are let in again, and how many were not."""
    load = Load()
    load.note_refusal()  # for want of a place
    for late in [0.5] * 20:
        load.note(late)
    load.note_refusal()
    load.note_refusal()
    for late in [0.0] * 40:
        load.note(late)
    for late in [0.5] * 20 + [0.0] * 40:
        load.note(late)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [it.partition(":")[0] for it in said[::2]] == ["busy", "busy"]
    assert said[1::2] == [
        f"calm again; {refused} readers were refused meanwhile" for refused in (2, 0)
    ]


def test_load_is_shown() -> None:
    """An operator sees how late the process is, and whether it refuses readers for it."""
    load, metrics = fed(*[0.5] * 20), Metrics()
    load.register(metrics)
    assert metrics.value("ticker_busy") == 1
    assert 0.25 < metrics.value("ticker_loop_lag_seconds") < 0.5


async def test_the_loop_is_measured() -> None:
    """A loop that is held up shows."""
    load = Load()
    task = asyncio.create_task(load.run())
    while not load.lag:
        await asyncio.sleep(0)
        time.sleep(0.2)  # noqa: ASYNC251 - what holds a loop up
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
