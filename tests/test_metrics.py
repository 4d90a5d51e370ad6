"""Counts."""

from __future__ import annotations

import re

from ticker.metrics import NAMES, Metrics, labels


def test_counters_add_up_by_label() -> None:
    """What happened is counted, each kind for itself."""
    metrics = Metrics()
    metrics.count("ticker_closed_total", code="4008")
    metrics.count("ticker_closed_total", 2, code="4008")
    metrics.count("ticker_closed_total", code="1008")
    assert metrics.value("ticker_closed_total", code="4008") == 3
    assert metrics.value("ticker_closed_total", code="1000") == 0
    assert 'ticker_closed_total{code="1008"} 1\n' in metrics.render()


def test_gauges_are_read_when_asked_for() -> None:
    """A gauge shows what is, not what was."""
    metrics, level = Metrics(), [1.0]
    metrics.probe("ticker_offset", lambda: {labels(edition="en"): level[0]})
    level[0] = 1_234_567_890.0
    assert metrics.value("ticker_offset", edition="en") == 1_234_567_890
    assert 'ticker_offset{edition="en"} 1234567890\n' in metrics.render()


def test_names_follow_the_custom() -> None:
    """Names are what Prometheus users expect."""
    for name, (kind, meaning) in NAMES.items():
        assert re.fullmatch("ticker_[a-z_]+", name)
        assert (kind == "counter") is name.endswith("_total")
        assert meaning.endswith(".")
