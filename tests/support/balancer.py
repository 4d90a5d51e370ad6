"""A TCP balancer of our own: asks each hub whether it is ready, and passes connections to those that are."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_QUESTION = b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Balancer:
    """Takes hubs in turn, and asks before each connection: no hub is checked too rarely.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, targets: Sequence[int]) -> None:
        self.port = 0
        self._targets = targets
        self._turns = count()
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            back, forth = await self._reach()
            await asyncio.gather(_pass(incoming, forth), _pass(back, outgoing))
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            outgoing.close()
            self._tasks.discard(task)

    async def end(self) -> None:
        """Drop what is being passed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks)

    async def _reach(self) -> Connection:
        """A connection to the next hub that is ready."""
        while True:
            turn = next(self._turns)
            target = self._targets[turn % len(self._targets)]
            with suppress(OSError):
                if await _is_ready(target):
                    return await asyncio.open_connection("127.0.0.1", target)


async def _is_ready(target: int) -> bool:
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", target)
    try:
        outgoing.write(_QUESTION)
        return (await incoming.readline()).startswith(b"HTTP/1.1 200")
    finally:
        outgoing.close()


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass  # the other direction sees it too
    finally:
        sink.close()


@asynccontextmanager
async def balancing(*targets: int) -> AsyncIterator[Balancer]:
    """A balancer on a free port, in front of the hubs on these."""
    balancer = Balancer(targets)
    server = await asyncio.start_server(balancer.handle, "127.0.0.1", 0)
    balancer.port = server.sockets[0].getsockname()[1]
    try:
        yield balancer
    finally:
        server.close()
        await balancer.end()
