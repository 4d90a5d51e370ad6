"""Checkpoints, some time after the entries: the past of a long log is found by them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.hub.hub import Hub
    from ticker.store.checkpoints import Checkpoints

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 10.0


async def keep(hub: Hub, checkpoints: Checkpoints, editions: Sequence[str]) -> None:
    """Make those that are missing, for as long as this is not cancelled.

    Every hub does; what two make at once is the same.
    """
    while True:
        await hub.until_loaded(None)
        for edition in editions:
            try:
                await checkpoints.extend(edition)
            except StoreUnavailableError as error:
                _log.debug("no checkpoints are made: %s", error)
            except (KeyError, ValueError, TypeError):
                _log.debug("edition %s: `ticker verify` says where its log is broken", edition)
        await asyncio.sleep(_EVERY_SECONDS)
