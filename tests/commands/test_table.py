from __future__ import annotations

from ticker.commands.lines import flash_rows
from ticker.commands.table import Cell, Terminal, rows, width


def test_columns_are_aligned_by_what_is_seen() -> None:
    """Wide letters, emoji and vowel signs take the columns that a terminal gives them."""
    assert [width(it) for it in ("abc", "日本", "👩🏽‍🚒", "é", "حَرب", "❤️")] == [3, 4, 2, 1, 3, 2]
    table = [[Cell("日本"), Cell("x")], [Cell("a"), Cell("y")]]
    assert rows(("A", "B"), table, Terminal(80, has_colours=False), None) == [
        "A     B", "日本  x", "a     y",
    ]  # fmt: skip


def test_a_line_from_right_to_left_stays_in_its_column() -> None:
    """What is written from right to left is isolated, so the next column does not jump before it."""
    table = [[Cell("عاجل 5"), Cell("x")]]
    shown = rows(("A", "B"), table, Terminal(80, has_colours=False), 0)
    assert shown[1] == f"\u2068{table[0][0].text}\u2069  x"
    assert rows(("A", "B"), table, Terminal(0, has_colours=False), 0) == ["عاجل 5  x"]


def test_colours_are_for_terminals_that_want_them() -> None:
    """A flash is loud on a terminal; a long line is cut there, and nowhere else."""
    flash = {"id": "i", "edition": "en", "version": 1, "pubstatus": "usable", "urgency": 1,
             "firstcreated": "2026-01-31T17:00:00.000Z", "headline": "word " * 30}  # fmt: skip
    coloured = flash_rows([flash], Terminal(80, has_colours=True))  # type: ignore[list-item]
    assert "\x1b[1;31m1\x1b[0m" in coloured[1]
    assert "…" in coloured[1]
    plain = flash_rows([flash], Terminal(80, has_colours=False))  # type: ignore[list-item]
    assert all("\x1b" not in it and width(it) <= 80 for it in plain)
    piped = flash_rows([flash], Terminal(0, has_colours=False))  # type: ignore[list-item]
    assert "word " * 30 in piped[0]
