"""Fair queueing of requests: so many begin in one turn of the event loop, and the others wait.

A turn is short then, however many connections ask at once: new readers are let in, and lines go
out, between two turns. A connection has one request in it at a time, so each has its turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PER_TURN: Final = 8
_READING: Final = frozenset({"GET", "HEAD"})
_BEACONS: Final = ("/clicks", "/screens")
_PROBES: Final = frozenset({"/healthz", "/readyz", "/readyz/readers", "/metrics"})


class Queue(IntEnum):
    """Who waits together; nobody waits behind another queue."""

    FIRST = 0
    READERS = 1
    STRANGERS = 2


# What strangers send costs more than a page and is worth less: an editor's answer takes a dozen
# turns, and so do lines to readers.
_PER_TURN: Final = (PER_TURN, PER_TURN, 1)


def queue_of(method: str, path: str) -> Queue:
    """Where a request waits: with readers, with operators and editors, or with strangers' forms."""
    if path in _PROBES:
        return Queue.FIRST
    if method in _READING:
        return Queue.READERS
    if path == "/desk/login" or path.startswith("/desk/login/") or path.endswith(_BEACONS):
        return Queue.STRANGERS
    return Queue.FIRST


class Turns:
    """Queues, first come, first served: editors and probes wait behind nobody who reads or guesses.

    Args:
        per_turn: How many of each queue begin in a turn.
    """

    __slots__ = ("_begun", "_is_due", "_per_turn", "_waiting")

    def __init__(self, per_turn: Sequence[int] = _PER_TURN) -> None:
        self._per_turn = per_turn
        self._waiting: tuple[deque[Callable[[], None]], ...] = tuple(deque() for _ in Queue)
        self._begun = [0] * len(Queue)
        self._is_due = False

    def begin(self, start: Callable[[], None], queue: Queue) -> None:
        """Start a request now, or in one of the next turns.

        Args:
            start: Starts it.
            queue: Where it waits.
        """
        self._waiting[queue].append(start)
        self._go_on(queue)
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._begun, self._is_due = [0] * len(Queue), any(self._waiting)
        if self._is_due:
            asyncio.get_running_loop().call_soon(self._turn)
            for queue in Queue:
                self._go_on(queue)

    def _go_on(self, queue: Queue) -> None:
        waiting = self._waiting[queue]
        while waiting and self._begun[queue] < self._per_turn[queue]:
            self._begun[queue] += 1
            waiting.popleft()()
