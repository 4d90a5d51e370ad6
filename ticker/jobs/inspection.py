"""Inspection, once a minute: says loudly what is wrong with a store that works."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ticker.metrics import labels
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.metrics import Metrics
    from ticker.store.inspection import Inspection

_log = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 2.0


class Inspector:
    """Looks at the store for as long as `run` is not cancelled.

    Attributes:
        warnings: What is wrong now → a sentence about it.
    """

    def __init__(self, inspection: Inspection, metrics: Metrics) -> None:
        self.warnings: Mapping[str, str] = {}
        self._inspection = inspection
        metrics.probe(
            "ticker_store_warnings", lambda: {labels(what=what): 1.0 for what in self.warnings}
        )

    async def run(self) -> None:
        """Look, and say what has changed."""
        try:
            while True:
                try:
                    self._say(await self._inspection.look())
                    pause = _EVERY_SECONDS
                except StoreUnavailableError as error:
                    _log.debug("the store cannot be inspected: %s", error)
                    pause = _AGAIN_SECONDS
                await asyncio.sleep(pause)
        finally:
            await self._inspection.sign_off()

    def _say(self, found: Mapping[str, str]) -> None:
        for what, sentence in found.items():
            if self.warnings.get(what) != sentence:
                _log.warning("store: %s", sentence)
        for what in self.warnings.keys() - found.keys():
            _log.warning("store: %s is mended", what)
        self.warnings = found
