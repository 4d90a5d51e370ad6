"""A hub learns how many read on pages at all hubs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.support.process import PATIENCE
from ticker.hub.screens import Screens
from ticker.jobs import screens
from ticker.metrics import Metrics
from ticker.store.presence import Presence

if TYPE_CHECKING:
    import pytest

    from ticker.store.client import Store


async def test_the_sample_is_of_all_hubs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of other hubs count, and programs do not."""
    monkeypatch.setattr(screens, "_EVERY_SECONDS", 0)
    asking, presence = Screens(Metrics()), Presence(store)
    for hub in ("one", "other"):
        origins = {"self": 2, "direct": 5, "https://a.example": 3}
        await presence.tell(hub, {"en": {"transports": {"websocket": 10}, "origins": origins}})
    task = asyncio.create_task(screens.follow(asking, presence))
    async with asyncio.timeout(PATIENCE):
        while not asking.everywhere:
            await presence.of("en")
    assert asking.everywhere == {"en": 10}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
