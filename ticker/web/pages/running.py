"""Running stories of a board: which of them have a band above the lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ticker.news.document import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ticker.news.flash import Flash

# The same as in static/reader/stories.js: nothing moves when the script takes over.
_LINES: Final = 2
_STORIES: Final = 3
_RUNS: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class RunningStory:
    """A story that runs.

    Attributes:
        slug: Its `coverage`.
        time: First publication of its newest line, RFC 3339.
        until: When it runs no more.
    """

    slug: str
    time: str
    until: datetime


def running_stories(lines: Sequence[Flash], now: datetime) -> list[RunningStory]:
    """Stories with two lines on the board, one of them of the last six hours; the newest first."""
    by_slug: dict[str, list[datetime]] = {}
    for line in lines:
        if line.coverage is not None:
            by_slug.setdefault(line.coverage, []).append(line.firstcreated)
    newest = {slug: max(times) for slug, times in by_slug.items() if len(times) >= _LINES}
    found = [
        RunningStory(slug, format_time(time), time + _RUNS)
        for slug, time in newest.items()
        if time > now - _RUNS
    ]
    return sorted(found, key=lambda it: (it.time, it.slug), reverse=True)[:_STORIES]
