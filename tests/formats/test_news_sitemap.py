"""The news sitemap as its two schemas have it; that killed lines leave it is tests/web/pages/test_crawlers.py."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from ticker.formats.news_sitemap import Entry, news_sitemap

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
ENTRY = Entry(
    url="https://news.example/en/f/a?x=1&y=2",
    site="Harbour & Post",
    lang="en-GB",
    published="2026-11-23T12:00:00.000Z",
    modified="2026-11-23T12:01:00.000Z",
    title='<b>Harbour</b> "closed" ]]> & more',
    alternates=(("en-GB", "https://news.example/en/f/a"), ("ar", "https://news.example/ar/f/b")),
)
# W3C's date and time, as the protocol takes it.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def check(text: str) -> ET.Element:
    """What the schemas of the sitemap protocol 0.9 and of its news extension 0.9 demand."""
    root = ET.fromstring(text)
    assert root.tag == f"{MAP}urlset"
    assert len(root) <= 1000
    for url in root:
        assert url.tag == f"{MAP}url"
        tags = [it.tag for it in url]
        assert tags[:3] == [f"{MAP}loc", f"{MAP}lastmod", f"{NEWS}news"]
        assert set(tags[3:]) <= {LINK}
        location = url.findtext(f"{MAP}loc") or ""
        assert location.startswith(("http://", "https://"))
        assert len(location) <= 2048
        assert MOMENT.fullmatch(url.findtext(f"{MAP}lastmod") or "")
        news = url.find(f"{NEWS}news")
        assert news is not None
        assert [it.tag.removeprefix(NEWS) for it in news] == [
            "publication", "publication_date", "title",
        ]  # fmt: skip
        publication = news[0]
        assert [it.tag.removeprefix(NEWS) for it in publication] == ["name", "language"]
        assert publication[0].text
        assert re.fullmatch(r"[a-z]{2,3}|zh-cn|zh-tw", publication[1].text or "")
        assert MOMENT.fullmatch(news[1].text or "")
        assert news[2].text
    return root


def test_a_line_says_whose_it_is_when_and_what() -> None:
    """Every character of a line is text, and its versions in other languages are named."""
    (url,) = check(news_sitemap([ENTRY]))
    assert url.findtext(f"{MAP}loc") == ENTRY.url
    assert url.findtext(f".//{NEWS}name") == ENTRY.site
    assert url.findtext(f".//{NEWS}title") == ENTRY.title
    assert url.findtext(f".//{NEWS}publication_date") == ENTRY.published
    assert [(it.get("rel"), it.get("hreflang"), it.get("href")) for it in url.iter(LINK)] == [
        ("alternate", *it) for it in ENTRY.alternates
    ]


@pytest.mark.parametrize(
    ("lang", "named"),
    [("en", "en"), ("pt_BR", "pt"), ("AR-AE", "ar"), ("ckb", "ckb"), ("zh-Hant-TW", "zh-tw"),
     ("zh-CN", "zh-cn"), ("zh", "zh"), ("zh-hans", "zh-cn"), ("sr-Latn", "sr")],
)  # fmt: skip
def test_languages_are_named_as_the_extension_has_them(lang: str, named: str) -> None:
    """A language is an ISO 639 code, without region or script but for Chinese."""
    (url,) = check(news_sitemap([replace(ENTRY, lang=lang)]))
    assert url.findtext(f".//{NEWS}language") == named


def test_a_map_without_lines_is_one() -> None:
    """On a day without news there is a map all the same."""
    assert len(check(news_sitemap([]))) == 0
