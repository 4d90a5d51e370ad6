"""The kernel's own accounting of other processes, and where on the machine they run (Linux)."""

from __future__ import annotations

import math
import os
import platform
import resource
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker.bench.errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_SPARE_FILES: Final = 2200  # what a server keeps for others than its readers
_TWO_CORES: Final = 2
_CALM_SECONDS: Final = 0.25
_CALM_SECONDS_MAX: Final = 10.0
_CALM_SHARE: Final = 0.02  # of a core


@dataclass(frozen=True, slots=True)
class Memory:
    """Kilobytes of a process: what it has in RAM, and what nobody shares with it."""

    rss: int
    uss: int


@dataclass(frozen=True, slots=True)
class Cores:
    """The server's cores, and those of everything else."""

    server: frozenset[int]
    load: frozenset[int]


class Cpu:
    """The CPU time of a process since the last lap, over all its threads.

    Args:
        pid: The process.
    """

    def __init__(self, pid: int) -> None:
        self._tasks = Path(f"/proc/{pid}/task")
        self._last = self._read()

    def lap(self) -> int:
        """Nanoseconds on a core since the last lap or the beginning."""
        now = self._read()
        spent = sum(ran - self._last.get(task, 0) for task, ran in now.items())
        self._last = now
        return spent

    def _read(self) -> dict[str, int]:
        ran = {}
        for task in _listed(self._tasks):
            with suppress(FileNotFoundError, ProcessLookupError):
                ran[task] = int((self._tasks / task / "schedstat").read_text().split()[0])
        return ran


def _listed(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError as error:
        raise BenchError(f"process {folder.parent.name} cannot be watched: {error}") from error


def memory(pid: int) -> Memory:
    """Memory of a process now."""
    sizes: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size, _ = line.split()
        sizes[name] = int(size)
    return Memory(sizes["Rss:"], sizes["Private_Clean:"] + sizes["Private_Dirty:"])


def open_files(pid: int) -> int:
    """File descriptors of a process now."""
    return len(_listed(Path(f"/proc/{pid}/fd")))


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [
        int(child)
        for task in _listed(Path(f"/proc/{pid}/task"))
        for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()
    ]


def calm(pid: int, files: float = math.inf) -> None:
    """Wait until a process has done what it has to do; ten seconds at most.

    One that gets no core looks as if it were done; that it has no more open files than `files`
    shows that it is.
    """
    cpu = Cpu(pid)
    deadline = time.monotonic() + _CALM_SECONDS_MAX
    while time.monotonic() < deadline:
        time.sleep(_CALM_SECONDS)
        if cpu.lap() < _CALM_SHARE * _CALM_SECONDS * 1e9 and open_files(pid) <= files:
            return


def pin(pid: int, cores: Collection[int]) -> None:
    """Keep all threads of a process on these cores."""
    for task in _listed(Path(f"/proc/{pid}/task")):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task), cores)


@contextmanager
def divided() -> Iterator[Cores | None]:
    """One core for the server, the rest for us and what we start; None where there is one only."""
    ours = os.sched_getaffinity(0)
    if len(ours) < _TWO_CORES:
        yield None
        return
    first = min(ours)
    cores = Cores(frozenset({first}), frozenset(ours - {first}))
    os.sched_setaffinity(0, cores.load)
    try:
        yield cores
    finally:
        os.sched_setaffinity(0, ours)


def place(pid: int, cores: Cores | None) -> None:
    """Give a server its core, and what it started (its store) the others."""
    if cores is None:
        return
    pin(pid, cores.server)
    for child in children(pid):
        pin(child, cores.load)


def allow(readers: int) -> None:
    """Raise the limit of open files, for us and what we start, as far as we may.

    Raises:
        BenchError: A server here cannot hold so many readers.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 1_048_576
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if readers > hard - _SPARE_FILES:
        raise BenchError(
            f"{readers} readers need as many open files in the server, and this machine allows "
            f"{hard} (ulimit -Hn): take --readers {hard - _SPARE_FILES} at most"
        )


def machine() -> dict[str, Any]:
    """What the figures were made on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
