"""What is counted and logged of a store that refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.metrics import Metrics
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.refusals import ACCOUNTS, Refusals
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


async def test_one_shard_of_several(caplog: pytest.LogCaptureFixture) -> None:
    """What an editor was refused is looked into everywhere, said of what it was, and ends with it."""
    refusals = Refusals(Metrics(), lambda: 0.0, parts=["en", "ar", ACCOUNTS])
    away = StoreUnavailableError("why")
    refusals.add(away)
    for part in refusals.parts:
        await refusals.doubted(60, part)
    refusals.passed("en")
    refusals.failed(away, "ar")
    refusals.failed(away, ACCOUNTS)
    assert set(refusals.reasons) == {"ar", ACCOUNTS}
    refusals.add(away)  # known
    reasons = [refusals.reason]
    refusals.failed(away, "en")
    assert [*reasons, refusals.reason] == [None, Reason.AWAY]
    for part in ("en", "ar", ACCOUNTS):
        refusals.passed(part)
    assert [record.getMessage() for record in caplog.records] == [
        "some requests get 503: the store is away: why",
        "editors of ar get 503: the store is away: why",
        "users and tokens that were not seen lately get 503: the store is away: why",
        "editors of en get 503: the store is away: why",
        "lines of en are taken again after 0.0 s",
        "lines of ar are taken again after 0.0 s",
        "users and tokens are looked up again after 0.0 s",
        "all requests are answered again after 0.0 s",
    ]
