"""URLs with a slash too many or too few."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

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
