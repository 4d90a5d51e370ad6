"""Which lines are read most: clicks on their links, as hourly sums and nothing else.

Nobody's address, browser or path through the site is stored. Clicks are gathered in memory and
added to the store every few seconds; while the store is away they are lost, and nothing waits.
For some minutes a process remembers that a network has clicked on a line, as a digest by a secret
that ends with the process: one network makes no line the most read.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from datetime import datetime, timedelta
from hashlib import blake2b
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import utcnow
from ticker.protocol.networks import client_network
from ticker.protocol.token_bucket import TokenBucket, TokenBuckets
from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ticker.store.client import Store

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 5.0
_HOURS: Final = 24
_KEEP_SECONDS: Final = (_HOURS + 1) * 3600
_RANKED: Final = 100
_PER_SECOND: Final = 200.0
# Of one network: many readers may share it.
NETWORK_PER_SECOND: Final = 1.0
NETWORK_BURST: Final = 20.0
NETWORKS_MAX: Final = 10_000
SEEN_MAX: Final = 50_000
AGAIN_SECONDS: Final = 600.0


class Clicks:
    """One process's part in counting, and what all of them have counted in the last 24 hours.

    Args:
        store: Where the sums are.
        editions: Codes of the editions.
        clock: Aware UTC.
        per_second: Clicks that count, as a sustained rate; as many may come at once.
        timer: Seconds, which never go back.
    """

    def __init__(
        self,
        store: Store,
        editions: Iterable[str],
        clock: Callable[[], datetime] = utcnow,
        per_second: float = _PER_SECOND,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._pending: dict[str, Counter[str]] = {code: Counter() for code in editions}
        self._ranked: dict[str, list[str]] = {code: [] for code in editions}
        self._clock = clock
        self._timer = timer
        self._budget = TokenBucket(per_second, per_second)
        self._networks = TokenBuckets(NETWORK_PER_SECOND, NETWORK_BURST, NETWORKS_MAX)
        self._secret = token_bytes(32)
        # Digest of a network and a line → when it clicked; oldest first.
        self._seen: dict[bytes, float] = {}

    def count(self, edition: str, flash_id: str, address: str) -> bool:
        """Count a click, once for each network and line in ten minutes.

        False where a token bucket is empty, the network's or that of all: too many to be those of
        readers. A network that clicks too much takes nothing from the others.
        """
        now, network = self._timer(), client_network(address)
        if not self._networks.take(network, now):
            return False
        if self._is_repeated(f"{network}\0{edition}\0{flash_id}", now):
            return True
        if not self._budget.take(now):
            return False
        self._pending[edition][flash_id] += 1
        return True

    def ranked(self, edition: str) -> list[str]:
        """Ids of the flashes that were read in the last 24 hours, most read first."""
        return self._ranked[edition]

    async def run(self) -> None:
        """Exchange counts with the store for as long as this is not cancelled."""
        while True:
            try:
                await self.exchange()
            except StoreUnavailableError as error:
                _log.debug("clicks are not counted: %s", error)
            await asyncio.sleep(_EVERY_SECONDS)

    async def exchange(self) -> None:
        """Add what was counted here, and read what was counted everywhere.

        Raises:
            StoreUnavailableError: The store is away; what was counted since the last time is lost.
        """
        for edition in self._pending:
            await self._add(edition)
            await self._read(edition)

    def _is_repeated(self, click: str, now: float) -> bool:
        """Whether the same one was made lately; remembers it otherwise."""
        digest = blake2b(click.encode(), key=self._secret, digest_size=16).digest()
        before = self._seen.get(digest)
        if before is not None and now - before < AGAIN_SECONDS:
            return True
        self._seen.pop(digest, None)
        if len(self._seen) >= SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        self._seen[digest] = now
        return False

    async def _add(self, edition: str) -> None:
        counts, self._pending[edition] = self._pending[edition], Counter()
        if not counts:
            return
        key = self._keys(edition).clicks(_hour(self._clock()))
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for flash_id, count in counts.items():
                    pipe.zincrby(key, count, flash_id)
                pipe.expire(key, _KEEP_SECONDS)
                await pipe.execute()

    async def _read(self, edition: str) -> None:
        now = self._clock()
        keys = [
            self._keys(edition).clicks(_hour(now - timedelta(hours=ago))) for ago in range(_HOURS)
        ]
        with store_errors():
            found = await self._commands.zunion(keys, withscores=True)
        best = sorted(found, key=lambda entry: (entry[1], entry[0]), reverse=True)
        self._ranked[edition] = [flash_id for flash_id, _ in best[:_RANKED]]


def _hour(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H}"
