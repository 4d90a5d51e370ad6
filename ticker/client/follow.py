"""Following an edition: one reader that comes back after every break (docs/protocol.md)."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ticker.client.calls import path_of, query_of
from ticker.client.errors import FollowError, ProblemError, is_ours
from ticker.client.events import Away, Drop, Line, Reset, Stale
from ticker.client.transports import BrokenError, NoWebSocketError, stream, websocket

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from ticker.client.events import Event
    from ticker.client.exchange import Connections
    from ticker.client.shapes import Flash

_BASE_SECONDS: Final = 0.5
_AWAY_CAP_SECONDS: Final = 4.0
_BUSY_CAP_SECONDS: Final = 30.0
_DOUBLINGS_MAX: Final = 10
_MISSED_BEATS: Final = 1.5  # heartbeats, then the connection is taken for dead
_FIRST_BEAT: Final = 50.0
_KNOWN_MAX: Final = 10_000
_CLIENT_ERRORS: Final = frozenset({*range(400, 500)} - {429})


class _Versions:
    """The version of each line that was told, of the last ten thousand (P17)."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def has(self, flash: Flash) -> bool:
        """Whether it was told in exactly this version."""
        return self._told.get(flash["id"]) == _version(flash)

    def take(self, flash: Flash) -> bool:
        """Whether it is newer than what was told; then it is told."""
        if self._told.get(flash["id"], (0, "")) >= _version(flash):
            return False
        self._told[flash["id"]] = _version(flash)
        self._told.move_to_end(flash["id"])
        if len(self._told) > _KNOWN_MAX:
            self._told.popitem(last=False)
        return True


@dataclass(slots=True)
class Follower:
    """Follows one edition of a service.

    Attributes:
        connections: To the service.
        edition: Code of the edition.
        filters: Which lines.
        cursor: Where it is; empty: nowhere yet.
    """

    connections: Connections
    edition: str
    filters: Mapping[str, Any]
    cursor: str = ""
    _beat: float = _FIRST_BEAT
    _failures: int = 0
    _least: float = 0.0
    _is_busy: bool = False
    _is_away: bool = False
    _streams: bool = False
    _stale: str | None = None
    _known: _Versions = field(default_factory=_Versions)

    async def events(self) -> AsyncGenerator[Event]:
        """What happens, until it is closed; it comes back with backoff and full jitter (P31).

        Raises:
            FollowError: The service sent us away for good.
        """
        while True:
            try:
                async with aclosing(self._messages()) as messages:
                    async for message in messages:
                        self._failures, self._is_away = 0, False
                        for event in self._taken(message):
                            yield event
            except NoWebSocketError:
                self._streams = True
                continue
            except ProblemError as refusal:
                if self._is_for_sockets(refusal):
                    self._streams = True
                    continue
                reason = self._refused(refusal)
            except BrokenError as error:
                reason = str(error)
            else:
                reason = ""
            if reason and not self._is_away:
                self._is_away = True
                yield Away(self.cursor, reason)
            await asyncio.sleep(self._pause())

    def _messages(self) -> AsyncGenerator[dict[str, Any]]:
        """What one connection brings, until it breaks; a stream where no WebSocket is let."""
        query = query_of({**self.filters, "cursor": self.cursor})
        way = stream if self._streams else websocket
        path = f"{path_of(self.edition, 'live')}?{query}"
        return way(self.connections, path, lambda: self._beat * _MISSED_BEATS)

    def _pause(self) -> float:
        """Seconds until the next attempt."""
        cap = _BUSY_CAP_SECONDS if self._is_busy else _AWAY_CAP_SECONDS
        limit = min(cap, _BASE_SECONDS * 2**self._failures)
        self._failures = min(self._failures + 1, _DOUBLINGS_MAX)
        least, self._least, self._is_busy = self._least, 0.0, False
        return least + random.uniform(0, limit)  # noqa: S311 - jitter

    def _is_for_sockets(self, refusal: ProblemError) -> bool:
        """Whether it is not ours: something on the way that has nothing for WebSockets."""
        return not (self._streams or is_ours(refusal)) and refusal.status in _CLIENT_ERRORS

    def _refused(self, refusal: ProblemError) -> str:
        said = f"{refusal.status}: {refusal.detail}" if refusal.detail else str(refusal.status)
        if refusal.status in _CLIENT_ERRORS:
            raise FollowError(said) from None
        self._least, self._is_busy = refusal.retry_after, is_ours(refusal)
        return said

    def _taken(self, message: dict[str, Any]) -> Iterator[Event]:
        """The events that a message is; none of a beat, and of what later versions add."""
        before, self.cursor = self.cursor, message.get("cursor", self.cursor)
        match message["type"]:
            case "hello":
                self._beat = message["beat"]
                if message["reset"]:
                    yield self._reset(message["flashes"], is_first=not before)
                else:
                    yield from self._missed(message, before)
            case "flash":
                if self._known.take(message["flash"]):
                    yield Line(self.cursor, message["flash"])
            case "drop":
                yield Drop(self.cursor, message["id"])
            case _:
                pass
        if message["type"] in {"hello", "beat"} and message.get("stale") != self._stale:
            self._stale = message.get("stale")
            yield Stale(self.cursor, self._stale)

    def _reset(self, board: list[Flash], *, is_first: bool) -> Reset:
        """The board; after a restore even an older version is news."""
        fresh = [flash for flash in board if not self._known.has(flash)]
        self._known = _Versions()
        for flash in board:
            self._known.take(flash)
        fresh.sort(key=lambda flash: flash["firstcreated"])
        return Reset(self.cursor, board, fresh, is_first)

    def _missed(self, hello: dict[str, Any], before: str) -> Iterator[Event]:
        """A replay: who keeps the cursor of any but its last event has not had all of it."""
        events: list[Event] = [Line(before, it) for it in hello["flashes"] if self._known.take(it)]
        events += [Drop(before, flash_id) for flash_id in hello.get("drops", ())]
        if events:
            events[-1] = replace(events[-1], cursor=self.cursor)
        yield from events


def _version(flash: Flash) -> tuple[int, str]:
    return flash["version"], flash["versioncreated"]
