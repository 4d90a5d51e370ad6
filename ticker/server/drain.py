"""Graceful shutdown: the drain of a process's readers, announced first, then some at a time.

Readers who are all told at once come back at once (thundering herd), to whoever is left. So they
are told in equal slices over a window that is sized to their number; who waits misses nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from math import ceil
from typing import TYPE_CHECKING, Final

from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ticker.hub.audience import Reader
    from ticker.hub.hub import Hub

# Few enough for those who take them in, and still a hub of the usual size within ten seconds.
_READERS_PER_SECOND: Final = 1000
_SLICES_PER_SECOND: Final = 10
# Who came last may be about to send a request.
_SETTLE_SECONDS: Final = 0.1


def slices_for(count: int) -> int:
    """In how many slices so many readers are sent away by themselves."""
    return ceil(count / _READERS_PER_SECOND * _SLICES_PER_SECOND)


async def send_away(
    readers: Sequence[Reader], slices: int, pause: Callable[[float], Awaitable[object]]
) -> None:
    """Close readers in equal slices, so that they come back some at a time.

    Args:
        readers: Who goes.
        slices: In how many.
        pause: Waits for so many seconds.
    """
    for turn in range(slices):
        if turn:
            await pause(1 / _SLICES_PER_SECOND)
        # Every n-th of all: each edition and each transport thins out evenly.
        for reader in readers[turn::slices]:
            reader.close(CloseCode.SERVICE_RESTART)


class Drain:
    """Drains a hub of its readers.

    Args:
        hub: Whose readers are sent away.
        notice: Seconds in which the process says that it isn't ready and does everything else.
        window: Seconds over which readers are sent away at most.
        pause: Waits for so many seconds; for tests.
    """

    def __init__(
        self,
        hub: Hub,
        notice: float,
        window: float,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._hub = hub
        self._notice = notice
        self._slices_max = max(1, round(window * _SLICES_PER_SECOND))
        self._wait = pause
        self._hurry = asyncio.Event()
        self._running = False

    @property
    def can_hurry(self) -> bool:
        """Whether there is a wait that nobody has ended yet."""
        return self._running and not self._hurry.is_set()

    def hurry(self) -> None:
        """Skip the waits that are left."""
        self._hurry.set()

    async def run(self, close: Callable[[], Awaitable[None]]) -> None:
        """Fail readiness, send everybody away, stop listening.

        To a balancer, which has its notice, a port that refuses is a server that died, and it may
        cut off who waits for their turn; without one, nobody shall come in vain meanwhile.

        Args:
            close: Ends the listening sockets.
        """
        self._running = True
        self._hub.retire()
        if self._notice:
            await self._pause(self._notice)
            await self._send_away()
        await close()
        await self._pause(_SETTLE_SECONDS)
        if not self._notice:
            await self._send_away()
        self._running = False

    async def _send_away(self) -> None:
        readers = self._hub.readers
        await send_away(readers, min(self._slices_max, slices_for(len(readers))), self._pause)

    async def _pause(self, seconds: float) -> None:
        """Wait, unless we were told to hurry."""
        waiting = asyncio.ensure_future(self._wait(seconds))
        hurry = asyncio.ensure_future(self._hurry.wait())
        await asyncio.wait({waiting, hurry}, return_when=asyncio.FIRST_COMPLETED)
        for task in (waiting, hurry):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
