"""Deliveries: tells the store whom this hub has reached, a few times a second, if that changed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from ticker.hub.receipts import Receipts
    from ticker.store.deliveries import Deliveries

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 0.25


async def keep(receipts: Receipts, deliveries: Deliveries, hub: str) -> None:
    """Keep a hub's receipts in the store for as long as this is not cancelled.

    What changed while the store was away is kept with the next change.
    """
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        changed = receipts.take_changed()
        if not changed:
            continue
        try:
            await deliveries.keep(hub, changed)
        except StoreUnavailableError as error:
            _log.debug("receipts are not kept: %s", error)
