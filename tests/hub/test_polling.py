"""Readers who poll are counted without knowing one from another."""

from __future__ import annotations

import random

from ticker.hub.polling import INTERVAL_MAX, PollingReaders
from ticker.hub.sites import ORIGINS_MAX


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_everybody_counts_once_for_as_long_as_they_ask() -> None:
    """Five hundred readers who ask every five seconds are five hundred, on two hubs together too."""
    clock = Clock()
    hubs = [PollingReaders(clock), PollingReaders(clock)]
    chance = random.Random(3)
    due = sorted(1000 + 5 * chance.random() for _ in range(500))
    seen = []
    while clock.now < 1060:
        clock.now = due.pop(0)
        chance.choice(hubs).asked("self", 5)
        due.append(clock.now + 5)
        seen.append(sum(hub.counts["self"] for hub in hubs))
    assert min(seen[500:]) >= 500
    assert max(seen[500:]) <= 520
    clock.now += 5.1
    assert [hub.counts.total() for hub in hubs] == [0, 0]


def test_who_says_so_is_here_for_ten_seconds_at_most() -> None:
    """A request that promises to come again next year counts as long as one that comes soon."""
    clock = Clock()
    polling = PollingReaders(clock)
    polling.asked("self", 999_999_999)
    polling.asked("self", 0)
    assert polling.counts.total() <= 2
    clock.now += 1
    assert polling.counts == {"self": 1}
    clock.now += INTERVAL_MAX
    assert not polling.counts


def test_strangers_do_not_choose_how_much_is_kept() -> None:
    """However many ask, from however many sites, what is kept of them is a bounded list of numbers."""
    clock = Clock()
    polling = PollingReaders(clock)
    for number in range(50_000):
        clock.now += 0.001
        polling.asked(f"https://{number}.example", 1 + number % 12)
    assert len(polling.counts) <= ORIGINS_MAX + 1
    assert len(polling._ends) <= (INTERVAL_MAX + 1) * 20
