"""Results as tables for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from ticker.bench.numbers import figure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticker.bench.connections import Connections
    from ticker.bench.fanout import Fanout
    from ticker.bench.history import History
    from ticker.bench.logins import Logins
    from ticker.bench.pages import Pages
    from ticker.bench.search import Searched
    from ticker.bench.storm import Storm

_FANOUT_NOTE: Final = """\
  CPU: of the server process by the kernel's own accounting, from before the post until {after}
  all have the line, divided by deliveries; it includes taking the post. p50, p99, max: from before
  the post until a reader has read the line. First to last: between the first reader and the last.
  Median [lowest–highest] over segments. Readers sleep between rounds. Beats and pings are off."""
_STORM_NOTE: Final = """\
  Come: all connect to an idle server. Storm: all leave and come back at once, 1,000 in flight; the
  clock runs from the first to leave until the last has its hello (without one: its upgrade), and
  its CPU includes saying farewell. Line in storm: a line posted meanwhile, to readers who stayed.
  Left behind: readers whom such a line never reached, by hello or live. Seconds hold what the swarm
  itself needs on its cores: no server can be faster here than the bare C loop."""
_CONNECTIONS_NOTE: Final = """\
  Growth of the server process per idle reader; what the kernel holds for sockets is not in it.
  RSS: in RAM. USS: shared with nobody."""

_PAGES_NOTE: Final = """\
  Alone: four keep-alive connections that ask again as soon as they are answered; CPU is the
  server's by the kernel's accounting. Flood: many such connections; amid it new readers come at
  once (until the last has its hello), an editor posts on a new connection (until the answer), and
  kills (until all who watch have it). Median [lowest–highest] over rounds."""

_LOGINS_NOTE: Final = """\
  Calm times and floods alternate. Waiting: from before the post until a reader has read the line;
  median [lowest–highest] over times. Ratio: of the medians of p99. Passwords are wrong, names and
  the addresses of guessers all differ."""


def as_json(kind: str, machine: dict[str, Any], plan: Any, results: Sequence[Any]) -> str:
    """One JSON object."""
    servers = [asdict(result) for result in results]
    return json.dumps(
        {"kind": kind, "machine": machine, "plan": asdict(plan), "servers": servers},
        ensure_ascii=False,
    )


def headline(kind: str, machine: dict[str, Any], readers: int, transport: str) -> str:
    """What was measured, and on what."""
    return f"{kind}: {readers:,} readers, {transport}\n{machine_line(machine)}"


def machine_line(machine: dict[str, Any]) -> str:
    """On what it was measured."""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, "
        f"Linux {machine['kernel']}, Python {machine['python']}, load {machine['load']} before"
    )


def history_text(results: Sequence[History]) -> str:
    """The table of what a long log costs, a column for each length."""
    rows = [
        ("ticker import, s", *(figure(it.put.seconds) for it in results)),
        ("its memory, MB", *(figure(it.put.peak_kb / 1024) for it in results)),
        ("ticker verify, s", *(figure(it.verified.seconds) for it in results)),
        ("its memory, MB", *(figure(it.verified.peak_kb / 1024) for it in results)),
        ("start, s", *(figure(it.start_seconds) for it in results)),
        *(
            (f"{kind}, ms", *(figure(it.requests_ms[kind]) for it in results))
            for kind in results[0].requests_ms
        ),
        ("board then, no checkpoints, ms", *(figure(it.past_unindexed_ms) for it in results)),
        ("service, MB", *(figure(it.service_kb / 1024) for it in results)),
        ("store, MB", *(figure(it.store_kb / 1024) for it in results)),
    ]
    return _table("entries", *(f"{it.entries:,}" for it in results), rows=rows)


def search_text(results: Sequence[Searched]) -> str:
    """The table of what a search costs, a pair of columns for each archive."""
    rows = [
        (
            kind,
            *(
                figure(it[kind])
                for each in results
                for it in (each.p50_ms, each.p99_ms, each.cpu_ms, each.found)
            ),
        )
        for kind in results[0].p50_ms
    ]
    heads = [
        f"{name}, {it.lines:,}" for it in results for name in ("p50 ms", "p99", "CPU p99", "found")
    ]
    of_all = [
        ("indexed in, s", *(figure(it.index_seconds) for it in results)),
        ("bytes of the store for a line", *(figure(it.index_bytes) for it in results)),
    ]
    table = _table("searched for", *heads, rows=rows)
    return f"{table}\n\n{_table('lines', *(f'{it.lines:,}' for it in results), rows=of_all)}"


def fanout_text(results: Sequence[Fanout]) -> str:
    """The table of a fan-out."""
    ours = results[0].cpu_us.median
    rows = [
        (
            each.server,
            str(each.cpu_us),
            _ratio(ours, each.cpu_us.median),
            str(each.p50_ms),
            str(each.p99_ms),
            figure(each.max_ms),
            figure(each.spread_ms.median),
            str(each.burst.lines),
            figure(each.burst.cpu_us),
            figure(each.burst.per_second / 1000),
            str(each.missing),
            str(each.duplicates),
        )
        for each in results
    ]
    table = _table(
        "server",
        "CPU µs/delivery",
        "Ticker ÷",
        "p50 ms",
        "p99 ms",
        "max ms",
        "first to last ms",
        "burst of",
        "µs each",
        "k/s",
        "missing",
        "twice",
        rows=rows,
    )
    driven = [
        f"  {each.server}: told by {each.driven}"
        + (f", {each.message_bytes} bytes a message" if each.message_bytes else "")
        for each in results
    ]
    fed = [
        f"  {each.server}: {each.feed.lines} lines on the wire from another process: "
        f"{figure(each.feed.cpu_us)} µs each, {figure(each.feed.per_second / 1000)} k/s"
        for each in results
        if each.feed
    ]
    return "\n".join([table, "", _FANOUT_NOTE.format(after="5 ms after"), *driven, *fed])


def storm_text(results: Sequence[Storm]) -> str:
    """The table of a storm."""
    ours = results[0]
    rows = [
        (
            each.server,
            str(each.open_cpu_us),
            _ratio(ours.open_cpu_us.median, each.open_cpu_us.median),
            figure(each.open_per_second.median),
            figure(each.close_cpu_us.median),
            str(each.storm_seconds),
            _ratio(ours.storm_seconds.median, each.storm_seconds.median),
            str(each.storm_cpu_us),
            figure(each.line_p50_ms),
            figure(each.line_max_ms),
            str(each.behind) if each.greets else "–",
        )
        for each in results
    ]
    table = _table(
        "server",
        "come: CPU µs each",
        "Ticker ÷",
        "per second",
        "go: CPU µs",
        "storm s",
        "Ticker ÷",
        "storm CPU µs each",
        "line in storm p50 ms",
        "max ms",
        "left behind",
        rows=rows,
    )
    return f"{table}\n\n{_STORM_NOTE}"


def pages_text(results: Sequence[Pages]) -> str:
    """The table of each server's pages, and of what is seen amid a flood of them."""
    rows = [
        (
            it.kind,
            figure(it.per_second),
            figure(it.cpu_us),
            figure(it.page_bytes / 1000),
            figure(it.flood_per_second),
            f"{it.flood_refused:.0%}",
            str(it.readers_ms),
            str(it.readers_refused),
            str(it.post_ms),
            str(it.kill_ms),
        )
        for each in results
        for it in each.kinds
    ]
    table = _table(
        "page",
        "alone: per second",
        "CPU µs",
        "kB",
        "flood: per second",
        "503",
        "readers in, ms",
        "refused",
        "post ms",
        "kill ms",
        rows=rows,
    )
    return f"{table}\n\n{_PAGES_NOTE}"


def logins_text(results: Sequence[Logins]) -> str:
    """The table of how long lines take to readers, in calm times and in floods of logins."""
    rows = [
        row
        for each in results
        for row in (
            ("calm", str(each.calm_p50_ms), str(each.calm_p99_ms), "", "", ""),
            (
                "flood",
                str(each.flood_p50_ms),
                str(each.flood_p99_ms),
                figure(each.p99_ratio),
                str(each.looked_at),
                str(each.refused),
            ),
        )
    ]
    heads = ("time", "p50 ms", "p99 ms", "ratio", "looked at/s", "refused/s")
    table = _table(*heads, rows=rows)
    return f"{table}\n\n{_LOGINS_NOTE}"


def connections_text(results: Sequence[Connections]) -> str:
    """The table of idle readers, and of what is left of those who went."""
    ours = results[0].uss_kb
    rows = [
        (each.server, figure(each.rss_kb), figure(each.uss_kb), _ratio(ours, each.uss_kb))
        for each in results
    ]
    parts = [_table("server", "RSS kB/reader", "USS kB/reader", "Ticker ÷", rows=rows)]
    if any(each.churned for each in results):
        left = [
            (
                each.server,
                f"{each.churned:,}",
                f"{each.files_before} → {each.files_after}",
                f"{each.rss_before_kb:,} → {each.rss_after_kb:,}",
                f"{each.uss_before_kb:,} → {each.uss_after_kb:,}",
            )
            for each in results
        ]
        parts.append(_table("server", "came and went", "files", "RSS kB", "USS kB", rows=left))
    return "\n\n".join([*parts, _CONNECTIONS_NOTE])


def _ratio(ours: float, theirs: float) -> str:
    return figure(ours / theirs) if theirs > 0 else "–"


def _table(*heads: str, rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = []
    for cells in (heads, ["-" * width for width in widths], *rows):
        aligned: list[Callable[[int], str]] = [cells[0].ljust, *(cell.rjust for cell in cells[1:])]
        lines.append("  ".join(a(width) for a, width in zip(aligned, widths, strict=True)).rstrip())
    return "\n".join(lines)
