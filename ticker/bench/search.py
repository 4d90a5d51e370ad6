"""What a search costs in a long archive: as somebody types, with rare words and with common ones.

The archive is made as a backup, of lines in Latin and in Arabic letters whose words are as rare and
as common as words are (Zipf's law), and put into a store by `ticker import`.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import subprocess
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ticker.bench import kernel
from ticker.bench.errors import BenchError
from ticker.bench.history import backup_of
from ticker.bench.service import COMMAND, environment, service
from ticker.bench.words import KINDS, Words
from ticker.news.document import utcnow
from ticker.news.event import Record
from ticker.news.flash import Flash, PubStatus
from ticker.news.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ticker.bench.service import Running

_APART: Final = timedelta(minutes=3)
_BEHIND: Final = re.compile(rb'ticker_search_behind\{edition="en"\} (\d+)')
_INDEX_SECONDS: Final = 1800.0
_LIMIT: Final = 20  # lines that a desk shows at once


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What to do.

    Attributes:
        sizes: Lines of the archive, one archive for each.
        searches: Of each kind.
    """

    sizes: tuple[int, ...]
    searches: int


@dataclass(frozen=True, slots=True)
class Searched:
    """What searching one archive costs.

    Attributes:
        lines: Of the archive.
        index_seconds: Until the index had all of it.
        index_bytes: Of the store's memory, for each line.
        p50_ms, p99_ms: Kind of search → until the whole answer was read.
        found: Kind of search → lines in an answer, on average.
        cpu_ms: Kind of search → CPU of the service and its store, of which 99 of 100 take less.
    """

    lines: int
    index_seconds: float
    index_bytes: float
    p50_ms: Mapping[str, float]
    p99_ms: Mapping[str, float]
    found: Mapping[str, float]
    cpu_ms: Mapping[str, float]


def measure_search(plan: SearchPlan) -> Iterator[Searched]:
    """One archive after the other.

    Raises:
        BenchError: A command failed, or a request did.
    """
    for lines in plan.sizes:
        words = Words()
        with tempfile.TemporaryDirectory(prefix="ticker-bench-") as folder:
            backup, data = Path(folder) / "backup", Path(folder) / "data"
            with backup.open("wb") as file:
                backup_of(file, _records(words, lines))
            _run("import", str(backup), "--data", str(data))
            with service(data) as running:
                yield _searched(running, plan, words, lines)


def _records(words: Words, lines: int) -> Iterator[Record]:
    ids, now = Ids(), utcnow() - _APART * lines
    for number in range(lines):
        now += _APART
        line = Flash(
            id=ids.mint(now),
            edition="en",
            version=1,
            pubstatus=PubStatus.USABLE,
            headline=words.headline(number),
            source=("Newsroom", "Agency", "وكالة الأنباء")[number % 3],
            section=("politics", "sports", "economy")[number % 3],
            tags=("bench",) if number % 4 == 0 else (),
            firstcreated=now,
            versioncreated=now,
        )
        yield Record(flash=line, action="publish", by=f"editor-{number % 20}", at=now)


def _run(*arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments], env=environment(), check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise BenchError(f"ticker {arguments[0]} failed: {done.stderr.strip()}")


def _searched(running: Running, plan: SearchPlan, words: Words, lines: int) -> Searched:
    store = next(pid for pid in kernel.children(running.pid) if "valkey" in _name(pid))
    before, begun = kernel.memory(store).rss, time.perf_counter()
    asking = _Asking(running)
    asking.await_index()
    seconds = time.perf_counter() - begun
    grown = max(0, kernel.memory(store).rss - before) * 1024
    taken: dict[str, list[float]] = defaultdict(list)
    found: dict[str, list[int]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)
    cores = kernel.Cpu(running.pid), kernel.Cpu(store)
    for _ in range(plan.searches):
        for kind in KINDS:
            text = words.searches(kind)
            for core in cores:
                core.lap()
            milliseconds, lines_found = asking.search(text)
            spent[kind].append(sum(core.lap() for core in cores) / 1e6)
            taken[kind].append(milliseconds)
            found[kind].append(lines_found)
    return Searched(
        lines,
        seconds,
        grown / lines,
        {kind: _quantile(some, 0.5) for kind, some in taken.items()},
        {kind: _quantile(some, 0.99) for kind, some in taken.items()},
        {kind: sum(some) / len(some) for kind, some in found.items()},
        {kind: _quantile(some, 0.99) for kind, some in spent.items()},
    )


def _quantile(values: list[float], share: float) -> float:
    """The smallest value that this share of all is not above."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text("utf-8", errors="replace")


class _Asking:
    """An editor's searches, one after another, on one connection."""

    def __init__(self, running: Running) -> None:
        self._headers = {"Authorization": f"Bearer {running.token}"}
        self._connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)

    def _get(self, path: str) -> bytes:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:  # noqa: PLR2004 - HTTP's own
            raise BenchError(f"GET {path} was answered {answer.status}")
        return body

    def await_index(self) -> None:
        """Wait until the index has all of the log.

        Raises:
            BenchError: It takes too long.
        """
        until = time.monotonic() + _INDEX_SECONDS
        while time.monotonic() < until:
            behind = _BEHIND.search(self._get("/metrics"))
            if behind is not None and behind[1] == b"0":
                return
            time.sleep(0.2)
        raise BenchError("the archive was not indexed in time")

    def search(self, text: str) -> tuple[float, int]:
        """Milliseconds until the whole answer was read, and how many lines it has."""
        path = f"/v1/en/flashes?q={quote(text)}&limit={_LIMIT}"
        begun = time.perf_counter()
        body = self._get(path)
        return (time.perf_counter() - begun) * 1000, len(json.loads(body)["flashes"])


def as_json(plan: SearchPlan, machine: dict[str, Any], results: list[Searched]) -> str:
    """One JSON object."""
    found = [asdict(result) for result in results]
    return json.dumps(
        {"kind": "search", "machine": machine, "plan": asdict(plan), "archives": found}
    )
