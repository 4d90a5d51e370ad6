"""Benchmark of the fan-out, one line to many: CPU per delivery, how long the last one waits."""

from __future__ import annotations

import statistics
import time
from array import array
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from ticker.bench.kernel import Cpu
from ticker.bench.numbers import Range, percentile
from ticker.bench.swarm import Swarm, swarm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticker.bench.lines import Lines
    from ticker.bench.readers import Arrivals
    from ticker.bench.subject import Poster, Subject

_WARM_UP: Final = 3
_SEGMENTS: Final = 5
_AFTER_SECONDS: Final = 0.005  # what the server still does when the last has its line
_PAUSE_SECONDS: Final = 0.05  # readers fall asleep
_FILL_LINES: Final = 200  # of a kilobyte: more than the kernel holds for a reader that is stuck
_BURST_NS: Final = 25_000_000_000
_clock = time.perf_counter_ns


@dataclass(frozen=True, slots=True)
class FanoutPlan:
    """How to measure: readers, rounds of one line, lines of the burst, stuck readers besides."""

    readers: int = 10_000
    rounds: int = 30
    burst: int = 200
    slow: int = 0


@dataclass(frozen=True, slots=True)
class Burst:
    """Many lines at once.

    Attributes:
        driven: How the server was told to send them.
        lines: How many.
        cpu_us: CPU of the server per delivery.
        per_second: Deliveries per second, from before the first post until the last delivery.
    """

    driven: str
    lines: int
    cpu_us: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Fanout:
    """One server's figures; a range is over segments of some rounds each.

    Attributes:
        server: Its name.
        driven: How it was told to send a line.
        message_bytes: One message with its frame; 0 where contexts make each differ.
        cpu_us: CPU of the server per delivery, from before the post until all have it.
        p50_ms, p99_ms: From before the post until a reader has read the line.
        max_ms: The longest of all.
        spread_ms: From the first reader's to the last one's.
        burst: Lines that were posted at once after the rounds.
        feed: Lines that came from another process then; None: that has no meaning for it.
        deliveries, missing, duplicates: Of everything that was sent.
    """

    server: str
    driven: str
    message_bytes: int
    cpu_us: Range
    p50_ms: Range
    p99_ms: Range
    max_ms: float
    spread_ms: Range
    burst: Burst
    feed: Burst | None
    deliveries: int
    missing: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class _Round:
    cpu_ns: int
    begun_ns: int
    arrived: Arrivals


class _Session:
    """A server with its readers, and the lines that it was sent."""

    def __init__(self, subject: Subject, readers: Swarm) -> None:
        self._subject = subject
        self._readers = readers
        self._cpu = Cpu(subject.pid)
        self._numbers: Iterator[int] = count()
        self.done: list[Arrivals] = []

    def round(
        self,
        lines: int = 1,
        *,
        poster: Poster | None = None,
        alone: bool = True,
        long: bool = False,
    ) -> _Round:
        """Post lines, all at once, and wait until everybody has them."""
        poster = poster or self._subject.poster
        time.sleep(_PAUSE_SECONDS)
        numbers = [next(self._numbers) for _ in range(lines)]
        self._readers.expect(lines, keep=alone)
        self._cpu.lap()
        begun = _clock()
        poster.post(numbers, long=long)
        arrived = self._readers.arrivals()
        time.sleep(_AFTER_SECONDS)
        self.done.append(arrived)
        return _Round(self._cpu.lap(), begun, arrived)

    def burst(self, lines: int, poster: Poster) -> Burst:
        """Post many lines at once."""
        done = self.round(lines, poster=poster, alone=False)
        seconds = (done.arrived.last_ns - done.begun_ns) / 1e9
        rate = done.arrived.count / max(seconds, 1e-9)
        return Burst(poster.driven, lines, _cpu_us([done]), rate)


def measure_fanout(subject: Subject, lines: Lines, plan: FanoutPlan) -> Fanout:
    """Measure one server.

    Raises:
        BenchError: It refused a reader or a line.
    """
    with swarm(subject, lines.pattern) as readers:
        readers.open(plan.readers)
        session = _Session(subject, readers)
        if plan.slow:
            readers.stick(plan.slow)
            session.round(_FILL_LINES, alone=False, long=True)
        for _ in range(_WARM_UP):
            session.round()
        rounds = [session.round() for _ in range(plan.rounds)]
        lines_at_once = _burst_lines(rounds, plan)
        burst = session.burst(lines_at_once, subject.poster)
        feed = session.burst(lines_at_once, subject.feed) if subject.feed else None
    return _summary(subject, rounds, (burst, feed), session.done)


def _summary(
    subject: Subject,
    rounds: list[_Round],
    bursts: tuple[Burst, Burst | None],
    done: list[Arrivals],
) -> Fanout:
    size = max(1, len(rounds) // _SEGMENTS)
    segments = [rounds[start : start + size] for start in range(0, len(rounds), size)]
    waits = [_waits(segment) for segment in segments]
    return Fanout(
        server=subject.name,
        driven=subject.poster.driven,
        message_bytes=rounds[-1].arrived.message_bytes,
        cpu_us=Range.of(_cpu_us(segment) for segment in segments),
        p50_ms=Range.of(percentile(wait, 0.5) / 1e6 for wait in waits),
        p99_ms=Range.of(percentile(wait, 0.99) / 1e6 for wait in waits),
        max_ms=max(wait[-1] for wait in waits) / 1e6,
        spread_ms=Range.of((r.arrived.last_ns - r.arrived.first_ns) / 1e6 for r in rounds),
        burst=bursts[0],
        feed=bursts[1],
        deliveries=sum(arrived.count for arrived in done),
        missing=sum(arrived.lost for arrived in done),
        duplicates=sum(arrived.duplicates for arrived in done),
    )


def _burst_lines(rounds: list[_Round], plan: FanoutPlan) -> int:
    """As many lines as planned, or fewer where a server would take all too long for them."""
    usual = statistics.median(each.arrived.last_ns - each.begun_ns for each in rounds)
    return max(1, min(plan.burst, int(_BURST_NS / max(1, usual))))


def _cpu_us(rounds: list[_Round]) -> float:
    deliveries = sum(each.arrived.count for each in rounds)
    return sum(each.cpu_ns for each in rounds) / 1e3 / max(1, deliveries)


def _waits(rounds: list[_Round]) -> array[int]:
    """Nanoseconds from post to reader, in order; at least one."""
    waits = sorted(moment - each.begun_ns for each in rounds for moment in each.arrived.times)
    return array("q", waits or [0])
