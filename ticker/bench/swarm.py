"""The load generator: a swarm of readers, in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ticker.bench.errors import BenchError
from ticker.bench.readers import Arrivals, Opened, Plan, work

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from ticker.bench.subject import Subject

_SPAWN: Final = multiprocessing.get_context("spawn")
_PROCESSES_MAX: Final = 4
IN_FLIGHT: Final = 1000
_OPEN_SECONDS: Final = 120.0
LINE_SECONDS: Final = 60.0
_BATCH: Final = 500


class Swarm:
    """Readers of one server, spread over processes."""

    def __init__(self, pipes: list[Connection]) -> None:
        self._pipes = pipes

    def open(self, count: int, in_flight: int = IN_FLIGHT) -> Opened:
        """Let readers in; returns when all have had their hello."""
        shares = self._shares(count)
        self._order("open", [(share, self._part(in_flight), _OPEN_SECONDS) for share in shares])
        return _together(self._answers())

    def close(self) -> None:
        """Close all readers at once."""
        self._order("close", [()] * len(self._pipes))
        self._answers()

    def begin_storm(self, in_flight: int = IN_FLIGHT) -> None:
        """Have all readers leave and come back."""
        self._order("storm", [(self._part(in_flight), _OPEN_SECONDS)] * len(self._pipes))

    def end_storm(self) -> Opened:
        """Wait until the last is back."""
        return _together(self._answers())

    def churn(self, count: int) -> None:
        """Have readers come and go, some hundred at a time."""
        shares = self._shares(count)
        self._order("churn", [(share, self._part(_BATCH), _OPEN_SECONDS) for share in shares])
        self._answers()

    def stick(self, count: int) -> None:
        """Add readers that read nothing."""
        self._order("stick", [(share,) for share in self._shares(count)])
        self._answers()

    def expect(self, lines: int, *, keep: bool = True) -> None:
        """Have everybody wait for so many lines."""
        self._order("expect", [(lines, LINE_SECONDS)] * len(self._pipes), keep=keep)

    def arrivals(self) -> Arrivals:
        """What came of it."""
        parts: list[Arrivals] = self._answers()
        times: array[int] = array("q")
        for part in parts:
            times.extend(part.times)
        return Arrivals(
            times,
            min((part.first_ns for part in parts if part.count), default=0),
            max(part.last_ns for part in parts),
            sum(part.count for part in parts),
            sum(part.duplicates for part in parts),
            sum(part.lost for part in parts),
            max(part.message_bytes for part in parts),
        )

    def behind(self, number: int) -> int:
        """How many readers never got a line."""
        self._order("behind", [(number, LINE_SECONDS)] * len(self._pipes))
        return sum(self._answers())

    def _shares(self, count: int) -> list[int]:
        parts = len(self._pipes)
        return [(count + part) // parts for part in range(parts)]

    def _part(self, count: int) -> int:
        return max(1, count // len(self._pipes))

    def _order(self, verb: str, args: list[tuple[Any, ...]], **named: Any) -> None:
        for pipe, given in zip(self._pipes, args, strict=True):
            pipe.send((verb, given, named))

    def _answers(self) -> list[Any]:
        try:
            answers = [pipe.recv() for pipe in self._pipes]
        except EOFError:
            raise BenchError("a process of the swarm died") from None
        for answer in answers:
            if isinstance(answer, BenchError):
                raise answer
        return answers


def _together(parts: list[Opened]) -> Opened:
    return Opened(min(p.begun_ns for p in parts), max(p.ended_ns for p in parts))


@contextmanager
def swarm(
    subject: Subject, pattern: re.Pattern[bytes], *, processes: int | None = None
) -> Iterator[Swarm]:
    """A swarm without readers yet; its processes end with the context."""
    if processes is None:
        processes = min(_PROCESSES_MAX, max(1, len(os.sched_getaffinity(0))))
    started: list[tuple[SpawnProcess, Connection]] = []
    try:
        for number in range(processes):
            ours, theirs = _SPAWN.Pipe()
            plan = Plan(
                subject.host,
                subject.port,
                subject.path,
                subject.transport,
                subject.greets,
                pattern,
                first_address=number * 50,
            )
            process = _SPAWN.Process(target=work, args=(plan, theirs, os.getpid()))
            process.start()
            theirs.close()
            started.append((process, ours))
        yield Swarm([pipe for _, pipe in started])
    finally:
        for process, pipe in started:
            pipe.close()
            process.terminate()
            process.join()
