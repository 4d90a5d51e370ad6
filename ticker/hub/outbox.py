"""A bounded queue for one reader: the hub puts frames in, the transport's task takes them out."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import NO_SITE
from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from ticker.hub.backpressure import Buffers
    from ticker.protocol.frames import Frame


class Outbox:
    """Bounded queue of one reader; a slow consumer, for whom too much waits, is closed.

    Args:
        transport: websocket, sse or desk.
        limit: Bytes that may come to wait while something does, besides the frame that was first,
            such as a long hello.
        origin: The site that embeds it.
        buffers: Told when something waits.

    Attributes:
        transport: websocket, sse or desk.
        origin: The site that embeds it.
        code: Why it was closed; None while open, or when the reader itself left.
    """

    __slots__ = (
        "_buffers",
        "_changed",
        "_closed",
        "_dropped",
        "_first",
        "_frames",
        "_limit",
        "_size",
        "_taken",
        "code",
        "is_open",
        "origin",
        "transport",
    )

    def __init__(
        self, transport: str, limit: int, origin: str = NO_SITE, buffers: Buffers | None = None
    ) -> None:
        self.transport: Final = transport
        self.origin = origin
        self.code: CloseCode | None = None
        self.is_open = True
        self._frames: deque[Frame] = deque()
        self._size = 0
        self._taken = 0
        self._first = 0
        self._limit = limit
        self._buffers = buffers
        self._changed = asyncio.Event()
        self._closed = asyncio.Event()
        self._dropped = asyncio.Event()

    @property
    def lane(self) -> str:
        """Readers with outboxes are written to one by one."""
        return "outbox"

    @property
    def waiting(self) -> int:
        """Bytes that wait here, and those that are being written."""
        return self._size + self._taken

    @property
    def is_leaving(self) -> bool:
        """Whether it was closed."""
        return not self.is_open

    def shed(self) -> None:
        """Load shedding: close as too slow, drop what waits, and cut it off without a goodbye.

        What is being written goes with its connection, when the tasks of that have ended.
        """
        self._overflow()
        self._dropped.set()
        self.forget()

    def send(self, frame: Frame) -> None:
        """Take a frame, or close as too slow."""
        if not self.is_open:
            return
        if not self.waiting:
            self._first = frame.size
        elif self.waiting - self._first + frame.size > self._limit:
            self._overflow()
            return
        self._frames.append(frame)
        self._size += frame.size
        self._changed.set()
        if self._buffers is not None:
            self._buffers.add(self, frame.size)

    def _overflow(self) -> None:
        self._frames.clear()
        self._size = 0
        self.close(CloseCode.TOO_SLOW)

    def close(self, code: CloseCode | None) -> None:
        """Take no more frames; those that wait may still go out."""
        if self.is_open:
            self.is_open = False
            self.code = code
            self._changed.set()
            self._closed.set()

    async def take(self) -> list[Frame]:
        """All frames that wait, once there is one; an empty list when closed and empty."""
        if self._taken:
            self._taken = self._first = 0  # all of it went out
        if not self._frames:
            self.forget()
        while self.is_open and not self._frames:
            self._changed.clear()
            await self._changed.wait()
        batch = list(self._frames)
        self._frames.clear()
        self._taken, self._size = self._size, 0
        return batch

    def forget(self) -> None:
        """Nothing waits for it, or nobody is there any more."""
        if self._buffers is not None:
            self._buffers.behind.discard(self)

    async def closed(self) -> None:
        """Wait until it is closed."""
        await self._closed.wait()

    async def dropped(self) -> None:
        """Wait until it is to be cut off, without a goodbye."""
        await self._dropped.wait()
