"""What a reader asks for, judged."""

from __future__ import annotations

import pytest

from ticker.hub.hub import Hub
from ticker.hub.load import Load
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.news.subscription import Subscription
from ticker.settings import Settings
from ticker.web.admission import admit, subscribe
from ticker.web.problems import ProblemError
from ticker.web.query import parameters

NEWSROOM = Settings().newsroom


def ask(query: str) -> Subscription:
    return subscribe(NEWSROOM, "en", parameters(query))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", Subscription("en")),
        ("cursor=1.0&utm_source=x&_=5", Subscription("en")),
        ("section=sports&section=health", Subscription("en", frozenset({"sports", "health"}))),
        ("region=mena", Subscription("en", regions=frozenset({"mena"}))),
        ("tag=a&tag=%D8%B9", Subscription("en", tags=frozenset({"a", "ع"}))),
        ("coverage=cup", Subscription("en", coverages=frozenset({"cup"}))),
        ("urgency=2", Subscription("en", urgency=2)),
        ("urgency=2&urgency=4", Subscription("en", urgency=4)),
    ],
)
def test_filters_are_read(query: str, wanted: Subscription) -> None:
    """What stands in the address is what the reader gets; unknown fields do no harm (P3, P4)."""
    assert ask(query) == wanted


def test_most_readers_share_one_subscription() -> None:
    """Readers who want everything are one group, and one object."""
    assert ask("cursor=1.0") is ask("")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("section=nowhere", ["section"]),
        ("section=sports&section=nowhere&region=moon", ["section", "region"]),
        ("urgency=0", ["urgency"]),
        ("urgency=ten", ["urgency"]),
        ("urgency=%D9%A3", ["urgency"]),
        (f"urgency={'9' * 5000}", ["urgency"]),
        (f"urgency=3&urgency={'0' * 5000}3", ["urgency"]),
        ("&".join(["x=1"] * 65), ["query"]),
    ],
)
def test_bad_filters_are_named(query: str, fields: list[str]) -> None:
    """A filter that could never match is refused rather than obeyed in silence (P5)."""
    with pytest.raises(ProblemError) as refused:
        ask(query)
    assert refused.value.status == 422
    assert [fault.field for fault in refused.value.faults] == fields


@pytest.mark.parametrize("is_loaded", [True, False])
def test_who_is_refused_is_told_to_come_back_at_various_times(
    caplog: pytest.LogCaptureFixture, *, is_loaded: bool
) -> None:
    """Those who are refused together, by a busy hub or a new one, do not come back together (P6)."""
    settings = Settings()
    load = Load()
    hub = Hub(settings, Metrics(), load=load)
    if is_loaded:
        for edition in hub.editions:
            hub.load(edition, [], GENESIS, [])
        admit(hub, NEWSROOM, "en", "")
        load.is_busy = True
    told = set()
    for _ in range(100):
        with pytest.raises(ProblemError) as refused:
            admit(hub, NEWSROOM, "en", "")
        assert refused.value.status == 503
        told.add(int(refused.value.headers["Retry-After"]))
    if is_loaded:
        for _ in range(40):
            load.note(0.0)
        assert "calm again; 100 readers were refused meanwhile" in caplog.text
    assert len(told) > 5
    assert told <= set(range(5, 31))
