"""Unsent responses: answers that wait for a client which takes them slowly or not at all.

They count among what waits for slow readers: a client that asks for long pages and reads nothing
holds as many bytes as one that follows a board.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

    from ticker.hub.backpressure import Buffers

# What Server-Sent Events say waits in an outbox, which counts it.
_COUNTED_ELSEWHERE: Final = "/live"


class UnsentResponse:
    """A slow consumer that is no reader: the rest of one answer.

    Args:
        connection: That it goes out on.
        buffers: Told of it.
    """

    __slots__ = ("_buffers", "_connection")

    transport: Final = "http"

    def __init__(self, connection: asyncio.Transport, buffers: Buffers) -> None:
        self._connection = connection
        self._buffers = buffers

    @property
    def waiting(self) -> int:
        """Bytes that the transport holds."""
        return self._connection.get_write_buffer_size()

    @property
    def is_leaving(self) -> bool:
        """Whether the connection is being closed."""
        return self._connection.is_closing()

    def shed(self) -> None:
        """Load shedding: abort the connection."""
        self._connection.abort()
        self.sent()

    def sent(self) -> None:
        """Nothing waits any more."""
        self._buffers.behind.discard(self)

    @classmethod
    def of(cls, path: str, connection: asyncio.Transport, buffers: Buffers) -> UnsentResponse:
        """The rest of the answer to a request, counted unless others count it."""
        rest = cls(connection, buffers)
        if not path.endswith(_COUNTED_ELSEWHERE):
            buffers.add(rest, rest.waiting)
        return rest
