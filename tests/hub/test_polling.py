"""Readers who poll are counted without knowing one from another."""

from __future__ import annotations

import random

from ticker.hub.audience import OTHER
from ticker.hub.polling import GAP, INTERVAL_MAX, PollingReaders
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


def test_who_waits_for_an_answer_counts_as_one_until_it_does_not_come_back() -> None:
    """A long poll takes over what is left of its last answer, and is gone some seconds after the last."""
    clock = Clock()
    polling = PollingReaders(clock)
    for _ in range(3):
        site = polling.waits("self")
        assert polling.counts == {"self": 1}
        clock.now += 25  # however long it waits
        assert polling.counts == {"self": 1}
        polling.answered(site)
        clock.now += 1
        assert polling.counts == {"self": 1}
    clock.now += GAP
    assert not polling.counts


def test_who_waits_under_too_many_sites_is_counted_as_another_to_the_end() -> None:
    """Nobody is left over when the sites before it have gone."""
    clock = Clock()
    polling = PollingReaders(clock)
    for number in range(ORIGINS_MAX):
        polling.asked(f"https://{number}.example", 2)
    site = polling.waits("https://late.example")
    assert site == OTHER
    clock.now += 3
    polling.answered(site)
    clock.now += GAP + 1
    assert not polling.counts
