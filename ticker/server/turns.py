"""Fair queueing of requests: so many begin in one turn of the event loop, and the others wait.

A turn is short then, however many connections ask at once: new readers are let in, and lines go
out, between two turns. A connection has one request in it at a time, so each has its turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

PER_TURN: Final = 8


class Turns:
    """Two queues, first come, first served: editors and probes don't wait behind readers of pages.

    Args:
        per_turn: How many of each queue begin in a turn.
    """

    __slots__ = ("_begun", "_is_due", "_per_turn", "_waiting")

    def __init__(self, per_turn: int = PER_TURN) -> None:
        self._per_turn = per_turn
        self._waiting: tuple[deque[Callable[[], None]], ...] = (deque(), deque())
        self._begun = [0, 0]
        self._is_due = False

    def begin(self, start: Callable[[], None], *, first: bool) -> None:
        """Start a request now, or in one of the next turns.

        Args:
            start: Starts it.
            first: Whether it is of an editor or a probe.
        """
        queue = 0 if first else 1
        self._waiting[queue].append(start)
        self._go_on(queue)
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._begun, self._is_due = [0, 0], any(self._waiting)
        if self._is_due:
            asyncio.get_running_loop().call_soon(self._turn)
            for queue in range(len(self._waiting)):
                self._go_on(queue)

    def _go_on(self, queue: int) -> None:
        waiting = self._waiting[queue]
        while waiting and self._begun[queue] < self._per_turn:
            self._begun[queue] += 1
            waiting.popleft()()
