"""Cache of hellos, bounded: a reconnect storm brings thousands who get the same one.

Strangers choose their filters and cursors, so without a bound they would choose how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ticker.news.event import Cursor
    from ticker.protocol.frames import Frame

    # The hellos of readers with equal filters, by position; None: whoever has none that is known.
    Hellos = dict[Cursor | None, Frame]

HELLOS_BYTES_MAX: Final = 64 * 1024 * 1024
# As text and as it goes over each transport, and the objects around it.
_COPIES: Final = 5
_OBJECTS_BYTES: Final = 1024


class HelloCache:
    """Knows the hellos that all groups of readers of a process keep, oldest first.

    Args:
        limit: Bytes that they may have together.
    """

    def __init__(self, limit: int = HELLOS_BYTES_MAX) -> None:
        self._limit = limit
        self._size = 0
        self._kept: dict[Frame, tuple[Hellos, Cursor | None]] = {}

    def keep(self, hellos: Hellos, cursor: Cursor | None, frame: Frame) -> None:
        """Keep a hello among those of its group; the oldest of all groups go (FIFO eviction)."""
        hellos[cursor] = frame
        self._kept[frame] = hellos, cursor
        self._size += _bytes(frame)
        while self._size > self._limit:
            oldest = next(iter(self._kept))
            group, of = self._kept[oldest]
            self._forget(oldest)
            del group[of]

    def clear(self, hellos: Hellos) -> None:
        """A group's hellos are not true any more, or it has no readers."""
        for frame in hellos.values():
            self._forget(frame)
        hellos.clear()

    def _forget(self, frame: Frame) -> None:
        del self._kept[frame]
        self._size -= _bytes(frame)


def _bytes(frame: Frame) -> int:
    return frame.size * _COPIES + _OBJECTS_BYTES
