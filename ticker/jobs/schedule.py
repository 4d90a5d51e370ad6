"""What happens by the clock: heartbeats to readers, and the release of withheld lines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.editing.intake import Intake
    from ticker.hub.hub import Hub
    from ticker.store.refusals import Refusals

_RELEASE_EVERY: Final = 1.0


async def beats(hub: Hub, seconds: float) -> None:
    """Heartbeat: one shared frame to every reader, for as long as this is not cancelled."""
    while True:
        await asyncio.sleep(seconds)
        hub.beat()


async def releases(hub: Hub, intake: Intake, refusals: Refusals, editions: Sequence[str]) -> None:
    """Release withheld lines when they are due; the wire lets only one process win."""
    pause = _RELEASE_EVERY
    while True:
        await asyncio.sleep(pause)
        await hub.until_loaded(None)
        pause = _RELEASE_EVERY
        try:
            await intake.release_due(editions)
            due = await intake.next_due(editions)
            if due is not None:
                pause = min(pause, max(0.0, due))
        except StoreUnavailableError as error:
            refusals.add(error)
