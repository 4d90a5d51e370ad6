"""Who may do what to which line in which state: docs/desk.md has the table, and this tries all of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.editing.test_intake import RULES, ask
from tests.support.clock import Clock
from ticker.accounts.principal import Role
from ticker.accounts.rights import ForbiddenError
from ticker.editing.intake import Intake
from ticker.news.document import format_time
from ticker.news.flash import IllegalChangeError, PubStatus
from ticker.news.stages import PublishOptions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.editing.context import EditContext
    from ticker.news.flash import Flash
    from ticker.store.archive import Archive
    from ticker.store.wire import Wire

DRAFT, HOLD = PublishOptions(draft=True), PublishOptions(hold=3)
AMAL = ask(name="amal")
BEN = ask(name="ben")
ROSA = ask(Role.REPORTER, "rosa")
MANUAL = (Path(__file__).parents[2] / "docs" / "desk.md").read_text("utf-8")


def roles(page: str) -> dict[tuple[str, Role], set[str]]:
    """State of a line and role → the verbs that the manual allows."""
    table = page.partition("## Rights")[2].partition("\n## ")[0]
    found = {}
    for row in re.findall(r"^\|(.+)\|$", table, re.MULTILINE)[2:]:
        state, *cells = (cell.strip() for cell in row.split("|"))
        for role, cell in zip((Role.REPORTER, Role.EDITOR), cells, strict=True):
            found[state, role] = set(re.findall(r"[a-z]+", cell))
        found[state, Role.ADMIN] = found[state, Role.EDITOR]
    return found


TABLE = roles(MANUAL)


async def draft(it: Intake, me: EditContext) -> Flash:
    return await it.publish(me, {"headline": "Line", "urgency": 4}, DRAFT)


async def other_draft(it: Intake, me: EditContext) -> Flash:
    return await draft(it, ROSA)


async def held(it: Intake, me: EditContext) -> Flash:
    return await it.publish(me, {"headline": "Line", "urgency": 4}, HOLD)


async def embargoed(it: Intake, me: EditContext) -> Flash:
    end = format_time(it._clock().replace(hour=23))
    return await it.publish(me, {"headline": "Line", "urgency": 4, "embargoed": end})


async def out(it: Intake, me: EditContext) -> Flash:
    return await it.publish(me, {"headline": "Line", "urgency": 4})


async def touched(it: Intake, me: EditContext) -> Flash:
    line = await out(it, me)
    return await it.correct(AMAL, line.id, {"tags": ["a"]})


async def taken_up(it: Intake, me: EditContext) -> Flash:
    line = await out(it, me)
    return await it.correct(AMAL, line.id, {"urgency": 2, "pinned": True})


async def others(it: Intake, me: EditContext) -> Flash:
    return await out(it, ROSA)


async def awaiting(it: Intake, me: EditContext) -> Flash:
    if me.principal.role > Role.REPORTER:
        return await it.publish(me, {"headline": "Line", "urgency": 1})
    line = await it.publish(me, {"headline": "Line", "urgency": 1}, DRAFT)
    return await it.release(AMAL, line.id)


async def awaiting_other(it: Intake, me: EditContext) -> Flash:
    return await it.publish(AMAL, {"headline": "Line", "urgency": 1})


async def flash_out(it: Intake, me: EditContext) -> Flash:
    line = await it.publish(AMAL, {"headline": "Line", "urgency": 1})
    await it.release(BEN, line.id)
    return await it.correct(BEN, line.id, {"pinned": True})


async def flash_at_once(it: Intake, me: EditContext) -> Flash:
    return await it.publish(AMAL, {"headline": "Line", "urgency": 1})


async def killed(it: Intake, me: EditContext) -> Flash:
    line = await out(it, me)
    return await it.kill(AMAL, line.id, "wrong")


STATES: dict[str, Callable[[Intake, EditContext], Awaitable[Flash]]] = {
    "own draft": draft,
    "another's draft": other_draft,
    "own, in its hold": held,
    "own, under embargo": embargoed,
    "own, out, urgency 3 to 9": out,
    "own, out, touched by an editor": touched,
    "own, out, raised and pinned by an editor": taken_up,
    "another's, out": others,
    "awaiting the second key, own words": awaiting,
    "awaiting the second key, another's words": awaiting_other,
    "out, urgency 1, where two keys are on": flash_out,
    "out, urgency 1, where two keys are off": flash_at_once,
    "killed": killed,
}
TWO_KEYS_ONLY = {state for state in STATES if "second key" in state or "keys are on" in state}
ONE_KEY_ONLY = {"out, urgency 1, where two keys are off"}
CASES = [
    (state, two_key)
    for state in STATES
    for two_key in (True, False)
    if state not in (ONE_KEY_ONLY if two_key else TWO_KEYS_ONLY)
]
CHANGES: dict[str, dict[str, Any]] = {
    "words": {"headline": "New words"},
    "link": {"url": "https://news.example/new"},
    "tags": {"tags": ["new"]},
    "lower": {"urgency": 5},
    "raise": {"urgency": 1},
    "pin": {"pinned": True},
    "unpin": {"pinned": False},
}
VERBS = [*CHANGES, "refile", "release", "kill"]


async def act(intake: Intake, me: EditContext, verb: str, flash_id: str) -> Flash:
    match verb:
        case "release":
            return await intake.release(me, flash_id)
        case "kill":
            return await intake.kill(me, flash_id, "wrong")
        case "refile":
            return await intake.correct(me, flash_id, {"headline": "Words"}, silently=True)
        case _:
            return await intake.correct(me, flash_id, CHANGES[verb])


def allowed(state: str, role: Role, *, two_key: bool) -> set[str]:
    """By the table, and by the sentence below it."""
    raised = {"raise"} if ", out" in state and role > Role.REPORTER and not two_key else set()
    return TABLE[state, role] | raised


@pytest.mark.parametrize("role", Role, ids=lambda it: it.word)
@pytest.mark.parametrize(("state", "two_key"), CASES)
async def test_everybody_may_what_the_manual_says(
    wire: Wire, archive: Archive, state: str, role: Role, *, two_key: bool
) -> None:
    """For each line, role, verb and house, somebody may if the manual says so, and else nothing changes."""
    intake = Intake(wire, archive, RULES, Clock(), two_key=two_key)
    me = ask(role, "me")
    done = set()
    for verb in VERBS:
        line = await STATES[state](intake, me)
        try:
            await act(intake, me, verb, line.id)
        except (ForbiddenError, IllegalChangeError):
            assert await archive.get("en", line.id) == line
        else:
            done.add(verb)
    assert done == allowed(state, role, two_key=two_key)


def test_the_manual_has_every_state() -> None:
    """The table is whole."""
    assert {state for state, _ in TABLE} == set(STATES)


async def test_no_words_of_urgency_one_go_out_by_one_hand(wire: Wire, archive: Archive) -> None:
    """Whoever filed or released it: new words, a link or a source need the right urgency or two."""
    intake = Intake(wire, archive, RULES, Clock(), two_key=True)
    line = await flash_out(intake, AMAL)
    for words in ({"headline": "WAR DECLARED"}, {"source": "X"}, {"url": "https://x.example/"}):
        for hand in (AMAL, BEN, ask(Role.ADMIN, "root")):
            for silently in (False, True):
                with pytest.raises(ForbiddenError):
                    await intake.correct(hand, line.id, words, silently=silently)
    assert await archive.get("en", line.id) == line
    mended = await intake.correct(BEN, line.id, {"headline": "War not declared", "urgency": 2})
    assert (mended.pubstatus, mended.urgency) == (PubStatus.USABLE, 2)


async def test_the_first_hand_is_the_one_that_wrote(wire: Wire, archive: Archive) -> None:
    """Tags that somebody else touched make nobody's own words releasable, and no reporter's key counts."""
    intake = Intake(wire, archive, RULES, Clock(), two_key=True)
    line = await intake.publish(AMAL, {"headline": "Flash", "urgency": 1})
    await intake.correct(BEN, line.id, {"tags": ["a"]})
    newest = await archive.record("en", line.id)
    assert newest is not None
    assert (await archive.hands(newest)).author == "amal"
    with pytest.raises(ForbiddenError):
        await intake.release(AMAL, line.id)
    with pytest.raises(ForbiddenError):
        await intake.release(ROSA, line.id)
    assert (await intake.release(BEN, line.id)).pubstatus is PubStatus.USABLE
