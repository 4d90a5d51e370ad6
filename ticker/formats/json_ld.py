"""Structured data for search engines: schema.org in JSON-LD 1.1, an article or a live blog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker.news.document import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition


def news_article(
    flash: Flash, *, lang: str, url: str, section: str | None, publisher: str
) -> dict[str, Any]:
    """A line as schema.org/NewsArticle; empty properties are left out.

    Args:
        flash: The line, not a killed one.
        lang: BCP 47 language of the edition.
        url: Its permalink.
        section: Label of its section.
        publisher: Name of the newsroom.
    """
    values = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": flash.headline,
        "datePublished": format_time(flash.firstcreated),
        "dateModified": format_time(flash.versioncreated),
        "inLanguage": lang,
        "url": url,
        "mainEntityOfPage": url,
        "articleSection": section,
        "keywords": list(flash.tags),
        "sourceOrganization": flash.source and {"@type": "Organization", "name": flash.source},
        "contentLocation": flash.located and {"@type": "Place", "name": flash.located},
        "correction": flash.correction,
        "isBasedOn": flash.url,
        "publisher": {"@type": "Organization", "name": publisher},
    }
    return {name: value for name, value in values.items() if value}


def live_blog(edition: Edition, lines: Sequence[Flash], base: str, title: str) -> dict[str, Any]:
    """Lines, at least one, as schema.org/LiveBlogPosting."""
    updates = [
        {
            "@type": "BlogPosting",
            "headline": flash.headline,
            "datePublished": format_time(flash.firstcreated),
            "dateModified": format_time(flash.versioncreated),
            "inLanguage": edition.lang,
            "url": f"{base}/{edition.code}/f/{flash.id}",
        }
        for flash in lines
    ]
    return {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": title,
        "inLanguage": edition.lang,
        "url": f"{base}/{edition.code}",
        "datePublished": min(it["datePublished"] for it in updates),
        "dateModified": max(it["dateModified"] for it in updates),
        "liveBlogUpdate": updates,
    }
