"""IPTC ninjs 3.1, news in JSON: a line as an item, without a key that its schema doesn't have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.formats.agency import KILL_NOTE
from ticker.formats.uri import as_uri
from ticker.news.document import dumps, format_time
from ticker.news.flash import PubStatus
from ticker.news.ids import uri_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.formats.agency import Item, Sibling
    from ticker.formats.feed import Feed
    from ticker.news.flash import Flash

# 3.2 and 3.3 have the same for all that is used here.
STANDARD: Final = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
MEDIA_TYPE: Final = "application/json"


def ninjs(item: Item) -> dict[str, Any]:
    """A line as an item; empty properties are left out."""
    flash = item.flash
    found: dict[str, Any] = {
        "uri": uri_of(flash.id),
        "standard": STANDARD,
        "type": "text",
        "representationType": "full",
        "profile": "flash",
        "version": str(flash.version),
        "firstCreated": format_time(flash.firstcreated),
        "versionCreated": format_time(flash.versioncreated),
        "pubStatus": str(flash.pubstatus),
        "language": item.place.lang,
        "altIds": [{"role": "ticker", "value": flash.id}],
        "copyrightHolder": item.publisher,
    }
    if flash.pubstatus is PubStatus.CANCELED:
        return found | {"edNote": KILL_NOTE}
    found |= {
        "urgency": flash.urgency,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": flash.headline}],
        "descriptions": flash.correction and [_note(flash.correction)],
        "located": flash.located,
        "infoSources": flash.source and [{"name": flash.source}],
        "slugline": flash.coverage,
        "expires": flash.expires and format_time(flash.expires),
        "embargoedUntil": flash.embargoed and format_time(flash.embargoed),
        "renditions": [{"name": "page", "href": item.page, "contentType": "text/html"}],
        **_concepts(item),
        "associations": [*_article(flash), *(_sibling(it) for it in item.siblings)],
    }
    return {name: value for name, value in found.items() if value}


def ninjs_feed(feed: Feed, items: Sequence[Item]) -> str:
    """Items, killed ones too, in an envelope of ours: ninjs has none for several."""
    return dumps(
        {
            "title": feed.title,
            "url": feed.url,
            "edition": feed.place.edition,
            "language": feed.place.lang,
            "updated": format_time(feed.updated),
            "items": [ninjs(it) for it in items],
        }
    )


def _note(text: str) -> dict[str, str]:
    return {"role": "correction", "contentType": "text/plain", "value": text}


def _concepts(item: Item) -> dict[str, Any]:
    flash, place = item.flash, item.place
    subjects: list[dict[str, str]] = []
    if flash.section is not None:
        name = place.sections.get(flash.section, flash.section)
        subjects.append(_concept(item, "section", flash.section, name))
    subjects += [{"name": tag, "rel": "keyword", "literal": tag} for tag in flash.tags]
    region, story = flash.region, flash.coverage
    return {
        "subjects": subjects,
        "places": region and [_concept(item, "region", region, place.regions.get(region, region))],
        "events": story and [_concept(item, "coverage", story, place.titles.get(story, story))],
    }


def _concept(item: Item, kind: str, code: str, name: str) -> dict[str, str]:
    return {"name": name, "rel": kind, "uri": item.address(kind, code), "literal": code}


def _article(flash: Flash) -> list[dict[str, str]]:
    if flash.url is None:
        return []
    return [{"name": "article", "rel": "seeAlso", "uri": as_uri(flash.url), "type": "text"}]


def _sibling(sibling: Sibling) -> dict[str, Any]:
    flash = sibling.flash
    return {
        "name": sibling.name,
        "rel": "translation",
        "uri": uri_of(flash.id),
        "type": "text",
        "version": str(flash.version),
        "language": sibling.lang,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": flash.headline}],
    }
