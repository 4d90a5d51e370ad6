"""A proxy of our own in front of a store's Unix socket: cuts, stalls and goes on, for real."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


class Proxy:
    """Passes bytes both ways until told otherwise."""

    def __init__(self, target: str, path: Path) -> None:
        self._target = target.removeprefix("unix://")
        self._path = path
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._left: int | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._path}"

    def stall(self) -> None:
        """Say nothing more, and close nothing: a black hole."""
        self._open.clear()

    def go_on(self) -> None:
        """Pass on again, what waited first."""
        self._open.set()

    def cut(self) -> None:
        """Close every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def cut_after(self, count: int) -> None:
        """Close every connection once the store has answered so many more bytes."""
        self._left = count

    @property
    def was_cut(self) -> bool:
        """Whether that has happened."""
        return self._left is None

    async def handle(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_unix_connection(self._target)
        self._writers |= {outgoing, forth}
        await asyncio.gather(
            self._pass(incoming, forth, lambda size: size),
            self._pass(back, outgoing, self._spend),
        )

    def _spend(self, size: int) -> int:
        """How many of these bytes may still pass."""
        if self._left is None:
            return size
        allowed = min(size, self._left)
        self._left = self._left - allowed if allowed == size else None
        return allowed

    async def _pass(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        allow: Callable[[int], int],
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._open.wait()
                allowed = allow(len(data))
                sink.write(data[:allowed])
                await sink.drain()
                if allowed < len(data):
                    self.cut()
        sink.close()


@asynccontextmanager
async def proxied(target: str, path: Path) -> AsyncIterator[Proxy]:
    """A proxy on a Unix socket at `path`."""
    proxy = Proxy(target, path)
    server = await asyncio.start_unix_server(proxy.handle, path)
    try:
        yield proxy
    finally:
        proxy.go_on()
        server.close()
        proxy.cut()
