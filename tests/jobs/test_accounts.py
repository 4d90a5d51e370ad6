"""What is revoked anywhere is soon forgotten everywhere."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ticker.accounts.passwords import Passwords
from ticker.accounts.principal import Principal, Role
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import Tokens
from ticker.accounts.users import Users
from ticker.jobs import accounts
from ticker.metrics import Metrics
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError
from ticker.store.refusals import ACCOUNTS, Refusals

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AMAL = Principal("amal", Role.EDITOR, frozenset(), utcnow().replace(microsecond=0), None)


class Process:
    """The accounts of one process, which can lose the store."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.tokens = Tokens(self.store)
        self.users = Users(self.store, Passwords())
        idle = lifetime = timedelta(hours=2)
        self.sessions = Sessions(self.store, self.users, idle, lifetime, utcnow)

    def lose_store(self) -> None:
        away = Store("redis://127.0.0.1:1")
        self.tokens._commands = self.sessions._commands = self.users._commands = away.commands


@pytest.fixture
async def processes(store_url: str) -> AsyncIterator[list[Process]]:
    made = [Process(store_url), Process(store_url)]
    yield made
    for process in made:
        await process.store.close()


async def rounds(process: Process, count: int) -> None:
    """So many rounds of the job."""
    done = asyncio.Semaphore(0)

    class Counted(Refusals):
        async def doubted(self, _: float, __: str = "") -> None:
            done.release()
            await asyncio.sleep(0)

    counted = Counted(Metrics(), parts=["en", ACCOUNTS])
    job = asyncio.create_task(accounts.confirm(process.tokens, process.sessions, counted))
    for _ in range(count):
        await done.acquire()
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)


async def test_what_another_process_revoked_is_forgotten(processes: list[Process]) -> None:
    """A token or session that was ended elsewhere is no use here, though the store goes away."""
    here, there = processes
    kept, ended = (
        await there.tokens.create(AMAL),
        await there.tokens.create(Principal("ben", Role.EDITOR, frozenset(), AMAL.created, None)),
    )
    await there.users.add(AMAL, "a password that is long enough")
    session = await there.sessions.start("amal", "192.0.2.1", "")
    other = await there.sessions.start("amal", "192.0.2.1", "")
    for token in (kept, ended):
        assert await here.tokens.verify(token, utcnow()) is not None
    for secret in (session, other):
        assert await here.sessions.find(secret) is not None
    await there.tokens.revoke("ben")
    found = await there.sessions.find(other)
    assert found is not None
    await there.sessions.end(found.digest, "amal")
    await rounds(here, 2)
    here.lose_store()
    assert await here.tokens.verify(kept, utcnow()) == AMAL
    assert await here.sessions.find(session) is not None
    for gone in (here.tokens.verify(ended, utcnow()), here.sessions.find(other)):
        with pytest.raises(StoreUnavailableError):
            await gone


async def test_a_session_goes_on_while_its_shard_is_away(processes: list[Process]) -> None:
    """That it cannot be put off does not end what somebody does in it."""
    here, _ = processes
    await here.users.add(AMAL, "a password that is long enough")
    session = await here.sessions.find(await here.sessions.start("amal", "", ""))
    assert session is not None
    here.lose_store()
    here.sessions._clock = lambda: utcnow() + timedelta(minutes=5)
    await here.sessions.touch(session)


async def test_that_accounts_are_away_is_said(
    processes: list[Process], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, where they lie apart from the editions."""
    here, _ = processes
    here.lose_store()
    refusals, said = Refusals(Metrics(), parts=["en", ACCOUNTS]), asyncio.Event()
    failed = refusals.failed

    def fail(error: StoreUnavailableError, part: str = "") -> None:
        failed(error, part)
        said.set()

    monkeypatch.setattr(refusals, "failed", fail)
    job = asyncio.create_task(accounts.confirm(here.tokens, here.sessions, refusals))
    await said.wait()
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    assert list(refusals.reasons) == [ACCOUNTS]
    assert refusals.reason is None
    assert caplog.text.count("users and tokens that were not seen lately get 503") == 1
