"""Rate limiting by a token bucket: so many at once, and so many a second on the whole."""

from __future__ import annotations


class TokenBucket:
    """What one peer may still do. It is full at the start, and knows no clock: callers say `now`.

    Args:
        rate: Tokens that come back each second.
        burst: Tokens that it holds at most.
    """

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._at = 0.0

    def left(self, now: float) -> float:
        """Tokens in it; less than nothing where more was spent than there was.

        Args:
            now: Seconds on a clock that never goes back.
        """
        return min(self._burst, self._level + max(0.0, now - self._at) * self._rate)

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        if self.left(now) < 1:
            return False
        self.spend(1, now)
        return True

    def spend(self, cost: float, now: float) -> None:
        """Take so many tokens, whether they are there or not."""
        self._level = self.left(now) - cost
        self._at = max(self._at, now)

    def wait(self, now: float) -> float:
        """Seconds until there is a token to take."""
        return max(0.0, (1 - self.left(now)) / self._rate)
