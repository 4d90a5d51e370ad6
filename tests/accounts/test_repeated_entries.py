"""What users do again and again, as entries and sums."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flashes import NOON
from ticker.accounts.audit import Audit
from ticker.accounts.repeated_entries import AT_ONCE_MAX, RepeatedEntries
from ticker.accounts.sums import INTERVAL

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.store.client import Store


class Newsroom:
    """A clock, the log, and what is entered."""

    def __init__(self, store: Store) -> None:
        self.now = NOON
        self.store = store
        self.audit = Audit(store, self.clock)
        self.entries_of = RepeatedEntries(store, self.audit, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def entries(self) -> list[dict[str, Any]]:
        return [json.loads(text) async for _, text in self.audit.read()]


@pytest.fixture
def newsroom(store: Store) -> Newsroom:
    return Newsroom(store)


async def test_a_person_is_entered_at_once(newsroom: Newsroom) -> None:
    """Who logs in now and then stands in the log each time, with the address, and no sum follows."""
    for action in ("login", "logout", "password changed"):
        await newsroom.entries_of.note("amal", action, "192.0.2.1")
    newsroom.now += INTERVAL
    await newsroom.entries_of.enter_due()
    assert [(it["who"], it["action"], it["address"]) for it in await newsroom.entries()] == [
        ("amal", "login", "192.0.2.1"),
        ("amal", "logout", "192.0.2.1"),
        ("amal", "password changed", "192.0.2.1"),
    ]


async def test_a_program_that_logs_in_all_day_fills_nothing(newsroom: Newsroom) -> None:
    """Its first logins are entries; all others of a quarter of an hour are one, and say how many."""
    for round_ in (1, 2):
        for number in range(100):
            await newsroom.entries_of.note("bot", "login", f"192.0.2.{number % 5}")
        await newsroom.entries_of.enter_due()
        newsroom.now += INTERVAL
        await newsroom.entries_of.enter_due()
        entries = await newsroom.entries()
        assert len(entries) == round_ * (AT_ONCE_MAX + 1)
        assert entries[-1]["detail"].startswith("95 more since 2026-11-23T12:")
        assert entries[-1]["detail"].endswith("from 192.0.2.0, 192.0.2.1, 192.0.2.2 and more")
    assert await newsroom.store.commands.hlen(newsroom.store.house.repeated_entries) == 0


async def test_one_does_not_hide_the_other(newsroom: Newsroom) -> None:
    """Many logins of one hide neither those of others nor that their password was changed."""
    for _ in range(20):
        await newsroom.entries_of.note("bot", "login", "192.0.2.1")
    await newsroom.entries_of.note("bot", "password changed", "192.0.2.1")
    await newsroom.entries_of.note("amal", "login", "192.0.2.1")
    seen = [(it["who"], it["action"]) for it in await newsroom.entries()]
    assert seen == [("bot", "login")] * AT_ONCE_MAX + [
        ("bot", "password changed"),
        ("amal", "login"),
    ]
