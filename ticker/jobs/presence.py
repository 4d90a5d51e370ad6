"""Presence of a hub: tells the store how many read here, when that changes, and that it lives."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from ticker.hub.hub import Hub
    from ticker.news.reach import HubReaders
    from ticker.store.presence import Presence

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 2.0
# Heartbeat: what did not change is told again after so long, or the hub is taken for dead.
_REPEAT_SECONDS: Final = 10.0


async def tell(hub: Hub, presence: Presence, name: str) -> None:
    """Tell of a hub's readers for as long as this is not cancelled, and sign off at the end."""
    said: dict[str, HubReaders] = {}
    repeat_at, time = 0.0, asyncio.get_running_loop().time
    try:
        while True:
            # An import goes on only while it counts no hub.
            await hub.until_loaded(None)
            counts = hub.presence()
            if counts != said or time() >= repeat_at:
                try:
                    await presence.tell(name, counts)
                    said, repeat_at = counts, time() + _REPEAT_SECONDS
                except StoreUnavailableError as error:
                    _log.debug("readers are not counted: %s", error)
            await asyncio.sleep(_EVERY_SECONDS)
    finally:
        await presence.sign_off(name)
