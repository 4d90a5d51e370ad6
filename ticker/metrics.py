"""Counters and gauges of one process, as Prometheus text (exposition format 0.0.4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Labels = tuple[tuple[str, str], ...]

NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "ticker_readers": ("gauge", "Readers connected now, by edition and transport; desks too."),
    "ticker_screens_total": ("counter", "Screens that said what became of a line, by state."),
    "ticker_events_total": ("counter", "Events taken from the wire, by edition."),
    "ticker_deliveries_total": ("counter", "Messages handed to readers, by edition."),
    "ticker_hellos_total": ("counter", "Greetings, by edition and kind: snapshot or replay."),
    "ticker_closed_total": ("counter", "Readers we closed, by close code."),
    "ticker_refused_total": ("counter", "Readers and connections refused, by HTTP status."),
    "ticker_renders_total": (
        "counter",
        "Pages rendered, by kind; all others are served as they are.",
    ),
    "ticker_renders_refused_total": (
        "counter",
        "Pages refused since too many were to be rendered.",
    ),
    "ticker_writes_total": ("counter", "Editors' requests, by verb and HTTP status."),
    "ticker_store_faults_total": ("counter", "Times the relay lost the store."),
    "ticker_store_refusals_total": ("counter", "What the store did not do, by reason."),
    "ticker_store_warnings": ("gauge", "1 for each thing that is wrong with the store."),
    "ticker_resets_total": ("counter", "Times an edition's history was found replaced."),
    "ticker_store_up": ("gauge", "1 while an edition is followed in the store, else 0."),
    "ticker_accounts_up": ("gauge", "1 while users and tokens can be looked up, else 0."),
    "ticker_busy": ("gauge", "1 while the process has more to do than it can, else 0."),
    "ticker_loop_lag_seconds": ("gauge", "Seconds that the event loop is late, smoothed."),
    "ticker_waiting_bytes": ("gauge", "Bytes that wait for readers who are behind."),
    "ticker_search_behind": (
        "gauge",
        "Entries of the log that the search index lacks, by edition.",
    ),
    "ticker_offset": ("gauge", "Offset of the newest event this hub knows, by edition."),
}


def labels(**values: str) -> Labels:
    """Labels of one sample, in the order given."""
    return tuple(values.items())


@dataclass(slots=True)
class Metrics:
    """One process's counts."""

    _counts: dict[str, dict[Labels, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    _probes: dict[str, Callable[[], Mapping[Labels, float]]] = field(default_factory=dict)

    def count(self, name: str, amount: float = 1, /, **label: str) -> None:
        """Add to a counter."""
        self._counts[name][labels(**label)] += amount

    def probe(self, name: str, read: Callable[[], Mapping[Labels, float]]) -> None:
        """Have a gauge read when it is asked for."""
        self._probes[name] = read

    def value(self, name: str, /, **label: str) -> float:
        """What a counter or gauge stands at."""
        return self._samples(name).get(labels(**label), 0.0)

    def render(self) -> str:
        """All of them as Prometheus text."""
        lines = []
        for name, (kind, meaning) in NAMES.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
            lines += [
                f"{name}{_render(label)} {amount:.10g}"
                for label, amount in sorted(self._samples(name).items())
            ]
        return "\n".join(lines) + "\n"

    def _samples(self, name: str) -> Mapping[Labels, float]:
        probe = self._probes.get(name)
        return probe() if probe else self._counts.get(name, {})


def _render(label: Labels) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in label) + "}" if label else ""
