"""A question that waits: what ends its wait, and for whom it counts."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.hub.test_hub import ALL, SPORTS, clock, hub, metrics
from tests.support.flashes import after, chain, flash
from ticker.hub.audience import QueuedAudience
from ticker.hub.long_poll import LongPoll
from ticker.news import flash as flashes
from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    import pytest

    from tests.support.clock import Clock
    from ticker.hub.hub import Hub
    from ticker.news.event import Cursor
    from ticker.news.subscription import Subscription

__all__ = ["clock", "hub", "metrics"]

LINE = flash("a", headline="libel")
FIRST, KILLED, THIRD = chain([LINE, flashes.kill(LINE, after(1)), flash("b", section="sports")])
FOREVER = 10_000


class Asking:
    """One who asks, and what it is answered."""

    def __init__(self, hub: Hub, cursor: Cursor | None, subscription: Subscription = ALL) -> None:
        self.hub, self.cursor = hub, cursor
        self.poll = LongPoll("direct")
        self.subscription = hub.join(self.poll, subscription, cursor)

    async def answer(self, seconds: float = FOREVER) -> dict[str, Any]:
        await self.poll.wait(seconds)
        frame = self.hub.hello(self.subscription, self.cursor)
        self.hub.leave(self.poll, self.subscription)
        message: dict[str, Any] = json.loads(frame.text)
        return message


async def test_what_is_there_is_answered_at_once(hub: Hub) -> None:
    """A position that we don't know gets the board, an older one what came since, the newest one nothing."""
    hub.publish(FIRST)
    board = await Asking(hub, None).answer()
    assert (board["reset"], [it["headline"] for it in board["flashes"]]) == (True, ["libel"])
    hub.publish(KILLED)
    since = await Asking(hub, FIRST.cursor).answer()
    assert (since["reset"], [it["pubstatus"] for it in since["flashes"]]) == (False, ["canceled"])
    nothing = await Asking(hub, KILLED.cursor).answer(0)
    assert (nothing["reset"], nothing["flashes"]) == (False, [])


async def test_what_comes_ends_the_wait(hub: Hub) -> None:
    """A line, a kill, a title and a store that goes and comes back; not a beat that says what is known."""
    hub.publish(FIRST)
    asking = Asking(hub, FIRST.cursor)
    hub.beat()
    assert not asking.poll._news.is_set()
    hub.publish(KILLED)
    answer = await asking.answer()
    assert answer["cursor"] == str(KILLED.cursor)
    assert [it["pubstatus"] for it in answer["flashes"]] == ["canceled"]
    assert [(it.flash_id, it.killed) for it in asking.poll.refs] == [("a", True)]

    asking = Asking(hub, KILLED.cursor)
    hub.entitle("en", {"storm": "The storm"})
    assert (await asking.answer())["flashes"] == []

    asking = Asking(hub, KILLED.cursor)
    hub.mark_stale()
    assert "stale" in await asking.answer()
    asking = Asking(hub, KILLED.cursor)
    hub.beat()
    assert not asking.poll._news.is_set()
    hub.mark_fresh()
    assert "stale" not in await asking.answer()


async def test_filters_hold_while_it_waits(hub: Hub) -> None:
    """What a filter hides ends no wait; the position is that of the edition all the same."""
    asking = Asking(hub, None, SPORTS)
    await asking.answer()
    hub.publish(FIRST)
    asking = Asking(hub, FIRST.cursor, SPORTS)
    await asking.answer(0)
    asking = Asking(hub, FIRST.cursor, SPORTS)
    hub.publish(KILLED)
    hub.publish(THIRD)
    answer = await asking.answer()
    assert [it["id"] for it in answer["flashes"]] == ["b"]
    assert answer["drops"] == ["a"]
    assert answer["cursor"] == str(THIRD.cursor)


async def test_who_is_ahead_of_the_hub_waits_for_it(hub: Hub) -> None:
    """Nothing killed comes back from a hub that is a moment behind, however short the wait is."""
    hub.publish(FIRST)
    asking = Asking(hub, KILLED.cursor)
    answering = asyncio.create_task(asking.answer(0))
    await asyncio.sleep(0)
    assert not asking.poll.is_greeted
    hub.publish(KILLED)
    answer = await answering
    assert (answer["reset"], answer["flashes"]) == (False, [])


async def test_a_hub_that_stops_ends_the_wait(hub: Hub) -> None:
    """Also of who waits for the hub to come to where they are."""
    hub.publish(FIRST)
    waits, early = Asking(hub, FIRST.cursor), Asking(hub, THIRD.cursor)
    for reader in hub.readers:
        reader.close(CloseCode.SERVICE_RESTART)
    for asking in (waits, early):
        await asking.poll.wait(FOREVER)
        assert asking.poll.code is CloseCode.SERVICE_RESTART
    assert (waits.poll.is_greeted, early.poll.is_greeted) == (True, False)


async def test_while_the_store_is_away_answers_come_soon(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was between two questions when that began hears of it soon."""
    monkeypatch.setattr("ticker.hub.long_poll.STALE_SECONDS", 0)
    hub.mark_stale()
    hub.publish(FIRST)
    asking = Asking(hub, FIRST.cursor)
    assert "stale" in await asking.answer()


async def test_the_answer_tells_the_time_of_the_answer(hub: Hub, clock: Clock) -> None:
    """Not that of the question, by which lines would expire too late."""
    hub.publish(FIRST)
    asking = Asking(hub, FIRST.cursor)
    before = json.loads(hub.hello(ALL, FIRST.cursor).text)["now"]
    clock.forward(300)
    hub.publish(KILLED)
    assert (await asking.answer())["now"] > before


async def test_all_who_were_at_one_position_get_the_same_bytes(hub: Hub) -> None:
    """An answer is encoded once, however many wait for it."""
    hub.publish(FIRST)
    some = [Asking(hub, FIRST.cursor) for _ in range(2)]
    hub.publish(KILLED)
    one, other = (hub.hello(it.subscription, it.cursor) for it in some)
    assert one is other


def test_it_is_written_to_like_readers_with_a_queue() -> None:
    """Receipts are expected for it as for others."""
    audience = QueuedAudience()
    audience.add(LongPoll("direct"))
    assert [it.transport for it in audience.readers()] == ["poll"]


async def test_a_reader_between_two_questions_counts_as_one(hub: Hub) -> None:
    """It neither leaves nor comes: not even those of its site who ask at the same time are mixed up."""
    hub.publish(FIRST)

    def counted() -> tuple[Any, Any]:
        presence = hub.presence()["en"]
        return presence["transports"], presence["origins"]

    asking = Asking(hub, FIRST.cursor)
    assert counted() == ({"poll": 1}, {"direct": 1})
    for _ in range(3):
        await asking.answer(0)
        assert counted() == ({"poll": 1}, {"direct": 1})
        asking = Asking(hub, FIRST.cursor)
        assert counted() == ({"poll": 1}, {"direct": 1})
    other = Asking(hub, FIRST.cursor)
    assert counted() == ({"poll": 2}, {"direct": 2})
    await asking.answer(0)
    await other.answer(0)
    assert counted() == ({"poll": 2}, {"direct": 2})
