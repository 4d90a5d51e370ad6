"""Who is logged in, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.accounts.test_users import AMAL, PASSWORD
from tests.support.clock import Clock
from tests.support.flashes import NOON
from ticker.accounts.sessions import SESSIONS_MAX, Sessions

if TYPE_CHECKING:
    from ticker.accounts.users import Users
    from ticker.store.client import Store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sessions(store: Store, users: Users, clock: Clock) -> Sessions:
    await users.add(AMAL, PASSWORD)
    return Sessions(store, users, timedelta(hours=2), timedelta(hours=12), clock)


async def test_a_session_is_found_by_its_secret_alone(sessions: Sessions, store: Store) -> None:
    """The store keeps a digest; what somebody invents is no session."""
    secret = await sessions.start("amal", "192.0.2.7", "Browser")
    found = await sessions.find(secret)
    assert found is not None
    assert (found.principal, found.address, found.created) == (AMAL, "192.0.2.7", NOON)
    assert await sessions.find("made up") is None
    assert not [key for key in await store.commands.keys("*") if secret in key]


async def test_idle_and_old_sessions_end(sessions: Sessions, clock: Clock) -> None:
    """Doing something keeps a session alive, but not for ever."""
    secret = await sessions.start("amal", "", "")
    for _ in range(7):
        clock.forward(100 * 60)
        session = await sessions.find(secret)
        assert session is not None
        await sessions.touch(session)
    clock.forward(100 * 60)
    assert await sessions.find(secret) is None
    idle = await sessions.start("amal", "", "")
    clock.forward(2 * 3600)
    assert await sessions.find(idle) is None


async def test_an_ended_session_stays_ended(sessions: Sessions, clock: Clock) -> None:
    """Ending works at once, and a request on its way does not bring it back."""
    secret = await sessions.start("amal", "", "")
    session = await sessions.find(secret)
    assert session is not None
    assert await sessions.is_open(session)
    await sessions.end(session.digest, "amal")
    clock.forward(120)
    await sessions.touch(session)
    assert await sessions.find(secret) is None
    assert not await sessions.is_open(session)


async def test_all_of_a_user_end_together(sessions: Sessions, users: Users) -> None:
    """So that a lost telephone or a dismissal is one act; a removed user has no session."""
    secrets = [await sessions.start("amal", "", "") for _ in range(3)]
    await sessions.end_all("amal")
    assert [await sessions.find(it) for it in secrets] == [None] * 3
    secret = await sessions.start("amal", "", "")
    await users.remove("amal")
    assert await sessions.find(secret) is None


async def test_a_user_has_only_so_many_sessions(
    sessions: Sessions, clock: Clock, store: Store
) -> None:
    """A tool that logs in without end ends its own oldest sessions, and nobody else's."""
    secrets = []
    for _ in range(SESSIONS_MAX + 2):
        secrets.append(await sessions.start("amal", "", ""))
        clock.forward(1)
    found = [await sessions.find(secret) is not None for secret in secrets]
    assert found == [False] * 2 + [True] * SESSIONS_MAX
    commands: Any = store.commands
    assert len(await commands.smembers("ticker:sessions-of:amal")) == SESSIONS_MAX


async def test_somebody_sees_and_ends_their_own(
    sessions: Sessions, users: Users, clock: Clock
) -> None:
    """All that are not over, the one in use first; all others end together, and nobody else's."""
    await users.add(replace(AMAL, name="ben"), PASSWORD)
    bens = await sessions.start("ben", "", "")
    await sessions.start("amal", "192.0.2.1", "Over")
    clock.forward(7300)
    old = await sessions.start("amal", "192.0.2.2", "Old")
    clock.forward(60)
    mine = await sessions.start("amal", "192.0.2.3", "Mine", "an ID token")
    found = await sessions.of("amal")
    assert [(it.agent, it.address) for it in found] == [("Mine", "192.0.2.3"), ("Old", "192.0.2.2")]
    clock.forward(120)
    session = await sessions.find(old)
    assert session is not None
    await sessions.touch(session)
    assert [it.agent for it in await sessions.of("amal")] == ["Old", "Mine"]
    kept = await sessions.find(mine)
    assert kept is not None
    await sessions.touch(kept)
    await sessions.end_others(kept)
    (left,) = await sessions.of("amal")
    assert (left.agent, left.hint) == ("Mine", "an ID token")
    assert await sessions.find(old) is None
    assert await sessions.of("nobody") == []
    clock.forward(-7480)
    assert await sessions.find(bens) is not None
