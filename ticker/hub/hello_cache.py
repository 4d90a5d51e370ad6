"""Cache of hellos, bounded: a reconnect storm brings thousands who get the same one.

Strangers choose their filters and cursors, so without a bound they would choose how many there are.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ticker.news.event import Cursor
    from ticker.protocol.frames import Frame

    # The hellos of readers with equal filters, by position; None: whoever has none that is known.
    Hellos = dict[Cursor | None, Frame]

HELLOS_BYTES_MAX: Final = 64 * 1024 * 1024
# As text and as it goes over each transport, and the objects around it.
_COPIES: Final = 4
_OBJECTS_BYTES: Final = 1024


class HelloCache:
    """Knows the hellos that all groups of readers of a process keep, oldest first.

    Args:
        limit: Bytes that they may have together.
    """

    def __init__(self, limit: int = HELLOS_BYTES_MAX) -> None:
        self._limit = limit
        self._size = 0
        self._kept: deque[tuple[Hellos, Cursor | None, Frame]] = deque()

    def keep(self, hellos: Hellos, cursor: Cursor | None, frame: Frame) -> None:
        """Keep a hello among those of its group; the oldest of all groups go (FIFO eviction)."""
        hellos[cursor] = frame
        self._kept.append((hellos, cursor, frame))
        self._size += _bytes(frame)
        while self._size > self._limit:
            group, of, oldest = self._kept.popleft()
            self._size -= _bytes(oldest)
            if group.get(of) is oldest:
                del group[of]


def _bytes(frame: Frame) -> int:
    return frame.size * _COPIES + _OBJECTS_BYTES
