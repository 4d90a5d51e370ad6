"""Desk feed: what editors see besides the board, pushed to the open desks when it changes.

The store is read once for all desks of this process, when the desk channel announces a change and
every second in any case, and not at all while no desk is open.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeAlias

from ticker.news.subscription import Subscription
from ticker.protocol.frames import CloseCode, Frame
from ticker.store.faults import StoreUnavailableError
from ticker.store.pubsub import ChannelListener

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.accounts.sessions import Session, Sessions
    from ticker.hub.hub import Hub
    from ticker.hub.outbox import Outbox
    from ticker.news.event import RecordDocument
    from ticker.store.archive import Archive
    from ticker.store.client import Store
    from ticker.store.deliveries import Deliveries, Landing
    from ticker.store.presence import Presence, Readers
    from ticker.store.stories import Stories, StoryVersion

    # What a desk is told of: queue, stories, landings, or readers.
    Topic: TypeAlias = (
        list[RecordDocument] | dict[str, dict[str, StoryVersion]] | list[Landing] | Readers
    )
    Topics: TypeAlias = dict[str, Callable[[str], Awaitable[Topic]]]

_log = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 1.0
_SESSIONS_SECONDS: Final = 5.0
_AT_ONCE: Final = 10
_LANDINGS: Final = 30


class DeskFeed:
    """Feeds the desks of all editions."""

    def __init__(self, store: Store, hub: Hub, sessions: Sessions, topics: Topics) -> None:
        self._store = store
        self._hub = hub
        self._sessions = sessions
        self._topics = topics
        self._open: dict[str, dict[Outbox, Session]] = defaultdict(dict)
        self._said: dict[tuple[str, str], Frame] = {}
        self._somebody = asyncio.Event()
        self._changed = asyncio.Event()

    def join(self, edition: str, outbox: Outbox, session: Session) -> None:
        """A desk is open: it hears how everything stands, then what changes."""
        self._open[edition][outbox] = session
        for (of, _), frame in self._said.items():
            if of == edition:
                outbox.send(frame)
        self._somebody.set()
        self._changed.set()

    def leave(self, edition: str, outbox: Outbox) -> None:
        """A desk is closed."""
        self._open[edition].pop(outbox, None)
        if not self._open[edition]:
            del self._open[edition]
            self._said = {key: it for key, it in self._said.items() if key[0] != edition}
        if not self._open:
            self._somebody.clear()

    async def look(self) -> None:
        """Tell desks what is new to them, for as long as this is not cancelled."""
        while True:
            await self._somebody.wait()
            self._changed.clear()
            for edition in list(self._open):
                await self._survey(edition)
            await self._next()

    async def _next(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _survey(self, edition: str) -> None:
        for topic, read in self._topics.items():
            try:
                frame = Frame({"type": topic, "cursor": "", topic: await read(edition)})
            except StoreUnavailableError as error:
                _log.debug("desks wait for the store: %s", error)
                return
            except Exception:  # noqa: BLE001 - a supervisor outlives every fault
                _log.exception("a desk's %s failed", topic)
                continue
            said = self._said.get((edition, topic))
            if edition in self._open and (said is None or said.text != frame.text):
                self._said[edition, topic] = frame
                for outbox in list(self._open[edition]):
                    outbox.send(frame)

    async def listen(self) -> None:
        """Subscribe to the desk channel; what it fails to announce, `look` finds a second later."""
        while True:
            await self._somebody.wait()
            try:
                await self._receive()
            except StoreUnavailableError as error:
                _log.debug("the desk channel is broken: %s", error)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _receive(self) -> None:
        async with ChannelListener(
            self._store, (self._store.keys(it).desk for it in self._hub.editions)
        ) as channel:
            while self._open:
                if await channel.receive(_LOOK_SECONDS) is not None:
                    self._changed.set()

    async def watch_sessions(self) -> None:
        """Revocation: whoever was logged out, or has other rights now, has no open desk."""
        while True:
            await asyncio.sleep(_SESSIONS_SECONDS)
            desks = [desk for some in self._open.values() for desk in some.items()]
            # A few at once: one whose shard is silent holds nobody else up for long.
            for start in range(0, len(desks), _AT_ONCE):
                some = desks[start : start + _AT_ONCE]
                await asyncio.gather(*(self._check(*desk) for desk in some))

    async def _check(self, outbox: Outbox, session: Session) -> None:
        """Close a desk whose session has ended; what cannot be known now is asked again."""
        try:
            if not await self._sessions.is_open(session):
                outbox.close(CloseCode.SESSION_ENDED)
        except StoreUnavailableError as error:
            _log.debug("a session is looked at later: %s", error)


def topics(
    hub: Hub, archive: Archive, all_stories: Stories, deliveries: Deliveries, presence: Presence
) -> Topics:
    """Topic → what an edition's desks are told of it. They raise `StoreUnavailableError`."""

    async def queue(edition: str) -> list[RecordDocument]:
        return [record.as_document(with_address=False) for record in await archive.queue(edition)]

    async def stories(edition: str) -> dict[str, dict[str, StoryVersion]]:
        _, lines = hub.lines(Subscription(edition))
        return await all_stories.of(lines)

    async def landings(edition: str) -> list[Landing]:
        return await deliveries.newest(edition, _LANDINGS)

    async def readers(edition: str) -> Readers:
        return await presence.of(edition)

    return {"queue": queue, "stories": stories, "landings": landings, "readers": readers}
