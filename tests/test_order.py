"""In which order the workers of a test run get the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.order import ordered


@dataclass(frozen=True)
class Item:
    """Stands for a collected test."""

    name: str
    mark: pytest.Mark | None = None

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.mark if self.mark and self.mark.name == name else None


def names(items: list[Any], workers: int) -> list[str]:
    return [it.name for it in ordered(items, workers)]


SHORT = [Item(f"s{number}") for number in range(8)]
LONG = [Item(f"l{number}", pytest.mark.long.mark) for number in range(2)]
FIREFOX = [Item(f"f{number}", pytest.mark.xdist_group("firefox").mark) for number in range(2)]


def test_long_tests_begin_first_and_groups_stay_together() -> None:
    """A run ends when all workers do: each begins with its share of what takes long."""
    mixed: list[Any] = [*SHORT[:4], FIREFOX[0], *SHORT[4:], LONG[0], FIREFOX[1], LONG[1]]
    assert names(mixed, 3) == [
        "f0",
        "f1",
        "s0",
        "s1",
        "l0",
        "s2",
        "s3",
        "s4",
        "l1",
        "s5",
        "s6",
        "s7",
    ]


@pytest.mark.parametrize("workers", range(1, 7))
def test_no_test_is_left_out(workers: int) -> None:
    """Whatever is long or belongs together, each test runs once."""
    for items in ([], SHORT, FIREFOX, [*LONG, *FIREFOX], [*SHORT, *FIREFOX, *LONG]):
        assert sorted(names(list(items), workers)) == sorted(it.name for it in items)
