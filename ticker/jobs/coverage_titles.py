"""Titles of running stories, from the store to the hub: readers see a change within a second."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.hub.hub import Hub
    from ticker.store.coverage_titles import CoverageTitles

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 0.5
_UNKNOWN: Final = ""


async def follow(hub: Hub, titles: CoverageTitles, editions: Sequence[str]) -> None:
    """Look for changes for as long as this is not cancelled; a validator of each tells of them."""
    known: dict[str, str | None] = dict.fromkeys(editions, _UNKNOWN)
    while True:
        try:
            for edition, revision in (await titles.revisions(editions)).items():
                if known[edition] != revision:
                    hub.entitle(edition, await titles.all(edition))
                    known[edition] = revision
        except StoreUnavailableError as error:
            _log.debug("titles of stories are not read: %s", error)
        await asyncio.sleep(_EVERY_SECONDS)
