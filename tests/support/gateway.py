"""A proxy between a browser and the service that does what bad ones do: refuse upgrades, hold streams."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class Gateway:
    """Passes HTTP on, but for what it is told not to.

    Attributes:
        target: Port of the service.
        holds: Whether it keeps the bytes of event streams to itself, until their end.
        port: Where it listens.
        seen: What was asked of it: upgrade, stream or other.
    """

    target: int
    holds: bool = False
    port: int = 0
    seen: list[str] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def end(self) -> None:
        """Drop whatever is being passed."""
        for writer in list(self._open):
            writer.transport.abort()

    async def handle(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        """One request; a connection carries no more."""
        try:
            head = await incoming.readuntil(b"\r\n\r\n")
            kind = _kind(head)
            self.seen.append(kind)
            if kind == "upgrade":
                outgoing.write(_REFUSAL)
            else:
                await self._pass(head, outgoing, held=self.holds and kind == "stream")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            outgoing.close()

    async def _pass(self, head: bytes, outgoing: asyncio.StreamWriter, *, held: bool) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self.target)
        self._open |= {forth, outgoing}
        first, _, rest = head.partition(b"\r\n")
        forth.write(
            first + b"\r\nConnection: close\r\n" + rest.replace(b"Connection: keep-alive\r\n", b"")
        )
        try:
            while data := await back.read(65536):
                if not held:
                    outgoing.write(data)
                    await outgoing.drain()
        finally:
            self._open -= {forth, outgoing}
            forth.close()


def _kind(head: bytes) -> str:
    if b"upgrade: websocket" in head.lower():
        return "upgrade"
    return "stream" if b"/live" in head.split(b"\r\n")[0] else "other"


@asynccontextmanager
async def gateway(target: int, *, holds: bool = False) -> AsyncIterator[Gateway]:
    """A gateway on a free port; what it carries ends with it."""
    passing = Gateway(target, holds)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await passing.handle(incoming, outgoing)
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    passing.port = server.sockets[0].getsockname()[1]
    try:
        yield passing
    finally:
        server.close()
        passing.end()
        await asyncio.gather(*tasks)
