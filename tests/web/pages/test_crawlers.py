"""What crawlers and devices ask for: robots.txt, news sitemap, manifest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.formats.test_news_sitemap import LINK, MAP, NEWS, check
from tests.support.flashes import flash, record
from tests.support.service import Running, running
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from ticker.settings import Settings


async def sitemap(service: Running) -> Element:
    answer = await service.get("/sitemap-news.xml")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xml")
    return check(answer.body.decode())


def urls(root: Element) -> list[str]:
    return [url.findtext(f"{MAP}loc") or "" for url in root]


async def test_robots_know_the_sitemap_and_what_is_not_for_them(service: Running) -> None:
    """robots.txt names the news sitemap and keeps robots from API, desk and searches."""
    answer = await service.get("/robots.txt")
    lines = answer.body.decode().splitlines()
    assert f"Sitemap: {service.url}/sitemap-news.xml" in lines
    assert {"Disallow: /v1/", "Disallow: /desk", "Disallow: /*?*q="} <= set(lines)


async def test_the_sitemap_has_the_lines_of_all_editions(service: Running) -> None:
    """Newest first, each with its newsroom, language, time and words, and none of a rehearsal."""
    first = await service.post("en", "Harbour <closed> & open")
    second = await service.post("ar", "إغلاق الميناء")
    await service.post("drill-en", "Exercise")
    root = await sitemap(service)
    assert urls(root) == [f"{service.url}/{it['edition']}/f/{it['id']}" for it in (second, first)]
    assert [it.text for it in root.iter(f"{NEWS}title")] == [
        "إغلاق الميناء",
        "Harbour <closed> & open",
    ]
    assert [it.text for it in root.iter(f"{NEWS}language")] == ["ar", "en"]
    assert [it.text for it in root.iter(f"{NEWS}publication_date")] == [
        second["firstcreated"],
        first["firstcreated"],
    ]


async def test_a_killed_line_leaves_the_sitemap_at_once(service: Running) -> None:
    """Once a kill is acknowledged neither address nor words are in it; a correction is."""
    line = await service.post("en", "Secret words")
    await service.post("en", "Newer")
    await service.patch("en", line["id"], headline="Secret again")
    assert b"Secret again" in (await service.get("/sitemap-news.xml")).body
    await service.kill("en", line["id"])
    body = (await service.get("/sitemap-news.xml")).body
    assert b"Secret" not in body
    assert line["id"].encode() not in body


async def test_versions_in_other_languages_name_each_other(service: Running) -> None:
    """A line's versions in several editions are alternates, until one of them is killed."""
    line = await service.post("en", "Harbour closed")
    other = await service.post("ar", "إغلاق الميناء", story=line["id"])
    links = [(it.get("hreflang"), it.get("href")) for it in (await sitemap(service)).iter(LINK)]
    assert sorted(set(links)) == [
        ("ar", f"{service.url}/ar/f/{other['id']}"),
        ("en", f"{service.url}/en/f/{line['id']}"),
    ]
    assert len(links) == 4
    await service.kill("ar", other["id"])
    assert not list((await sitemap(service)).iter(LINK))


async def test_only_the_last_two_days_are_in_it(settings: Settings) -> None:
    """A line is listed for 48 hours, pinned or not."""
    store, now = Store(settings.redis_url), utcnow()
    for hours in (1, 47, 49):
        moment = now - timedelta(hours=hours)
        item = flash(f"h{hours}", firstcreated=moment, versioncreated=moment, pinned=hours == 49)
        await Wire(store).append(record(item), "announce", IdempotencyKey(f"{hours}", "", 60))
    await store.close()
    async with running(settings) as service:
        assert [it.rpartition("/")[2] for it in urls(await sitemap(service))] == ["h1", "h47"]


async def test_at_most_a_thousand_are_in_it(
    settings: Settings,
) -> None:
    """However much is published, the map has the newest thousand lines."""
    store, now = Store(settings.redis_url), utcnow()
    wire = Wire(store)
    for number in range(1003):
        moment = now - timedelta(seconds=1003 - number)
        item = flash(f"{number:04d}", firstcreated=moment, versioncreated=moment)
        await wire.append(record(item), "announce", IdempotencyKey(f"{number}", "", 60))
    await store.close()
    async with running(settings) as service:
        found = urls(await sitemap(service))
        assert len(found) == 1000
        assert (found[0][-4:], found[-1][-4:]) == ("1002", "0003")


async def test_addresses_are_those_of_the_public_url(settings: Settings) -> None:
    """Behind a proxy robots are told the name that readers know."""
    public = replace(settings, public_url="https://news.example")
    async with running(public) as service:
        await service.post("en", "Harbour closed")
        assert urls(await sitemap(service))[0].startswith("https://news.example/en/f/")
        assert b"Sitemap: https://news.example/" in (await service.get("/robots.txt")).body
