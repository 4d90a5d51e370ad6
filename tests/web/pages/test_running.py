"""Which running stories have a band above the lines of the board."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.flashes import NOON, flash
from ticker.web.pages.running import running_stories

if TYPE_CHECKING:
    from ticker.news.flash import Flash


def line(name: str, hours: float, coverage: str | None = "flood") -> Flash:
    return flash(name, firstcreated=NOON - timedelta(hours=hours), coverage=coverage)


def test_a_story_runs_with_two_lines_of_which_one_is_new() -> None:
    """One line is no story, and one that nothing was added to for six hours runs no more."""
    assert running_stories([line("a", 1), line("b", 2, None), line("c", 3, None)], NOON) == []
    (found,) = running_stories([line("a", 5), line("b", 20)], NOON)
    assert (found.slug, found.until) == ("flood", NOON + timedelta(hours=1))
    assert running_stories([line("a", 6), line("b", 7)], NOON) == []


def test_so_many_stories_have_a_band() -> None:
    """The three that went on last have one, the newest first."""
    lines = [line(f"{n}{m}", n + m / 2, f"story-{n}") for n in (3, 1, 4, 2) for m in (0, 1)]
    assert [it.slug for it in running_stories(lines, NOON)] == ["story-1", "story-2", "story-3"]
