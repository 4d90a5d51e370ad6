"""What search engines are told; that pages hold it is tests/web/pages/test_permalinks.py."""

from __future__ import annotations

from tests.support.flashes import after, flash
from ticker.formats.json_ld import live_blog, news_article
from ticker.news.newsroom import Edition

ENGLISH = Edition("en", "en-GB", "ltr", "English", "Breaking")


def test_an_article_says_what_is_known_and_nothing_else() -> None:
    """A line without a source, a place or a section has no empty ones."""
    article = news_article(
        flash("a"), lang="en", url="https://news.example/en/f/a", section=None, publisher="Ticker"
    )
    assert article == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "line a",
        "datePublished": "2026-11-23T12:00:00.000Z",
        "dateModified": "2026-11-23T12:00:00.000Z",
        "inLanguage": "en",
        "url": "https://news.example/en/f/a",
        "mainEntityOfPage": "https://news.example/en/f/a",
        "publisher": {"@type": "Organization", "name": "Ticker"},
    }


def test_a_corrected_article_says_so() -> None:
    """The correction, its time, the source and the article behind a line are named."""
    line = flash(
        "a", 2, versioncreated=after(60), correction="It was a ferry", source="Port",
        located="Hamburg", url="https://paper.example/1", tags=("ships",),
    )  # fmt: skip
    article = news_article(line, lang="en", url="u", section="Economy", publisher="Ticker")
    assert article["dateModified"] == "2026-11-23T12:01:00.000Z"
    assert article["correction"] == "It was a ferry"
    assert article["sourceOrganization"] == {"@type": "Organization", "name": "Port"}
    assert article["contentLocation"] == {"@type": "Place", "name": "Hamburg"}
    assert article["isBasedOn"] == "https://paper.example/1"
    assert (article["articleSection"], article["keywords"]) == ("Economy", ["ships"])


def test_a_live_blog_spans_its_lines() -> None:
    """It begins with its oldest line and was changed with its newest version, in any order."""
    lines = [
        flash("b", firstcreated=after(30), versioncreated=after(30)),
        flash("a", 2, versioncreated=after(90)),
    ]
    blog = live_blog(ENGLISH, lines, "https://news.example", "Ticker")
    assert blog["datePublished"] == "2026-11-23T12:00:00.000Z"
    assert blog["dateModified"] == "2026-11-23T12:01:30.000Z"
    assert blog["url"] == "https://news.example/en"
    assert [it["url"] for it in blog["liveBlogUpdate"]] == [
        "https://news.example/en/f/b",
        "https://news.example/en/f/a",
    ]
