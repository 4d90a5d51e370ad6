"""A flood of logins: how long lines take to readers while strangers guess passwords.

Calm times and floods alternate on one server with the same readers, so that a machine that is slow
for a while is slow for both.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

from ticker.bench import kernel
from ticker.bench.errors import BenchError
from ticker.bench.flood import FloodPlan, flood
from ticker.bench.numbers import Range, percentile
from ticker.bench.swarm import Swarm, swarm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticker.bench.flood import Flood
    from ticker.bench.lines import Lines
    from ticker.bench.subject import Subject

PATH: Final = "/desk/login"
_BODY: Final = "name=somebody-{n}&password=correct-horse-{n}"
_WARM_UP: Final = 3
_PAUSE_SECONDS: Final = 0.05  # readers fall asleep
_PATIENCE: Final = 60.0
_LOOK_SECONDS: Final = 0.05
_WRONG, _BUSY = 401, 503


@dataclass(frozen=True, slots=True)
class LoginsPlan:
    """How to measure: readers, who guess, lines in each calm time and each flood, and how many."""

    readers: int = 100
    guessers: int = 50
    lines: int = 20
    rounds: int = 15


@dataclass(frozen=True, slots=True)
class Logins:
    """One server's figures; a range is over calm times, or over floods.

    Attributes:
        server: Its name.
        calm_p50_ms, calm_p99_ms: From before the post until a reader has read the line.
        flood_p50_ms, flood_p99_ms: The same in floods.
        p99_ratio: Of the median of floods to that of calm times: hiccups of a busy machine, which
            are the p99 of all times together, fall into some of each.
        looked_at: Passwords that were looked at, a second.
        refused: Logins that were told to come back later, a second.
        others: Answers that were neither.
        missing, duplicates: Lines that a reader did not get, or got again.
    """

    server: str
    calm_p50_ms: Range
    calm_p99_ms: Range
    flood_p50_ms: Range
    flood_p99_ms: Range
    p99_ratio: float
    looked_at: Range
    refused: Range
    others: int
    missing: int
    duplicates: int


@dataclass(slots=True)
class _Times:
    """How long readers waited in times of one kind, in ns; each time's waits are in order."""

    times: list[list[int]] = field(default_factory=list)

    def range(self, share: float) -> Range:
        """A percentile of each of the times, in ms."""
        return Range.of(percentile(waits or [0], share) / 1e6 for waits in self.times)


class _Session:
    """A server with its readers, and what was seen of it."""

    def __init__(self, subject: Subject, readers: Swarm, plan: LoginsPlan) -> None:
        self._subject = subject
        self._readers = readers
        self._plan = plan
        self._numbers: Iterator[int] = count()
        self.calm, self.flooded = _Times(), _Times()
        self.looked_at: list[float] = []
        self.refused: list[float] = []
        self.others = self.missing = self.duplicates = 0

    def waits(self, lines: int) -> list[int]:
        """Post lines one after another; nanoseconds until each reader had each, in order."""
        waits: list[int] = []
        for _ in range(lines):
            time.sleep(_PAUSE_SECONDS)
            self._readers.expect(1)
            begun = time.perf_counter_ns()
            self._subject.poster.post([next(self._numbers)])
            arrived = self._readers.arrivals()
            waits += [moment - begun for moment in arrived.times]
            self.missing += arrived.lost
            self.duplicates += arrived.duplicates
        return sorted(waits)

    def round(self) -> None:
        """A calm time, then a flood."""
        kernel.calm(self._subject.pid)
        self.calm.times.append(self.waits(self._plan.lines))
        plan = FloodPlan(
            self._subject.host,
            self._subject.port,
            PATH,
            self._plan.guessers,
            body=_BODY,
            spread=True,
        )
        with flood(plan) as guessing:
            begun = time.perf_counter()
            statuses = _first_guesses(guessing)
            self.flooded.times.append(self.waits(self._plan.lines))
            statuses += guessing.lap().statuses
            took = time.perf_counter() - begun
        self.looked_at.append(statuses[_WRONG] / took)
        self.refused.append(statuses[_BUSY] / took)
        self.others += statuses.total() - statuses[_WRONG] - statuses[_BUSY]


def measure_logins(subject: Subject, lines: Lines, plan: LoginsPlan) -> Logins:
    """Measure one server.

    Raises:
        BenchError: It refused a reader or a line, or looked at no password.
    """
    with ExitStack() as stack:
        readers = stack.enter_context(swarm(subject, lines.pattern))
        readers.open(plan.readers)
        session = _Session(subject, readers, plan)
        session.waits(_WARM_UP)
        for _ in range(plan.rounds):
            session.round()
    calm_p99, flood_p99 = session.calm.range(0.99), session.flooded.range(0.99)
    return Logins(
        server=subject.name,
        calm_p50_ms=session.calm.range(0.5),
        calm_p99_ms=calm_p99,
        flood_p50_ms=session.flooded.range(0.5),
        flood_p99_ms=flood_p99,
        p99_ratio=flood_p99.median / max(calm_p99.median, 1e-9),
        looked_at=Range.of(session.looked_at),
        refused=Range.of(session.refused),
        others=session.others,
        missing=session.missing,
        duplicates=session.duplicates,
    )


def _first_guesses(guessing: Flood) -> Counter[int]:
    """Wait until passwords are looked at; what was answered until then.

    Raises:
        BenchError: None is.
    """
    deadline, statuses = time.monotonic() + _PATIENCE, Counter[int]()
    while not statuses[_WRONG]:
        if time.monotonic() > deadline:
            raise BenchError(f"no password was looked at; answers were {dict(statuses)}")
        time.sleep(_LOOK_SECONDS)
        statuses += guessing.lap().statuses
    return statuses
