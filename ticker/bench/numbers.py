"""Medians and ranges: one figure of a noisy machine says little."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Range:
    """The middle of several measurements, and the lowest and the highest of them."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Iterable[float]) -> Range:
        """The range of one value at least."""
        known = sorted(values)
        return Range(statistics.median(known), known[0], known[-1])

    def __str__(self) -> str:
        return f"{figure(self.median)} [{figure(self.low)}–{figure(self.high)}]"


def figure(value: float) -> str:
    """A number with three digits that count."""
    size = abs(value)
    if size >= 100:  # noqa: PLR2004 - as the docstring says
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"  # noqa: PLR2004


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of ordered values does not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
