"""Hearing what others write; test_topology.py has it with several servers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import PATIENCE
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError
from ticker.store.pubsub import ChannelListener

if TYPE_CHECKING:
    from pathlib import Path


async def test_it_rings_for_its_channels_alone(store: Store) -> None:
    """Who listens to some hears those, in order, and nothing else."""
    commands: Any = store.commands
    async with ChannelListener(store, ["a", "b"]) as listener, asyncio.timeout(PATIENCE):
        for channel in ("a", "c", "b"):
            await commands.publish(channel, f"to {channel}")
        heard: list[tuple[str, str]] = []
        while len(heard) < 2:
            if rung := await listener.receive(1):
                heard.append(rung)
    assert heard == [("a", "to a"), ("b", "to b")]


async def test_without_a_store_there_is_none(tmp_path: Path) -> None:
    """A store that is away is said when the listening begins."""
    away = Store(f"unix://{tmp_path}/nowhere.sock")
    with pytest.raises(StoreUnavailableError):
        async with ChannelListener(away, ["a"]):
            pass
    await away.close()
