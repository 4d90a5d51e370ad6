"""What is counted and logged of a store that refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.metrics import Metrics
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.refusals import Refusals

if TYPE_CHECKING:
    import pytest


def test_each_refusal_is_counted_and_each_change_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """A night without a disk is two lines in the log, and a number."""
    metrics, times = Metrics(), iter([10.0, 15.5])
    refusals = Refusals(metrics, lambda: next(times))
    refusals.over()
    for reason in (Reason.AWAY, Reason.DISK, Reason.DISK, Reason.DISK):
        refusals.add(StoreUnavailableError("why", reason))
    refusals.over()
    refusals.over()
    assert metrics.value("ticker_store_refusals_total", reason="disk") == 3
    assert [record.getMessage() for record in caplog.records] == [
        "editors get 503: the store is away: why",
        f"editors get 503: {Reason.DISK.value}: why",
        "lines are taken again after 5.5 s",
    ]
