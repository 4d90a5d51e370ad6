"""Hubs with a planted bug, to show that the checker finds it.

    python -m tests.faults.planted BUG serve …

Each is a mistake that somebody could make in one line.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING

from ticker.accounts.login_limits import LoginLimits
from ticker.accounts.tokens import Tokens, _decode, _digest
from ticker.cli import main
from ticker.hub.room import Room
from ticker.news import document
from ticker.news.board import Board
from ticker.protocol.frames import Encoder
from ticker.store.keys import House, Keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from ticker.accounts.login_limits import Visitor
    from ticker.accounts.principal import Principal
    from ticker.hub.room import _Group
    from ticker.news.event import Cursor, Event
    from ticker.news.flash import Flash
    from ticker.protocol.frames import Frame

_SELDOM = 7
_verify, _init_keys = Tokens.verify, Keys.__init__
_publish, _since = Room.publish, Board.since
_replay, _send = Encoder.replay, Room._send
_numbers = count(1)


def drops() -> None:
    """One message in a while reaches nobody."""

    def publish(self: Room, event: Event) -> None:
        if next(_numbers) % _SELDOM:
            _publish(self, event)
        else:
            self.board.apply(event)

    Room.publish = publish  # type: ignore[method-assign]


def repeats() -> None:
    """One message in a while is sent twice."""

    def publish(self: Room, event: Event) -> None:
        _publish(self, event)
        if not next(_numbers) % _SELDOM:
            known = self.board._flashes.pop(event.flash.id)
            _publish(self, event)
            self.board._flashes[event.flash.id] = known

    Room.publish = publish  # type: ignore[method-assign]


def resumes_late() -> None:
    """Who comes back misses the first line that they lack."""

    def since(self: Board, cursor: Cursor) -> list[Flash] | None:
        lacking = _since(self, cursor)
        return lacking[1:] if lacking else lacking

    Board.since = since  # type: ignore[method-assign]


def resumes_early() -> None:
    """Who comes back is given one line again."""

    def since(self: Board, cursor: Cursor) -> list[Flash] | None:
        before = next(
            (it.cursor for it in self._recent if it.cursor.offset == cursor.offset - 1), cursor
        )
        return _since(self, before)

    Board.since = since  # type: ignore[method-assign]


def revives() -> None:
    """Who comes back does not hear of kills."""

    def since(self: Board, cursor: Cursor) -> list[Flash] | None:
        lacking = _since(self, cursor)
        return lacking and [flash for flash in lacking if flash.pubstatus == "usable"]

    Board.since = since  # type: ignore[method-assign]


def forgets() -> None:
    """Who comes back is given a board, though the hub knows where they were."""

    def since(self: Board, cursor: Cursor) -> list[Flash] | None:
        del self, cursor
        return None

    Board.since = since  # type: ignore[method-assign]


def shuffles() -> None:
    """What somebody missed comes in another order."""

    def since(self: Board, cursor: Cursor) -> list[Flash] | None:
        lacking = _since(self, cursor)
        return lacking and lacking[::-1]

    Board.since = since  # type: ignore[method-assign]


def keeps() -> None:
    """A line that a reader does not watch any more stays on their screen."""

    def replay(
        self: Encoder,
        cursor: Cursor,
        missed: Iterable[Flash],
        drops: list[str],
        now: datetime,
        titles: Mapping[str, str] = {},
    ) -> Frame:
        del drops
        return _replay(self, cursor, missed, [], now, titles)

    def send(self: Room, group: _Group, frame: Frame, urgency: int) -> None:
        if '"type":"drop"' not in frame.text:
            _send(self, group, frame, urgency)

    Encoder.replay, Room._send = replay, send  # type: ignore[method-assign]


def whispers() -> None:
    """A killed line keeps its link."""
    document.TOMBSTONE = (*document.TOMBSTONE, "url")  # type: ignore[misc]


def chokes() -> None:
    """A wrong password is an error of ours."""

    async def attempt(self: LoginLimits, name: str, password: str, visitor: Visitor) -> None:
        raise RuntimeError(name)

    LoginLimits.attempt = attempt  # type: ignore[method-assign]


def mixes() -> None:
    """Keys of editions forget what keeps services apart."""

    def init(self: Keys, edition: str, namespace: str = "", database: int = 0) -> None:
        del namespace, database
        _init_keys(self, edition)

    Keys.__init__ = init  # type: ignore[method-assign]


def counts() -> None:
    """Readers of all services are counted together."""
    House.census = property(lambda _: "{ticker}:census")  # type: ignore[assignment]


def admits() -> None:
    """The tokens of all services are known to each."""

    async def verify(self: Tokens, token: str, now: datetime) -> Principal | None:
        for namespace in ("ticker", "staging"):
            text = await self._commands.hget(House(namespace).digests, _digest(token))
            if text is not None:
                return _decode(text)
        return await _verify(self, token, now)

    Tokens.verify = verify  # type: ignore[method-assign]


# Each, and what it is found out by, when services share a store.
LEAKS: dict[Callable[[], None], str] = {
    mixes: "has a line of others",
    counts: "counted are",
    admits: "answered strange editors",
}
# Each, and what it is found out by.
BUGS: dict[Callable[[], None], str] = {
    drops: "came after|a beat says",
    repeats: "came after",
    resumes_late: "missing",
    resumes_early: "came after|too much",
    revives: "missing",
    forgets: "a place that was known",
    shuffles: "in another order",
    keeps: "shows other lines",
    whispers: "says more than that",
}


if __name__ == "__main__":
    next(bug for bug in (chokes, *LEAKS, *BUGS) if bug.__name__ == sys.argv[1])()
    sys.exit(main(sys.argv[2:]))
