"""A fault ends no job for good, and the end of the service ends all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ticker.jobs import supervisor
from ticker.jobs.supervisor import supervised

if TYPE_CHECKING:
    import pytest


async def test_a_job_that_fails_is_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault is in the log by the job's name, and the job goes on; others never noticed."""
    monkeypatch.setattr(supervisor, "_AGAIN_SECONDS", 0)
    starts = {"frail": 0, "sound": 0}
    third = asyncio.Event()

    async def frail() -> None:
        starts["frail"] += 1
        if starts["frail"] == 3:
            third.set()
            await asyncio.Event().wait()
        raise RuntimeError("broken")

    async def sound() -> None:
        starts["sound"] += 1
        await asyncio.Event().wait()

    async with supervised({"frail": frail, "sound": sound}):
        await third.wait()
    assert starts == {"frail": 3, "sound": 1}
    assert caplog.text.count("job frail failed") == 2


async def test_a_job_that_is_done_is_done() -> None:
    """What has nothing more to do is not begun again."""
    starts = 0
    done = asyncio.Event()

    async def once() -> None:
        nonlocal starts
        starts += 1
        done.set()

    async with supervised({"once": once}):
        await done.wait()
        for _ in range(10):
            await asyncio.sleep(0)
    assert starts == 1


async def test_what_depends_on_others_ends_before_them(caplog: pytest.LogCaptureFixture) -> None:
    """Jobs end in reverse order; a fault on the way out is nobody's alarm."""
    ended = []
    running = asyncio.Semaphore(0)

    async def job(name: str) -> None:
        try:
            running.release()
            await asyncio.Event().wait()
        finally:
            ended.append(name)
            raise RuntimeError(name)

    async with supervised({"first": lambda: job("first"), "second": lambda: job("second")}):
        await running.acquire()
        await running.acquire()
    assert ended == ["second", "first"]
    assert caplog.text == ""
