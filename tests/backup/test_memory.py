"""What commands that read a whole log hold of it at once."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from tests.support.newsroom import at
from ticker.bench.history import write_backup
from ticker.commands.backups import export, restore
from ticker.commands.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEW, MANY = 1_000, 5_000
COMMANDS = ("import", "verify", "export")


def peak(command: Callable[[], object]) -> int:
    """The most bytes that Python's objects took while a command ran."""
    tracemalloc.start()
    try:
        command()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def peaks(store_url: str, folder: Path, entries: int) -> dict[str, int]:
    backup = folder / f"{entries}.jsonl"
    with backup.open("wb") as file:
        write_backup(file, entries)
    settings = at(store_url)
    return {
        "import": peak(lambda: restore(settings, str(backup), [])),
        "verify": peak(lambda: verify(settings, [])),
        "export": peak(lambda: export(settings, str(folder / f"{entries}.out"), [], force=False)),
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_memory_does_not_grow_with_the_log(store_url: str, tmp_path: Path, command: str) -> None:
    few = peaks(f"{store_url}?db=2", tmp_path, FEW)
    many = peaks(f"{store_url}?db=3", tmp_path, MANY)
    print(few, many)
    assert many[command] < few[command] * 1.2
