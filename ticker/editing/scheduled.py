"""Scheduled release: what becomes of a line whose hold or embargo ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.editing import bounds
from ticker.news import flash as flashes, timing
from ticker.news.event import Record
from ticker.news.flash import Stage
from ticker.news.hands import RELEASER

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.news.flash import Flash
    from ticker.store.archive import Archive


async def released_by_time(archive: Archive, held: Flash, now: datetime) -> Record:
    """It goes out; one that has expired by now, which nobody would see, becomes a draft."""
    if timing.is_over(held, now):
        waiting = flashes.wait(held, now)
        return Record(flash=waiting, action="draft", by=RELEASER, at=now, stage=Stage.DRAFT)
    released = await bounds.fit_on_top(archive, flashes.release(held, now))
    return Record(flash=released, action="release", by=RELEASER, at=now)
