"""Services as real processes, for tests of how the service runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import redis

from tests.support.newsroom import EVERYTHING, at, play, run
from tests.support.process import Serving, serving
from ticker.ops.export import export
from ticker.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that the tests of a file share; none of them may leave it broken."""
    with serving(tmp_path_factory.mktemp("served") / "data") as service:
        yield service


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service of two workers that the tests of a file share."""
    with serving(tmp_path_factory.mktemp("pair") / "data", "--workers", "2") as service:
        yield service


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
    run(source, lambda store: Releases(store).keep("ticker-1.js", "export {};"))
    with redis.Redis.from_url(source) as client:
        client.hset("ticker:users", "amal", '{"name":"amal"}')
    path = tmp_path / "whole"
    export(at(source), str(path), [], force=False)
    return path.read_bytes()
