"""URLs with a slash too many or too few."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ticker
from tests.support.service import running

if TYPE_CHECKING:
    from ticker.settings import Settings


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        ("/en/", "/en"),
        ("/en/?section=sports&tag=a%20b", "/en?section=sports&tag=a%20b"),
        ("/desk/login/", "/desk/login"),
        ("/v1/editions/", "/v1/editions"),
        ("/%D8%B9%3F/", "/%D8%B9%3F"),
    ],
)
@pytest.mark.parametrize("public_url", ["https://ticker.example", ""])
async def test_a_slash_leads_to_our_own_address(
    settings: Settings, path: str, onward: str, public_url: str
) -> None:
    """A reader who adds a slash is led to where the service is for readers, whatever `Host` says."""
    async with running(replace(settings, public_url=public_url)) as service:
        answer = await service.get(path, Host="hub-1.internal:8000")
        base = public_url or "http://hub-1.internal:8000"
        assert (answer.status, answer.headers["location"]) == (307, base + onward)


@pytest.mark.parametrize("path", ["//", "//evil.example/", "/v1/en/nothing/", "/desk/x/y/z/"])
async def test_what_is_nowhere_leads_nowhere(settings: Settings, path: str) -> None:
    """A URL that isn't there with or without a slash is answered as before."""
    async with running(settings) as service:
        answer = await service.get(path)
        assert "location" not in answer.headers
        assert answer.status == 404


def test_every_absolute_address_comes_from_one_place() -> None:
    """What we say of where we are is `TICKER_PUBLIC_URL`, or what `Templates.base` makes of the request."""
    package = Path(ticker.__file__).parent
    # Paths, queries and the scheme to judge an `Origin` by are no address.
    other = re.compile(
        r"base_url|request\.url(?!\.path\b|\.query\b|\.scheme\b|_for\()|url_for\(.*\)(?!\.path)"
    )
    found = {
        str(file.relative_to(package)): other.findall(file.read_text("utf-8"))
        for file in package.rglob("*.py")
    }
    assert {name: said for name, said in found.items() if said} == {
        "web/templating.py": ["base_url"]
    }
