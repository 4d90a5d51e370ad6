"""Services as real processes, for tests of how the service runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.process import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


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
