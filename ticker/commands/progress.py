"""How far long work has come: a line on a terminal that is written over, elsewhere nothing."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

_EVERY_SECONDS: Final = 0.1
_SURE_SECONDS: Final = 0.5  # a rate of less is a guess
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Says how many are done, how fast, and how long the rest takes.

    Args:
        done: What is being done, such as "imported".
        things: To what, such as "entries".
        stream: Where; the standard error, since results go to the output.
        clock: Seconds.
    """

    def __init__(
        self,
        done: str,
        things: str,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._done = done
        self._things = things
        self._stream = stream or sys.stderr
        self._is_shown = self._stream.isatty()
        self._clock = clock
        self._begun = clock()
        self._next = self._begun
        self._is_there = False

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        self.clear()

    def at(self, count: int, total: int = 0) -> None:
        """Say that so many are done, of so many; 0: nobody knows of how many."""
        now = self._clock()
        if not self._is_shown or now < self._next:
            return
        self._next = now + _EVERY_SECONDS
        self._is_there = True
        self._stream.write(_CLEAR + self._sentence(count, total, now - self._begun))
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away, so that another can be written."""
        if self._is_there:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._is_there = False

    def _sentence(self, count: int, total: int, seconds: float) -> str:
        of = f" of {total:,}" if total else ""
        said = f"{self._done} {count:,}{of} {self._things}"
        if seconds < _SURE_SECONDS or not count:
            return said
        said += f" · {count / seconds:,.0f}/s"
        return f"{said} · {_span((total - count) * seconds / count)} left" if total else said


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
