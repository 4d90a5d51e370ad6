"""Rate limits."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ticker.protocol.token_bucket import TokenBucket


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    """Somebody quiet may do much at once; who goes on waits for each."""
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.wait(10.0) == 0.5
    assert [bucket.take(10.5) for _ in range(2)] == [True, False]


def test_silence_saves_up_no_more_than_a_burst() -> None:
    """Yesterday's patience is no excuse for today's flood."""
    bucket = TokenBucket(rate=1, burst=2)
    assert bucket.take(0.0)
    assert bucket.left(86_400.0) == 2
    assert [bucket.take(86_400.0) for _ in range(3)] == [True, True, False]


def test_debts_are_paid_back_first() -> None:
    """What was spent beyond the limit counts against what comes."""
    bucket = TokenBucket(rate=1, burst=1)
    bucket.spend(3, 0.0)
    assert bucket.left(0.0) == -2
    assert not bucket.take(2.0)
    assert bucket.take(3.0)


def test_much_at_once_is_paid_for() -> None:
    """Who asks for many at once waits for as many; more than a burst takes a full bucket, and debts."""
    bucket = TokenBucket(rate=1, burst=4)
    assert bucket.take(0.0, 3)
    assert not bucket.take(0.0, 3)
    assert bucket.wait(0.0, 3) == 2
    assert not bucket.take(1.0, 9)
    assert bucket.take(3.0, 9)
    assert bucket.wait(3.0) == 6


@given(st.floats(0.1, 10_000), st.integers(1, 500), st.floats(0, 1e10))
def test_a_burst_is_whole_at_any_time(rate: float, burst: int, now: float) -> None:
    """Whenever somebody comes and however fast they may go on, all of the first burst is theirs."""
    bucket = TokenBucket(rate, burst)
    assert [bucket.take(now) for _ in range(burst + 1)] == [True] * burst + [False]
