"""Atom 1.0 (RFC 4287); killed lines are tombstones (RFC 6721), which have none of their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker.formats.xml import HEAD, element, text_element
from ticker.news.document import format_time

if TYPE_CHECKING:
    from ticker.formats.feed import Entry, Feed

MEDIA_TYPE: Final = "application/atom+xml"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
_DC: Final = "http://purl.org/dc/elements/1.1/"


def atom(feed: Feed) -> str:
    """A feed as XML."""
    place = feed.place
    return HEAD + element(
        "feed",
        # Its page, not itself: the same whatever format it is read in.
        text_element("id", feed.home),
        text_element("title", feed.title),
        text_element("updated", format_time(feed.updated)),
        element("link", rel="alternate", type="text/html", hreflang=place.lang, href=feed.home),
        element("link", rel="self", type=MEDIA_TYPE, href=feed.url),
        text_element("icon", feed.icon),
        element(
            "author",
            text_element("name", feed.author),
            text_element("uri", f"{place.base}/{place.edition}"),
        ),
        *(
            element("at:deleted-entry", ref=it.uri, when=format_time(it.when))
            for it in feed.tombstones
        ),
        *(_entry(it) for it in feed.entries),
        xml_lang=place.lang,
        xmlns=_ATOM,
        xmlns_at=_TOMBSTONES,
        xmlns_dc=_DC,
    )


def _entry(entry: Entry) -> str:
    related = entry.related and element("link", rel="related", href=entry.related)
    return element(
        "entry",
        text_element("id", entry.uri),
        text_element("title", entry.title, type="text"),
        element("link", rel="alternate", type="text/html", href=entry.url),
        related or "",
        text_element("published", format_time(entry.published)),
        text_element("updated", format_time(entry.updated)),
        *(
            element("category", term=it.term, scheme=it.scheme or None, label=it.label)
            for it in entry.categories
        ),
        text_element("summary", entry.summary, type="text"),
        text_element("content", entry.content, type="text"),
        text_element("dc:source", entry.source),
    )
