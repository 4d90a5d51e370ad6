"""What readers may see, and from where it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.support.flashes import chain, flash
from ticker.hub.hub import Hub
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.news.flash import PubStatus
from ticker.news.subscription import Subscription
from ticker.settings import Settings
from ticker.web.problems import ProblemError, no_such_flash
from ticker.web.reading import Reading, published

if TYPE_CHECKING:
    from ticker.news.flash import Flash


class Stored:
    """Stands for the archive: one line, and how often it was asked."""

    def __init__(self, kept: Flash) -> None:
        self.kept = kept
        self.asked = 0

    async def get(self, _: str, flash_id: str) -> Flash | None:
        self.asked += 1
        return self.kept if flash_id == self.kept.id else None


def made(*lines: Flash) -> tuple[Hub, Stored, Reading]:
    hub, stored = Hub(Settings(), Metrics()), Stored(flash("old"))
    if lines:
        hub.load("en", [], GENESIS, chain(lines))
    return hub, stored, Reading(hub, cast("Any", stored))


def test_no_board_is_better_than_an_empty_one() -> None:
    """Before its board is loaded an edition answers 503, not that nothing happened."""
    with pytest.raises(ProblemError) as refused:
        made()[2].board(Subscription("en"))
    assert refused.value.status == 503
    assert "Retry-After" in refused.value.headers


async def test_the_store_is_asked_for_the_past_only() -> None:
    """What the hub remembers costs the store nothing; an older line is still found."""
    _, stored, reading = made(flash("new"))
    assert await reading.find("en", "new") == flash("new")
    assert stored.asked == 0
    assert await reading.find("en", "old") == flash("old")
    assert await reading.find("en", "none") is None
    assert stored.asked == 2


def test_a_withheld_line_is_missing_and_a_killed_one_is_not() -> None:
    """No reader learns that a line waits; that one was killed, all do."""
    missing = no_such_flash("a")
    killed = flash("a", pubstatus=PubStatus.CANCELED)
    assert published(killed, missing) is killed
    for found in (None, flash("a", pubstatus=PubStatus.WITHHELD)):
        with pytest.raises(ProblemError) as refused:
            published(found, missing)
        assert refused.value is missing
