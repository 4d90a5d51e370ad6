"""Acknowledged is what is where it must be; test_topology.py has it with replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticker.confirmation import Confirmation, Policy, UnconfirmedError
from ticker.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def alone(store_url: str) -> AsyncIterator[Store]:
    """A store on disk without replicas, and a key in it."""
    opened = Store(store_url)
    commands: Any = opened.commands
    await commands.set("key", "value")
    yield opened
    await opened.close()


async def test_who_asks_for_nothing_waits_for_nothing(alone: Store) -> None:
    """Without the settings the store is not even asked."""
    await Confirmation(alone, Policy()).confirm("missing", 60)


async def test_the_disk_confirms(alone: Store) -> None:
    """A line that is on the primary's disk is confirmed."""
    await Confirmation(alone, Policy(fsync=True)).confirm("key", 60)


@pytest.mark.parametrize(
    ("policy", "key", "why"),
    [
        (Policy(1), "key", "0 of 1 replicas"),
        (Policy(1, fsync=True), "key", "0 of 1 replicas"),
        (Policy(fsync=True), "missing", "another primary"),
    ],
)
async def test_what_is_missing_is_said(alone: Store, policy: Policy, key: str, why: str) -> None:
    """Editors are told what a line waits for."""
    with pytest.raises(UnconfirmedError, match=why):
        await Confirmation(alone, policy).confirm(key, 60)
