"""Refusals: what the store did not do, counted by reason, and logged when the reason changes."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticker.store.faults import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ticker.metrics import Metrics
    from ticker.store.faults import StoreUnavailableError

_log = logging.getLogger(__name__)
# The part of a Cluster that holds users, tokens and sessions, beside those of editions.
ACCOUNTS: Final = "accounts"
# What the log says of a part that refuses, and of one that does so no more.
_EDITORS: Final = ("editors{of} get 503", "lines{of} are taken again")
_SOMEBODY: Final = ("some requests get 503", "all requests are answered again")
_ACCOUNTS: Final = (
    "users and tokens that were not seen lately get 503",
    "users and tokens are looked up again",
)


@dataclass(slots=True)
class _Outage:
    """What was said of a part of the store, and since when it refuses."""

    reason: Reason
    since: float


class Refusals:
    """What the store refuses, as far as this process knows.

    Args:
        metrics: That count them.
        clock: Monotonic seconds.
        parts: Of the store that dry runs are made of, one by one.

    Attributes:
        parts: The same.
        reasons: Part of the store ("": all of it) → why it would not take a line, by the last dry
            run; a part that would is not there.
        unconfirmed: Whether the last refusal was for want of replicas, which no dry run can tell.
    """

    def __init__(
        self,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        parts: Collection[str] = ("",),
    ) -> None:
        self.reasons: dict[str, Reason] = {}
        self.unconfirmed = False
        self._metrics = metrics
        self._clock = clock
        self.parts = frozenset(parts)
        self._doubtful: set[str] = set()
        self._said: dict[str, _Outage] = {}
        self._doubts = {part: asyncio.Event() for part in self.parts}

    @property
    def reason(self) -> Reason | None:
        """Why no line of any edition would be taken, by the last dry runs; None: some would."""
        editions = self.parts - {ACCOUNTS}
        if any(part not in self.reasons for part in editions):
            return None
        return next(self.reasons[part] for part in sorted(editions))

    def add(self, error: StoreUnavailableError, part: str = "") -> None:
        """Something was refused: count it; say so, and have it looked into, unless it is known.

        Args:
            error: With the reason.
            part: Of the store; "": all of it, or not known.
        """
        self._metrics.count("ticker_store_refusals_total", reason=error.reason.label)
        known = [self._said.get(part)] if part else self._said.values()
        if any(outage is not None and outage.reason is error.reason for outage in known):
            return
        since = self._said[part].since if part in self._said else self._clock()
        self._said[part] = _Outage(error.reason, since)
        self.unconfirmed = error.reason is Reason.UNCONFIRMED
        _log.warning("%s: %s", self._words(part)[0], error)
        self._doubtful = set(self.parts)
        for doubt in self._doubts.values():
            doubt.set()

    async def doubted(self, seconds: float, part: str = "") -> None:
        """Wait for a refusal that is news since the last dry run, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._doubts[part].wait()

    def failed(self, error: StoreUnavailableError, part: str = "") -> None:
        """A dry run was refused."""
        self.add(error, part)
        self.reasons[part] = error.reason
        self._doubts[part].clear()

    def passed(self, part: str = "") -> None:
        """A dry run would have stored a line; whether replicas would confirm it is not known."""
        self.reasons.pop(part, None)
        self._doubts[part].clear()
        if self.unconfirmed:
            return
        self._doubtful.discard(part)
        self._end(part)
        # What nobody knew the part of is over when none refuses.
        if not self._doubtful and not self.reasons:
            self._end("")

    def taken(self) -> None:
        """A line was stored and confirmed."""
        if self.unconfirmed:
            self._end("")
        self.unconfirmed = False

    def _end(self, part: str) -> None:
        outage = self._said.pop(part, None)
        if outage is not None:
            _log.warning("%s after %.1f s", self._words(part)[1], self._clock() - outage.since)

    def _words(self, part: str) -> list[str]:
        unknown = not part and part not in self.parts
        words = _ACCOUNTS if part == ACCOUNTS else _SOMEBODY if unknown else _EDITORS
        return [it.format(of=f" of {part}" if part else "") for it in words]
