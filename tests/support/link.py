"""A link between two of our processes that can be bad in every way that links are."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

_CHUNK = 65536


class Link:
    """Passes bytes between a door of its own and another one, until told otherwise.

    Args:
        target: Port or Unix socket that it leads to.

    Attributes:
        port: Where it listens, unless on a Unix socket.
        delay: Seconds that bytes take to pass, each way.
        refused: How many came while it refused connections.
    """

    def __init__(self, target: int | str) -> None:
        self._target = target
        self.port = 0
        self.delay = 0.0
        self.refused = 0
        self._came = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._there = asyncio.Event()
        self._back = asyncio.Event()
        self._refuses = False
        self._left: int | None = None
        self.heal()

    async def open(self, path: Path | None = None) -> None:
        """Listen on a free port, or on a Unix socket at `path`."""
        if path is not None:
            self._server = await asyncio.start_unix_server(self._begin, path)
            return
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """For good."""
        self.heal()
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks)

    def heal(self) -> None:
        """Be a good link again; what waited passes first."""
        self.delay, self._refuses, self._left = 0.0, False, None
        self._there.set()
        self._back.set()

    def stall(self, *, only_back: bool = False) -> None:
        """Say nothing more and close nothing: a black hole, or one that still takes what it is given."""
        self._back.clear()
        if not only_back:
            self._there.clear()

    def break_off(self) -> None:
        """Close every connection, and refuse new ones."""
        self._refuses = True
        self.cut()

    async def until_refused(self, count: int) -> None:
        """Wait until so many came while it refused connections."""
        while self.refused < count:
            self._came.clear()
            await self._came.wait()

    def cut(self) -> None:
        """Close every connection, in the middle of whatever is said."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def cut_after(self, size: int) -> None:
        """Close every connection once so many more bytes came back."""
        self._left = size

    @property
    def was_cut(self) -> bool:
        """Whether that has happened."""
        return self._left is None

    def _begin(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._handle(incoming, outgoing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self._writers.add(outgoing)
        try:
            if self._refuses:
                self.refused += 1
                self._came.set()
                return
            back, forth = await self._reach()
            self._writers.add(forth)
            try:
                await asyncio.gather(
                    self._pass(incoming, forth, self._there, lambda size: size),
                    self._pass(back, outgoing, self._back, self._spend),
                )
            finally:
                self._writers.discard(forth)
                forth.close()
        except OSError:
            pass
        finally:
            self._writers.discard(outgoing)
            outgoing.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, str):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection("127.0.0.1", self._target)

    def _spend(self, size: int) -> int:
        if self._left is None:
            return size
        allowed = min(size, self._left)
        self._left = self._left - allowed if allowed == size else None
        return allowed

    async def _pass(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        is_open: asyncio.Event,
        allow: Callable[[int], int],
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(_CHUNK):
                await is_open.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                allowed = allow(len(data))
                sink.write(data[:allowed])
                await sink.drain()
                if allowed < len(data):
                    self.cut()
        sink.close()


@asynccontextmanager
async def linked(url: str, path: Path) -> AsyncIterator[tuple[Link, str]]:
    """A link to a store's Unix socket, and the URL that leads to the store by it."""
    link = Link(url.removeprefix("unix://"))
    await link.open(path)
    try:
        yield link, f"unix://{path}"
    finally:
        await link.close()
