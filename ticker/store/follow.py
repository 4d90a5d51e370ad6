"""Reading the wire: its tail, and every event after a position, exactly once and in order.

The log is the truth and pub/sub only announces: `follow` checks every entry against the hash
chain, reads the log wherever an announcement was missed, and never trusts silence.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from ticker.news.event import GENESIS, Cursor, Event, Record
from ticker.store.faults import Reason, StoreUnavailableError, store_errors
from ticker.store.import_lock import UnfinishedImportError
from ticker.store.pubsub import ChannelListener

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping

    from ticker.store.client import Store

_PAGE: Final = 500
_HEAD_EVERY: Final = 2.0
_DEAF_AFTER: Final = 2


class HistoryReplacedError(Exception):
    """The log is no longer the one we followed: entries were lost, or another took its place."""


class Follower:
    """Follows the wires of all editions on one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._commands: Any = store.commands
        self._keys = store.keys

    async def tail(self, edition: str, count: int) -> tuple[Cursor, list[Event]]:
        """The last `count` events, oldest first, and the position before them.

        Raises:
            StoreUnavailableError: The store is away.
        """
        with store_errors():
            entries = await self._commands.xrevrange(self._keys(edition).wire, count=count + 1)
        events = [Event.stored(entry) for entry in reversed(entries)]
        if len(events) <= count:
            return GENESIS, events
        return events[0].cursor, events[1:]

    async def follow(
        self, positions: Mapping[str, Cursor], caught_up: Callable[[], None] = lambda: None
    ) -> AsyncGenerator[Event]:
        """Every event after these positions, exactly once and in order for each edition, for ever.

        Args:
            positions: Edition → where to start.
            caught_up: Called once all that the log held at the start was yielded.

        Raises:
            StoreUnavailableError: The store is away or our subscription is deaf; call again with
                the positions reached.
            HistoryReplacedError: A position is not on the log any more.
            UnfinishedImportError: What is on a log may be half of it.
        """
        reached = dict(positions)
        async with ChannelListener(
            self._store, (self._keys(edition).live for edition in reached)
        ) as listener:
            async for event in self._catch_up(reached):
                yield event
            caught_up()
            async for event in self._listen(listener, reached):
                yield event

    async def _listen(
        self, listener: ChannelListener, reached: dict[str, Cursor]
    ) -> AsyncIterator[Event]:
        editions = {self._keys(edition).live: edition for edition in reached}
        clock = asyncio.get_running_loop().time
        checked, unheard = clock(), 0
        while True:
            received = await listener.receive(max(0.001, checked + _HEAD_EVERY - clock()))
            if received is not None:
                channel, message = received
                unheard, edition = 0, editions[channel]
                event = Event.announced(message, reached[edition])
                if event is not None:
                    reached[edition] = event.cursor
                    yield event
                else:
                    async for missed in self._catch_up({edition: reached[edition]}):
                        reached[edition] = missed.cursor
                        yield missed
            if clock() >= checked + _HEAD_EVERY:
                await listener.check()
                behind = await self._behind(reached)
                checked, unheard = clock(), unheard + bool(behind)
                async for missed in self._catch_up(behind):
                    reached[missed.flash.edition] = missed.cursor
                    yield missed
                if unheard >= _DEAF_AFTER:
                    raise StoreUnavailableError(reason=Reason.DEAF)

    async def _behind(self, reached: Mapping[str, Cursor]) -> dict[str, Cursor]:
        """The editions whose head is not where we are."""
        with store_errors():
            heads = await self._store.topology.scattered(
                *(["HMGET", self._keys(it).head, "offset", "tag", "import"] for it in reached)
            )
        if any(backup for *_, backup in heads):
            raise UnfinishedImportError
        return {
            edition: cursor
            for (edition, cursor), (offset, tag, _) in zip(reached.items(), heads, strict=True)
            if cursor != (Cursor(int(offset), tag) if offset else GENESIS)
        }

    async def _catch_up(self, positions: dict[str, Cursor]) -> AsyncIterator[Event]:
        """What the log holds after each position; the positions move on with it."""
        for edition in list(positions):
            while page := await self._read(edition, positions[edition]):
                for event in page:
                    positions[edition] = event.cursor
                    yield event

    async def _read(self, edition: str, after: Cursor) -> list[Event]:
        """The next page of the log, checked against the hash chain from `after` itself on."""
        with store_errors():
            entries = await self._commands.xrange(
                self._keys(edition).wire, min=f"{after.offset}-0", count=_PAGE
            )
            # Last: an import that has ended since then has more on the log, behind this page.
            unfinished = await self._commands.hexists(self._keys(edition).head, "import")
        if unfinished:
            raise UnfinishedImportError
        if after != GENESIS:
            if not entries or Event.stored(entries[0]).cursor != after:
                raise HistoryReplacedError(edition)
            entries = entries[1:]
        events = []
        for _, fields in entries:
            after = after.follows(fields["record"])
            events.append(Event(after, Record.decode(fields["record"]).flash))
        if entries and events[-1].cursor != Event.stored(entries[-1]).cursor:
            raise HistoryReplacedError(edition)
        return events
