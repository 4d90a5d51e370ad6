"""Connections that read pages without a pause."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

CONNECTIONS = 40


class Flood:
    """Keep-alive connections that ask again as soon as they are answered.

    Attributes:
        answers: How many by status.
        retry_after: What those who were refused were told.
        is_on: Set once each connection was answered some times.
    """

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._path = path
        self._numbers: Iterator[int] = count()
        self.answers: Counter[int] = Counter()
        self.retry_after: set[int] = set()
        self.is_on = asyncio.Event()

    async def ask(self) -> None:
        """One connection, until this is cancelled or it is lost."""
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                path = self._path.format(n=next(self._numbers))
                outgoing.write(f"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
                head = (await incoming.readuntil(b"\r\n\r\n")).lower()
                fields = dict(it.split(b": ", 1) for it in head.splitlines()[1:] if it)
                await incoming.readexactly(int(fields[b"content-length"]))
                self.answers[int(head[9:12])] += 1
                if b"retry-after" in fields:
                    self.retry_after.add(int(fields[b"retry-after"]))
                if self.answers.total() > 3 * CONNECTIONS:
                    self.is_on.set()
        finally:
            outgoing.transport.abort()


@asynccontextmanager
async def flooded(port: int, path: str) -> AsyncIterator[Flood]:
    """A flood of a path, until the end; `{n}` in it is another number for each request."""
    flood = Flood(port, path)
    asking = [asyncio.create_task(flood.ask()) for _ in range(CONNECTIONS)]
    try:
        yield flood
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
