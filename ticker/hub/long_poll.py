"""A reader who waits for one answer (long polling): it hears that there is news, not what it is.

What is news is read from its hello when it is answered: the same for all who were at one position,
and as late as can be. Knows no HTTP.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ticker.news.reach import POLLING

if TYPE_CHECKING:
    from ticker.news.reach import VersionRef
    from ticker.protocol.frames import CloseCode, Frame

# Many proxies end what is silent for a minute.
WAIT_MAX: Final = 55
# Nobody is told that a break has begun between two questions: so they come sooner while it lasts.
STALE_SECONDS: Final = 5.0


class LongPoll:
    """One question, while it waits.

    Args:
        origin: The site that asks.

    Attributes:
        code: Why the hub ended the wait, if it did.
        refs: The versions that ended it.
    """

    __slots__ = ("_greeted", "_hello", "_news", "code", "origin", "refs")

    transport: Final = POLLING
    lane: Final = "outbox"

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.code: CloseCode | None = None
        self.refs: list[VersionRef] = []
        self._hello: Frame | None = None
        self._greeted = asyncio.Event()
        self._news = asyncio.Event()

    @property
    def is_greeted(self) -> bool:
        """Whether the hub has come to where this reader is, and let it in."""
        return self._hello is not None

    def send(self, frame: Frame) -> None:
        """Take a message: news, unless it is a beat that says what the hello has said."""
        self._hello = self._hello or frame
        if frame.ref is not None:
            self.refs.append(frame.ref)
        if frame.is_news or frame.stale != self._hello.stale:
            self._news.set()
        self._greeted.set()

    def close(self, code: CloseCode | None) -> None:
        """End the wait: by the hub, or as nobody waits any more."""
        self.code = code
        self._greeted.set()
        self._news.set()

    async def wait(self, seconds: float) -> None:
        """Wait for news, for so long at most once greeted."""
        await self._greeted.wait()
        if self._hello is not None and self._hello.stale is not None:
            seconds = min(seconds, STALE_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
