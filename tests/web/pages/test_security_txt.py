"""Whom to tell of a weakness."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.service import running
from ticker.news.document import utcnow
from ticker.settings import SettingsError, load

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.settings import Settings


async def test_a_researcher_finds_the_contact(settings: Settings) -> None:
    """Whoever found a weakness reads whom to tell, in which languages, and that the file is not old."""
    known = replace(settings, security_contact="mailto:security@ticker.example")
    async with running(known) as service:
        answer = await service.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.body.decode().splitlines())
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:security@ticker.example"
    assert fields["Preferred-Languages"] == "en, ar, es"
    assert fields["Canonical"] == f"{service.url}/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - utcnow()
    assert timedelta(days=26) < left < timedelta(days=365)


async def test_nobody_is_made_up(service: Running) -> None:
    """Where no contact is configured there is no such file."""
    assert (await service.get("/.well-known/security.txt")).status == 404


def test_a_contact_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact that nobody could use is refused at the start."""
    monkeypatch.setenv("TICKER_SECURITY_CONTACT", "security@ticker.example")
    with pytest.raises(SettingsError, match="security_contact"):
        load()
