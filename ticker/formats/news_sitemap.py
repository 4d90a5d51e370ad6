"""News sitemap: the sitemap protocol 0.9 with Google's news extension and language alternates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable

# The protocol of news sitemaps: so many lines, published so long ago.
URLS_MAX: Final = 1000
HOURS_MAX: Final = 48
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"\n'
    '  xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"\n'
    '  xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
# The extension names languages by ISO 639, and these two by their script.
_CHINESE: Final = {"zh-hans": "zh-cn", "zh-cn": "zh-cn", "zh-sg": "zh-cn"} | dict.fromkeys(
    ("zh-hant", "zh-tw", "zh-hk", "zh-mo"), "zh-tw"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        url: Its permalink, absolute.
        site: The newsroom's name in its edition.
        lang: BCP 47 language of that.
        published: First publication, RFC 3339.
        modified: When its version was made.
        title: The line.
        alternates: Its versions in all editions, this one too: language and permalink of each.
    """

    url: str
    site: str
    lang: str
    published: str
    modified: str
    title: str
    alternates: tuple[tuple[str, str], ...] = ()


def news_sitemap(entries: Iterable[Entry]) -> str:
    """Lines of the last 48 hours as XML, newest first."""
    return _HEAD + "".join(_url(it) for it in entries) + "</urlset>\n"


def _url(entry: Entry) -> str:
    links = "".join(
        f'  <xhtml:link rel="alternate" hreflang={quoteattr(lang)} href={quoteattr(url)}/>\n'
        for lang, url in entry.alternates
    )
    return (
        f"<url>\n  <loc>{escape(entry.url)}</loc>\n  <lastmod>{entry.modified}</lastmod>\n"
        "  <news:news>\n    <news:publication>\n"
        f"      <news:name>{escape(entry.site)}</news:name>\n"
        f"      <news:language>{_language(entry.lang)}</news:language>\n    </news:publication>\n"
        f"    <news:publication_date>{entry.published}</news:publication_date>\n"
        f"    <news:title>{escape(entry.title)}</news:title>\n  </news:news>\n{links}</url>\n"
    )


def _language(lang: str) -> str:
    """As the extension has it: an ISO 639 code, without region and script."""
    tag = lang.lower().replace("_", "-")
    first, _, rest = tag.partition("-")
    return _CHINESE.get("-".join([first, *rest.split("-")[:1]]), first)
