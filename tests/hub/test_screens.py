"""Who is asked what became of a line, and how much answers may grow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.flashes import NOON
from ticker.hub.receipts import Receipts
from ticker.hub.screens import Screens
from ticker.metrics import Metrics
from ticker.news.reach import Ask, ScreenReports, ScreenState, VersionRef

if TYPE_CHECKING:
    import pytest

LINE = VersionRef("en", "a", 1, NOON, killed=False)
KILL = VersionRef("en", "a", 2, NOON, killed=True)
SITE = "https://a.example"


@dataclass
class Hub:
    """One hub's part in it, with a clock that stands still."""

    now: float = 0.0
    metrics: Metrics = field(default_factory=Metrics)
    receipts: Receipts = field(default_factory=Receipts)

    def __post_init__(self) -> None:
        self.screens = Screens(self.metrics, self.receipts, lambda: self.now)

    def say(self, ref: VersionRef, state: str, site: str = SITE, address: str = "192.0.2.1") -> str:
        """One report: counted, unasked or refused."""
        said = ref.edition, ref.flash_id, ref.version, ScreenState(state)
        if not self.screens.is_asked(*said):
            return "unasked"
        return "counted" if self.screens.count(*said, site, address) else "refused"

    def sums(self, ref: VersionRef) -> ScreenReports:
        found = self.receipts.take_changed()[ref].screens
        assert found is not None
        return found


def test_a_thousand_of_all_readers_are_asked_of_a_line_and_everybody_of_a_kill() -> None:
    """The sample is of all hubs; answers are spread so that a hub gets 200 in a second."""
    hub = Hub()
    assert hub.screens.ask({SITE: 3, "self": 1}, LINE) == Ask(1, 1)
    hub.screens.everywhere = {"en": 12_000}
    hub.now = 60
    assert hub.screens.ask({SITE: 4000, "direct": 3}, LINE) == Ask(12, 2)
    hub.now = 120
    assert hub.screens.ask({SITE: 4000, "direct": 3}, KILL) == Ask(1, 20)
    assert hub.sums(KILL) == ScreenReports(1, Counter({SITE: 4000}))


def test_programs_are_not_asked() -> None:
    """Who reads without a page has no screen that we know of."""
    assert Hub().screens.ask({"direct": 500}, LINE) is None


def test_many_lines_at_once_bring_no_flood_of_answers() -> None:
    """Each waits for the answers before it, and in the end none are asked for; kills go by lot."""
    hub = Hub()
    asked = [hub.screens.ask({SITE: 1000}, LINE) for _ in range(20)]
    assert asked[:3] == [Ask(1, 5), Ask(1, 10), Ask(1, 15)]
    assert asked[6:] == [None] * 14
    kills = [hub.screens.ask({SITE: 40_000}, KILL) for _ in range(50)]
    assert kills[:2] == [Ask(40, 35), Ask(40, 40)]
    assert kills[-1] is None
    hub.now = 121
    assert hub.screens.ask({SITE: 20_000}, KILL) == Ask(1, 100)


def test_an_answer_is_about_what_was_asked_lately() -> None:
    """A line is painted or unseen, a kill is gone; nothing else, and not for ever."""
    hub = Hub()
    assert hub.say(LINE, "painted") == "unasked"
    hub.screens.ask({SITE: 2}, LINE)
    hub.screens.ask({}, KILL)
    assert hub.say(LINE, "gone") == hub.say(KILL, "painted") == "unasked"
    assert [hub.say(LINE, it) for it in ("painted", "unseen")] == ["counted"] * 2
    # Here nobody reads, and a reader of another hub answers.
    assert hub.say(KILL, "gone") == "counted"
    sums = hub.sums(LINE)
    assert sums.said == {ScreenState.PAINTED: {SITE: 1}, ScreenState.UNSEEN: {SITE: 1}}
    assert hub.metrics.value("ticker_screens_total", state="gone") == 1
    hub.now = 300
    assert hub.say(LINE, "painted") == "unasked"


def test_one_network_answers_so_often() -> None:
    """An office answers for a hundred readers at once; whoever goes on takes nothing from others."""
    hub = Hub()
    hub.screens.ask({SITE: 2}, LINE)
    flood = [hub.say(LINE, "painted", address=f"2001:db8::{n:x}") for n in range(150)]
    assert flood == ["counted"] * 100 + ["refused"] * 50
    assert hub.say(LINE, "painted", address="192.0.2.1") == "counted"


def test_strangers_do_not_choose_how_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites that nobody reads on, networks and versions are kept in bounded number; readers' count."""
    monkeypatch.setattr("ticker.hub.screens.NETWORKS_MAX", 5)
    hub = Hub()
    sites = {f"https://{n}.example": 1 for n in range(50)}
    hub.screens.ask(sites, LINE)
    for n in range(500):
        hub.say(LINE, "painted", f"https://stranger{n}.example", f"192.0.2.{n}")
    for site in sites:
        hub.say(LINE, "painted", site)
    counts = hub.sums(LINE).said[ScreenState.PAINTED]
    assert len(counts) == 50 + 20 + 1
    assert all(counts[site] == 1 for site in sites)
    assert counts["other"] == 480
    assert len(hub.screens._networks) == 5
    for n in range(500):
        hub.screens.ask({}, VersionRef("en", str(n), 1, NOON, killed=False))
    assert len(hub.screens._asked) == 100
