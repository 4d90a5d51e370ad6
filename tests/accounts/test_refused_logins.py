"""Refused logins as sums."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flashes import NOON
from ticker.accounts.audit import Audit
from ticker.accounts.passwords import Passwords
from ticker.accounts.principal import NOBODY, Principal, Role
from ticker.accounts.refused_logins import ATTACK_MIN, STRANGERS_MAX, RefusedLogins
from ticker.accounts.sums import INTERVAL
from ticker.accounts.users import Users

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.store.client import Store


class Newsroom:
    """A clock, the log, and what counts."""

    def __init__(self, store: Store) -> None:
        self.now = NOON
        self.audit = Audit(store, self.clock)
        self.refusals = RefusedLogins(store, self.audit, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def entries(self) -> list[dict[str, Any]]:
        return [json.loads(text) async for _, text in self.audit.read()]


@pytest.fixture
def newsroom(store: Store) -> Newsroom:
    return Newsroom(store)


async def test_two_thousand_refusals_are_one_entry(newsroom: Newsroom) -> None:
    """A stranger's tries stand in the audit log as one sum: how many, since when, from where."""
    for number in range(200):
        await newsroom.refusals.note("amal", "192.0.2.1", "unread" if number else "wrong")
    await newsroom.refusals.enter_due()
    assert await newsroom.entries() == []
    newsroom.now += INTERVAL
    await newsroom.refusals.enter_due()
    await newsroom.refusals.enter_due()
    (entry,) = await newsroom.entries()
    assert (entry["who"], entry["action"], entry["address"]) == (
        "amal",
        "logins refused",
        "192.0.2.1",
    )
    assert entry["detail"] == (
        "1 wrong, 199 too many, since 2026-11-23T12:00:00.000Z, from 192.0.2.1"
    )


async def test_many_strangers_fill_nothing(newsroom: Newsroom) -> None:
    """However many networks try names that nobody has, entries are few; known names stay apart."""
    for number in range(STRANGERS_MAX + 20):
        await newsroom.refusals.note(NOBODY, f"2001:db8:0:{number:x}::1", "wrong")
    await newsroom.refusals.note("amal", "192.0.2.1", "wrong")
    newsroom.now += INTERVAL
    await newsroom.refusals.enter_due()
    entries = await newsroom.entries()
    assert len(entries) == STRANGERS_MAX + 2
    assert [it["who"] for it in entries].count(NOBODY) == STRANGERS_MAX + 1
    (rest,) = [it["detail"] for it in entries if it["detail"].endswith(" and more")]
    assert rest.startswith("20 wrong, 0 too many")


async def test_names_under_attack_are_those_of_sums_that_go_on(newsroom: Newsroom) -> None:
    """Admins see names with many refusals, whoever was told, until the sum is in the audit log."""
    for number in range(ATTACK_MIN):
        for name in ("amal", NOBODY):
            await newsroom.refusals.note(name, f"192.0.2.{number}", "wrong")
    await newsroom.refusals.note("ben", "192.0.2.1", "wrong")
    await newsroom.refusals.tell("amal")
    attacked = await newsroom.refusals.attacked()
    assert list(attacked) == ["amal"]
    assert (attacked["amal"].count, attacked["amal"].has_more_places) == (ATTACK_MIN, True)
    newsroom.now += INTERVAL
    await newsroom.refusals.enter_due()
    assert await newsroom.refusals.attacked() == {}


async def test_an_owner_is_told_all_since_the_last_time(newsroom: Newsroom) -> None:
    """Also what stands in the log already; and each is told once."""
    await newsroom.refusals.note("amal", "192.0.2.1", "wrong")
    newsroom.now += INTERVAL + timedelta(hours=1)
    await newsroom.refusals.enter_due()
    await newsroom.refusals.note("amal", "192.0.2.2", "unread")
    told = await newsroom.refusals.tell("amal")
    assert told is not None
    assert (told.count, told.since) == (2, "2026-11-23T12:00:00.000Z")
    assert await newsroom.refusals.tell("amal") is None
    assert await newsroom.refusals.tell("ben") is None


async def test_nothing_is_left_of_who_is_removed(newsroom: Newsroom, store: Store) -> None:
    """What a user was not told yet goes with the user, and a successor of that name hears nothing."""
    users = Users(store, Passwords())
    await users.add(
        Principal("amal", Role.EDITOR, frozenset(), NOON, None), "correct horse battery"
    )
    await newsroom.refusals.note("amal", "192.0.2.1", "wrong")
    await users.remove("amal")
    assert await newsroom.refusals.tell("amal") is None
    assert await store.commands.hlen(store.house.refused_untold) == 0
