"""Titles of running stories in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticker.store import coverage_titles
from ticker.store.coverage_titles import CoverageTitles, TooManyTitlesError

if TYPE_CHECKING:
    from ticker.store.client import Store


async def test_a_change_has_another_validator(store: Store) -> None:
    """Hubs see that a title has changed, and that one which says the same has not."""
    titles = CoverageTitles(store)
    assert await titles.revisions(["en", "ar"]) == {"en": None, "ar": None}
    assert await titles.set("en", "flood", "The flood")
    first = await titles.revisions(["en", "ar"])
    assert first["ar"] is None
    assert not await titles.set("en", "flood", "The flood")
    assert await titles.revisions(["en", "ar"]) == first
    assert await titles.set("en", "flood", None)
    assert not await titles.set("en", "flood", None)
    assert (await titles.revisions(["en"]))["en"] != first["en"]
    assert await titles.all("en") == {}


async def test_an_edition_has_so_many_titles(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full edition takes no further title, but changes those that it has, and lets them go."""
    monkeypatch.setattr(coverage_titles, "TITLES_MAX", 2)
    titles = CoverageTitles(store)
    for slug in ("a", "b"):
        await titles.set("en", slug, "Title")
    with pytest.raises(TooManyTitlesError):
        await titles.set("en", "c", "Title")
    assert await titles.set("en", "a", "Other")
    assert await titles.set("en", "b", None)
    assert await titles.set("en", "c", "Title")
    assert await titles.set("ar", "a", "Title")
    assert await titles.all("en") == {"a": "Other", "c": "Title"}
