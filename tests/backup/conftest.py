"""Stores to write backups of, and to put them into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import redis

from tests.support.newsroom import EVERYTHING, at, play, run
from ticker.commands.backups import export
from ticker.store.widgets import WidgetScripts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(store_url: str) -> str:
    return store_url


@pytest.fixture
def target(store_url: str) -> str:
    """Another store, empty."""
    return f"{store_url}?db=1"


@pytest.fixture
def backup(source: str, tmp_path: Path) -> bytes:
    """A backup with lines of every kind."""
    play(source, EVERYTHING)
    run(source, lambda store: WidgetScripts(store).keep("ticker-1.js", "export {};"))
    with redis.Redis.from_url(source) as client:
        client.hset("ticker:users", "amal", '{"name":"amal"}')
    path = tmp_path / "whole"
    export(at(source), str(path), [], force=False)
    return path.read_bytes()
