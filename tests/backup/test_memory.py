"""What commands that read a whole log hold of it at once."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

from tests.support.newsroom import at
from ticker.bench.history import write_backup
from ticker.commands.backups import export, restore
from ticker.commands.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# More than a page of what each of them reads at once.
FEW, MANY = 1000, 2800
# An entry that is kept takes 600 and more.
ENTRY_BYTES = 400


def peak(command: Callable[[], object]) -> int:
    """The most bytes that Python's objects took while a command ran."""
    tracemalloc.start()
    try:
        command()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def peaks(store_url: str, folder: Path, entries: int) -> Mapping[str, int]:
    """Command → bytes, on a log with so many entries."""
    backup, again = folder / f"{entries}", folder / f"{entries}.again"
    with backup.open("wb") as file:
        write_backup(file, entries)
    settings = at(store_url)
    return {
        "import": peak(lambda: restore(settings, str(backup), [])),
        "verify": peak(lambda: verify(settings, [])),
        "export": peak(lambda: export(settings, str(again), [], force=False)),
    }


def test_memory_does_not_grow_with_the_log(store_url: str, tmp_path: Path) -> None:
    """Import, verify and export hold a page of it at a time."""
    few = peaks(f"{store_url}?db=2", tmp_path, FEW)
    many = peaks(f"{store_url}?db=3", tmp_path, MANY)
    grown = {command: (many[command] - few[command]) / (MANY - FEW) for command in few}
    assert {command: size for command, size in grown.items() if size > ENTRY_BYTES} == {}
