"""ninjs and NewsML-G2, judged by IPTC's own schemas where there are some: TICKER_SCHEMAS names their folder."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from tests.formats.test_feed import FEED, LINE, PLACE
from tests.support.flashes import after, flash
from ticker.formats import agency, newsml, ninjs
from ticker.formats.agency import Item, Sibling
from ticker.news.flash import Flash, PubStatus, kill
from ticker.news.ids import uri_of

NEWS = "{http://iptc.org/std/nar/2006-10-01/}"
SCHEMAS = Path(os.environ.get("TICKER_SCHEMAS", "schemas"))
NINJS = SCHEMAS / "ninjs" / "ninjs-schema_3.1.json"
NEWSML = SCHEMAS / "newsml-g2" / "NewsML-G2_2.35-spec-All-Power.xsd"
ARABIC = flash("b", edition="ar", headline="Reuters: إغلاق الميناء 3")
WITHHELD = replace(LINE, pubstatus=PubStatus.WITHHELD, embargoed=after(99), expires=after(999))
LINES = {
    "corrected": LINE,
    "bare": flash(),
    "updated": replace(LINE, correction=None),
    "killed": kill(LINE, after(200)),
    "withheld": WITHHELD,
    "another script": flash(url="https://خبر.example/الميناء", coverage="الميناء", tags=("مصر",)),
}


def item(line: Flash) -> Item:
    return Item(line, PLACE, "Harbour & Post", [Sibling(ARABIC, "العربية", "ar")])


def parsed(line: Flash) -> ET.Element:
    return ET.fromstring(newsml.newsml(item(line)))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_state_of_a_line_is_ninjs(line: Flash) -> None:
    """Whatever has become of a line, its item is valid against the schema that it names."""
    if not NINJS.is_file():
        pytest.skip("TICKER_SCHEMAS names no folder with IPTC's schemas")
    schema = json.loads(NINJS.read_text("utf-8"))
    found = ninjs.ninjs(item(line))
    assert found["standard"]["schema"] == schema["$id"]
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(found)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_state_of_a_line_is_newsml(line: Flash) -> None:
    """Whatever has become of a line, its item is valid against the XML schema of NewsML-G2."""
    if not NEWSML.is_file():
        pytest.skip("TICKER_SCHEMAS names no folder with IPTC's schemas")
    schema = etree.XMLSchema(etree.parse(str(NEWSML)))
    schema.assertValid(etree.fromstring(newsml.newsml(item(line)).encode()))


def test_a_line_as_ninjs() -> None:
    """Status, urgency, version, times, source, place, story and versions are where the standard has them."""
    found = ninjs.ninjs(item(LINE))
    assert (found["uri"], found["version"], found["pubStatus"]) == (uri_of("a"), "2", "usable")
    assert (found["urgency"], found["language"], found["located"]) == (2, "en-GB", "Lisbon")
    assert found["headlines"][0]["value"] == LINE.headline
    assert found["descriptions"][0]["value"] == LINE.correction
    assert found["infoSources"] == [{"name": "<Reuters>"}]
    assert [it["literal"] for it in found["subjects"]] == ["sports", "a&b"]
    assert found["places"][0]["name"] == "Asia"
    assert found["events"][0]["uri"] == "https://news.example/en/coverage/storm"
    article, arabic = found["associations"]
    assert article["uri"] == LINE.url
    assert (arabic["uri"], arabic["language"]) == (uri_of("b"), "ar")
    assert arabic["headlines"][0]["value"] == ARABIC.headline


def test_an_embargo_is_said() -> None:
    """To those who may see a withheld line both formats say until when it is."""
    found = ninjs.ninjs(item(WITHHELD))
    assert (found["pubStatus"], found["embargoedUntil"]) == ("withheld", "2026-11-23T12:01:39.000Z")
    assert found["expires"] == "2026-11-23T12:16:39.000Z"
    root = parsed(WITHHELD)
    assert root.findtext(f".//{NEWS}embargoed") == found["embargoedUntil"]


def test_a_kill_is_a_cancellation_without_words() -> None:
    """Of a killed line both formats say that it is canceled, and nothing of what it said."""
    dead = item(kill(LINE, after(200)))
    document: dict[str, Any] = ninjs.ninjs(dead)
    assert (document["pubStatus"], document["edNote"]) == ("canceled", agency.KILL_NOTE)
    assert document.keys() == {"uri", "standard", "type", "representationType", "profile", "version",
                               "firstCreated", "versionCreated", "pubStatus", "language", "altIds",
                               "copyrightHolder", "edNote"}  # fmt: skip
    root = parsed(dead.flash)
    assert root.find(f"{NEWS}contentMeta") is None
    assert root.find(f"{NEWS}contentSet") is None
    text = newsml.newsml(dead) + json.dumps(document) + ninjs.ninjs_feed(FEED, [dead])
    for word in ("Harbour</b>", "<b>", "Reuters", "Lisbon", "open", "story?a"):
        assert word not in text


@pytest.mark.parametrize(
    ("line", "signals"),
    [
        (flash(), []),
        (LINE, ["sig:correction"]),
        (replace(LINE, correction=None), ["sig:update"]),
        (kill(LINE, after(200)), ["sig:update"]),
    ],
    ids=["new", "corrected", "updated", "killed"],
)
def test_what_a_new_version_is(line: Flash, signals: list[str]) -> None:
    """A desk that receives a new version is told whether words were wrong, or it is an update."""
    assert [it.get("qcode") for it in parsed(line).iter(f"{NEWS}signal")] == signals


def test_an_arabic_line_has_its_direction() -> None:
    """NewsML-G2 says the direction of each text, so the words stand in it as they were written."""
    place = replace(PLACE, lang="ar", dir="rtl")
    root = ET.fromstring(newsml.newsml(Item(ARABIC, place, "الخبر")))
    headline = root.find(f".//{NEWS}headline")
    assert headline is not None
    assert (headline.text, headline.get("dir")) == (ARABIC.headline, "rtl")
    assert ninjs.ninjs(Item(ARABIC, place, "الخبر"))["headlines"][0]["value"] == ARABIC.headline
