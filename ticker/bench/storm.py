"""Reconnect storm: all readers are dropped and back at once, while an editor goes on."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from ticker.bench import kernel
from ticker.bench.kernel import Cpu
from ticker.bench.numbers import Range, percentile
from ticker.bench.swarm import Swarm, swarm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticker.bench.lines import Lines
    from ticker.bench.readers import Opened
    from ticker.bench.subject import Subject

_BOARD: Final = 5
_STAYING: Final = 100
_AFTER_SECONDS: Final = 0.01
_LINES_IN_STORM: Final = 5
_clock = time.perf_counter_ns


@dataclass(frozen=True, slots=True)
class StormPlan:
    """How to measure: readers, and how often each thing is done."""

    readers: int = 10_000
    rounds: int = 3


@dataclass(frozen=True, slots=True)
class Storm:
    """One server's figures; a range is over rounds.

    Attributes:
        server: Its name.
        greets: Whether readers were waited for until their hello, or their upgrade only.
        open_cpu_us: CPU per handshake when all come to an idle server.
        open_per_second: Handshakes per second then.
        close_cpu_us: CPU per reader when all leave.
        storm_seconds: From the first reader's leaving until the last is back with its hello.
        storm_per_second: Handshakes per second in a storm.
        storm_cpu_us: CPU per reader in a storm: teardown and handshake.
        line_p50_ms, line_max_ms: From before a post amid storms until readers who stayed have it.
        behind: Readers that a line posted in a storm never reached, by hello or live.
        missing: Of the lines to those who stayed.
    """

    server: str
    greets: bool
    open_cpu_us: Range
    open_per_second: Range
    close_cpu_us: Range
    storm_seconds: Range
    storm_per_second: Range
    storm_cpu_us: Range
    line_p50_ms: float
    line_max_ms: float
    behind: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Phase:
    seconds: float
    cpu_us: float  # of all readers


class _Session:
    """A server, the readers that storm and those that stay."""

    def __init__(self, subject: Subject, lines: Lines, storming: Swarm, staying: Swarm) -> None:
        self.subject = subject
        self.lines = lines
        self._storming = storming
        self._staying = staying
        self._cpu = Cpu(subject.pid)
        self._numbers: Iterator[int] = count()
        self.waits: array[int] = array("q")
        self.missing = 0
        self.last = -1

    def open(self, readers: int) -> _Phase:
        """All come."""
        self._cpu.lap()
        return self._phase(self._storming.open(readers))

    def close(self) -> _Phase:
        """All leave."""
        self._cpu.lap()
        self._storming.close()
        kernel.calm(self.subject.pid)
        return _Phase(0.0, self._cpu.lap() / 1e3)

    def storm(self) -> _Phase:
        """All leave and come back."""
        self._cpu.lap()
        self._storming.begin_storm()
        return self._phase(self._storming.end_storm())

    def storm_with_lines(self, seconds: float) -> int:
        """The same while lines are posted; how many readers were left behind."""
        self._storming.begin_storm()
        for _ in range(_LINES_IN_STORM):
            time.sleep(seconds / (_LINES_IN_STORM + 1))
            self.post()
        self._storming.end_storm()
        return self._storming.behind(self.last) if self.subject.greets else 0

    def post(self) -> None:
        """Post a line and see it reach those who stay."""
        self.last = next(self._numbers)
        self._staying.expect(1)
        begun = _clock()
        self.subject.poster.post([self.last])
        arrived = self._staying.arrivals()
        self.waits.extend(moment - begun for moment in arrived.times)
        self.missing += arrived.lost

    def _phase(self, opened: Opened) -> _Phase:
        time.sleep(_AFTER_SECONDS)
        return _Phase((opened.ended_ns - opened.begun_ns) / 1e9, self._cpu.lap() / 1e3)


def measure_storm(subject: Subject, lines: Lines, plan: StormPlan) -> Storm:
    """Measure one server.

    Raises:
        BenchError: It refused a reader or a line.
    """
    with (
        swarm(subject, lines.pattern) as storming,
        swarm(subject, lines.pattern, processes=1) as staying,
    ):
        staying.open(min(_STAYING, plan.readers))
        session = _Session(subject, lines, storming, staying)
        for _ in range(_BOARD):
            session.post()
        session.waits = array("q")
        opens, closes = [], []
        for _ in range(plan.rounds):
            opens.append(session.open(plan.readers))
            closes.append(session.close())
        session.open(plan.readers)
        storms = [session.storm() for _ in range(plan.rounds)]
        seconds = Range.of(phase.seconds for phase in storms)
        behind = sum(session.storm_with_lines(seconds.median) for _ in range(plan.rounds))
    waits = sorted(session.waits)
    return Storm(
        server=subject.name,
        greets=subject.greets,
        open_cpu_us=_each(opens, plan.readers),
        open_per_second=Range.of(plan.readers / phase.seconds for phase in opens),
        close_cpu_us=_each(closes, plan.readers),
        storm_seconds=seconds,
        storm_per_second=Range.of(plan.readers / phase.seconds for phase in storms),
        storm_cpu_us=_each(storms, plan.readers),
        line_p50_ms=percentile(waits, 0.5) / 1e6,
        line_max_ms=waits[-1] / 1e6,
        behind=behind,
        missing=session.missing,
    )


def _each(phases: list[_Phase], readers: int) -> Range:
    return Range.of(phase.cpu_us / readers for phase in phases)
