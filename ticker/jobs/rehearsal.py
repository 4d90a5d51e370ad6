"""Rehearsal (dry run): whether the store would take a line now, asked before an editor has one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticker.store.refusals import Refusals
    from ticker.store.wire import Wire

_EVERY_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 2.0


async def rehearse(
    wire: Wire, refusals: Refusals, editions: Collection[str], part: str = ""
) -> None:
    """Rehearse for as long as this is not cancelled, at once when something was refused.

    Args:
        wire: Where to.
        refusals: Hears of the outcome.
        editions: Of one part of the store.
        part: Its name; "": all of it.
    """
    while True:
        try:
            for edition in editions:
                await wire.rehearse(edition)
        except StoreUnavailableError as error:
            refusals.failed(error, part)
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            refusals.passed(part)
            await refusals.doubted(_EVERY_SECONDS, part)
