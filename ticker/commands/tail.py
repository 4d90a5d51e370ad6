"""`ticker tail`: a reader that prints each event once and reconnects after every break."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ticker.commands.event_stream import Handshake, RefusedError, events
from ticker.news import document

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from websockets.asyncio.client import ClientConnection

_CAP_SECONDS: Final = 5.0
_BASE_SECONDS: Final = 0.25
_RETRY_AFTER_MAX: Final = 60.0
_MISSED_BEATS: Final = 1.5  # heartbeats, then the connection is taken for dead
_FIRST_BEAT: Final = 50.0
_CLOSE_SECONDS: Final = 1.0
_CLIENT_ERRORS: Final = frozenset({*range(400, 500)} - {429})
_STOP_CODES: Final = frozenset({1008, *range(4400, 4800)})


class TailError(Exception):
    """The service does not want this reader; the message says why."""


@dataclass(slots=True)
class Tail:
    """Follows one edition of a service.

    Attributes:
        url: Base URL of the service.
        edition: Code of the edition.
        show: Called with each event as a message of the protocol, once and in order.
    """

    url: str
    edition: str
    show: Callable[[dict[str, Any]], None]
    _cursor: str = ""
    _beat: float = _FIRST_BEAT
    _failures: int = 0
    _retry_after: float = 0.0
    _waiting: bool = False
    _streams: bool = False
    _seen: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def run(self) -> None:
        """Follow until cancelled; reconnect with exponential backoff and full jitter.

        Raises:
            TailError: The service sent us away for good.
        """
        while True:
            async with aclosing(self._messages()) as messages:
                async for message in messages:
                    self._take(message)
                    self._failures, self._waiting = 0, False
            self._failures = min(self._failures + 1, 10)
            limit = min(_CAP_SECONDS, _BASE_SECONDS * 2**self._failures)
            least, self._retry_after = self._retry_after, 0.0
            await asyncio.sleep(least + random.uniform(0, limit))  # noqa: S311 - jitter

    async def _messages(self) -> AsyncGenerator[dict[str, Any]]:
        """What one connection brings, until it breaks; a stream where no WebSocket is let."""
        query = urlencode({"cursor": self._cursor}) if self._cursor else ""
        address = f"{self.url.rstrip('/')}/v1/{quote(self.edition)}/live?{query}"
        for way in (self._over_websocket, self._over_stream):
            if self._streams is (way == self._over_stream):
                async with aclosing(way(address)) as messages:
                    async for message in messages:
                        yield message

    async def _over_stream(self, address: str) -> AsyncGenerator[dict[str, Any]]:
        try:
            async with aclosing(events(address, lambda: self._beat * _MISSED_BEATS)) as messages:
                async for message in messages:
                    yield message
        except RefusedError as refusal:
            self._refused(refusal.status, refusal.retry_after, refusal.body)
        except (OSError, TimeoutError, ValueError) as error:
            self._wait(str(error) or type(error).__name__)

    def _stream(self) -> None:
        self._streams = True

    async def _over_websocket(self, address: str) -> AsyncGenerator[dict[str, Any]]:
        link = cast("type[ClientConnection]", partial(Handshake, self._stream))
        url = address.replace("http", "ws", 1)
        connecting = connect(
            url,
            proxy=None,
            max_size=None,
            close_timeout=_CLOSE_SECONDS,
            create_connection=link,
        )
        try:
            async with connecting as socket:
                while True:
                    async with asyncio.timeout(self._beat * _MISSED_BEATS):
                        message = await socket.recv()
                    yield json.loads(message)
        except InvalidStatus as refusal:
            answer = refusal.response
            after = answer.headers.get("Retry-After", "")
            self._refused(answer.status_code, after, answer.body)
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code in _STOP_CODES:
                raise TailError(f"closed with {closed.rcvd.code} {closed.rcvd.reason}") from None
        except (OSError, TimeoutError, InvalidHandshake) as error:
            if not self._streams:
                self._wait(str(error) or type(error).__name__)

    def _wait(self, reason: str) -> None:
        """Say once in each outage what we are waiting for."""
        if not self._waiting:
            self._tell(f"waiting for {self.url}: {reason}")
        self._waiting = True

    def _tell(self, news: str) -> None:
        print(f"ticker: {self.edition}: {news}", file=sys.stderr, flush=True)  # noqa: T201

    def _take(self, message: dict[str, Any]) -> None:
        cursor = message.get("cursor", self._cursor)
        match message["type"]:
            case "hello":
                self._beat = message["beat"]
                if message["reset"]:
                    self._begin_again(cursor, message["flashes"])
                else:
                    for flash in message["flashes"]:
                        self._show(cursor, flash)
            case "flash":
                self._show(cursor, message["flash"])
            case _:
                pass  # beats, drops, and what later versions of the protocol add
        self._cursor = cursor

    def _begin_again(self, cursor: str, board: list[dict[str, Any]]) -> None:
        """Show what is new on a board; after a restore even an older version is that."""
        if self._cursor:
            self._tell("the events of the break are not known any more; here is the board")
        seen, self._seen = self._seen, {}
        for flash in sorted(board, key=lambda flash: flash["firstcreated"]):
            if seen.get(flash["id"]) == _version(flash):
                self._seen[flash["id"]] = _version(flash)
            else:
                self._show(cursor, flash)

    def _show(self, cursor: str, flash: dict[str, Any]) -> None:
        if self._seen.get(flash["id"], (0, "")) < _version(flash):
            self._seen[flash["id"]] = _version(flash)
            self.show({"type": "flash", "cursor": cursor, "flash": flash})

    def _refused(self, status: int, after: str, body: bytes | bytearray) -> None:
        self._retry_after = min(float(after), _RETRY_AFTER_MAX) if after.isdecimal() else 0.0
        try:
            detail = f"{status}: {json.loads(body)['detail']}"
        except (ValueError, KeyError, TypeError):
            detail = str(status)
            # Not ours: something on the way that has nothing for WebSockets.
            if not self._streams and status in _CLIENT_ERRORS:
                self._streams = True
                return
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
            raise TailError(detail)
        self._wait(detail)


def _version(flash: dict[str, Any]) -> tuple[int, str]:
    return flash["version"], flash["versioncreated"]


async def follow(url: str, editions: list[str], show: Callable[[dict[str, Any]], None]) -> None:
    """Follow several editions at once, until cancelled.

    Raises:
        TailError: The service sent us away for good.
    """
    tails = [Tail(url, edition, show) for edition in editions]
    tasks = [asyncio.create_task(tail.run()) for tail in tails]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def as_json(message: dict[str, Any]) -> str:
    """An event as one line of JSON."""
    return document.dumps(message)


def as_text(message: dict[str, Any]) -> str:
    """An event as one line for people."""
    flash = message["flash"]
    head = f"{flash['versioncreated'][11:19]}  {flash['edition']}  "
    if flash["pubstatus"] == "canceled":
        return f"{head}KILLED  {flash['id']}"
    verb = "" if flash["version"] == 1 else f"v{flash['version']}  "
    source = f"  ({flash['source']})" if flash["source"] else ""
    return f"{head}{flash['urgency']}  {verb}{flash['headline']}{source}  {flash['id']}"
