"""What strangers and programs can make grow, as docs/security.md lists it."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import pytest

from ticker.settings import Settings
from ticker.store.keys import House, Keys

ROOT = Path(__file__).parent.parent
_SECTION = (ROOT / "docs" / "security.md").read_text("utf-8").partition("## What can grow")[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in _SECTION.partition("\n## ")[0].splitlines()
    if line.startswith("| ")
][1:]
SETTINGS = {f"TICKER_{it.name.upper()}" for it in fields(Settings)}


def defined(path: str) -> set[str]:
    """Names that a file defines: constants, classes, functions."""
    found = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_can_grow_has_a_bound_and_a_test(row: list[str]) -> None:
    """Each thing that strangers and programs can make grow has a bound that exists, and is tested."""
    what, who, how_far, where, held_by = row
    assert what
    assert who
    assert set(re.findall(r"TICKER_\w+", how_far)) <= SETTINGS
    for cell in (where, held_by):
        path, name = cell.strip("`").split(": ")
        assert name in defined(path)


def test_every_key_of_the_store_is_named() -> None:
    """Whoever adds a key says what makes it grow."""
    keys = [name for of in (Keys, House) for name, it in vars(of).items()
            if isinstance(it, cached_property) or (callable(it) and not name.startswith("_"))]  # fmt: skip
    named = re.findall(r"`(\w+)`", _SECTION.partition("| what |")[0])
    assert sorted(set(keys) - {"pattern", "split"}) == sorted(named)


def test_the_list_is_long() -> None:
    """What readers, editors and strangers can make grow is listed, none left out lightly."""
    assert len(ROWS) >= 20
    text = " ".join(row[0] for row in ROWS)
    for word in ("connections", "readers", "counters of logins", "audit", "clicks", "sites", "widget",
                 "idempotency", "sessions", "buckets", "lines that wait", "versions", "pinned", "bytes of a line"):  # fmt: skip
        assert word in text
