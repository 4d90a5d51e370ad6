"""`ticker bench …`: each benchmark starts a service of its own on loopback and stops it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker.bench import kernel, report, search
from ticker.bench.chart import bars
from ticker.bench.connections import ConnectionsPlan, measure_connections
from ticker.bench.errors import BenchError
from ticker.bench.fanout import FanoutPlan, measure_fanout
from ticker.bench.history import HistoryPlan, as_json, measure_history
from ticker.bench.latency import measure
from ticker.bench.lines import Lines
from ticker.bench.logins import LoginsPlan, measure_logins
from ticker.bench.pages import PagesPlan, measure_pages
from ticker.bench.reading import TRANSPORTS, WEBSOCKET
from ticker.bench.search import SearchPlan, measure_search
from ticker.bench.service import BOARD_LINES
from ticker.bench.storm import StormPlan, measure_storm
from ticker.bench.subjects import PEERS, ours, peer, target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticker.bench.kernel import Cores
    from ticker.bench.subject import Subject

_READERS: Final = 10_000
_QUICK_READERS: Final = 50
_BOARD_LINES: Final = 50  # on a board whose page is measured, as by default
_LATENCY_READERS_MAX: Final = 10_000


def add(bench: argparse.ArgumentParser) -> None:
    """Add the kinds of benchmarks to their command."""
    kinds = bench.add_subparsers(required=True, metavar="KIND")
    latency = kinds.add_parser("latency", help="from an editor's post to a reader's screen")
    latency.add_argument("--readers", type=_latency_count, default=100)
    latency.add_argument("--posts", type=_latency_count, default=200)
    latency.add_argument("--json", action="store_true", help="one JSON object")
    latency.set_defaults(run=_latency)
    fanout = _add(kinds, "fanout", _fanout, "one line to many readers: CPU and waiting")
    fanout.add_argument("--rounds", type=_count, help="lines, one after another (30)")
    fanout.add_argument("--burst", type=_count, help="lines at once after that (200)")
    fanout.add_argument("--slow", type=_count, default=0, help="readers more that never read (0)")
    fanout.add_argument("--chart", type=Path, metavar="FILE.svg", help="write a bar chart")
    storm = _add(kinds, "storm", _storm, "all readers dropped at once and back at once")
    storm.add_argument("--rounds", type=_count, help="storms of each kind (3)")
    pages = kinds.add_parser("pages", help="pages, and a flood of their readers")
    pages.add_argument("--readers", type=_count, help="who come into the flood (20)")
    pages.add_argument("--connections", type=_count, help="that flood (40)")
    pages.add_argument("--lines", type=_count, help="that are stored (1500)")
    pages.add_argument("--rounds", type=_count, help="of readers, a post and a kill (3)")
    _add_where(pages, _pages)
    pages.set_defaults(transport=WEBSOCKET, compare=False)
    logins = kinds.add_parser("logins", help="lines to readers while strangers guess passwords")
    logins.add_argument("--readers", type=_count, help="who get the lines (100)")
    logins.add_argument("--guessers", type=_count, help="each on a connection of its own (50)")
    logins.add_argument("--lines", type=_count, help="in each calm time and each flood (20)")
    logins.add_argument("--rounds", type=_count, help="of a calm time and a flood (15)")
    _add_where(logins, _logins)
    logins.set_defaults(transport=WEBSOCKET, compare=False)
    past = kinds.add_parser("history", help="what a long log costs: commands, requests, memory")
    past.add_argument("--entries", type=_count, action="append", help="on the log; repeatable")
    past.add_argument("--quick", action="store_true", help="small numbers: does it work?")
    past.add_argument("--json", action="store_true", help="one JSON object")
    past.set_defaults(run=_history)
    _add_search(kinds)
    idle = _add(kinds, "connections", _connections, "memory for each idle reader")
    idle.add_argument("--churn", type=_count, help="readers that come and go after that (0)")


def _add_search(kinds: Any) -> None:
    found = kinds.add_parser("search", help="what a search costs in a long archive")
    found.add_argument("--lines", type=_count, action="append", help="of the archive; repeatable")
    found.add_argument("--searches", type=_count, help="of each kind (200)")
    found.add_argument("--quick", action="store_true", help="small numbers: does it work?")
    found.add_argument("--json", action="store_true", help="one JSON object")
    found.set_defaults(run=_search)


def _add(kinds: Any, name: str, run: Callable[..., None], meaning: str) -> Any:
    kind = kinds.add_parser(name, help=meaning, description=meaning)
    kind.add_argument("--readers", type=_count, help=f"how many ({_READERS})")
    kind.add_argument("--transport", choices=TRANSPORTS, default=WEBSOCKET)
    kind.add_argument("--compare", action="store_true", help="measure other servers as well")
    _add_where(kind, run)
    return kind


def _add_where(kind: Any, run: Callable[..., None]) -> None:
    kind.add_argument("--quick", action="store_true", help="small numbers: does it work?")
    kind.add_argument("--json", action="store_true", help="one JSON object")
    kind.add_argument("--target", metavar="URL", help="a service on this machine, not our own")
    kind.add_argument("--pid", type=_count, help="its process")
    kind.add_argument("--token", default="", help="an editor's token for it")
    kind.set_defaults(run=run)


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise argparse.ArgumentTypeError("must not be below zero")
    return count


def _latency_count(text: str) -> int:
    count = int(text)
    if count not in range(1, _LATENCY_READERS_MAX + 1):
        raise argparse.ArgumentTypeError(f"must be from 1 to {_LATENCY_READERS_MAX}")
    return count


def _latency(options: argparse.Namespace) -> None:
    result = asyncio.run(measure(options.readers, options.posts))
    print(result.as_json() if options.json else result.as_text())


def _fanout(options: argparse.Namespace) -> None:
    plan = FanoutPlan(
        _readers(options),
        _given(options, options.rounds, 30, 4),
        _given(options, options.burst, 200, 20),
        options.slow,
    )
    machine = kernel.machine()
    results = [measure_fanout(subject, lines, plan) for subject, lines in _subjects(options)]
    _print(options, machine, plan, results, report.fanout_text)
    if options.chart:
        title = f"CPU of the server for one delivery, µs ({plan.readers:,} readers, one core)"
        note = "Median of segments; the line is their range. Less is better."
        rows = [(result.server, result.cpu_us) for result in results]
        options.chart.write_text(bars(title, note, rows), encoding="utf-8")


def _storm(options: argparse.Namespace) -> None:
    plan = StormPlan(_readers(options), _given(options, options.rounds, 3, 1))
    machine = kernel.machine()
    results = [measure_storm(subject, lines, plan) for subject, lines in _subjects(options)]
    _print(options, machine, plan, results, report.storm_text)


def _pages(options: argparse.Namespace) -> None:
    plan = PagesPlan(
        _given(options, options.readers, 20, 5),
        _given(options, options.connections, 40, 8),
        _given(options, options.lines, 1500, 60),
        0.5 if options.quick else 3.0,
        _given(options, options.rounds, 3, 1),
    )
    kernel.allow(plan.connections + plan.readers)
    machine = kernel.machine()
    subjects = _subjects(options, _BOARD_LINES)
    results = [measure_pages(subject, lines, plan) for subject, lines in subjects]
    _print(options, machine, plan, results, report.pages_text)


def _logins(options: argparse.Namespace) -> None:
    plan = LoginsPlan(
        max(1, _given(options, options.readers, 100, 5)),
        max(1, _given(options, options.guessers, 50, 8)),
        max(1, _given(options, options.lines, 20, 5)),
        max(1, _given(options, options.rounds, 15, 1)),
    )
    kernel.allow(plan.readers + plan.guessers)
    machine = kernel.machine()
    results = [measure_logins(subject, lines, plan) for subject, lines in _subjects(options)]
    _print(options, machine, plan, results, report.logins_text)


def _connections(options: argparse.Namespace) -> None:
    plan = ConnectionsPlan(_readers(options), _given(options, options.churn, 0, 100))
    machine = kernel.machine()
    results = [measure_connections(subject, lines, plan) for subject, lines in _subjects(options)]
    _print(options, machine, plan, results, report.connections_text)


def _history(options: argparse.Namespace) -> None:
    sizes = options.entries or ([20, 60] if options.quick else [1000, 100_000])
    plan = HistoryPlan(tuple(sizes), 3 if options.quick else 15)
    machine = kernel.machine()
    results = list(measure_history(plan))
    if options.json:
        print(as_json(plan, machine, results))
        return
    print(f"{report.machine_line(machine)}\n\n{report.history_text(results)}\n")


def _search(options: argparse.Namespace) -> None:
    sizes = options.lines or ([300] if options.quick else [10_000, 100_000])
    plan = SearchPlan(tuple(sizes), _given(options, options.searches, 200, 3))
    machine = kernel.machine()
    results = list(measure_search(plan))
    if options.json:
        print(search.as_json(plan, machine, results))
        return
    print(f"{report.machine_line(machine)}\n\n{report.search_text(results)}\n")


def _given(options: argparse.Namespace, value: int | None, usual: int, quick: int) -> int:
    if value is not None:
        return value
    return quick if options.quick else usual


def _readers(options: argparse.Namespace) -> int:
    readers = _given(options, options.readers, _READERS, _QUICK_READERS)
    kernel.allow(readers)
    return max(1, readers)


def _subjects(
    options: argparse.Namespace, board_lines: int = BOARD_LINES
) -> Iterator[tuple[Subject, Lines]]:
    """What is to be measured, one running server after another; ours comes first."""
    with ExitStack() as stack:
        cores = stack.enter_context(kernel.divided())
        lines = Lines()
        if options.target:
            if options.pid is None:
                raise BenchError("--target needs --pid, whose CPU and memory are measured")
            transport = options.transport
            yield target(options.target, options.pid, options.token, lines, transport), lines
        else:
            _say(options, "Ticker")
            with ours(lines, options.transport, cores, board_lines) as subject:
                yield subject, lines
        yield from _peers(options, cores)


def _peers(options: argparse.Namespace, cores: Cores | None) -> Iterator[tuple[Subject, Lines]]:
    for name in PEERS if options.compare else ():
        _say(options, name)
        lines = Lines()
        with peer(name, lines, cores) as subject:
            if subject is None:
                print(f"{name} is left out: there is no C compiler (cc).", file=sys.stderr)
                continue
            yield subject, lines


def _say(options: argparse.Namespace, name: str) -> None:
    if not options.json:
        print(f"measuring {name} …", file=sys.stderr, flush=True)


def _print(
    options: argparse.Namespace,
    machine: dict[str, Any],
    plan: Any,
    results: list[Any],
    text: Callable[[list[Any]], str],
) -> None:
    kind = options.run.__name__.strip("_")
    if options.json:
        print(report.as_json(kind, machine, plan, results))
        return
    print(report.headline(kind, machine, plan.readers, options.transport))
    print(f"\n{text(results)}\n")
