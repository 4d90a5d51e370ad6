"""Relay, a supervised task: wire → hub. Readers are told when the store is lost.

One for all editions; on a Cluster one for each, since one shard may be away and others not.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from ticker.news.board import HELD_MAX
from ticker.news.document import utcnow
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.follow import HistoryReplacedError
from ticker.store.import_lock import UnfinishedImportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.hub.hub import Hub
    from ticker.settings import Settings
    from ticker.store.archive import Archive
    from ticker.store.follow import Follower
    from ticker.store.import_lock import ImportLock

_log = logging.getLogger(__name__)
_BACKOFF_CAP: Final = 2.0


class Relay:
    """Feeds the hub from the wire for as long as `run` is not cancelled.

    Args:
        follower, archive, lock: Of the store.
        hub: What is fed.
        settings: As configured.
        editions: Those of one part of the store; None: all.
    """

    def __init__(
        self,
        follower: Follower,
        archive: Archive,
        lock: ImportLock,
        hub: Hub,
        settings: Settings,
        editions: Sequence[str] | None = None,
    ) -> None:
        self._editions = hub.editions if editions is None else list(editions)
        # How the log says which part it is.
        self._of = "" if editions is None else f" of {', '.join(editions)}"
        self._follower = follower
        self._archive = archive
        self._lock = lock
        self._hub = hub
        self._settings = settings
        self._failures = 0
        # Why the store is not followed, and since when; None: it is.
        self._reason: Reason | None = None
        self._lost_at = 0.0

    async def run(self) -> None:
        """Load boards, follow, and begin again after every fault."""
        while True:
            try:
                await self._follow()
            except HistoryReplacedError as replaced:
                edition = str(replaced)
                _log.error("history of edition %s was replaced; readers get a fresh board", edition)
                self._hub.forget(edition)
            except UnfinishedImportError as unfinished:
                if self._reason is not Reason.IMPORT:
                    _log.error("hub waits%s: %s", self._of, unfinished)
                self._hub.mark_half(self._editions)
                await self._back_off(Reason.IMPORT)
            except StoreUnavailableError as error:
                if error.reason is not self._reason:
                    _log.warning("hub lost the store%s: %s", self._of, error)
                await self._back_off(error.reason)
            except Exception:  # noqa: BLE001 - a supervisor outlives every fault
                _log.exception("relay failed; starting again")
                await self._back_off(Reason.REFUSED)

    async def _follow(self) -> None:
        await self._lock.refuse(self._editions)
        for edition in self._editions:
            if not self._hub.is_loaded(edition):
                await self._load(edition)
        positions = {edition: self._hub.position(edition) for edition in self._editions}
        async with aclosing(self._follower.follow(positions, self._caught_up)) as events:
            async for event in events:
                self._hub.publish(event)

    async def _load(self, edition: str) -> None:
        since = utcnow() - self._settings.board_window
        # Lines first, then the log: what changes in between is in the log too, and newer wins.
        held = max(HELD_MAX, self._settings.board_lines)
        flashes = await self._archive.recent(edition, since, held)
        position, tail = await self._follower.tail(edition, self._settings.memory)
        # Last: an import that ended since we began to read is in the log behind `position`.
        await self._lock.refuse([edition])
        self._hub.load(edition, flashes, position, tail)

    def _caught_up(self) -> None:
        self._failures = 0
        if self._reason is not None:
            _log.warning("store%s is back after %.1f s", self._of, time.monotonic() - self._lost_at)
        self._reason = None
        self._hub.mark_fresh(self._editions)

    async def _back_off(self, reason: Reason) -> None:
        """Exponential backoff with jitter."""
        if self._reason is None:
            self._lost_at = time.monotonic()
        self._reason = reason
        self._hub.mark_stale(self._editions)
        self._failures = min(self._failures + 1, 6)
        await asyncio.sleep(random.uniform(0.05, min(_BACKOFF_CAP, 0.1 * 2**self._failures)))  # noqa: S311 - jitter
