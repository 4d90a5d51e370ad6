"""A small bar chart as SVG, readable on a light page and on a dark one."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from ticker.bench.numbers import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.bench.numbers import Range

_WIDTH: Final = 760
_LEFT: Final = 270
_RIGHT: Final = 150
_ROW: Final = 34
_TOP: Final = 62
_BAR: Final = 18
_STYLE: Final = """\
  <style>
    text { font: 14px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 16px } .note { fill: #59636e; font-size: 12px }
    .bar { fill: #8c959f } .ours { fill: #c8102e } .range { stroke: #1f2328; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .note { fill: #9198a1 } .bar { fill: #6e7681 }
      .ours { fill: #ff5a6e } .range { stroke: #e6edf3 }
    }
  </style>"""


def bars(title: str, note: str, rows: Sequence[tuple[str, Range]]) -> str:
    """One bar for each row, its range as a line on it; the first row is ours.

    Args:
        title: What is shown.
        note: How it was measured, in a line.
        rows: Name and value.
    """
    height = _TOP + _ROW * len(rows) + 8
    scale = (_WIDTH - _LEFT - _RIGHT) / max([1e-9, *(value.high for _, value in rows)])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"  <title>{escape(title)}</title>",
        _STYLE,
        f'  <text class="title" x="12" y="26">{escape(title)}</text>',
        f'  <text class="note" x="12" y="46">{escape(note)}</text>',
    ]
    for index, (name, value) in enumerate(rows):
        parts += _row(_TOP + _ROW * index, name, value, scale, "bar" if index else "ours")
    return "\n".join([*parts, "</svg>", ""])


def _row(top: int, name: str, value: Range, scale: float, kind: str) -> list[str]:
    middle = top + _BAR / 2
    width = value.median * scale
    low, high = (_LEFT + end * scale for end in (value.low, value.high))
    return [
        f'  <text x="{_LEFT - 10}" y="{middle + 5:g}" text-anchor="end">{escape(name)}</text>',
        f'  <rect class="{kind}" x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}"/>',
        f'  <path class="range" d="M{low:.1f} {middle:g}H{high:.1f}"/>',
        f'  <text x="{high + 8:.1f}" y="{middle + 5:g}">{figure(value.median)}</text>',
    ]
