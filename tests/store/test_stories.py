"""One story in several editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.editing.test_intake import RULES, ask
from tests.support.clock import Clock
from ticker.editing.intake import Intake
from ticker.store.stories import Stories

if TYPE_CHECKING:
    from ticker.news.flash import Flash
    from ticker.store.archive import Archive
    from ticker.store.client import Store
    from ticker.store.wire import Wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def intake(wire: Wire, archive: Archive, clock: Clock) -> Intake:
    return Intake(wire, archive, RULES, clock)


@pytest.fixture
def stories(store: Store) -> Stories:
    return Stories(store, ["en", "ar", "es"])


async def to_check(stories: Stories, line: Flash) -> dict[str, list[str]]:
    """Edition → which others were changed since somebody looked at its version."""
    story: dict[str, Any] = (await stories.of([line]))[line.story_key]
    return {edition: version["check"] for edition, version in story.items()}


async def test_versions_find_each_other(intake: Intake, stories: Stories, clock: Clock) -> None:
    """From any of them all are found, with the time of each; a line alone has no story."""
    alone = await intake.publish(ask(), {"headline": "Alone"})
    english = await intake.publish(ask(), {"headline": "One"})
    clock.forward(24)
    arabic = await intake.publish(
        ask(edition="ar"), {"headline": "واحد", "story": english.story_key}
    )
    found = await stories.of([alone, english])
    assert list(found) == [english.id]
    assert {code: it["id"] for code, it in found[english.id].items()} == {
        "en": english.id,
        "ar": arabic.id,
    }
    assert found[english.id]["ar"]["firstcreated"] == "2026-11-23T12:00:24.000Z"
    assert await stories.of([arabic]) == found


async def test_a_correction_or_kill_marks_the_others(
    intake: Intake, stories: Stories, clock: Clock
) -> None:
    """Until somebody looks: by changing theirs, or by saying that it is right. A refile marks none."""
    english = await intake.publish(ask(), {"headline": "One"})
    more = {"headline": "Uno", "story": english.id}
    spanish = await intake.publish(ask(edition="es"), more)
    clock.forward(1)
    await intake.correct(ask(), english.id, {"headline": "Won"}, silently=True)
    assert await to_check(stories, english) == {"en": [], "es": []}
    clock.forward(1)
    await intake.correct(ask(), english.id, {"headline": "Two"})
    await intake.correct(ask(), english.id, {"headline": "Two!"}, silently=True)
    assert await to_check(stories, english) == {"en": [], "es": ["en"]}
    await stories.check("es", spanish.id, clock())
    assert await to_check(stories, english) == {"en": [], "es": []}
    clock.forward(1)
    await intake.kill(ask(), english.id, "wrong")
    assert await to_check(stories, spanish) == {"en": [], "es": ["en"]}
    clock.forward(1)
    await intake.correct(ask(edition="es"), spanish.id, {"headline": "Dos"})
    assert (await to_check(stories, spanish))["es"] == []
