"""The addresses that a store may have."""

from __future__ import annotations

import pytest

from ticker.store.address import split


def test_an_address_may_hold_everything() -> None:
    """Sentinels, with and without ports, a user, a database and options."""
    hosts, service, options = split("redis+sentinel://u:p%40ss@a,b:1,[::1]:2/news/3?client_name=x")
    assert hosts == [("a", 26379), ("b", 1), ("::1", 2)]
    assert service == "news"
    assert options == {"username": "u", "password": "p@ss", "db": 3, "client_name": "x"}


@pytest.mark.parametrize("url", ["redis+sentinel://a", "redis+cluster://", "redis+cluster://a,,b"])
def test_half_an_address_is_refused(url: str) -> None:
    """A host or a service that is missing is said."""
    with pytest.raises(ValueError, match=r"missing|no host"):
        split(url)
