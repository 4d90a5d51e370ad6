"""Longest processing time first: in which order several workers run the tests."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest


def ordered(items: Iterable[pytest.Item], workers: int) -> list[pytest.Item]:
    """Tests in an order in which no worker is left with a long one at the end.

    Each worker begins with an equal run of the list (pytest-xdist, worksteal), and whoever is done
    takes over the end of another's. So at the head of the runs stand what belongs together
    (`xdist_group`: it shares a browser or servers that take long to start) and what takes long.
    """
    groups: dict[str, list[pytest.Item]] = {}
    long: list[pytest.Item] = []
    rest: list[pytest.Item] = []
    for item in items:
        if group := item.get_closest_marker("xdist_group"):
            groups.setdefault(group.args[0], []).append(item)
        else:
            (long if item.get_closest_marker("long") else rest).append(item)
    runs: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, members in enumerate(groups.values()):
        runs[number % workers] += members
    free = [run for run in runs if not run] or runs
    for number, item in enumerate(long):
        free[number % len(free)].append(item)
    left, others = sum(map(len, (*runs, rest))), iter(rest)
    for place, run in enumerate(runs):
        run.extend(islice(others, max(0, left // (workers - place) - len(run))))
        left -= len(run)
    return [*chain.from_iterable(runs), *others]
