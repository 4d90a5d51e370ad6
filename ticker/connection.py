"""One reader's bounded outbox: the hub puts frames in, the transport's task takes them out."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from ticker.audience import DIRECT
from ticker.frames import CloseCode

if TYPE_CHECKING:
    from ticker.frames import Frame


class Outbox:
    """Frames waiting for one reader; more than `limit` bytes of them closes it as too slow.

    Attributes:
        transport: websocket, sse or desk.
        origin: The site that embeds it.
        code: Why it was closed; None while open, or when the reader itself left.
    """

    __slots__ = (
        "_changed",
        "_closed",
        "_frames",
        "_limit",
        "_size",
        "code",
        "is_open",
        "origin",
        "transport",
    )

    def __init__(self, transport: str, limit: int, origin: str = DIRECT) -> None:
        self.transport: Final = transport
        self.origin = origin
        self.code: CloseCode | None = None
        self.is_open = True
        self._frames: deque[Frame] = deque()
        self._size = 0
        self._limit = limit
        self._changed = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def lane(self) -> str:
        """Readers with outboxes are written to one by one."""
        return "outbox"

    def send(self, frame: Frame) -> None:
        """Take a frame, or close as too slow."""
        if not self.is_open:
            return
        if self._size + frame.size > self._limit and self._frames:
            self._frames.clear()
            self.close(CloseCode.TOO_SLOW)
            return
        self._frames.append(frame)
        self._size += frame.size
        self._changed.set()

    def close(self, code: CloseCode | None) -> None:
        """Take no more frames; those that wait may still go out."""
        if self.is_open:
            self.is_open = False
            self.code = code
            self._changed.set()
            self._closed.set()

    async def take(self) -> list[Frame]:
        """All frames that wait, once there is one; an empty list when closed and empty."""
        while self.is_open and not self._frames:
            self._changed.clear()
            await self._changed.wait()
        batch = list(self._frames)
        self._frames.clear()
        self._size = 0
        return batch

    async def closed(self) -> None:
        """Wait until it is closed."""
        await self._closed.wait()
