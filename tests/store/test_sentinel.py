"""Which sentinels are believed, where they do not say the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import ConnectionError as BrokenConnectionError

from ticker.store.sentinel import SentinelTopology

OLD, NEW = ("192.0.2.1", 6379), ("192.0.2.2", 6379)


class Sentinel:
    """Stands for one: what it says of the primary, and since which epoch; None: it is away."""

    def __init__(self, address: tuple[str, int] | None = OLD, epoch: int = 1) -> None:
        self.address = address
        self.epoch = epoch
        self.is_down = False

    async def execute_command(self, *_: object, **__: object) -> dict[str, Any]:
        await asyncio.sleep(0)
        if self.address is None:
            raise BrokenConnectionError
        ip, port = self.address
        return {
            "ip": ip, "port": port, "config-epoch": self.epoch, "num-other-sentinels": 2,
            "is_master": True, "is_sdown": self.is_down, "is_odown": self.is_down,
        }  # fmt: skip


@pytest.fixture
def watchers() -> list[Sentinel]:
    return [Sentinel() for _ in range(3)]


@pytest.fixture
def ask(watchers: list[Sentinel]) -> Any:
    topology = SentinelTopology("redis+sentinel://a,b,c/newsroom")
    sentinels: Any = topology._sentinels
    sentinels.sentinels = watchers
    return lambda: topology._sentinels.discover_master("newsroom")


async def test_one_of_three_is_not_believed(watchers: list[Sentinel], ask: Any) -> None:
    """Who has heard no majority yet does not take a primary from one that may be cut off."""
    watchers[1].address = watchers[2].address = None
    with pytest.raises(MasterNotFoundError, match="1 of 3 sentinels"):
        await ask()
    watchers[1].address = OLD
    assert await ask() == OLD


async def test_what_a_majority_said_stands(watchers: list[Sentinel], ask: Any) -> None:
    """After a failover the one that missed it, alone within reach, leads nobody back."""
    for watcher in watchers[1:]:
        watcher.address, watcher.epoch = NEW, 2
    assert await ask() == NEW
    watchers[1].address = watchers[2].address = None
    assert await ask() == NEW


async def test_a_newer_epoch_is_believed_of_one(watchers: list[Sentinel], ask: Any) -> None:
    """Only a majority makes an epoch: who has a newer one heard of a failover."""
    assert await ask() == OLD
    watchers[0].address, watchers[0].epoch = NEW, 2
    watchers[1].address = watchers[2].address = None
    assert await ask() == NEW


async def test_the_one_that_is_left_is_asked_whether_it_lives(
    watchers: list[Sentinel], ask: Any
) -> None:
    """Two sentinels away change nothing, until the third says that the primary is down."""
    assert await ask() == OLD
    watchers[1].address = watchers[2].address = None
    assert await ask() == OLD
    watchers[0].is_down = True
    with pytest.raises(MasterNotFoundError, match="down"):
        await ask()
