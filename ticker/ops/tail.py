"""`ticker tail`: a reader that prints each event once and comes back after every break."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ticker import document

if TYPE_CHECKING:
    from collections.abc import Callable

_CAP_SECONDS: Final = 5.0
_BASE_SECONDS: Final = 0.25
_MISSED_BEATS: Final = 2.5
_FIRST_BEAT: Final = 25.0
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
    _versions: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Follow until cancelled.

        Raises:
            TailError: The service sent us away for good.
        """
        while True:
            try:
                await self._follow()
            except InvalidStatus as refusal:
                self._judge(refusal.response.status_code, refusal.response.body)
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code in _STOP_CODES:
                    raise TailError(
                        f"closed with {closed.rcvd.code} {closed.rcvd.reason}"
                    ) from None
            except (OSError, TimeoutError, InvalidHandshake) as error:
                if self._failures == 0:
                    print(f"waiting for {self.url}: {error}", file=sys.stderr)  # noqa: T201
            self._failures += 1
            await asyncio.sleep(
                random.uniform(0, min(_CAP_SECONDS, _BASE_SECONDS * 2**self._failures))  # noqa: S311 - jitter
            )

    async def _follow(self) -> None:
        query = urlencode({"cursor": self._cursor}) if self._cursor else ""
        address = f"{self.url.rstrip('/').replace('http', 'ws', 1)}/v1/{quote(self.edition)}/live"
        async with connect(f"{address}?{query}", proxy=None, max_size=None) as socket:
            while True:
                async with asyncio.timeout(self._beat * _MISSED_BEATS):
                    message = json.loads(await socket.recv())
                self._take(message)
                self._failures = 0

    def _take(self, message: dict[str, Any]) -> None:
        cursor = message.get("cursor", self._cursor)
        match message["type"]:
            case "hello":
                self._beat = message["beat"]
                lines = message["flashes"]
                # A snapshot is a board, newest first; a replay is history, oldest first.
                if message["reset"]:
                    lines = sorted(lines, key=lambda flash: flash["firstcreated"])
                for flash in lines:
                    self._show(cursor, flash)
            case "flash":
                self._show(cursor, message["flash"])
            case _:
                pass  # beats, drops, and what later versions of the protocol add
        self._cursor = cursor

    def _show(self, cursor: str, flash: dict[str, Any]) -> None:
        if self._versions.get(flash["id"], 0) < flash["version"]:
            self._versions[flash["id"]] = flash["version"]
            self.show({"type": "flash", "cursor": cursor, "flash": flash})

    def _judge(self, status: int, body: bytes | bytearray) -> None:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            return
        try:
            detail = json.loads(body)["detail"]
        except (ValueError, KeyError, TypeError):
            detail = HTTPStatus(status).phrase
        raise TailError(f"{status}: {detail}")


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
