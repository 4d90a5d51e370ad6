"""Connections that ask for something without a pause: pages, logins, clicks."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    Request: TypeAlias = Callable[[int], bytes]

CONNECTIONS = 40
_PAUSE = 0.05


def pages(path: str) -> Request:
    """Reads of a path; `{n}` in it is another number for each request."""
    return lambda n: f"GET {path.format(n=n)} HTTP/1.1\r\nHost: t\r\n\r\n".encode()


def logins(mark: str) -> Request:
    """Wrong passwords, each for another name."""

    def request(number: int) -> bytes:
        body = f"name={mark}-{number}&password=correct-horse-{number}"
        head = "POST /desk/login HTTP/1.1\r\nHost: t\r\nOrigin: http://t\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        return f"{head}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    return request


def clicks(edition: str, ids: Sequence[str]) -> Request:
    """Clicks on lines, as a page of ours sends them; `ids` may change meanwhile."""

    def request(number: int) -> bytes:
        flash_id = ids[number % len(ids)] if ids else "nothing"
        head = f"POST /v1/{edition}/flashes/{flash_id}/clicks HTTP/1.1\r\nHost: t\r\n"
        return f"{head}Sec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n\r\n".encode()

    return request


class Flood:
    """Keep-alive connections that ask again as soon as they are answered, and come again when lost.

    Attributes:
        answers: How many by status.
        retry_after: What those who were refused were told.
        is_on: Set once each connection was answered some times.
    """

    def __init__(self, port: int, request: Request) -> None:
        self._port = port
        self._request = request
        self._numbers: Iterator[int] = count()
        self.answers: Counter[int] = Counter()
        self.retry_after: set[int] = set()
        self.is_on = asyncio.Event()
        self._another = asyncio.Event()

    async def until(self, *statuses: int) -> None:
        """Wait until somebody was answered one of these."""
        while not self.answers.keys() & set(statuses):
            self._another.clear()
            await self._another.wait()

    async def ask(self, address: str, *, waits: bool) -> None:
        """One connection from this address, until this is cancelled."""
        while True:
            try:
                async with asyncio.timeout(None if waits else _PAUSE):
                    await self._ask(address)
            except (OSError, EOFError):
                await asyncio.sleep(_PAUSE)

    async def _ask(self, address: str) -> None:
        incoming, outgoing = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(address, 0)
        )
        try:
            while True:
                outgoing.write(self._request(next(self._numbers)))
                head = (await incoming.readuntil(b"\r\n\r\n")).lower()
                fields = dict(it.split(b": ", 1) for it in head.splitlines()[1:] if it)
                await incoming.readexactly(int(fields.get(b"content-length", b"0")))
                self._count(int(head[9:12]), fields)
        finally:
            outgoing.transport.abort()

    def _count(self, status: int, fields: dict[bytes, bytes]) -> None:
        self.answers[status] += 1
        self._another.set()
        if b"retry-after" in fields:
            self.retry_after.add(int(fields[b"retry-after"]))
        if self.answers.total() > 3 * CONNECTIONS:
            self.is_on.set()


@asynccontextmanager
async def flooded(
    port: int, request: Request, *, spread: bool = False, waits: bool = True
) -> AsyncIterator[Flood]:
    """A flood, until the end.

    Args:
        port: Who is flooded.
        request: Makes each request.
        spread: Whether each connection comes from another network.
        waits: Whether they wait for answers longer than a moment.
    """
    flood = Flood(port, request)
    places = [_somewhere() if spread else "127.0.0.1" for _ in range(CONNECTIONS)]
    asking = [asyncio.create_task(flood.ask(place, waits=waits)) for place in places]
    try:
        yield flood
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


def _somewhere() -> str:
    """An address of this machine that nobody else is likely to have."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
