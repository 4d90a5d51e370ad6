"""Rows for people: aligned and coloured on a terminal, plain where something else reads them."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

_GAP: Final = "  "
_CUT: Final = "…"
_LEAST: Final = 20  # columns of the text that is cut, however narrow a terminal is
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_WIDE: Final = frozenset({"W", "F"})
_UNSEEN: Final = frozenset({"Mn", "Me", "Cf", "Cc"})
_EMOJI_STYLE: Final = "\ufe0f"
_STYLES: Final = {"loud": "1;31", "warm": "33", "dim": "2", "head": "1", "": ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column of a row.

    Attributes:
        text: Plain; empty: nothing.
        style: loud, warm, dim, head, or nothing.
    """

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where rows are shown.

    Attributes:
        columns: Of a terminal; 0: it is none.
        has_colours: Whether styles may be shown (https://no-color.org).
    """

    columns: int
    has_colours: bool


def terminal(stream: TextIO | None = None) -> Terminal:
    """What the standard output is, or another stream."""
    if not (stream or sys.stdout).isatty():
        return Terminal(0, has_colours=False)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Terminal(shutil.get_terminal_size().columns, has_colours=not plain)


def rows(
    heads: Sequence[str], table: Sequence[Sequence[Cell]], shown: Terminal, cut: int | None
) -> list[str]:
    """The lines of a table; on a terminal with its heads.

    Args:
        heads: A name for each column.
        table: Rows; where something else reads them, cells without text are left out.
        shown: Where.
        cut: Number of the column that is cut where a row is longer than the terminal is wide;
            None: nothing is.
    """
    if not shown.columns:
        return [_GAP.join(cell.text for cell in row if cell.text) for row in table]
    if not table:
        return []
    whole = [[Cell(head, "head") for head in heads], *table]
    kept = [it for it in range(len(heads)) if any(row[it].text for row in table)]
    widths = {it: max(width(row[it].text) for row in whole) for it in kept}
    if cut is not None:
        others = sum(widths[it] + len(_GAP) for it in kept if it != cut)
        widths[cut] = min(widths[cut], max(shown.columns - others, _LEAST))
    return [
        _GAP.join(_padded(row[it], widths[it], shown) for it in kept).rstrip(" ") for row in whole
    ]


def width(text: str) -> int:
    """How many columns of a terminal a text takes (UAX #11), by what readers see as characters."""
    return sum(_columns(cluster) for cluster in regex.findall(r"\X", text))


def _columns(cluster: str) -> int:
    if _EMOJI_STYLE in cluster or any(unicodedata.east_asian_width(it) in _WIDE for it in cluster):
        return 2
    return int(any(unicodedata.category(it) not in _UNSEEN for it in cluster))


def _padded(cell: Cell, columns: int, shown: Terminal) -> str:
    text = _cut(cell.text, columns)
    space = " " * (columns - width(text))
    if any(unicodedata.bidirectional(it) in _RIGHT_TO_LEFT for it in text):
        # UAX #9: or its words and what stands in the next column would change places.
        text = f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
    style = _STYLES[cell.style]
    return f"\x1b[{style}m{text}\x1b[0m{space}" if shown.has_colours and style else text + space


def _cut(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    short, room = "", columns - width(_CUT)
    for cluster in regex.findall(r"\X", text):
        room -= _columns(cluster)
        if room < 0:
            break
        short += cluster
    return short + _CUT
