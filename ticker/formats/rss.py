"""RSS 2.0, as the RSS Advisory Board's profile has it; Atom and Dublin Core where it is silent."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from ticker.formats.xml import HEAD, element, escaped, text_element
from ticker.news.document import format_time

if TYPE_CHECKING:
    from ticker.formats.feed import Entry, Feed

MEDIA_TYPE: Final = "application/rss+xml"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_TTL_MINUTES: Final = "1"


def rss(feed: Feed) -> str:
    """A feed as XML; killed lines are not in it, and it has no place to name them."""
    image = element(
        "image",
        text_element("url", feed.icon),
        text_element("title", feed.title),
        text_element("link", feed.home),
    )
    channel = element(
        "channel",
        text_element("title", feed.title),
        text_element("link", feed.home),
        text_element("description", feed.title),
        text_element("language", feed.place.lang),
        text_element("lastBuildDate", format_datetime(feed.updated, usegmt=True)),
        text_element("ttl", _TTL_MINUTES),
        element("atom:link", rel="self", type=MEDIA_TYPE, href=feed.url),
        image,
        *(_item(it, feed.author) for it in feed.entries),
    )
    return HEAD + element("rss", channel, version="2.0", xmlns_atom=_ATOM, xmlns_dc=_DC)


def _item(entry: Entry, author: str) -> str:
    related = entry.related and element("atom:link", rel="related", href=entry.related)
    return element(
        "item",
        text_element("title", entry.title),
        text_element("link", entry.url),
        # HTML inside of XML: readers take this one for it.
        text_element("description", escaped(entry.summary)),
        text_element("guid", entry.uri, isPermaLink="false"),
        text_element("pubDate", format_datetime(entry.published, usegmt=True)),
        text_element("atom:updated", format_time(entry.updated)),
        *(text_element("category", it.label, domain=it.scheme or None) for it in entry.categories),
        text_element("dc:creator", author),
        text_element("dc:source", entry.source),
        related or "",
    )
