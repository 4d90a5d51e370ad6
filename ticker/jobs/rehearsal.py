"""Rehearsal (dry run): whether the store would take a line now, asked before an editor has one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticker.store.client import Store
    from ticker.store.refusals import Refusals
    from ticker.store.wire import Wire

_EVERY_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 2.0


async def rehearse(store: Store, wire: Wire, refusals: Refusals, editions: Collection[str]) -> None:
    """Rehearse for as long as this is not cancelled, at once when something was refused."""
    while True:
        try:
            await store.ping()  # tokens and sessions may be on a shard that has no edition
            for edition in editions:
                await wire.rehearse(edition)
        except StoreUnavailableError as error:
            refusals.failed(error)
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            refusals.passed()
            await refusals.doubted(_EVERY_SECONDS)
