"""A request that is sent again while its first try is still on its way: done once, or refused for good."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.editing.test_intake import RULES, ask, on_wire
from tests.support.clock import Clock
from ticker.editing import bounds
from ticker.editing.bounds import FullError
from ticker.editing.intake import Intake
from ticker.news.document import format_time
from ticker.news.faults import InvalidError
from ticker.news.stages import PublishOptions
from ticker.store.wire import REFUSED_SECONDS, AttemptVoidError, TooManyUnchangedError, Wire

if TYPE_CHECKING:
    from ticker.news.flash import Flash
    from ticker.store.archive import Archive
    from ticker.store.client import Store


class SlowWire(Wire):
    """A wire whose first append is on its way until it is let go; then the next ones are quick."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.on_its_way = asyncio.Event()
        self.arrives = asyncio.Event()

    async def append(self, *arguments: Any, **more: Any) -> Flash:
        if not self.on_its_way.is_set():
            self.on_its_way.set()
            await self.arrives.wait()
        return await super().append(*arguments, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slow(store: Store) -> SlowWire:
    return SlowWire(store)


@pytest.fixture
def intake(slow: SlowWire, archive: Archive, clock: Clock) -> Intake:
    return Intake(slow, archive, RULES, clock)


def soon(clock: Clock, field: str) -> dict[str, Any]:
    clock.forward(10)
    time = format_time(clock.now)
    clock.forward(-10)
    return {"headline": "Soon", field: time}


@pytest.mark.parametrize("field", ["embargoed", "expires"])
async def test_what_is_refused_for_its_time_is_not_done_later(
    intake: Intake, slow: SlowWire, clock: Clock, archive: Archive, field: str
) -> None:
    """An embargo lapses while the first try is on its way: the second's 422 holds for both."""
    data = soon(clock, field)
    first = asyncio.create_task(intake.publish(ask(key="k"), data))
    await slow.on_its_way.wait()
    clock.forward(20)
    with pytest.raises(InvalidError):
        await intake.publish(ask(key="k"), data)
    slow.arrives.set()
    with pytest.raises(AttemptVoidError):
        await first
    assert await on_wire(slow) == []
    assert await archive.queue("en") == []
    # With another time it may take the same key, as after any refusal.
    made = await intake.publish(ask(key="k"), soon(clock, field))
    assert await intake.publish(ask(key="k"), soon(clock, field)) == made


async def test_what_was_done_meanwhile_is_the_answer(
    intake: Intake, slow: SlowWire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try arrives while the second is judged: both have the one line, whatever the clock says."""
    data = soon(clock, "expires")
    first = asyncio.create_task(intake.publish(ask(key="k"), data))
    await slow.on_its_way.wait()
    recall = slow.recall

    async def and_then_it_arrives(*arguments: Any) -> Any:
        seen = await recall(*arguments)
        slow.arrives.set()
        await first
        clock.forward(20)
        return seen

    monkeypatch.setattr(slow, "recall", and_then_it_arrives)
    assert await intake.publish(ask(key="k"), data) == await first
    assert len(await on_wire(slow)) == 1


async def test_a_correction_is_refused_for_good_too(
    intake: Intake, slow: SlowWire, clock: Clock
) -> None:
    """A new embargo of a waiting line lapses on its way: the line stays as it was."""
    slow.on_its_way.set()
    line = await intake.publish(ask(), {"headline": "Draft"}, PublishOptions(draft=True))
    slow.on_its_way.clear()
    data = soon(clock, "embargoed")
    first = asyncio.create_task(intake.correct(ask(key="k"), line.id, data))
    await slow.on_its_way.wait()
    clock.forward(20)
    with pytest.raises(InvalidError):
        await intake.correct(ask(key="k"), line.id, data)
    slow.arrives.set()
    with pytest.raises(AttemptVoidError):
        await first
    assert [it.flash.version for it in await intake.queue(ask().principal, "en")] == [1]


async def test_who_was_refused_for_want_of_room_may_ask_again(
    intake: Intake, slow: SlowWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal ends the tries before it and none behind it: once there is room, the same request is done."""
    slow.on_its_way.set()
    draft = PublishOptions(draft=True)
    monkeypatch.setattr(bounds, "QUEUE_MAX", 0)
    for _ in range(2):
        with pytest.raises(FullError):
            await intake.publish(ask(key="k"), {"headline": "One"}, draft)
    monkeypatch.undo()
    made = await intake.publish(ask(key="k"), {"headline": "One"}, draft)
    assert await intake.publish(ask(key="k"), {"headline": "One"}, draft) == made


async def test_what_could_never_be_right_leaves_nothing_in_the_store(
    intake: Intake, store: Store, clock: Clock
) -> None:
    """Only a refusal for what passes is remembered, and not for long."""
    with pytest.raises(InvalidError):
        await intake.publish(ask(key="k"), {"headline": ""})
    assert await store.commands.keys("*") == []
    data = soon(clock, "embargoed")
    clock.forward(20)
    with pytest.raises(InvalidError):
        await intake.publish(ask(key="k"), data)
    (key,) = await store.commands.keys("*")
    assert 0 < await store.commands.ttl(key) <= REFUSED_SECONDS


async def test_what_changes_nothing_is_remembered_so_often_and_no_more(
    intake: Intake, slow: SlowWire, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program cannot fill the store with keys of no-ops; what was done is still answered, and kills go."""
    monkeypatch.setattr("ticker.store.wire.UNCHANGED_MAX", 3)
    slow.on_its_way.set()
    line = await intake.publish(ask(key="p"), {"headline": "One"})
    for number in range(3):
        await intake.correct(ask(key=f"{number}"), line.id, {"headline": "One"})
    keys = len(await store.commands.keys("*"))
    for number in range(3, 6):
        with pytest.raises(TooManyUnchangedError):
            await intake.correct(ask(key=f"{number}"), line.id, {"headline": "One"})
    assert len(await store.commands.keys("*")) == keys
    assert await intake.correct(ask(key="2"), line.id, {"headline": "One"}) == line
    assert await intake.correct(ask(), line.id, {"headline": "One"}) == line
    assert await intake.correct(ask(name="ben", key="b"), line.id, {"headline": "One"}) == line
    assert (await intake.correct(ask(key="c"), line.id, {"headline": "Two"})).version == 2
    assert (await intake.kill(ask(key="k"), line.id, "wrong")).version == 3
    counts = await store.commands.keys("*unchanged*")
    assert [0 < await store.commands.ttl(it) <= 24 * 3600 for it in counts] == [True, True]
