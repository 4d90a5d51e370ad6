"""What is counted and logged of a store that refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.metrics import Metrics
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.refusals import Refusals
from ticker.store.replication import UnconfirmedError

if TYPE_CHECKING:
    import pytest


def test_each_refusal_is_counted_and_each_change_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """A night without a disk is two lines in the log, and a number."""
    metrics, times = Metrics(), iter([10.0, 15.5])
    refusals = Refusals(metrics, lambda: next(times))
    refusals.passed()
    for reason in (Reason.AWAY, Reason.DISK, Reason.DISK, Reason.DISK):
        refusals.add(StoreUnavailableError("why", reason))
    refusals.passed()
    refusals.passed()
    assert metrics.value("ticker_store_refusals_total", reason="disk") == 3
    assert [record.getMessage() for record in caplog.records] == [
        "editors get 503: the store is away: why",
        f"editors get 503: {Reason.DISK.value}: why",
        "lines are taken again after 5.5 s",
    ]


def test_what_replicas_do_not_confirm_is_over_with_the_first_line_that_they_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A dry run knows nothing of replicas: neither it nor each further post fills the log."""
    refusals = Refusals(Metrics())
    for _ in range(3):
        refusals.add(UnconfirmedError("0 of 1 replicas have it"))
        refusals.passed()
    assert refusals.reason is None
    refusals.taken()
    assert [it.getMessage()[:19] for it in caplog.records] == [
        "editors get 503: th", "lines are taken aga",
    ]  # fmt: skip
