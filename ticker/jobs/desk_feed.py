"""Desk feed: what editors see besides the board, pushed to the open desks when it changes.

The store is read once for all desks of this process, all topics at once, when the desk channel
announces a change and every second in any case, and not at all while no desk is open. A desk that
is behind is told nothing until it has taken what waits for it, and then what has changed all in all
(conflation).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ticker.protocol.frames import CloseCode
from ticker.store.faults import StoreUnavailableError
from ticker.store.pubsub import ChannelListener

if TYPE_CHECKING:
    from ticker.accounts.sessions import Session, Sessions
    from ticker.hub.hub import Hub
    from ticker.hub.outbox import Outbox
    from ticker.jobs.desk_presence import DeskPresence
    from ticker.jobs.desk_topics import State, Topics
    from ticker.store.client import Store

_log = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 1.0
_SESSIONS_SECONDS: Final = 5.0
# Of what waits for a desk: more, and it is behind.
_LAG_BYTES: Final = 1024 * 1024
_AT_ONCE: Final = 10


@dataclass(slots=True)
class _Desk:
    """An open desk: whose it is, and which state of each topic it was told."""

    session: Session
    told: dict[str, State] = field(default_factory=dict)


class DeskFeed:
    """Feeds the desks of all editions."""

    def __init__(
        self, store: Store, hub: Hub, sessions: Sessions, topics: Topics, presence: DeskPresence
    ) -> None:
        self._store = store
        self._hub = hub
        self._sessions = sessions
        self._topics = topics
        self._presence = presence
        self._open: dict[str, dict[Outbox, _Desk]] = defaultdict(dict)
        self._states: dict[tuple[str, str], State] = {}
        self._somebody = asyncio.Event()
        self._changed = asyncio.Event()

    def join(self, edition: str, outbox: Outbox, session: Session) -> None:
        """A desk is open: it hears how everything stands, then what changes."""
        desk = self._open[edition][outbox] = _Desk(session)
        self._tell(edition, outbox, desk)
        self._presence.join(edition, outbox, session.principal.name)
        self._somebody.set()
        self._changed.set()

    def leave(self, edition: str, outbox: Outbox) -> None:
        """A desk is closed."""
        self._presence.leave(edition, outbox)
        self._open[edition].pop(outbox, None)
        if not self._open[edition]:
            del self._open[edition]
            self._states = {key: it for key, it in self._states.items() if key[0] != edition}
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
        await asyncio.gather(*(self._read(edition, topic) for topic in self._topics))
        for outbox, desk in list(self._open.get(edition, {}).items()):
            self._tell(edition, outbox, desk)

    async def _read(self, edition: str, topic: str) -> None:
        try:
            state = await self._topics[topic](edition)
        except StoreUnavailableError as error:
            _log.debug("desks wait for the store: %s", error)
            return
        except Exception:  # noqa: BLE001 - a supervisor outlives every fault
            _log.exception("a desk's %s failed", topic)
            return
        known = self._states.get((edition, topic))
        if edition in self._open and state is not known and (not known or state.since(known)):
            self._states[edition, topic] = state

    def _tell(self, edition: str, outbox: Outbox, desk: _Desk) -> None:
        """Tell a desk what it does not know, unless it is behind."""
        for topic in self._topics:
            state, told = self._states.get((edition, topic)), desk.told.get(topic)
            if state is None or state is told:
                continue
            if outbox.waiting > _LAG_BYTES:
                return
            desk.told[topic] = state
            for frame in state.since(told):
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
            desks = [
                (outbox, desk.session)
                for some in self._open.values()
                for outbox, desk in some.items()
            ]
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
