"""Lines from elsewhere: put on the wire by another process than the one that is measured."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ticker.accounts.principal import Principal, Role
from ticker.editing.context import EditContext
from ticker.editing.intake import Intake
from ticker.news.document import utcnow
from ticker.news.draft import Rules
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.bench.lines import Lines

_EDITION: Final = "en"


class FeedPoster:
    """Publishes as another host of the service would: through the wire alone.

    Args:
        store_url: The service's store.
        lines: Of this run.
    """

    driven = "the wire"

    def __init__(self, store_url: str, lines: Lines) -> None:
        self._store_url = store_url
        self._lines = lines

    def post(self, numbers: Sequence[int], *, long: bool = False) -> None:
        """Publish them one after another."""
        asyncio.run(self._publish(numbers, long=long))

    async def _publish(self, numbers: Sequence[int], *, long: bool) -> None:
        store = Store(self._store_url)
        try:
            intake = Intake(Wire(store), Archive(store), Rules({}, {}))
            feed = Principal("feed", Role.EDITOR, frozenset(), utcnow(), None)
            for number in numbers:
                await intake.publish(
                    EditContext(feed, _EDITION), self._lines.fields(number, long=long)
                )
        finally:
            await store.close()
