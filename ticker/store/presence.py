"""How many read now, by edition, transport and embedding site: sums of each hub, no more."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import dumps, milliseconds
from ticker.store.client import StoreUnavailableError, guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.hub.hub import Hub
    from ticker.store.client import Store

_log = logging.getLogger(__name__)
_KEY: Final = "{ticker}:census"
_EVERY_SECONDS: Final = 2.0
_REPEAT_MS: Final = 10_000
_STALE_MS: Final = 30_000


class Census:
    """Tells the store of this hub's readers, and adds up all hubs'.

    Args:
        store: Where the sums are.
        hub: Whose readers they are.
        name: Of this process.
        clock: Aware UTC.
    """

    def __init__(
        self,
        store: Store,
        hub: Hub,
        name: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._commands: Any = store.commands
        self._hub = hub
        self._name = name
        self._clock = clock
        self._told: tuple[str, int] = ("", 0)

    async def run(self) -> None:
        """Tell for as long as this is not cancelled, and sign off at the end."""
        try:
            while True:
                # An import goes on only while it counts no hub.
                await self._hub.until_loaded(None)
                try:
                    await self.tell()
                except StoreUnavailableError as error:
                    _log.debug("readers are not counted: %s", error)
                await asyncio.sleep(_EVERY_SECONDS)
        finally:
            with guard():
                await self._commands.hdel(_KEY, self._name)

    async def tell(self) -> None:
        """Tell of this hub, if that is news.

        Raises:
            StoreUnavailableError: The store is away.
        """
        now = milliseconds(self._clock())
        counted = dumps(self._hub.census())
        said, at = self._told
        if counted == said and now - at < _REPEAT_MS:
            return
        with guard():
            await self._commands.hset(_KEY, self._name, f"{now} {counted}")
        self._told = (counted, now)

    async def read(self) -> dict[str, dict[str, Any]]:
        """Edition → {"readers", "transports", "origins", "hubs"}, of the hubs that live.

        Raises:
            StoreUnavailableError: The store is away.
        """
        now = milliseconds(self._clock())
        with guard():
            told = await self._commands.hgetall(_KEY)
        editions: dict[str, dict[str, Any]] = {}
        for hub, text in told.items():
            at, _, counted = text.partition(" ")
            if now - int(at) > _STALE_MS:
                with guard():
                    await self._commands.hdel(_KEY, hub)
                continue
            for edition, counts in json.loads(counted).items():
                _add(editions, edition, hub, counts)
        return editions


def _add(
    editions: dict[str, dict[str, Any]], edition: str, hub: str, counts: dict[str, dict[str, int]]
) -> None:
    whole = editions.setdefault(
        edition, {"readers": 0, "transports": Counter(), "origins": Counter(), "hubs": {}}
    )
    readers = sum(counts["transports"].values())
    whole["readers"] += readers
    whole["transports"].update(counts["transports"])
    whole["origins"].update(counts["origins"])
    whole["hubs"][hub] = readers


async def living(
    store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> list[str]:
    """Names of the hubs that run on a store, or did within the last half minute.

    Raises:
        StoreUnavailableError: The store is away.
    """
    now = milliseconds(clock())
    commands: Any = store.commands
    with guard():
        told = await commands.hgetall(_KEY)
    return sorted(
        hub for hub, text in told.items() if now - int(text.partition(" ")[0]) <= _STALE_MS
    )
