"""Conditional requests and compression, as the widget and the read API answer them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from ticker.web.caching import is_fresh

if TYPE_CHECKING:
    from tests.support.service import Running


@pytest.mark.parametrize("path", ["/ticker.js", "/v1/en/flashes"])
@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("{etag}", 304),
        ("W/{etag}", 304),
        ('"other", W/{etag}', 304),
        ("*", 304),
        ('"other"', 200),
        ("", 200),
    ],
)
async def test_what_a_cache_has_is_not_sent_again(
    service: Running, path: str, field: str, status: int
) -> None:
    """Whatever list of ETags a cache names, it gets 304 where one of them is still right."""
    etag = (await service.get(path)).headers["etag"]
    answer = await service.get(path, If_None_Match=field.format(etag=etag))
    assert answer.status == status
    assert (answer.body == b"") is (status == 304)
    assert answer.headers["etag"] == etag


@pytest.mark.parametrize(
    ("field", "squeezed"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("gzip;q=much", False),
        ("br, not-gzip", False),
        ("", False),
    ],
)
async def test_compressed_only_for_who_takes_it(
    service: Running, field: str, *, squeezed: bool
) -> None:
    """A client that rules gzip out gets the plain script."""
    answer = await service.get("/ticker.js", Accept_Encoding=field)
    assert (answer.headers.get("content-encoding") == "gzip") is squeezed
    script = gzip.decompress(answer.body) if squeezed else answer.body
    assert script == (await service.get("/ticker.js")).body


@pytest.mark.parametrize(
    ("since", "is_same"),
    [
        ("Mon, 23 Nov 2026 12:00:01 GMT", True),
        ("Mon, 23 Nov 2026 12:00:02 GMT", False),
        ("Mon, 23 Nov 2026 12:00:00 GMT", False),
        ("", False),
    ],
)
def test_a_date_holds_to_the_second(since: str, *, is_same: bool) -> None:
    """A date that another process gave says nothing about this one's page."""
    modified = "Mon, 23 Nov 2026 12:00:01 GMT"
    request = Request({"type": "http", "headers": [(b"if-modified-since", since.encode())]})
    assert is_fresh(request, '"tag"', modified) is is_same
    assert not is_fresh(request, '"tag"')
