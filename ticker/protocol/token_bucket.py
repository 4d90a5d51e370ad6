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

    def take(self, now: float, cost: float = 1) -> bool:
        """Take so many tokens, if they are there; if it is full, that is enough for any number."""
        if self.left(now) < min(cost, self._burst):
            return False
        self.spend(cost, now)
        return True

    def spend(self, cost: float, now: float) -> None:
        """Take so many tokens, whether they are there or not."""
        self._level = self.left(now) - cost
        self._at = max(self._at, now)

    def wait(self, now: float, cost: float = 1) -> float:
        """Seconds until so many tokens can be taken."""
        return max(0.0, (min(cost, self._burst) - self.left(now)) / self._rate)


class TokenBuckets:
    """A bucket for each of many peers, in bounded memory: who was here longest ago is forgotten.

    Args:
        rate: Tokens that come back to each of them each second.
        burst: Tokens that each holds at most.
        most: Peers that are remembered.
    """

    __slots__ = ("_buckets", "_burst", "_most", "_rate")

    def __init__(self, rate: float, burst: float, most: int) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        # In the order in which they were here last.
        self._buckets: dict[str, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, peer: str, now: float, cost: float = 1) -> bool:
        """Take so many tokens out of a peer's bucket, if they are there (`TokenBucket.take`)."""
        return self.of(peer).take(now, cost)

    def of(self, peer: str) -> TokenBucket:
        """The bucket of a peer."""
        bucket = self._buckets.pop(peer, None)
        if bucket is None:
            bucket = TokenBucket(self._rate, self._burst)
            if len(self._buckets) >= self._most:
                del self._buckets[next(iter(self._buckets))]
        self._buckets[peer] = bucket
        return bucket
