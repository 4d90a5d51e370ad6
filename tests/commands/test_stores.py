from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ticker.commands.stores import store_url
from ticker.server.valkey import DataDirInUseError, is_running, url
from ticker.settings import Settings
from ticker.store.client import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.process import Serving


async def _ping(address: str) -> None:
    store = Store(address)
    try:
        await store.ping()
    finally:
        await store.close()


async def test_store_of_a_running_service(served: Serving) -> None:
    """A command finds the store of the service that runs, and leaves it running."""
    with store_url(replace(Settings(), data_dir=served.data)) as address:
        assert address == url(served.data)
        await _ping(address)
    assert is_running(served.data)


async def test_store_of_a_stopped_service(tmp_path: Path) -> None:
    """A command starts the store when no service runs, and stops it when it is done."""
    with store_url(replace(Settings(), data_dir=tmp_path)) as address:
        await _ping(address)
    assert not is_running(tmp_path)


def test_store_elsewhere(tmp_path: Path) -> None:
    """With a Redis of the operator's own nothing is started, and no directory is made."""
    elsewhere = "redis://redis.example:6379/0"
    data = tmp_path / "data"
    with store_url(replace(Settings(), redis_url=elsewhere, data_dir=data)) as address:
        assert address == elsewhere
    assert not data.exists()


def test_store_is_busy_starting(tmp_path: Path) -> None:
    """While another command holds the directory, one that needs it says who that is."""
    settings = replace(Settings(), data_dir=tmp_path)
    with store_url(settings):
        (tmp_path / "valkey.sock").rename(tmp_path / "hidden")
        with pytest.raises(DataDirInUseError, match="in use by process"), store_url(settings):
            pass
        (tmp_path / "hidden").rename(tmp_path / "valkey.sock")
