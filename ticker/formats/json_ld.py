"""Structured data for search engines: schema.org in JSON-LD 1.1, an article or a live blog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticker.news.flash import Flash

_CONTEXT: Final = "https://schema.org"
# How long after its newest line a story is taken to run: as the board has it.
_RUNS: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, as schema.org/ImageObject.

    Attributes:
        url: Its address, absolute.
        width: In pixels.
        height: The same.
    """

    url: str
    width: int
    height: int

    def document(self) -> dict[str, Any]:
        """The same as JSON-LD."""
        size = {"width": self.width, "height": self.height}
        return {"@type": "ImageObject", "url": self.url, **size}


@dataclass(frozen=True, slots=True)
class Publisher:
    """The newsroom, as schema.org/NewsMediaOrganization.

    Attributes:
        name: As its pages say.
        url: Of its home page in this edition.
        logo: Its logo.
    """

    name: str
    url: str
    logo: Image

    def document(self) -> dict[str, Any]:
        """The same as JSON-LD."""
        return {**self.author(), "logo": self.logo.document()}

    def author(self) -> dict[str, Any]:
        """The same as the author of what it publishes; lines have no by-line."""
        return {"@type": "NewsMediaOrganization", "name": self.name, "url": self.url}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands.

    Attributes:
        lang: BCP 47 language of its edition.
        url: Of its page, absolute.
        image: What shows it where its address is shared.
        publisher: Whose it is.
        sections: Code → label.
    """

    lang: str
    url: str
    image: Image
    publisher: Publisher
    sections: Mapping[str, str]


def news_article(flash: Flash, place: Place) -> dict[str, Any]:
    """A line, not a killed one, as schema.org/NewsArticle; empty properties are left out."""
    return _filled(
        {
            "@context": _CONTEXT,
            "@type": "NewsArticle",
            **_words(flash, place),
            "url": place.url,
            "mainEntityOfPage": place.url,
            "image": [place.image.document()],
            "articleSection": flash.section and place.sections.get(flash.section),
            "keywords": list(flash.tags),
            "sourceOrganization": flash.source and {"@type": "Organization", "name": flash.source},
            "contentLocation": flash.located and {"@type": "Place", "name": flash.located},
            "isBasedOn": flash.url,
            "author": [place.publisher.author()],
            "publisher": place.publisher.document(),
            "isAccessibleForFree": True,
        }
    )


def live_blog(
    lines: Sequence[Flash], place: Place, title: str, urls: Mapping[str, str], *, whole: bool
) -> dict[str, Any]:
    """Lines, at least one, as schema.org/LiveBlogPosting.

    Args:
        lines: Those on its page.
        place: Of the page.
        title: Of the story, or of the board.
        urls: Id of a line → its permalink.
        whole: Whether they are all there are, so that the first of them began it.
    """
    started = min(it.firstcreated for it in lines)
    author = [place.publisher.author()]
    updates = [
        _filled({"@type": "BlogPosting", **_words(it, place), "url": urls[it.id], "author": author})
        for it in lines
    ]
    return _filled(
        {
            "@context": _CONTEXT,
            "@type": "LiveBlogPosting",
            "headline": title,
            "inLanguage": place.lang,
            "url": place.url,
            "mainEntityOfPage": place.url,
            "image": [place.image.document()],
            "datePublished": format_time(started),
            "dateModified": format_time(max(it.versioncreated for it in lines)),
            "coverageStartTime": format_time(started) if whole else None,
            "coverageEndTime": format_time(max(it.firstcreated for it in lines) + _RUNS),
            "author": author,
            "publisher": place.publisher.document(),
            "isAccessibleForFree": True,
            "liveBlogUpdate": updates,
        }
    )


def _words(flash: Flash, place: Place) -> dict[str, Any]:
    """What a line says and when; it is its own headline and body."""
    return {
        "headline": flash.headline,
        "articleBody": flash.headline,
        "datePublished": format_time(flash.firstcreated),
        "dateModified": format_time(flash.versioncreated),
        "inLanguage": place.lang,
        "correction": flash.correction,
    }


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
