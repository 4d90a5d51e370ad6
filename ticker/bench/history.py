"""What a long history costs: commands, pages and memory, with few entries on the log and with many.

The log is made as a backup, put into a store by `ticker import`, read by `ticker verify`, and then
served. Ten seconds lie between two of its entries.
"""

from __future__ import annotations

import http.client
import json
import secrets
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker import __version__
from ticker.backup.format import FORMAT, HEADER, Writer
from ticker.bench import kernel
from ticker.bench.errors import BenchError
from ticker.bench.service import COMMAND, environment, service
from ticker.news.document import format_time, utcnow
from ticker.news.event import GENESIS, Record
from ticker.news.flash import Flash, PubStatus, correct, kill
from ticker.news.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ticker.bench.service import Running

_APART: Final = timedelta(seconds=10)
_CORRECTED_EVERY: Final = 10
_KILLED_EVERY: Final = 50
_PINNED_EVERY: Final = 1000
_STORY: Final = "harbour-bridge"
_POLL_SECONDS: Final = 0.02
_CHECKPOINTS_SECONDS: Final = 120.0
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """What to do.

    Attributes:
        sizes: Entries on the log, one history for each.
        requests: Of each kind; the median counts.
    """

    sizes: tuple[int, ...]
    requests: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a command: seconds, and the most memory of its own process (VmHWM)."""

    seconds: float
    peak_kb: int


@dataclass(frozen=True, slots=True)
class History:
    """What one history costs.

    Attributes:
        entries: On its log.
        put: `ticker import`.
        verified: `ticker verify`.
        start_seconds: From the command to a ready service.
        past_unindexed_ms: A board of the past before the log has its checkpoints.
        requests_ms: Kind of request → median.
        service_kb: RSS of the service in the end.
        store_kb: RSS of the embedded store in the end.
    """

    entries: int
    put: Cost
    verified: Cost
    start_seconds: float
    past_unindexed_ms: float
    requests_ms: Mapping[str, float]
    service_kb: int
    store_kb: int


def measure_history(plan: HistoryPlan) -> Iterator[History]:
    """One history after the other.

    Raises:
        BenchError: A command failed, or a request did.
    """
    for entries in plan.sizes:
        with tempfile.TemporaryDirectory(prefix="ticker-bench-") as folder:
            backup, data = Path(folder) / "backup", Path(folder) / "data"
            with backup.open("wb") as file:
                write_backup(file, entries)
            put = _run("import", str(backup), "--data", str(data))
            verified = _run("verify", "--data", str(data))
            begun = time.perf_counter()
            with service(data) as running:
                yield _served(running, plan, entries, put, verified, time.perf_counter() - begun)


def write_backup(file: Any, entries: int) -> None:
    """A backup of an edition with so many entries on its log, the last one of now."""
    backup_of(file, _records(entries, utcnow() - _APART * entries))


def backup_of(file: Any, records: Iterable[Record]) -> None:
    """A backup of an edition with these on its log."""
    writer = Writer(file)
    texts = [record.encode() for record in records]
    head = GENESIS
    for text in texts:
        head = head.follows(text)
    writer.write(
        HEADER,
        {
            "format": FORMAT,
            "ticker": __version__,
            "made": format_time(utcnow()),
            "editions": {"en": str(head)},
            "audit": str(GENESIS),
        },
    )
    reached = GENESIS
    for text in texts:
        reached = reached.follows(text)
        writer.write("entry", {"edition": "en", "cursor": str(reached), "record": text})
    writer.end()


def _records(entries: int, now: datetime) -> Iterator[Record]:
    ids, line = Ids(), None
    for number in range(entries):
        now += _APART
        if line is not None and number % _KILLED_EVERY == _KILLED_EVERY - 1:
            line, action = kill(line, now), "kill"
        elif line is not None and number % _CORRECTED_EVERY == _CORRECTED_EVERY - 1:
            line, action = correct(line, {"correction": f"It was {number}"}, now), "correct"
        else:
            line, action = _line(ids.mint(now), number, now), "publish"
        yield Record(flash=line, action=action, by="bench", at=now, address="127.0.0.1")


def _line(flash_id: str, number: int, now: datetime) -> Flash:
    line = Flash(
        id=flash_id,
        edition="en",
        version=1,
        pubstatus=PubStatus.USABLE,
        headline=f"{number:07d} Central bank raises key rate by half a point",
        source="Newsroom",
        coverage=_STORY,
        firstcreated=now,
        versioncreated=now,
    )
    # Pinned for a while only: a board has a few of these.
    return replace(line, pinned=number % _PINNED_EVERY == 0, expires=now + timedelta(hours=6))


def _run(*arguments: str) -> Cost:
    """Run a command of ours to its end."""
    begun, peak = time.perf_counter(), 0
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *arguments],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None:
        peak = max(peak, _peak_kb(process.pid))
        time.sleep(_POLL_SECONDS)
    if process.returncode:
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
        raise BenchError(f"ticker {arguments[0]} failed: {said.strip()}")
    return Cost(time.perf_counter() - begun, peak)


def _peak_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace")
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) if found else 0


def _served(
    running: Running, plan: HistoryPlan, entries: int, put: Cost, verified: Cost, start: float
) -> History:
    asking = _Asking(running, plan.requests)
    middle = format_time(utcnow() - _APART * (entries // 2))
    past = f"/v1/en/board?at={middle}"
    unindexed = asking.once("GET", past)
    asking.await_checkpoints(past)
    newest = json.loads(asking.body("GET", "/v1/en/flashes?limit=1"))["flashes"][0]["id"]
    requests = {
        "post": asking.median("POST", "/v1/en/flashes"),
        "listing": asking.median("GET", "/v1/en/flashes?limit=50"),
        "page of the past": asking.median("GET", f"/v1/en/flashes?before={newest}&limit=50"),
        "permalink": asking.median("GET", f"/en/f/{newest}"),
        "coverage": asking.median("GET", f"/en/coverage/{_STORY}"),
        "board then": asking.median("GET", past),
        "1,000 of the log": asking.median("GET", "/v1/en/log?limit=1000"),
    }
    stores = [pid for pid in kernel.children(running.pid) if "valkey" in _name(pid)]
    return History(
        entries,
        put,
        verified,
        start,
        unindexed,
        requests,
        kernel.memory(running.pid).rss,
        sum(kernel.memory(pid).rss for pid in stores),
    )


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text("utf-8", errors="replace")


class _Asking:
    """Requests one after another, on one connection."""

    def __init__(self, running: Running, requests: int) -> None:
        self._requests = requests
        self._token = running.token
        self._connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=300)

    def median(self, method: str, path: str) -> float:
        """Milliseconds of one of many."""
        return statistics.median(self.once(method, path) for _ in range(self._requests))

    def once(self, method: str, path: str) -> float:
        """Milliseconds until the whole answer was read."""
        begun = time.perf_counter()
        self.body(method, path)
        return (time.perf_counter() - begun) * 1000

    def body(self, method: str, path: str) -> bytes:
        """What is answered."""
        line = json.dumps({"headline": f"{secrets.token_hex(8)} Central bank raises key rate"})
        self._connection.request(
            method,
            path,
            line if method == "POST" else None,
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status not in _OK:
            raise BenchError(f"{method} {path} was answered {answer.status}")
        return body

    def await_checkpoints(self, path: str) -> None:
        """Wait until a board of the past costs no less than a moment ago."""
        until, before = time.monotonic() + _CHECKPOINTS_SECONDS, self.once("GET", path)
        while time.monotonic() < until:
            time.sleep(1)
            now = self.once("GET", path)
            if now > before / 2 and now < 1000:  # noqa: PLR2004 - ms: a replay of all takes longer
                return
            before = now


def as_json(plan: HistoryPlan, machine: dict[str, Any], results: list[History]) -> str:
    """One JSON object."""
    found = [asdict(result) for result in results]
    return json.dumps(
        {"kind": "history", "machine": machine, "plan": asdict(plan), "histories": found}
    )
