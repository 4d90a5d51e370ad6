"""What an idle reader costs in memory, and what is left of those who went (leaks)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticker.bench import kernel
from ticker.bench.swarm import swarm

if TYPE_CHECKING:
    from ticker.bench.kernel import Memory
    from ticker.bench.lines import Lines
    from ticker.bench.subject import Subject

_WARM_UP: Final = 200


@dataclass(frozen=True, slots=True)
class ConnectionsPlan:
    """How to measure: idle readers, and how many come and go after that."""

    readers: int = 10_000
    churn: int = 0


@dataclass(frozen=True, slots=True)
class Connections:
    """One server's figures, in kilobytes; what the kernel holds for sockets is not in them.

    Attributes:
        server: Its name.
        readers: Idle readers that were counted.
        rss_kb, uss_kb: Memory of the process per idle reader.
        churned: Readers that came and went.
        files_before, files_after: Open files around that.
        rss_before_kb, rss_after_kb: Memory around that.
        uss_before_kb, uss_after_kb: Memory of its own around that.
    """

    server: str
    readers: int
    rss_kb: float
    uss_kb: float
    churned: int
    files_before: int
    files_after: int
    rss_before_kb: int
    rss_after_kb: int
    uss_before_kb: int
    uss_after_kb: int


def measure_connections(subject: Subject, lines: Lines, plan: ConnectionsPlan) -> Connections:
    """Measure one server.

    Raises:
        BenchError: It refused a reader.
    """
    with swarm(subject, lines.pattern) as readers:
        subject.poster.post(range(5))
        readers.churn(_WARM_UP)
        empty, files = _rested(subject)
        readers.open(plan.readers)
        full, _ = _rested(subject)
        readers.close()
        before, files_before = _rested(subject, files)
        readers.churn(plan.churn)
        after, files_after = _rested(subject, files_before)
    return Connections(
        server=subject.name,
        readers=plan.readers,
        rss_kb=(full.rss - empty.rss) / plan.readers,
        uss_kb=(full.uss - empty.uss) / plan.readers,
        churned=plan.churn,
        files_before=files_before,
        files_after=files_after,
        rss_before_kb=before.rss,
        rss_after_kb=after.rss,
        uss_before_kb=before.uss,
        uss_after_kb=after.uss,
    )


def _rested(subject: Subject, files: float = math.inf) -> tuple[Memory, int]:
    """Memory and open files, once the server has noticed who is gone and has so few files again."""
    kernel.calm(subject.pid, files)
    return kernel.memory(subject.pid), kernel.open_files(subject.pid)
