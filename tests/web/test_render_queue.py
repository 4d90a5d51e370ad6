"""Who waits for a page to be rendered, and who is refused."""

from __future__ import annotations

import asyncio
import logging
from itertools import count

import pytest

from ticker.metrics import Metrics
from ticker.web.problems import ProblemError
from ticker.web.render_queue import PLACES, RenderQueue


class Kitchen:
    """A queue, who had a turn in which order, and a turn that lasts until it is let go."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.metrics = Metrics()
        self.queue = RenderQueue(self.metrics, timer=count(0, seconds).__next__)
        self.had: list[str] = []
        self.inside = 0
        self.go_on = asyncio.Event()

    async def work(self, name: str, **how: bool) -> None:
        """Have a turn; who asks is the first letter."""
        async with self.queue.turn(name[:1], **how):
            self.inside += 1
            assert self.inside == 1
            self.had.append(name)
            await self.go_on.wait()
            self.inside -= 1

    async def ask(self, *names: str, **how: bool) -> list[asyncio.Task[None]]:
        """They ask in this order; all wait when this returns, but for one that may have its turn."""
        asked = [asyncio.create_task(self.work(name, **how)) for name in names]
        await asyncio.sleep(0)
        return asked


async def test_what_everybody_reads_goes_first() -> None:
    """A reader of the board doesn't wait behind those who ask for pages of their own."""
    kitchen = Kitchen()
    asked = await kitchen.ask("a", "b", "c") + await kitchen.ask("board", first=True)
    kitchen.go_on.set()
    await asyncio.gather(*asked)
    assert kitchen.had == ["a", "board", "b", "c"]


async def test_what_everybody_reads_waits_for_no_pause() -> None:
    """The pause after an expensive page is for readers, so the board is made in it."""
    kitchen = Kitchen(seconds=0.05)
    kitchen.go_on.set()
    await asyncio.gather(*await kitchen.ask("a"))
    asked = await kitchen.ask("b") + await kitchen.ask("board", first=True)
    await asyncio.gather(*asked)
    assert kitchen.had == ["a", "board", "b"]


async def test_an_answer_that_has_begun_is_not_broken_off() -> None:
    """The next page of an export waits for its turn, and is not refused, however many ask."""
    kitchen = Kitchen()
    asked = await kitchen.ask(*(f"page {n}" for n in range(1 + PLACES)))
    going_on = await kitchen.ask("page of an export", begun=True)
    kitchen.go_on.set()
    await asyncio.gather(*asked, *going_on)
    assert kitchen.had[:3] == ["page 0", "page of an export", "page 1"]


async def test_more_than_can_wait_are_told_when_to_come_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A flood of expensive pages is refused at once, with a problem document, and the log says it once."""
    kitchen = Kitchen()
    asked = await kitchen.ask(*(f"page {n}" for n in range(1 + PLACES)))
    for _ in range(3):
        with pytest.raises(ProblemError) as refused:
            await kitchen.work("p-late")
        assert refused.value.status == 503
        assert int(refused.value.headers["Retry-After"]) > 0
    board = await kitchen.ask("board", first=True)
    kitchen.go_on.set()
    await asyncio.gather(*asked, *board)
    assert "p-late" not in kitchen.had
    assert kitchen.had[1] == "board"
    assert kitchen.metrics.value("ticker_renders_refused_total") == 3
    await asyncio.gather(*await kitchen.ask("after"))
    said = [it.message for it in caplog.records if it.levelno == logging.WARNING]
    assert said == [
        "pages are refused: more than 32 wait to be rendered",
        "pages are rendered again; 3 were refused meanwhile",
    ]


async def test_each_client_has_its_turn() -> None:
    """A reader waits behind one page of each client, however many a single one asks for."""
    kitchen = Kitchen()
    asked = await kitchen.ask("a0", "a1", "a2", "a3", "b1", "c1", "b2")
    kitchen.go_on.set()
    await asyncio.gather(*asked)
    assert kitchen.had == ["a0", "a1", "b1", "c1", "a2", "b2", "a3"]


async def test_who_asks_for_most_is_refused_first() -> None:
    """A client that fills all places takes none from another that comes later."""
    kitchen = Kitchen()
    asked = await kitchen.ask(*(f"a{n}" for n in range(1 + PLACES)))
    others = await kitchen.ask("b1", "c1", "b2")
    with pytest.raises(ProblemError):
        await kitchen.work("a-more")
    kitchen.go_on.set()
    await asyncio.gather(*others)
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(it, ProblemError) for it in ends] == [False] * 30 + [True] * 3
    assert kitchen.metrics.value("ticker_renders_refused_total") == 4


async def test_who_gives_up_is_forgotten() -> None:
    """A turn that nobody wants any more is the next one's."""
    kitchen = Kitchen()
    first, second, third = await kitchen.ask("a", "b", "c")
    second.cancel()
    kitchen.go_on.set()
    await asyncio.gather(first, third)
    assert kitchen.had == ["a", "c"]


async def test_a_turn_that_fails_is_over() -> None:
    """A page that cannot be rendered holds up nobody."""
    kitchen = Kitchen()
    with pytest.raises(ZeroDivisionError):
        async with kitchen.queue.turn():
            raise ZeroDivisionError
    kitchen.go_on.set()
    await asyncio.gather(*await kitchen.ask("a"))
    assert kitchen.had == ["a"]


async def test_work_in_other_threads_counts() -> None:
    """The pause after a picture, which is drawn in a thread, is as long as the drawing took."""
    kitchen = Kitchen()
    async with kitchen.queue.turn("a") as work:
        work.elsewhere = 0.05
    asked = await kitchen.ask("b") + await kitchen.ask("board", first=True)
    kitchen.go_on.set()
    await asyncio.gather(*asked)
    assert kitchen.had == ["board", "b"]
