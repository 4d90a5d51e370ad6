"""Feeds through their URLs, read by a feed reader that is not ours; their formats have tests of their own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from tests.support.flashes import flash, record
from tests.support.service import Answer, Running, running
from ticker.news.document import format_time, utcnow
from ticker.news.ids import uri_of
from ticker.store.client import Store
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from ticker.settings import Settings

KINDS = ("json", "rss", "atom")
TYPES = {
    "json": "application/feed+json",
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
}
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def parsed(answer: Answer) -> list[dict[str, str]]:
    """What a reader of feeds has of each line; the parser finds nothing to mend."""
    if answer.headers["content-type"] == TYPES["json"]:
        return [{"id": it["id"], "title": it["title"], "link": it["url"], "summary": it.get("summary", "")}
                for it in answer.json["items"]]  # fmt: skip
    found = feedparser.parse(answer.body, response_headers=dict(answer.headers))
    assert not found.bozo, found.bozo_exception
    return [{name: it.get(name, "") for name in ("id", "title", "link", "summary")} for it in found.entries]  # fmt: skip


async def feed(service: Running, path: str) -> list[dict[str, str]]:
    answer = await service.get(path)
    assert answer.status == 200, answer.body
    return parsed(answer)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_feed_has_the_lines_on_the_board(service: Running, kind: str) -> None:
    """Newest first, with their words, their pages, and one name each, in every format."""
    assert await feed(service, f"/en/feed.{kind}") == []
    older = await service.post("en", "Harbour <closed> & open", pinned=True)
    newer = await service.post("en", "Rail lines resume", source="Reuters", located="Lisbon")
    await service.post("ar", "إغلاق الميناء")
    await service.post("drill-en", "Exercise")
    answer = await service.get(f"/en/feed.{kind}", Origin="https://elsewhere.example")
    assert answer.headers["content-type"].partition(";")[0] == TYPES[kind]
    assert answer.headers["content-language"] == "en"
    assert answer.headers["access-control-allow-origin"] == "*"
    first, second = parsed(answer)
    assert first["title"] == "Rail lines resume"
    assert first["summary"] == "Lisbon · Reuters"
    assert second["title"] == "Harbour <closed> & open"
    assert first["id"] == uri_of(newer["id"])
    assert second["link"] == f"{service.url}/en/f/{older['id']}"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_corrected_line_is_the_same_entry(service: Running, kind: str) -> None:
    """A correction changes the entry's words and says so, under the name that it always had."""
    line = await service.post("en", "Two hurt")
    (before,) = await feed(service, f"/en/feed.{kind}")
    await service.patch("en", line["id"], headline="Three hurt", correction="One was missing")
    body = (await service.get(f"/en/feed.{kind}")).body
    (after,) = await feed(service, f"/en/feed.{kind}")
    assert (after["id"], after["link"]) == (before["id"], before["link"])
    assert (after["title"], after["summary"]) == ("Three hurt", "Corrected: One was missing")
    changed = (await service.get(f"/v1/en/flashes/{line['id']}")).json["versioncreated"]
    assert changed.encode() in body
    assert b"Two hurt" not in body


async def test_a_killed_line_leaves_all_feeds_and_is_a_tombstone(service: Running) -> None:
    """Once a kill is acknowledged no feed has a word of the line; Atom says that it is gone."""
    line = await service.post("en", "Secret words", section="sports", coverage="storm", tags=["Secret"])  # fmt: skip
    await service.patch("en", line["id"], headline="Secret again", correction="Secret note")
    paths = [f"/en{page}/feed.{kind}" for page in ("", "/section/sports", "/coverage/storm")
             for kind in KINDS]  # fmt: skip
    for path in paths:
        assert b"Secret again" in (await service.get(path)).body
    killed = (await service.kill("en", line["id"], "Secret")).json
    for path in paths:
        answer = await service.get(path)
        assert parsed(answer) == []
        assert b"Secret" not in answer.body
        if path.endswith("atom"):
            (gone,) = ET.fromstring(answer.body).iter(DELETED)
            assert gone.attrib == {"ref": uri_of(line["id"]), "when": killed["versioncreated"]}


async def test_what_was_never_out_is_in_no_feed(service: Running) -> None:
    """Drafts and embargoed lines are in no feed, and leave no tombstone when they are dropped."""
    embargo = format_time(utcnow() + timedelta(hours=1))
    line = await service.post("en", "Secret words", embargoed=embargo, coverage="storm")
    await service.kill("en", line["id"])
    await service.post("en", "Secret too", embargoed=embargo)
    await service.post("en", "Out")
    body = (await service.get("/en/feed.atom")).body
    assert b"Out" in body
    assert b"Secret" not in body
    assert b"deleted-entry" not in body
    assert (await service.get("/en/coverage/storm/feed.atom")).status == 404


async def test_tombstones_are_few(settings: Settings) -> None:
    """However much is killed, a feed names the last hundred of it, and keeps the lines."""
    now, store = utcnow(), Store(settings.redis_url)
    wire = Wire(store)
    for number in range(103):
        item = flash(f"k{number}", firstcreated=now, versioncreated=now)
        await wire.append(record(item), "announce", IdempotencyKey(f"{number}", "", 60))
        dead = replace(item, version=2, pubstatus="canceled")  # type: ignore[arg-type]
        await wire.append(record(dead), "announce", IdempotencyKey(f"{number}k", "", 60))
    await store.close()
    async with running(settings) as service:
        await service.post("en", "Alive")
        root = ET.fromstring((await service.get("/en/feed.atom")).body)
        gone = [it.get("ref") for it in root.iter(DELETED)]
        assert gone == [uri_of(f"k{number}") for number in range(102, 2, -1)]
        assert len(await feed(service, "/en/feed.atom")) == 1


async def test_a_feed_takes_the_filters_of_its_readers(service: Running) -> None:
    """Section, region, tag, story and urgency are asked for as in the live URL, and named in the title."""
    await service.post("en", "Sport", section="sports", region="asia", urgency=1, tags=["final"])
    await service.post("en", "Other", coverage="storm", urgency=5)
    for query in ("section=sports", "region=asia", "tag=final", "urgency=1"):
        assert [it["title"] for it in await feed(service, f"/en/feed.json?{query}")] == ["Sport"]
    for path in ("/en/section/sports", "/en/region/asia"):
        assert [it["title"] for it in await feed(service, f"{path}/feed.rss?urgency=3")] == [
            "Sport"
        ]
    (other,) = await feed(service, "/en/coverage/storm/feed.atom")
    assert other["title"] == "Other"
    found = (await service.get("/en/feed.json?tag=final&tag=final&section=sports")).json
    assert found["title"] == "Sports · Tag: final · Breaking news · English"
    assert found["feed_url"] == f"{service.url}/en/feed.json?section=sports&tag=final"
    assert found["home_page_url"] == f"{service.url}/en?section=sports&tag=final"
    assert (await service.get("/en/feed.json?urgency=x")).fields == ["urgency"]
    for path in ("/en/feed.xml", "/xx/feed.rss", "/en/section/none/feed.rss",
                 "/en/coverage/none/feed.rss"):  # fmt: skip
        assert (await service.get(path)).status == 404


@pytest.mark.parametrize("kind", KINDS)
async def test_an_arabic_line_reads_rightly_anywhere(service: Running, kind: str) -> None:
    """A line that begins with a Latin name is set from right to left in a reader of any language."""
    line = "Reuters: إغلاق ميناء الإسكندرية بعد تصادم 3 سفن"
    posted = await service.post("ar", line, source="Reuters", tags=["الإسكندرية"])
    await service.patch("ar", posted["id"], correction="كان العدد 2")
    (found,) = await feed(service, f"/ar/feed.{kind}")
    assert found["title"] == f"\u2067{line}\u2069"
    note = (await service.get("/ar/feed.json")).json["items"][0]["summary"]
    assert note.startswith("\u2067\u2068")
    assert found["summary"] == note
    assert note.endswith("كان العدد 2\u2069 · Reuters\u2069")
    language = re.search(rb'language>ar<|xml:lang="ar"|"language":"ar"', (await service.get(f"/ar/feed.{kind}")).body)  # fmt: skip
    assert language is not None


async def test_unchanged_feeds_cost_no_bytes(service: Running) -> None:
    """A reader that has a feed is told that it still holds, by ETag or by date, until it doesn't."""
    await service.post("en", "First " * 40)
    answer = await service.get("/en/feed.rss")
    etag = answer.headers["etag"]
    assert (await service.get("/en/feed.rss", If_None_Match=etag)).status == 304
    zipped = await service.get("/en/feed.rss", Accept_Encoding="gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    while "last-modified" not in answer.headers:  # within a second of its making
        answer = await service.get("/en/feed.rss")
    modified = answer.headers["last-modified"]
    again = await service.get("/en/feed.rss", If_Modified_Since=modified)
    assert (again.status, again.body) == (304, b"")
    assert (await service.get("/en/feed.rss", If_Modified_Since=modified, If_None_Match='"x"')).status == 200  # fmt: skip
    await service.post("en", "Second")
    assert (await service.get("/en/feed.rss", If_Modified_Since=modified)).status == 200
    assert (await service.get("/en/feed.rss", If_None_Match=etag)).status == 200


async def test_every_page_names_its_feeds(service: Running) -> None:
    """A reader of feeds that is given a page's address finds the feed of just that page."""
    line = await service.post("en", "News", section="sports", coverage="storm")
    await service.request("PUT", "/v1/en/coverages/storm", body={"title": "The storm"})
    own = {"/en": "/en", "/": "/en", "/en?before=now&tag=a": "/en?tag=a", "/en?q=news": "/en",
           "/en/section/sports": "/en/section/sports", f"/en/f/{line['id']}": "/en",
           "/en/coverage/storm": "/en/coverage/storm", "/ar?tag=a&urgency=2": "/ar?tag=a&urgency=2"}  # fmt: skip
    for page, home in own.items():
        html = (await service.get(page)).body.decode()
        links = re.findall(r'<link rel="alternate" type="([^"]+)" title="([^"]+)" href="([^"]+)">', html)  # fmt: skip
        feeds = {kind: href for kind, _, href in links if kind in TYPES.values()}
        assert list(feeds) == [
            "application/feed+json",
            "application/atom+xml",
            "application/rss+xml",
        ]
        assert f'<a href="{feeds[TYPES["rss"]]}" type="{TYPES["rss"]}">RSS</a>' in html
        for kind, href in feeds.items():
            answer = await service.get(href.replace("&amp;", "&"))
            assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
        found: Any = json.loads(
            (await service.get(feeds[TYPES["json"]].replace("&amp;", "&"))).body
        )
        assert found["home_page_url"] == service.url + home
        assert f"{found['title']} (JSON)" in [title for _, title, _ in links]


async def test_feeds_name_the_newsroom_by_its_public_address(settings: Settings) -> None:
    """Author, icon and addresses are the newsroom's own; a line's name is the same under any."""
    async with running(replace(settings, public_url="https://news.example")) as service:
        line = await service.post("en", "News", url="https://news.example/story")
        found = (await service.get("/en/feed.json")).json
        assert found["authors"] == [{"name": "Breaking news", "url": "https://news.example/en"}]
        assert found["icon"].startswith("https://news.example/static/")
        (item,) = found["items"]
        assert (item["id"], item["external_url"]) == (uri_of(line["id"]), line["url"])
        assert item["url"] == f"https://news.example/en/f/{line['id']}"
