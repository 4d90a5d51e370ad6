"""What happens by the clock, with a clock that only counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.hub.test_hub import ALL, Reader
from ticker.hub.hub import Hub
from ticker.jobs import schedule
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.settings import Settings
from ticker.store.client import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence


class OverError(Exception):
    """Enough was seen."""


class Pauses:
    """Stands for `asyncio.sleep`: remembers each pause, and ends the job after so many."""

    def __init__(self, count: int) -> None:
        self.seconds: list[float] = []
        self._count = count

    async def sleep(self, seconds: float) -> None:
        if len(self.seconds) == self._count:
            raise OverError
        self.seconds.append(seconds)


class Due:
    """Stands for the intake: says when the next line is due, or that the store is away."""

    def __init__(self, *dues: float | Exception | None) -> None:
        self._dues = list(dues)
        self.released: list[Sequence[str]] = []

    async def release_due(self, editions: Sequence[str]) -> None:
        self.released.append(editions)

    async def next_due(self, _: Sequence[str]) -> float | None:
        due = self._dues.pop(0)
        if isinstance(due, Exception):
            raise due
        return due


@pytest.fixture
def hub() -> Hub:
    made = Hub(Settings(), Metrics())
    for edition in made.editions:
        made.load(edition, [], GENESIS, [])
    made.mark_fresh()
    return made


def paused(monkeypatch: pytest.MonkeyPatch, count: int) -> Pauses:
    pauses = Pauses(count)
    monkeypatch.setattr(schedule, "asyncio", SimpleNamespace(sleep=pauses.sleep))
    return pauses


async def test_readers_hear_a_beat_at_each_interval(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who hears nothing else hears that the connection lives."""
    reader = Reader()
    hub.join(reader, ALL, None)
    pauses = paused(monkeypatch, 2)
    with pytest.raises(OverError):
        await schedule.beats(hub, 25.0)
    assert pauses.seconds == [25.0, 25.0]
    assert [it["type"] for it in reader.told] == ["hello", "beat", "beat"]


async def test_a_line_goes_out_when_it_is_due(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for every second, sooner where one is due sooner, also after an outage."""
    due = Due(None, 0.3, -2.0, 7.0, StoreUnavailableError("away"), None)
    pauses = paused(monkeypatch, 6)
    with pytest.raises(OverError):
        await schedule.releases(hub, cast("Any", due), ["en"])
    assert pauses.seconds == [1.0, 1.0, 0.3, 0.0, 1.0, 1.0]
    assert due.released == [["en"]] * 6
