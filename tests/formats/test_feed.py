"""JSON Feed, RSS and Atom as their specifications have them; what is in them is tests/web/pages/test_feeds.py."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import feedparser
import pytest

from tests.support.flashes import NOON, after, flash
from ticker.formats import atom, json_feed, rss, xml
from ticker.formats.feed import Category, Feed, Place, Tombstone, entry, tombstone
from ticker.formats.uri import as_uri
from ticker.news.flash import PubStatus
from ticker.news.ids import uri_of

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = Place(
    base="https://news.example",
    edition="en",
    lang="en-GB",
    dir="ltr",
    corrected="Corrected",
    sections={"sports": "Sports"},
    regions={"asia": "Asia"},
    titles={"storm": "The storm"},
)
HEADLINE = '<b>Harbour</b> "closed" ]]> & &amp; more'
LINE = flash(
    headline=HEADLINE,
    version=2,
    versioncreated=after(90.5),
    section="sports",
    region="asia",
    coverage="storm",
    tags=("a&b",),
    source="<Reuters>",
    located="Lisbon",
    correction="It was <open>",
    url="https://news.example/story?a=1&b=2",
    urgency=2,
)
FEED = Feed(
    title="Harbour & Post · English",
    home="https://news.example/en?tag=a&urgency=2",
    url="https://news.example/en/feed?tag=a&urgency=2",
    place=PLACE,
    author="Harbour & Post",
    icon="https://news.example/icon.png",
    updated=after(120),
    entries=[entry(LINE, "https://news.example/en/f/a", PLACE)],
    tombstones=[Tombstone(uri_of("dead"), after(120))],
)
ATOM = "{http://www.w3.org/2005/Atom}"


def test_json_feed() -> None:
    """JSON Feed 1.1: every field is one of its own, and ours are under one name of our own."""
    found = json.loads(json_feed.json_feed(FEED))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found.keys() <= {"version", "title", "home_page_url", "feed_url", "icon", "favicon",
                            "authors", "language", "items"}  # fmt: skip
    (item,) = found["items"]
    ours = item.pop("_ticker")
    assert item == {
        "id": uri_of("a"),
        "url": "https://news.example/en/f/a",
        "external_url": LINE.url,
        "title": HEADLINE,
        "summary": "Corrected: It was <open> · Lisbon · <Reuters>",
        "content_text": f"{HEADLINE}\n\nCorrected: It was <open> · Lisbon · <Reuters>",
        "date_published": "2026-11-23T12:00:00.000Z",
        "date_modified": "2026-11-23T12:01:30.500Z",
        "tags": ["Sports", "Asia", "The storm", "a&b"],
        "language": "en-GB",
    }
    assert (ours["urgency"], ours["version"], ours["section"], ours["dir"]) == (2, 2, "sports", "ltr")  # fmt: skip


def test_rss() -> None:
    """RSS 2.0: one guid that is no link, the first publication as its date, the update beside it."""
    root = ET.fromstring(rss.rss(FEED))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    own = [it.tag for it in channel if it.tag != "item"]
    assert own == ["title", "link", "description", "language", "lastBuildDate", "ttl",
                   f"{ATOM}link", "image"]  # fmt: skip
    item = channel.find("item")
    assert item is not None
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (uri_of("a"), "false")
    assert item.findtext("title") == HEADLINE
    # A reader takes it for HTML.
    assert item.findtext("description") == "Corrected: It was &#x3C;open&#x3E; · Lisbon · &#x3C;Reuters&#x3E;"  # fmt: skip
    assert item.findtext("pubDate") == "Mon, 23 Nov 2026 12:00:00 GMT"
    assert item.findtext(f"{ATOM}updated") == "2026-11-23T12:01:30.500Z"
    domains = [(it.get("domain"), it.text) for it in item.iter("category")]
    assert domains == [("https://news.example/en/section", "Sports"),
                       ("https://news.example/en/region", "Asia"),
                       ("https://news.example/en/coverage", "The storm"), (None, "a&b")]  # fmt: skip
    assert b"dead" not in rss.rss(FEED).encode()


def test_atom() -> None:
    """RFC 4287 and 6721: language, dates, categories with their vocabularies, and tombstones."""
    root = ET.fromstring(atom.atom(FEED))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert root.findtext(f"{ATOM}id") == FEED.home
    assert {it.get("rel"): it.get("href") for it in root.findall(f"{ATOM}link")} == {
        "alternate": FEED.home, "self": FEED.url,
    }  # fmt: skip
    gone = root.find("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert gone is not None
    assert gone.attrib == {"ref": uri_of("dead"), "when": "2026-11-23T12:02:00.000Z"}
    item = root.find(f"{ATOM}entry")
    assert item is not None
    assert item.findtext(f"{ATOM}title") == HEADLINE
    assert item.findtext(f"{ATOM}content") == f"{HEADLINE}\n\n{item.findtext(f'{ATOM}summary')}"
    assert item.findtext(f"{ATOM}published") == "2026-11-23T12:00:00.000Z"
    assert item.findtext(f"{ATOM}updated") == "2026-11-23T12:01:30.500Z"
    assert [it.attrib for it in item.iter(f"{ATOM}category")][::3] == [
        {"term": "sports", "label": "Sports", "scheme": "https://news.example/en/section"},
        {"term": "a&b", "label": "a&b"},
    ]


@pytest.mark.parametrize("written", [rss.rss, atom.atom])
def test_no_character_breaks_a_feed(written: Callable[[Feed], str]) -> None:
    """What XML cannot have, from a store that took it once, is left out; the rest is read as it is."""
    worse = flash(headline="a\x00\x0b\ufffe\ud800\U0001f600 \ttab", tags=("\x1f",))
    text = written(replace(FEED, entries=[entry(worse, "https://news.example/", PLACE)]))
    found = feedparser.parse(text.encode())
    assert not found.bozo
    assert found.entries[0].title == "a\U0001f600 \ttab"


def test_a_tombstone_has_no_words() -> None:
    """Of a killed line only its name and the time of its death are left."""
    dead = replace(LINE, pubstatus=PubStatus.CANCELED, versioncreated=after(5))
    assert tombstone(dead) == Tombstone(uri_of("a"), after(5))


def test_sections_that_are_no_more_are_named_by_their_code() -> None:
    """A line of a section that the newsroom has given up is still of it."""
    found = entry(flash(section="gone"), "https://news.example/", PLACE)
    assert found.categories == (Category("gone", "gone", "https://news.example/en/section"),)
    assert found.published == NOON


def test_attributes_are_text_too() -> None:
    """Quotation marks and line ends in an address stay inside of it."""
    made = xml.element("a", href='"/>\n<b', xml_lang=None)
    assert ET.fromstring(made).attrib == {"href": '"/>\n<b'}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://news.example/a?b=1&c=%20#d", "https://news.example/a?b=1&c=%20#d"),
        ("https://خبر.example:8443/ميناء", "https://xn--ngblk.example:8443/%D9%85%D9%8A%D9%86%D8%A7%D8%A1"),
        ("https://BÜCHER.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://[::1]/ü", "https://[::1]/%C3%BC"),
        (f"https://{'ü' * 70}.example/", f"https://{'%C3%BC' * 70}.example/"),
    ],
)  # fmt: skip
def test_addresses_in_any_script_lead_where_they_did(address: str, expected: str) -> None:
    """Programs that know Latin letters alone follow an address with others, too."""
    assert as_uri(address) == expected
