"""Rate limiting by a token bucket: so many at once, and so many a second on the whole."""

from __future__ import annotations


class TokenBucket:
    """What one peer may still do. It is full at the start, and knows no clock: callers say `now`.

    Args:
        rate: Tokens that come back each second.
        burst: Tokens that it holds at most.
    """

    __slots__ = ("_burst", "_full_at", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._full_at = 0.0

    def left(self, now: float) -> float:
        """Tokens in it; less than nothing where more was spent than there was.

        Args:
            now: Seconds on a clock that never goes back.
        """
        return self._burst - max(0.0, self._full_at - now) * self._rate

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        if self.left(now) < 1:
            return False
        self.spend(1, now)
        return True

    def spend(self, cost: float, now: float) -> None:
        """Take so many tokens, whether they are there or not."""
        self._full_at = max(self._full_at, now) + cost / self._rate

    def wait(self, now: float) -> float:
        """Seconds until there is a token to take."""
        return max(0.0, (1 - self.left(now)) / self._rate)
