"""Screen reports: tells a hub how many read on pages over all hubs, of whom it asks some."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import NO_SITE
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from ticker.hub.screens import Screens
    from ticker.store.presence import Presence

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 5.0


async def follow(screens: Screens, presence: Presence) -> None:
    """Keep a hub told for as long as this is not cancelled; while the store is away it knows less.

    The sample need not be right, only its size.
    """
    while True:
        try:
            everybody = await presence.read()
        except StoreUnavailableError as error:
            _log.debug("readers of other hubs are not known: %s", error)
        else:
            screens.everywhere = {
                edition: sum(count for site, count in it["origins"].items() if site != NO_SITE)
                for edition, it in everybody.items()
            }
        await asyncio.sleep(_EVERY_SECONDS)
