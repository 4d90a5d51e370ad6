"""Load rebalancing: a hub sends on the readers that it has above the mean, some at a time.

After a rolling restart the hub that was restarted last has nobody: all went to the others while it
was away. On an operator's word they come back through the balancer, by the means of the drain.
"""

from __future__ import annotations

import asyncio
import logging
from math import ceil
from typing import TYPE_CHECKING

from ticker.hub.audience import DESK
from ticker.news.reach import POLLING
from ticker.server.drain import send_away, slices_for
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.hub.hub import Hub
    from ticker.store.presence import Presence

_log = logging.getLogger(__name__)


class Rebalance:
    """Brings a hub down to the mean of the hubs that live.

    Args:
        hub: Whose readers are sent on; desks stay, and who polls comes anew anyway.
        presence: Knows how many the others have, as of some seconds ago.
        name: Of this hub.
        pause: Waits for so many seconds; for tests.
    """

    def __init__(
        self,
        hub: Hub,
        presence: Presence,
        name: str,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._hub = hub
        self._presence = presence
        self._name = name
        self._wait = pause
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin, unless it goes on already."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self.run())

    async def run(self) -> None:
        """Close the readers above the mean; nobody, where it is not known."""
        try:
            counts = await self._presence.by_hub()
        except StoreUnavailableError as error:
            _log.warning("no rebalance: %s", error)
            return
        readers = [it for it in self._hub.readers if it.transport not in {DESK, POLLING}]
        counts[self._name] = len(readers)
        surplus = max(0, len(readers) - ceil(sum(counts.values()) / len(counts)))
        _log.info("rebalance: %d of %d readers are sent on", surplus, len(readers))
        # Evenly over all: each edition and each transport thins out.
        chosen = [readers[turn * len(readers) // surplus] for turn in range(surplus)]
        await send_away(chosen, slices_for(surplus), self._wait)
