"""Acknowledged is what is where it must be; test_topology.py has it with replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.replicated import server
from ticker.store.client import Store
from ticker.store.replication import Confirmation, Policy, UnconfirmedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with an ordinary clock: the embedded one ends a WAIT up to a second late (hz 1)."""
    node = server(tmp_path_factory.mktemp("alone"), "node")
    node.start()
    yield f"redis://tester:tester@127.0.0.1:{node.port}"
    node.stop()


@pytest.fixture
async def alone(address: str) -> AsyncIterator[Store]:
    """A store on disk without replicas, and a key in it."""
    opened = Store(address)
    commands: Any = opened.commands
    await commands.set("key", "value")
    yield opened
    await opened.close()


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
