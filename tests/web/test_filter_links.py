"""Filters of a page as links."""

from __future__ import annotations

import pytest

from ticker.settings import Settings
from ticker.web.filter_links import Filters, Row
from ticker.web.query import parameters

NEWSROOM = Settings().newsroom


def filters(query: str) -> Filters:
    return Filters.of("/en", parameters(query))


def row(query: str, name: str, edition: str = "en") -> Row:
    rows = filters(query).rows(NEWSROOM, NEWSROOM.editions[edition])
    return next(it for it in rows if it.name == name)


def test_each_value_is_a_link_that_puts_it_in() -> None:
    """A filter's link keeps the others, and is named in the reader's language."""
    links = {it.label: it.href for it in row("region=asia", "section", "es").choices}
    assert links["Deportes"] == "/en?region=asia&section=sports"
    assert links["Salud"] == "/en?region=asia&section=health"
    assert list(links) == [it["es"] for it in NEWSROOM.sections.values()]


def test_a_chosen_value_takes_itself_out_again() -> None:
    """Following a chosen filter clears it, and "all" clears its row alone."""
    sections = row("section=sports&section=health&region=asia", "section")
    chosen = {it.label: it.href for it in sections.choices if it.chosen}
    assert chosen == {
        "Sports": "/en?section=health&region=asia",
        "Health": "/en?section=sports&region=asia",
    }
    assert sections.chosen
    assert sections.clear == "/en/region/asia"
    assert not row("section=sports", "region").chosen


def test_filters_without_a_vocabulary_can_be_cleared() -> None:
    """A tag, a story or an urgency that a link brought in can be taken out."""
    names = [it.name for it in filters("tag=a&urgency=2&coverage=flood").rows(
        NEWSROOM, NEWSROOM.editions["en"])]  # fmt: skip
    assert names == ["section", "region", "tag", "coverage", "urgency"]
    assert row("tag=a&tag=b", "tag").choices[0].href == "/en?tag=b"


@pytest.mark.parametrize(
    ("query", "clean"),
    [
        ("", ""),
        ("region=asia&section=sports", "section=sports&region=asia"),
        ("section=sports&section=sports", "section=sports"),
        ("utm_source=mail&tag=a%26b%20c", "tag=a%26b+c"),
    ],
)
def test_the_query_has_one_form(query: str, clean: str) -> None:
    """Pages that show the same have the same address, whatever order or strangers the query has."""
    assert filters(query).query == clean
    where = filters(query).href
    assert where == {"": "/en", "section=sports": "/en/section/sports"}.get(clean, f"/en?{clean}")


def test_what_the_banner_is_told() -> None:
    """The banner shows what the page shows."""
    assert filters("section=sports&section=health&urgency=2").attributes() == {
        "section": "sports,health",
        "urgency": "2",
    }
    assert filters("section=sports&region=asia").before("id") == (
        "/en?section=sports&region=asia&before=id"
    )


def test_a_section_or_region_alone_has_an_address() -> None:
    """Links to a section or a region lead to its page, also to the earlier lines of it."""
    links = {it.label: it.href for it in row("", "region").choices}
    assert links["Asia"] == "/en/region/asia"
    assert filters("section=sports").before("id") == "/en/section/sports?before=id"
    assert filters("section=sports").page == ("section", "sports")
    assert filters("section=sports&region=asia").page is None
    assert filters("section=sports").search == "/en?q=&section=sports"
    chosen = next(it for it in row("section=sports", "section").choices if it.chosen)
    assert chosen.href == "/en"
