"""When a line goes out: drafts, holds, second keys and embargoes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.editing.test_intake import RULES, ask, on_wire
from tests.support.clock import Clock
from tests.support.flashes import NOON
from ticker.accounts.principal import Role
from ticker.accounts.rights import ForbiddenError
from ticker.editing.attempts import PreconditionError
from ticker.editing.intake import Intake
from ticker.news.document import format_time
from ticker.news.event import Record
from ticker.news.faults import InvalidError
from ticker.news.flash import IllegalChangeError, PubStatus
from ticker.news.stages import PublishOptions
from ticker.store.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ticker.store.client import Store
    from ticker.store.wire import Wire

HOLD = PublishOptions(hold=3)
DRAFT = PublishOptions(draft=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(wire: Wire, archive: Archive, clock: Clock) -> Callable[..., Intake]:
    return lambda **more: Intake(wire, archive, RULES, clock, **more)


async def stand(archive: Archive, flash_id: str) -> tuple[str, str | None]:
    """Where a line stands: its status and stage."""
    record = await archive.record("en", flash_id)
    assert isinstance(record, Record)
    return record.flash.pubstatus.value, record.stage


async def test_a_held_line_goes_out_by_itself_once(
    make: Callable[..., Intake], wire: Wire, archive: Archive, clock: Clock
) -> None:
    """Not before its seconds are over, then once, however many processes try."""
    intakes = [make() for _ in range(5)]
    line = await intakes[0].publish(ask(), {"headline": "Held"}, HOLD)
    assert await stand(archive, line.id) == ("withheld", "held")
    clock.forward(2.9)
    assert await intakes[0].release_due(["en"]) == []
    assert await on_wire(wire) == []
    assert await intakes[0].next_due(["en", "ar"]) == pytest.approx(0.1)
    clock.forward(0.1)
    released = await asyncio.gather(*(it.release_due(["en"]) for it in intakes))
    assert sum(map(len, released)) == 1
    assert await on_wire(wire) == [("Held", 2, "usable")]
    assert await archive.queue("en") == []


class Overtaken(Archive):
    """An archive between whose two looks at what is due somebody else acts."""

    meanwhile: Callable[[], Awaitable[Any]]

    async def records(self, edition: str, ids: Iterable[str]) -> list[Record]:
        await self.meanwhile()
        return await super().records(edition, ids)


async def test_what_was_settled_meanwhile_is_not_released_again(
    make: Callable[..., Intake], store: Store, wire: Wire, clock: Clock
) -> None:
    """Another process was faster, or the line was raised to what takes two: it is left alone."""
    overtaken = Overtaken(store)
    late = Intake(wire, overtaken, RULES, clock)
    intake = make(two_key=True)
    await intake.publish(ask(), {"headline": "Once"}, HOLD)
    clock.forward(3)
    overtaken.meanwhile = lambda: intake.release_due(["en"])
    assert await late.release_due(["en"]) == []
    assert await on_wire(wire) == [("Once", 2, "usable")]
    line = await intake.publish(ask(), {"headline": "Raised", "urgency": 2}, HOLD)
    clock.forward(3)
    overtaken.meanwhile = lambda: intake.correct(ask(), line.id, {"urgency": 1})
    assert await late.release_due(["en"]) == []
    assert len(await on_wire(wire)) == 1


async def test_a_stopped_line_never_was(
    make: Callable[..., Intake], wire: Wire, archive: Archive, clock: Clock
) -> None:
    """Its own reporter stops it; nothing of it reaches the wire, and it is on the record."""
    intake, me = make(), ask(Role.REPORTER)
    line = await intake.publish(me, {"headline": "Oops"}, HOLD)
    await intake.kill(me, line.id, "stopped")
    clock.forward(60)
    assert await intake.release_due(["en"]) == []
    assert await on_wire(wire) == []
    actions = [it.action for it in await intake.versions(me.principal, "en", line.id)]
    assert actions == ["hold", "kill"]
    assert await archive.queue("en") == []


async def test_too_late_is_said(make: Callable[..., Intake], clock: Clock) -> None:
    """Who stops the version that was held, when it is out, is told so."""
    intake = make()
    line = await intake.publish(ask(), {"headline": "Out"}, HOLD)
    clock.forward(3)
    await intake.release_due(["en"])
    with pytest.raises(PreconditionError):
        await intake.kill(ask(if_match=["1"]), line.id, "stopped")


async def test_a_draft_waits_for_its_author(
    make: Callable[..., Intake], wire: Wire, archive: Archive, clock: Clock
) -> None:
    """It may be of any rank, is changed out of sight, and goes out when somebody who may says so."""
    intake, me = make(), ask(Role.REPORTER)
    line = await intake.publish(me, {"headline": "Draft", "urgency": 1}, DRAFT)
    clock.forward(3600)
    assert await intake.release_due(["en"]) == []
    await intake.correct(me, line.id, {"headline": "Better"})
    assert await stand(archive, line.id) == ("withheld", "draft")
    with pytest.raises(ForbiddenError):
        await intake.release(me, line.id)
    with pytest.raises(ForbiddenError):
        await intake.release(ask(Role.REPORTER, "another"), line.id)
    out = await intake.release(ask(), line.id)
    assert (out.pubstatus, out.firstcreated) == (PubStatus.USABLE, clock.now)
    assert await intake.release(ask(), line.id) == out
    assert await on_wire(wire) == [("Better", 3, "usable")]


async def test_urgency_one_takes_two_keys(
    make: Callable[..., Intake], wire: Wire, archive: Archive
) -> None:
    """Whoever wrote it last cannot release it; another editor can; a kill takes one."""
    intake = make(two_key=True)
    amal, ben = ask(name="amal"), ask(name="ben")
    line = await intake.publish(amal, {"headline": "Flash", "urgency": 1})
    assert await stand(archive, line.id) == ("withheld", "awaiting")
    with pytest.raises(ForbiddenError):
        await intake.release(amal, line.id)
    with pytest.raises(ForbiddenError):
        await intake.release(ask(Role.REPORTER, "rosa"), line.id)
    await intake.correct(ben, line.id, {"headline": "Flash!"})
    with pytest.raises(ForbiddenError):
        await intake.release(ben, line.id)
    await intake.release(amal, line.id)
    with pytest.raises(ForbiddenError):
        await intake.correct(ben, line.id, {"headline": "Flash."})
    await intake.kill(amal, line.id, "wrong")
    assert [version for _, version, _ in await on_wire(wire)] == [3, 4]


async def test_no_way_round_the_second_key(make: Callable[..., Intake], archive: Archive) -> None:
    """Neither a draft, a hold, an embargo nor a correction gets a flash out with one key."""
    intake = make(two_key=True)
    amal = ask(name="amal")
    draft = await intake.publish(amal, {"headline": "Draft", "urgency": 1}, DRAFT)
    await intake.release(amal, draft.id, HOLD)
    assert await stand(archive, draft.id) == ("withheld", "awaiting")
    held = await intake.publish(amal, {"headline": "Held", "urgency": 2}, HOLD)
    await intake.correct(amal, held.id, {"urgency": 1})
    assert await stand(archive, held.id) == ("withheld", "awaiting")
    later = {"headline": "Later", "urgency": 2, "embargoed": format_time(NOON.replace(hour=13))}
    embargoed = await intake.publish(amal, later)
    await intake.correct(amal, embargoed.id, {"urgency": 1, "embargoed": None})
    assert await stand(archive, embargoed.id) == ("withheld", "awaiting")
    out = await intake.publish(amal, {"headline": "Out", "urgency": 2})
    with pytest.raises(ForbiddenError) as refused:
        await intake.correct(amal, out.id, {"urgency": 1})
    assert refused.value.field == "urgency"


async def test_an_embargo_ends_early_by_hand(
    make: Callable[..., Intake], wire: Wire, archive: Archive, clock: Clock
) -> None:
    """A released line has no embargo ahead of it; a draft keeps its embargo when it is let go."""
    intake = make()
    later = {"headline": "Later", "embargoed": format_time(NOON.replace(hour=13))}
    line = await intake.publish(ask(), later)
    assert (await intake.release(ask(), line.id)).embargoed is None
    draft = await intake.publish(ask(), later, DRAFT)
    await intake.release(ask(), draft.id)
    assert await stand(archive, draft.id) == ("withheld", None)
    clock.forward(3600)
    assert len(await intake.release_due(["en"])) == 1
    assert len(await on_wire(wire)) == 2


async def test_what_is_stopped_stays_so(make: Callable[..., Intake]) -> None:
    """A killed draft cannot be released."""
    intake = make()
    draft = await intake.publish(ask(), {"headline": "Draft"}, DRAFT)
    await intake.kill(ask(), draft.id, "no")
    with pytest.raises(IllegalChangeError):
        await intake.release(ask(), draft.id)


async def test_a_refile_is_silent_and_on_the_record(make: Callable[..., Intake]) -> None:
    """Readers get the words without a note; the log says who, what and from where."""
    intake = make()
    line = await intake.publish(ask(), {"headline": "The lane"})
    mended = await intake.correct(
        ask(address="192.0.2.7"), line.id, {"headline": "The line"}, silently=True
    )
    assert (mended.headline, mended.correction) == ("The line", None)
    newest = (await intake.versions(ask().principal, "en", line.id))[-1]
    assert (newest.action, newest.by, newest.address) == ("refile", "editor", "192.0.2.7")
    with pytest.raises(InvalidError):
        await intake.correct(ask(), line.id, {"correction": "note"}, silently=True)


async def test_the_same_request_is_done_once(make: Callable[..., Intake], wire: Wire) -> None:
    """A repeated release or hold with one key answers as before, and makes nothing new."""
    intake = make()
    data: dict[str, Any] = {"headline": "Once"}
    first = await intake.publish(ask(key="k"), data, HOLD)
    assert await intake.publish(ask(key="k"), data, HOLD) == first
    released = await intake.release(ask(key="r"), first.id)
    assert await intake.release(ask(key="r"), first.id) == released
    assert len(await on_wire(wire)) == 1
