"""An editor's answer does not wait behind a fan-out."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import Response

from tests.support.service import running
from ticker.hub import fanout

if TYPE_CHECKING:
    from ticker.settings import Settings

READERS = 60


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the process did, in order: slices of a fan-out, and answers that went out."""
    done: list[str] = []
    write, respond = fanout._write_to_all, Response.__call__

    def slice_(sockets: Any, data: bytes) -> int:
        done.append("slice")
        # As long as a slice of a thousand readers takes.
        time.sleep(0.005)
        return write(sockets, data)

    async def answer(self: Response, *channel: Any) -> None:
        await respond(self, *channel)
        done.append(f"{self.status_code}")

    monkeypatch.setattr(fanout, "_SLICE", 1)
    monkeypatch.setattr(fanout, "_write_to_all", slice_)
    monkeypatch.setattr(Response, "__call__", answer)
    return done


def slices_before_each_answer(told: list[str]) -> list[int]:
    answers = [place for place, what in enumerate(told) if what == "201"]
    return [told[:place].count("slice") for place in answers]


async def test_answers_go_out_before_the_slices(settings: Settings, told: list[str]) -> None:
    """Editors who post at once are answered before most of their readers are told."""
    async with running(settings) as service, AsyncExitStack() as stack:
        for _ in range(READERS):
            await stack.enter_async_context(service.live("en"))
        for number in range(3):
            told.clear()
            posts = [service.post("en", f"Line {number}.{it}") for it in range(3)]
            await asyncio.gather(*posts)
            assert max(slices_before_each_answer(told)) <= 3
            while told.count("slice") < READERS:  # noqa: ASYNC110 - a callback, no event
                await asyncio.sleep(0)


async def test_an_answer_goes_out_between_slices(settings: Settings, told: list[str]) -> None:
    """A post that comes while readers are told of another is answered long before they all are."""
    async with running(settings) as service, AsyncExitStack() as stack:
        for _ in range(READERS):
            await stack.enter_async_context(service.live("en"))
        told.clear()
        await service.post("en", "One")
        while "slice" not in told:  # noqa: ASYNC110 - a callback, no event
            await asyncio.sleep(0)
        told.clear()
        await service.post("en", "Two")
        between = slices_before_each_answer(told)[0]
        # At most one for each time that the service awaits the client or the store.
        assert between <= 6


async def test_nobody_is_given_way_to_who_is_not_there(
    settings: Settings, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no editor waits for an answer a fan-out goes on at once, and costs no turns of the loop."""
    turns = 0
    give_way = fanout.Scheduler._give_way

    def counted(self: fanout.Scheduler, done: int) -> None:
        nonlocal turns
        turns += 1
        give_way(self, done)

    monkeypatch.setattr(fanout.Scheduler, "_give_way", counted)
    async with running(settings) as service, AsyncExitStack() as stack:
        for _ in range(READERS):
            await stack.enter_async_context(service.live("en"))
        await service.post("en", "One")
        while told.count("slice") < READERS:  # noqa: ASYNC110 - a callback, no event
            await asyncio.sleep(0)
        assert turns < 10 * READERS
