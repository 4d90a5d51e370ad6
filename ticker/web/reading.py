"""Read path: boards and lines that readers may see; 404 for withheld, 503 for not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.news.flash import PubStatus
from ticker.web.problems import some_seconds, unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ticker.hub.hub import Hub
    from ticker.hub.room import Revision
    from ticker.news.event import Cursor
    from ticker.news.flash import Flash
    from ticker.news.subscription import Subscription
    from ticker.store.archive import Archive
    from ticker.web.problems import ProblemError


class Reading:
    """Reads boards from the hub's memory, lines from there or else from the archive.

    Args:
        hub: Of this process.
        archive: For lines that the hub has let go.
    """

    def __init__(self, hub: Hub, archive: Archive) -> None:
        self._hub = hub
        self._archive = archive

    def board(self, subscription: Subscription) -> tuple[Cursor, list[Flash]]:
        """Snapshot: the lines on show, and the cursor where its events go on.

        Raises:
            ProblemError: 503, the board is not loaded.
        """
        check_loaded(self._hub, subscription.edition)
        return self._hub.lines(subscription)

    def position(self, edition: str) -> Cursor:
        """Cursor of the edition: who follows from there misses nothing that changes after now."""
        return self._hub.position(edition)

    def polled(self, edition: str, origin: str, interval: int) -> None:
        """Presence: a reader of this site asks for the board every so many seconds."""
        self._hub.polled(edition, origin, interval)

    def revision(self, edition: str) -> Revision:
        """Validator of what is made from an edition's board, or read after it."""
        return self._hub.revision(edition)

    def titles(self, edition: str) -> Mapping[str, str]:
        """Slug → title, of the edition's running stories that have one."""
        return self._hub.titles(edition)

    def until(self, edition: str) -> datetime | None:
        """When the board changes by itself, by expiry or by age."""
        return self._hub.until(edition)

    def killed(self, edition: str, limit: int) -> list[Flash]:
        """The last lines that were killed, newest kill first: tombstones, not to be shown."""
        return self._hub.killed(edition, limit)

    def check_store(self, edition: str) -> None:
        """Fail fast: nobody waits for a store that is known to be away, or half of a backup.

        Raises:
            ProblemError: 503, it is.
        """
        if self._hub.revision(edition)[-1] is not None:
            raise unavailable("The store is away; nothing can be searched now.", some_seconds())

    async def find(self, edition: str, flash_id: str) -> Flash | None:
        """A line at its newest version, a withheld one (embargo, draft, hold) too.

        One that was taken back before it was out has never been, and leaves no tombstone.

        Raises:
            StoreUnavailableError: The store is away, and the hub does not remember it.
        """
        found = self._hub.get(edition, flash_id)
        if found is not None:
            return found
        stored = await self._archive.get(edition, flash_id)
        is_killed = stored is not None and stored.pubstatus is PubStatus.CANCELED
        if stored is not None and is_killed and not await self._archive.was_out(stored):
            return None
        return stored


def published(flash: Flash | None, missing: ProblemError) -> Flash:
    """The flash, if it is for readers: a withheld one (embargo) is not found.

    Args:
        flash: What was found; a killed one is for readers, as a tombstone.
        missing: What to say where it is none.

    Raises:
        ProblemError: `missing`.
    """
    if flash is None or flash.pubstatus is PubStatus.WITHHELD:
        raise missing
    return flash


def check_loaded(hub: Hub, edition: str) -> None:
    """Readiness of one board: refuse what needs one that is not loaded.

    Raises:
        ProblemError: 503, it is not.
    """
    if not hub.is_loaded(edition):
        raise unavailable("The board is not loaded yet.", some_seconds())
