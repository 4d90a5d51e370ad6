"""What editors may do, and that each thing is done once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.clock import Clock
from tests.support.flashes import NOON, flash, record
from tests.support.traffic import bytes_sent
from ticker.accounts.principal import Principal, Role
from ticker.accounts.rights import ForbiddenError
from ticker.editing.attempts import PreconditionError
from ticker.editing.bounds import FullError
from ticker.editing.context import EditContext
from ticker.editing.intake import Intake, NoSuchFlashError
from ticker.news.document import format_time, utcnow
from ticker.news.draft import Rules
from ticker.news.faults import InvalidError
from ticker.news.flash import Flash, IllegalChangeError, PubStatus, Stage
from ticker.news.stages import PublishOptions
from ticker.store.wire import KeyReusedError, VersionConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.store.archive import Archive
    from ticker.store.client import Store
    from ticker.store.wire import Wire

RULES = Rules(sections=("politics", "sports"), regions=("mena",))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def intake(wire: Wire, archive: Archive, clock: Clock) -> Intake:
    return Intake(wire, archive, RULES, clock)


def ask(role: Role = Role.EDITOR, name: str = "", edition: str = "en", **more: Any) -> EditContext:
    principal = Principal(name or role.word, role, frozenset(more.pop("editions", ())), NOON, None)
    return EditContext(principal, edition, **more)


async def on_wire(wire: Wire) -> list[tuple[str, int, str]]:
    _, events = await wire.tail("en", 100)
    return [(it.flash.headline, it.flash.version, it.flash.pubstatus.value) for it in events]


async def test_a_line_is_published_corrected_and_killed(intake: Intake, wire: Wire) -> None:
    """Each step of a line's life is one entry of the wire."""
    made = await intake.publish(ask(), {"headline": "One"})
    await intake.correct(ask(), made.id, {"headline": "Two", "correction": "It was two"})
    await intake.kill(ask(), made.id, "wrong")
    assert await on_wire(wire) == [
        ("One", 1, "usable"),
        ("Two", 2, "usable"),
        ("Two", 3, "canceled"),
    ]
    records = await intake.versions(ask().principal, "en", made.id)
    assert [(it.action, it.by, it.reason) for it in records] == [
        ("publish", "editor", None),
        ("correct", "editor", None),
        ("kill", "editor", "wrong"),
    ]


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.ADMIN], ids=lambda it: it.word)
@pytest.mark.parametrize("editions", [(), ("en",), ("ar",)], ids=["all", "this", "other"])
async def test_who_may_do_what(intake: Intake, role: Role, editions: tuple[str, ...]) -> None:
    """Role by edition by verb: a reporter's limits, an editor's rights, and nobody elsewhere."""
    line = await intake.publish(ask(Role.EDITOR, "somebody"), {"headline": "Theirs"})
    here = editions != ("ar",)
    higher = here and role > Role.REPORTER

    async def may(action: Any) -> bool:
        try:
            await action
        except ForbiddenError:
            return False
        return True

    me = ask(role, editions=editions)
    assert await may(intake.publish(me, {"headline": "Mine", "urgency": 3})) is here
    assert await may(intake.publish(me, {"headline": "Mine", "urgency": 2})) is higher
    assert await may(intake.publish(me, {"headline": "Mine", "pinned": True})) is higher
    assert await may(intake.correct(me, line.id, {"headline": "Changed"})) is higher
    assert await may(intake.versions(me.principal, "en", line.id)) is here
    assert await may(intake.kill(me, line.id, "why")) is higher
    mine = await intake.publish(ask(Role.EDITOR, role.word), {"headline": "Mine"})
    assert await may(intake.correct(me, mine.id, {"headline": "Mended"})) is here
    assert await may(intake.correct(me, mine.id, {"urgency": 1})) is higher
    assert await may(intake.correct(me, mine.id, {"pinned": True})) is higher
    assert await may(intake.kill(me, mine.id, "why")) is higher


async def test_a_reporter_corrects_their_own_line_within_limits(intake: Intake) -> None:
    """A reporter mends their own line, though not its rank, until an editor has touched it."""
    me = ask(Role.REPORTER)
    mine = await intake.publish(me, {"headline": "Mine"})
    corrected = await intake.correct(me, mine.id, {"headline": "Mended"})
    assert corrected.headline == "Mended"
    with pytest.raises(ForbiddenError) as refused:
        await intake.correct(me, mine.id, {"urgency": 2})
    assert refused.value.field == "urgency"
    raised = await intake.correct(ask(), mine.id, {"urgency": 1})
    with pytest.raises(ForbiddenError) as refused:
        await intake.correct(me, mine.id, {"headline": "Mine again"}, silently=True)
    assert refused.value.field == "role"
    assert await intake.correct(ask(), mine.id, {}) == raised


async def test_a_change_of_nothing_makes_no_version(intake: Intake, wire: Wire) -> None:
    """Saving without a change, or killing twice, is answered and makes no event."""
    line = await intake.publish(ask(), {"headline": "One", "tags": ["a"]})
    assert await intake.correct(ask(), line.id, {"headline": " One ", "tags": ["a"]}) == line
    assert await intake.correct(ask(), line.id, {}) == line
    killed = await intake.kill(ask(), line.id, "wrong")
    assert await intake.kill(ask(), line.id, "wrong again") == killed
    assert len(await on_wire(wire)) == 2


async def test_a_killed_line_stays_dead(intake: Intake) -> None:
    """Nothing brings a killed line back."""
    line = await intake.publish(ask(), {"headline": "One"})
    await intake.kill(ask(), line.id, "wrong")
    with pytest.raises(IllegalChangeError):
        await intake.correct(ask(), line.id, {"headline": "Two"})


async def test_unknown_lines_and_reasons(intake: Intake) -> None:
    """What is not there cannot be changed, and a kill says why."""
    for action in (
        intake.correct(ask(), "nowhere", {}),
        intake.kill(ask(), "nowhere", "why"),
        intake.versions(ask().principal, "en", "nowhere"),
    ):
        with pytest.raises(NoSuchFlashError):
            await action
    line = await intake.publish(ask(), {"headline": "One"})
    with pytest.raises(InvalidError):
        await intake.kill(ask(), line.id, "  ")


async def test_if_match_protects_the_work_of_others(intake: Intake) -> None:
    """Who corrects what they have not seen is told, and nothing is overwritten."""
    line = await intake.publish(ask(), {"headline": "One"})
    await intake.correct(ask(if_match={"1"}), line.id, {"headline": "Two"})
    for action in (
        intake.correct(ask(if_match={"1"}), line.id, {"headline": "Three"}),
        intake.kill(ask(if_match={"1", "7"}), line.id, "why"),
    ):
        with pytest.raises(PreconditionError):
            await action
    killed = await intake.kill(ask(if_match={"2"}), line.id, "why")
    with pytest.raises(PreconditionError):
        await intake.correct(ask(if_match={"2"}), killed.id, {"headline": "Late"})


async def test_corrections_at_the_same_time_are_all_made(intake: Intake, wire: Wire) -> None:
    """Editors who change different fields at once do not undo each other's work."""
    line = await intake.publish(ask(), {"headline": "One"})
    await asyncio.gather(
        intake.correct(ask(), line.id, {"headline": "Two"}),
        intake.correct(ask(), line.id, {"source": "Agency"}),
        intake.correct(ask(), line.id, {"section": "sports"}),
    )
    _, events = await wire.tail("en", 1)
    last = events[0].flash
    assert (last.version, last.headline, last.source, last.section) == (
        4, "Two", "Agency", "sports",
    )  # fmt: skip


async def test_no_correction_is_lost_in_a_crowd(intake: Intake, wire: Wire) -> None:
    """Of twenty corrections at once each is made or refused, and none is swallowed."""
    line = await intake.publish(ask(), {"headline": "One"})
    results = await asyncio.gather(
        *(intake.correct(ask(), line.id, {"headline": f"line {n}"}) for n in range(20)),
        return_exceptions=True,
    )
    made = [it for it in results if isinstance(it, Flash)]
    refused = [it for it in results if isinstance(it, VersionConflictError)]
    assert len(made) + len(refused) == 20
    assert sorted(it.version for it in made) == list(range(2, len(made) + 2))
    _, events = await wire.tail("en", 50)
    assert [it.flash for it in events[1:]] == sorted(made, key=lambda it: it.version)


async def test_if_match_lets_one_of_many_through(intake: Intake) -> None:
    """Of those who correct one version on condition, the first is heard and the rest are told."""
    line = await intake.publish(ask(), {"headline": "One"})
    results = await asyncio.gather(
        *(intake.correct(ask(if_match={"1"}), line.id, {"headline": f"{n}"}) for n in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(it, Flash) for it in results) == 1
    assert sum(isinstance(it, PreconditionError) for it in results) == 4


async def test_one_request_sent_many_times_at_once_is_done_once(intake: Intake, wire: Wire) -> None:
    """A browser that sends one request over and over makes one line, one correction, one kill."""

    async def many(verb: Callable[[], Awaitable[Flash]]) -> Flash:
        answers = await asyncio.gather(*(verb() for _ in range(8)))
        assert all(answer == answers[0] for answer in answers)
        return answers[0]

    line = await many(lambda: intake.publish(ask(key="p"), {"headline": "One"}))
    await many(lambda: intake.correct(ask(key="c"), line.id, {"headline": "Two"}))
    await many(lambda: intake.kill(ask(key="k"), line.id, "wrong"))
    assert [version for _, version, _ in await on_wire(wire)] == [1, 2, 3]


async def test_each_verb_is_done_once_for_one_key(intake: Intake, wire: Wire, clock: Clock) -> None:
    """A request that is sent again gets the answer it got, whatever has happened since."""
    made = await intake.publish(ask(key="p"), {"headline": "One"})
    noop = await intake.correct(ask(key="n"), made.id, {"headline": "One"})
    fixed = await intake.correct(ask(key="c", if_match={"1"}), made.id, {"headline": "Two"})
    killed = await intake.kill(ask(key="k"), made.id, "wrong")
    held = {"headline": "Held", "embargoed": format_time(NOON + timedelta(hours=1))}
    waiting = await intake.publish(ask(key="e"), held)
    brief = {"headline": "Brief", "expires": format_time(NOON + timedelta(minutes=5))}
    shown = await intake.publish(ask(key="b"), brief)
    before = await on_wire(wire)
    clock.forward(600)
    assert await intake.publish(ask(key="b"), brief) == shown
    assert await intake.publish(ask(key="p"), {"headline": "One"}) == made
    assert await intake.correct(ask(key="n"), made.id, {"headline": "One"}) == noop == made
    again = ask(key="c", if_match={"1"})
    assert await intake.correct(again, made.id, {"headline": "Two"}) == fixed
    assert await intake.kill(ask(key="k"), made.id, "wrong") == killed
    assert await intake.publish(ask(key="e"), held) == waiting
    assert await on_wire(wire) == before


async def test_a_key_belongs_to_one_request_of_one_token(intake: Intake) -> None:
    """The same key with another request is refused; another token's key is its own."""
    await intake.publish(ask(key="k"), {"headline": "One"})
    line = await intake.publish(ask(name="other", key="k"), {"headline": "Two"})
    for action in (
        intake.publish(ask(key="k"), {"headline": "Other"}),
        intake.correct(ask(key="k"), line.id, {"headline": "One"}),
        intake.kill(ask(key="k"), line.id, "why"),
    ):
        with pytest.raises(KeyReusedError):
            await action


async def hold(intake: Intake, seconds: float = 60) -> Flash:
    embargo = format_time(NOON + timedelta(seconds=seconds))
    return await intake.publish(ask(), {"headline": "Held", "embargoed": embargo})


async def test_an_embargoed_line_is_released_once_when_due(
    intake: Intake, wire: Wire, archive: Archive, clock: Clock
) -> None:
    """Of two processes one releases the line, not before its time, as a line of that moment."""
    held = await hold(intake)
    assert held.pubstatus is PubStatus.WITHHELD
    clock.forward(59.999)
    assert await intake.release_due(["en", "ar"]) == []
    assert await on_wire(wire) == []
    clock.forward(0.001)
    other = Intake(wire, archive, RULES, clock)
    released = await asyncio.gather(intake.release_due(["en"]), other.release_due(["en"]))
    assert sorted(len(some) for some in released) == [0, 1]
    assert await on_wire(wire) == [("Held", 2, "usable")]
    _, events = await wire.tail("en", 1)
    assert events[0].flash.firstcreated == clock.now
    assert await intake.release_due(["en"]) == []


async def test_a_kill_wins_over_a_release(
    intake: Intake, wire: Wire, archive: Archive, clock: Clock
) -> None:
    """A line that is killed in the moment of its release is dead in the end, on the wire too."""
    held = [await hold(intake) for _ in range(10)]
    clock.forward(60)
    other = Intake(wire, archive, RULES, clock)
    await asyncio.gather(
        other.release_due(["en"]), *(intake.kill(ask(), it.id, "not true") for it in held)
    )
    for line in held:
        stored = await archive.get("en", line.id)
        assert stored is not None
        assert stored.pubstatus is PubStatus.CANCELED
    _, events = await wire.tail("en", 100)
    last = {event.flash.id: event.flash.pubstatus for event in events}
    assert set(last.values()) <= {PubStatus.CANCELED}
    assert await intake.release_due(["en"]) == []


async def test_a_held_line_can_be_worked_on_unseen(
    intake: Intake, wire: Wire, clock: Clock
) -> None:
    """Before its release a line is edited, postponed or spiked, and readers never know."""
    held = await hold(intake)
    later = format_time(NOON + timedelta(seconds=120))
    await intake.correct(ask(), held.id, {"headline": "Better", "embargoed": later})
    clock.forward(60)
    assert await intake.release_due(["en"]) == []
    await intake.kill(ask(), held.id, "not true")
    clock.forward(600)
    assert await intake.release_due(["en"]) == []
    assert await on_wire(wire) == []


async def test_lifting_an_embargo_publishes_at_once(intake: Intake, wire: Wire) -> None:
    """An editor who takes the embargo away has published the line."""
    held = await hold(intake)
    out = await intake.correct(ask(), held.id, {"embargoed": None})
    assert out.pubstatus is PubStatus.USABLE
    assert await on_wire(wire) == [("Held", 2, "usable")]


async def test_a_published_line_cannot_be_withheld(intake: Intake) -> None:
    """What is out is out: an embargo cannot take it back, a kill can."""
    line = await intake.publish(ask(), {"headline": "One"})
    with pytest.raises(IllegalChangeError):
        await intake.correct(ask(), line.id, {"embargoed": "2099-01-01T00:00:00Z"})


async def test_a_key_is_remembered_for_a_day(intake: Intake, store: Store) -> None:
    """A request may be sent again for a day; then the store lets go of its key by itself."""
    await intake.publish(ask(key="k"), {"headline": "One"})
    commands: Any = store.commands
    (name,) = await commands.keys("*:idempotency:*")
    assert 0 < await commands.ttl(name) <= 24 * 3600


async def test_a_full_queue_takes_no_more(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that files without end is refused; lines go out, and room is made by each that leaves."""
    monkeypatch.setattr("ticker.editing.bounds.QUEUE_MAX", 2)
    draft = PublishOptions(draft=True)
    first, _ = [await intake.publish(ask(), {"headline": it}, draft) for it in ("One", "Two")]
    with pytest.raises(FullError, match="2 lines wait"):
        await intake.publish(ask(), {"headline": "Three"}, draft)
    assert (await intake.publish(ask(), {"headline": "News"})).pubstatus is PubStatus.USABLE
    assert (await intake.publish(ask(edition="ar"), {"headline": "One"}, draft)).version == 1
    await intake.kill(ask(), first.id, "not needed")
    assert (await intake.publish(ask(), {"headline": "Three"}, draft)).version == 1


async def test_a_line_is_changed_only_so_often(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool that corrects without end is refused; a kill and a release always go through."""
    monkeypatch.setattr("ticker.editing.bounds.VERSIONS_MAX", 3)
    lines = [
        await intake.publish(ask(), {"headline": "One"}, PublishOptions(draft=draft))
        for draft in (False, True)
    ]
    for line in lines:
        for headline in ("Two", "Three"):
            await intake.correct(ask(), line.id, {"headline": headline})
        for silently in (False, True):
            with pytest.raises(FullError):
                await intake.correct(ask(), line.id, {"headline": "Four"}, silently=silently)
        same = await intake.correct(ask(), line.id, {"headline": "Three"})
        assert same.version == 3, "nothing is changed"
    assert (await intake.release(ask(), lines[1].id)).version == 4
    for line in lines:
        assert (await intake.kill(ask(), line.id, "wrong")).pubstatus is PubStatus.CANCELED


def test_the_clock_of_intake_counts_milliseconds() -> None:
    """What is stored is what was answered: times have no more than milliseconds."""
    assert utcnow().microsecond % 1000 == 0


def ahead(seconds: float) -> str:
    return format_time(NOON + timedelta(seconds=seconds))


async def refused(action: Awaitable[Flash]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        await action
    return [f"{fault.field} {fault.detail}" for fault in caught.value.faults]


@pytest.mark.parametrize("draft", [False, True])
async def test_an_embargo_that_is_over_withholds_nothing(
    intake: Intake, wire: Wire, draft: bool
) -> None:
    """Whoever mistakes the year is told so, and nothing goes out."""
    for seconds in (-31_536_000, -0.001, 0):
        data = {"headline": "Later", "embargoed": ahead(seconds)}
        told = await refused(intake.publish(ask(), data, PublishOptions(draft=draft)))
        assert told == ["embargoed must be in the future"]
    held = await hold(intake)
    told = await refused(intake.correct(ask(), held.id, {"embargoed": ahead(-1)}))
    assert told == ["embargoed must be in the future"]
    out = await intake.publish(ask(), {"headline": "Out"})
    told = await refused(intake.correct(ask(), out.id, {"embargoed": ahead(-1)}))
    assert told == ["embargoed must be in the future"]
    assert await on_wire(wire) == [("Out", 1, "usable")]


async def test_nothing_goes_out_dead(intake: Intake, wire: Wire, clock: Clock) -> None:
    """A line expires after its release, whichever way and in whichever order that is said."""
    of_hold = PublishOptions(hold=10)
    told = await refused(intake.publish(ask(), {"headline": "x", "expires": ahead(10)}, of_hold))
    assert told == ["expires must be after the release"]
    line = {"headline": "Held", "embargoed": ahead(60), "expires": ahead(120)}
    embargoed = await intake.publish(ask(), line)
    for words, changes in {
        "expires must be after the embargo": {"expires": ahead(60)},
        "embargoed must be before the line expires": {"embargoed": ahead(120)},
        "expires must be in the future": {"expires": ahead(-1)},
    }.items():
        assert await refused(intake.correct(ask(), embargoed.id, changes)) == [words]
    both = {"embargoed": ahead(130), "expires": ahead(130)}
    assert await refused(intake.correct(ask(), embargoed.id, both)) == [
        "expires must be after the embargo"
    ]
    held = await intake.publish(ask(), {"headline": "In its hold"}, PublishOptions(hold=30))
    assert await refused(intake.correct(ask(), held.id, {"expires": ahead(30)})) == [
        "expires must be after the release"
    ]
    waiting = PublishOptions(draft=True)
    draft = await intake.publish(ask(), {"headline": "Draft", "expires": ahead(5)}, waiting)
    over = ["expires has passed: set a later time, or none"]
    assert await refused(intake.release(ask(), draft.id, PublishOptions(hold=5))) == over
    clock.forward(5)
    assert await refused(intake.release(ask(), draft.id)) == over
    await intake.kill(ask(), held.id, "not true")
    assert await on_wire(wire) == []
    await intake.correct(ask(), draft.id, {"expires": None})
    await intake.release(ask(), draft.id)
    assert [headline for headline, *_ in await on_wire(wire)] == ["Draft"]


async def test_an_embargo_is_lifted_from_the_living_alone(
    intake: Intake, wire: Wire, clock: Clock
) -> None:
    """Lifting an embargo of a line that has expired meanwhile is refused as its release is."""
    line = {"headline": "Held", "embargoed": ahead(60), "expires": ahead(120)}
    held = await intake.publish(ask(), line)
    clock.forward(120)
    assert await refused(intake.correct(ask(), held.id, {"embargoed": None}))
    assert await refused(intake.release(ask(), held.id))
    assert await on_wire(wire) == []


async def test_what_expired_before_its_release_becomes_a_draft(
    intake: Intake, wire: Wire, clock: Clock
) -> None:
    """When nobody was there to release it in time, editors find it among the drafts."""
    line = {"headline": "Held", "embargoed": ahead(60), "expires": ahead(120)}
    await intake.publish(ask(), line)
    clock.forward(120)
    (draft,) = await intake.release_due(["en"])
    assert draft.pubstatus is PubStatus.WITHHELD
    assert await on_wire(wire) == []
    (record,) = await intake.queue(ask().principal, "en")
    assert (record.stage, record.due, record.by) == (Stage.DRAFT, None, "ticker")
    assert await intake.release_due(["en"]) == []
    await intake.correct(ask(), draft.id, {"embargoed": None, "expires": None})
    await intake.release(ask(), draft.id)
    assert [headline for headline, *_ in await on_wire(wire)] == ["Held"]


async def test_a_published_line_may_expire_at_once(intake: Intake, wire: Wire) -> None:
    """That takes it off the board, as an editor may want."""
    line = await intake.publish(ask(), {"headline": "Out"})
    await intake.correct(ask(), line.id, {"expires": ahead(-1)})
    assert [version for _, version, _ in await on_wire(wire)] == [1, 2]


async def test_a_change_costs_the_same_after_a_thousand_versions(
    intake: Intake, wire: Wire, archive: Archive, store: Store
) -> None:
    """A reporter's line, corrected without end, is checked, changed and withdrawn without reading all."""
    rosa = ask(Role.REPORTER, "rosa")
    sent = {}
    for versions in (3, 300):
        line = await intake.publish(rosa, {"headline": "0"}, PublishOptions(draft=True))
        for number in range(1, versions):
            await intake.correct(rosa, line.id, {"headline": f"{number}"})
        sent[versions] = [
            await bytes_sent(store, intake.correct(rosa, line.id, {"headline": "new"})),
            await bytes_sent(store, intake.release(ask(), line.id)),
            await bytes_sent(store, intake.correct(ask(), line.id, {"headline": "newer"})),
            await bytes_sent(store, intake.kill(ask(), line.id, "why")),
        ]
    for few, many in zip(sent[3], sent[300], strict=True):
        assert many < few + 1000


async def test_a_line_of_an_older_service_is_its_reporters_still(
    intake: Intake, archive: Archive, store: Store
) -> None:
    """What an older service kept beside no version is told by all versions, and kept from then on."""
    rosa = ask(Role.REPORTER, "rosa")
    mine = await intake.publish(rosa, {"headline": "Mine"})
    await intake.correct(rosa, mine.id, {"headline": "Mine still"})
    theirs = await intake.publish(rosa, {"headline": "Theirs"})
    await intake.correct(ask(), theirs.id, {"headline": "Theirs now"})
    await store.commands.delete(store.keys("en").hands)
    await intake.correct(rosa, mine.id, {"headline": "Mine again"})
    with pytest.raises(ForbiddenError):
        await intake.correct(rosa, theirs.id, {"headline": "Mine again"})
    assert await store.commands.hkeys(store.keys("en").hands) == [mine.id]


async def test_a_line_is_measured_whole(intake: Intake, wire: Wire) -> None:
    """A field more counts with all that the line has; whatever way it comes, readers get 4 kB."""
    fields = {
        "headline": "語" * 280,
        "source": "語" * 120,
        "url": "https://a.example/" + "x" * 1500,
    }
    made = await intake.publish(ask(), fields)
    draft = await intake.publish(ask(), fields, PublishOptions(draft=True))
    more = {"tags": [f"{number} " + "語" * 60 for number in range(5)]}
    for options in (PublishOptions(), PublishOptions(draft=True)):
        with pytest.raises(InvalidError, match=r"url has 15.. bytes"):
            await intake.publish(ask(), fields | more, options)
    for of, silently in ((made, False), (made, True), (draft, False)):
        with pytest.raises(InvalidError, match=r"tags has 9.. bytes"):
            await intake.correct(ask(), of.id, more, silently=silently)
    assert (await intake.correct(ask(), made.id, more | {"url": None})).version == 2
    assert [version for _, version, _ in await on_wire(wire)] == [1, 2]


async def test_a_longer_line_of_before_is_mended_and_killed(intake: Intake, wire: Wire) -> None:
    """What a backup of before brings is not locked in: it becomes shorter, and goes."""
    long = flash("old", headline="👨‍👩‍👧‍👦" * 280, pinned=True)
    await wire.append(record(long), "announce", None)
    with pytest.raises(InvalidError):
        await intake.correct(ask(), "old", {"source": "Agency"})
    await intake.correct(ask(), "old", {"pinned": False})
    assert (await intake.correct(ask(), "old", {"headline": "Short"})).version == 3
    await intake.kill(ask(), "old", "wrong")
    assert [status for _, _, status in await on_wire(wire)][-1] == "canceled"


async def test_so_many_lines_are_pinned_and_no_more(
    intake: Intake, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The top of the board has room for some; a line that is unpinned, killed or over makes room."""
    monkeypatch.setattr("ticker.editing.bounds.PINS_MAX", 3)
    over = format_time(NOON + timedelta(seconds=50))
    pins = [
        await intake.publish(ask(), {"headline": it, "pinned": True, "expires": over})
        for it in ("One", "Two", "Three")
    ]
    plain = await intake.publish(ask(), {"headline": "Four"})
    for silently in (False, True):
        with pytest.raises(FullError, match="3 lines are pinned") as full:
            await intake.correct(ask(), plain.id, {"pinned": True}, silently=silently)
        assert full.value.field == "pinned"
    with pytest.raises(FullError):
        await intake.publish(ask(), {"headline": "Five", "pinned": True})
    assert (await intake.publish(ask(edition="ar"), {"headline": "One", "pinned": True})).pinned
    assert (await intake.correct(ask(), pins[0].id, {"headline": "One more"})).pinned
    await intake.correct(ask(), pins[0].id, {"pinned": False})
    assert (await intake.correct(ask(), plain.id, {"pinned": True})).pinned
    await intake.kill(ask(), pins[1].id, "wrong")
    assert (await intake.publish(ask(), {"headline": "Five", "pinned": True})).pinned
    clock.forward(60)
    assert (await intake.publish(ask(), {"headline": "Six", "pinned": True})).pinned
    with pytest.raises(FullError):
        await intake.correct(ask(), pins[2].id, {"expires": None})


async def test_bounds_hold_for_all_who_ask_at_once(
    intake: Intake, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that files and pins many lines at the same moment gets no more than one by one."""
    monkeypatch.setattr("ticker.editing.bounds.PINS_MAX", 3)
    monkeypatch.setattr("ticker.editing.bounds.QUEUE_MAX", 4)
    plain = [await intake.publish(ask(), {"headline": f"{it}"}) for it in range(8)]
    new = (intake.publish(ask(), {"headline": f"{it}", "pinned": True}) for it in range(8))
    old = (intake.correct(ask(), it.id, {"pinned": True}) for it in plain)
    drafts = (
        intake.publish(ask(), {"headline": f"{it}"}, PublishOptions(draft=True)) for it in range(8)
    )
    done = await asyncio.gather(*new, *old, *drafts, return_exceptions=True)
    refused = [it for it in done if isinstance(it, BaseException)]
    assert {type(it) for it in refused} == {FullError}
    assert len(done) - len(refused) == 3 + 4
    assert len(await archive.pinned("en", NOON)) == 3
    assert await archive.waiting("en") == 4


async def test_a_release_goes_through_without_its_pin(
    intake: Intake, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that waited, released by hand or by the clock, is out also where no pin is left."""
    monkeypatch.setattr("ticker.editing.bounds.PINS_MAX", 1)
    pinned = {"headline": "Late", "pinned": True}
    later = format_time(NOON + timedelta(seconds=50))
    draft = await intake.publish(ask(), pinned, PublishOptions(draft=True))
    await intake.publish(ask(), {**pinned, "embargoed": later})
    first = await intake.publish(ask(), {"headline": "First", "pinned": True})
    released = await intake.release(ask(), draft.id)
    assert (released.pubstatus, released.pinned) == (PubStatus.USABLE, False)
    clock.forward(60)
    assert [it.pinned for it in await intake.release_due(["en"])] == [False]
    await intake.kill(ask(), first.id, "wrong")
    assert (await intake.correct(ask(), draft.id, {"pinned": True})).pinned
