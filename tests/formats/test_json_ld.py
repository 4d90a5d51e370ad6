"""What search engines are told; that pages hold it is tests/web/test_metadata.py."""

from __future__ import annotations

from typing import Any

from tests.support.flashes import after, flash
from ticker.formats.json_ld import Image, Place, Publisher, live_blog, news_article

PICTURE = Image("https://news.example/en/f/a.v1.png", 1200, 630)
LOGO = Image("https://news.example/logo.png", 160, 32)
POST = Publisher("Harbour Post", "https://news.example/en", LOGO)
LINE = Place("en", "https://news.example/en/f/a", PICTURE, POST, {"economy": "Economy"})
BOARD = Place("en", "https://news.example/en", PICTURE, POST, {})


def blog(*lines: Any, whole: bool = True) -> dict[str, Any]:
    urls = {it.id: f"https://news.example/en/f/{it.id}" for it in lines}
    return live_blog(lines, BOARD, "The bridge", urls, whole=whole)


def test_an_article_says_what_is_known_and_nothing_else() -> None:
    """A line without a source, a place or a section has no empty ones."""
    author = {
        "@type": "NewsMediaOrganization",
        "name": "Harbour Post",
        "url": "https://news.example/en",
    }
    logo = {"@type": "ImageObject", "url": LOGO.url, "width": 160, "height": 32}
    assert news_article(flash("a"), LINE) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "line a",
        "articleBody": "line a",
        "datePublished": "2026-11-23T12:00:00.000Z",
        "dateModified": "2026-11-23T12:00:00.000Z",
        "inLanguage": "en",
        "url": "https://news.example/en/f/a",
        "mainEntityOfPage": "https://news.example/en/f/a",
        "image": [{"@type": "ImageObject", "url": PICTURE.url, "width": 1200, "height": 630}],
        "author": [author],
        "publisher": author | {"logo": logo},
        "isAccessibleForFree": True,
    }


def test_a_corrected_article_says_so() -> None:
    """The correction, its time, the source and the article behind a line are named."""
    line = flash(
        "a", 2, versioncreated=after(60), correction="It was a ferry", source="Port",
        located="Hamburg", url="https://paper.example/1", tags=("ships",), section="economy",
    )  # fmt: skip
    article = news_article(line, LINE)
    assert article["dateModified"] == "2026-11-23T12:01:00.000Z"
    assert article["correction"] == "It was a ferry"
    assert article["sourceOrganization"] == {"@type": "Organization", "name": "Port"}
    assert article["contentLocation"] == {"@type": "Place", "name": "Hamburg"}
    assert article["isBasedOn"] == "https://paper.example/1"
    assert (article["articleSection"], article["keywords"]) == ("Economy", ["ships"])


def test_a_live_blog_spans_its_lines() -> None:
    """It begins with its oldest line, was changed with its newest version, and ends in time, in any order."""
    found = blog(
        flash("b", firstcreated=after(30), versioncreated=after(30)),
        flash("a", 2, versioncreated=after(90), correction="It was a ferry"),
    )
    assert found["headline"] == "The bridge"
    assert found["datePublished"] == found["coverageStartTime"] == "2026-11-23T12:00:00.000Z"
    assert found["dateModified"] == "2026-11-23T12:01:30.000Z"
    assert found["coverageEndTime"] == "2026-11-23T18:00:30.000Z"
    assert found["url"] == "https://news.example/en"
    newer, older = found["liveBlogUpdate"]
    assert (newer["url"], older["url"]) == (
        "https://news.example/en/f/b",
        "https://news.example/en/f/a",
    )
    assert (older["articleBody"], older["correction"]) == ("line a", "It was a ferry")
    assert "correction" not in newer


def test_a_page_of_a_long_story_does_not_say_when_it_began() -> None:
    """Where older lines are on other pages, the oldest one here began nothing."""
    assert "coverageStartTime" not in blog(flash("a"), whole=False)
