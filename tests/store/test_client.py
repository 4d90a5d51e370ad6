"""How we connect: quick to give up, honest about faults, and never deaf to being stopped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.link import linked
from ticker.settings import SettingsError
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError, store_errors
from ticker.store.keys import Keys

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_store_that_is_there_answers(store: Store) -> None:
    """Valkey and Redis both answer."""
    await store.ping()


@pytest.mark.parametrize("url", ["unix:///nowhere/valkey.sock", "redis://127.0.0.1:1/0"])
async def test_a_store_that_is_not_there_is_said_to_be_away(url: str) -> None:
    """No store is one kind of fault, whatever the network calls it."""
    missing = Store(url)
    with pytest.raises(StoreUnavailableError):
        await missing.ping()
    await missing.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis+sentinel://127.0.0.1", "name of the service"),
        ("redis://127.0.0.1?socket_timeout=soon", "socket_timeout"),
        ("rediss://127.0.0.1?ssl_ca_cert=x", "ssl_ca_cert"),
        ("redis+sentinel://127.0.0.1/name?bogus=1", "bogus"),
        ("redis+cluster://127.0.0.1?bogus=1", "bogus"),
        ("redis+cluster://127.0.0.1/1", "db"),
    ],
)
async def test_an_address_that_makes_no_sense_is_named(url: str, why: str) -> None:
    """A slip in the store's address is said at once, not when the first line is posted."""
    with pytest.raises(SettingsError, match=why):
        Store(url)


async def test_a_store_that_says_nothing_is_given_up(store_url: str, tmp_path: Path) -> None:
    """A store that has stopped answering is away within five seconds, and not after many tries."""
    async with linked(store_url, tmp_path / "link") as (link, bad_url):
        silent = Store(bad_url)
        await silent.ping()
        link.stall()
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailableError):
                await silent.ping()
        link.heal()
        await silent.ping()
        await silent.close()


async def test_a_link_that_was_cut_is_made_anew(store_url: str, tmp_path: Path) -> None:
    """A connection that broke while nobody used it costs no editor an answer."""
    async with linked(store_url, tmp_path / "link") as (link, bad_url):
        patient = Store(bad_url)
        await patient.ping()
        link.cut()
        await patient.ping()
        await patient.close()


async def test_a_task_that_is_stopped_stops(store: Store) -> None:
    """Whenever a task is cancelled, the store's client does not swallow it."""

    async def work() -> None:
        while True:
            await store.ping()
            await asyncio.Event().wait()

    await store.ping()
    for turns in range(60):
        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=60)
        assert done, f"still running when cancelled after {turns} turns of the loop"


@pytest.mark.parametrize("error", [ConnectionResetError, TimeoutError])
async def test_a_task_that_is_stopped_as_the_store_goes_stops(error: type[OSError]) -> None:
    """A fault in the moment of the cancellation does not take its place."""

    async def work() -> None:
        with store_errors():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                # As `asyncio.wait_for` does when what it waits for fails in the same moment.
                raise error from None

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def test_other_errors_pass() -> None:
    """A fault of our own is not blamed on the store."""
    with pytest.raises(KeyError), store_errors():
        raise KeyError


def test_keys_of_an_edition_share_a_slot() -> None:
    """All that a script touches is on one node of a cluster."""
    keys = Keys("en")
    names = [keys.head, keys.wire, keys.flashes, keys.board, keys.pins, keys.due, keys.live]
    names += [keys.versions("a"), keys.idempotency("k")]
    assert len(set(names)) == 9
    assert all(name.startswith("{ticker:en}:") for name in names)
