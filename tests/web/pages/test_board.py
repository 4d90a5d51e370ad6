"""The reader page as it is served, before any script runs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from tests.support.flashes import NOON, flash
from tests.support.service import Running, running
from ticker.hub.hub import Hub
from ticker.metrics import Metrics
from ticker.news.document import utcnow
from ticker.news.event import GENESIS
from ticker.settings import static_dir
from ticker.store.archive import Archive
from ticker.store.clicks import Clicks
from ticker.store.full_text import FullText
from ticker.store.search import Search
from ticker.web.pages.board import Pages, regrouped
from ticker.web.pages.search import SearchPages
from ticker.web.reading import Reading
from ticker.web.render_queue import RenderQueue
from ticker.web.rendered import RenderedPages
from ticker.web.templating import Templates

if TYPE_CHECKING:
    from ticker.settings import Settings
    from ticker.store.client import Store


@pytest.mark.parametrize(
    ("path", "lang", "direction"),
    [("/", "en", "ltr"), ("/en", "en", "ltr"), ("/ar", "ar", "rtl"), ("/es", "es", "ltr")],
)
async def test_each_edition_has_its_page(
    service: Running, path: str, lang: str, direction: str
) -> None:
    """Every edition has a page in its language and direction, that names the others."""
    answer = await service.get(path)
    html = answer.body.decode()
    assert answer.status == 200
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}" dir="{direction}">' in html
    assert re.findall(r'<a href="/([a-z]+)" hreflang', html) == ["en", "ar", "es"]
    assert html.count('aria-current="page"') == 1


async def test_the_lines_are_in_the_page(service: Running) -> None:
    """A reader or a crawler without scripts sees the lines, with time, source, link and note."""
    line = await service.post(
        "en",
        "Harbour closed",
        source="Port",
        url="https://news.example/a?b=1&c=2",
        section="economy",
    )
    await service.patch("en", line["id"], correction="It is the harbour")
    html = (await service.get("/en")).body.decode()
    assert ">Harbour closed</a>" in html
    assert 'href="https://news.example/a?b=1&amp;c=2"' in html
    assert f'datetime="{line["firstcreated"]}"' in html
    for text in ("Port", "Economy", "It is the harbour", "Corrected"):
        assert f">{text}<" in html


@pytest.mark.parametrize(
    "headline", ["<script>alert(1)</script>", "\"'><img src=x onerror=a>", "{{ 7*7 }}"]
)
async def test_a_hostile_line_is_escaped(service: Running, headline: str) -> None:
    """Markup in a line is text in the page's source."""
    await service.post("en", headline, source=headline)
    html = (await service.get("/en")).body.decode()
    shown = re.search(r'<bdi class="headline" dir="ltr">(.*?)</bdi>', html)
    assert shown is not None
    assert unescape(shown[1]) == headline
    assert "<" not in shown[1]
    assert "alert(1)</script>" not in html


async def test_the_page_keeps_a_strict_policy(service: Running) -> None:
    """The page has no inline script or style, and its policy would not run one."""
    answer = await service.get("/en")
    html = answer.body.decode()
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", html)


async def test_an_edition_that_is_none_has_no_page(service: Running) -> None:
    """A wrong address says which editions there are."""
    answer = await service.get("/nowhere")
    assert (answer.status, answer.fields) == (404, ["edition"])
    assert "en, ar, es" in answer.json["detail"]


def headlines(html: str) -> list[str]:
    return re.findall(r'class="headline"[^>]*>([^<]*)<', html.partition('id="lines"')[2])


async def test_a_filtered_page_is_an_address(service: Running) -> None:
    """A shared link shows the chosen lines in list and banner, marks the choice, and undoes it."""
    await service.post("en", "Match won", section="sports", region="asia")
    await service.post("en", "Match lost", section="sports", region="europe")
    await service.post("en", "Vote", section="politics", region="asia")
    html = (await service.get("/en?region=asia&section=sports&section=health")).body.decode()
    assert headlines(html) == ["Match won"]
    assert (
        '<breaking-ticker edition="en" lang="en" dir="ltr" label="Breaking" section="sports,health" region="asia">'
        in html
    )
    chosen = re.findall(r'<a href="([^"]*)" aria-current="true"[^>]*><bdi>([^<]*)<', html)
    assert [(unescape(href), label) for href, label in chosen] == [
        ("/en?section=health&region=asia", "Sports"),
        ("/en?section=sports&region=asia", "Health"),
        ("/en?section=sports&section=health", "Asia"),
    ]
    assert 'data-filters="section=sports&amp;section=health&amp;region=asia"' in html
    assert 'href="/en?section=sports&amp;section=health&amp;region=asia&amp;before=' in html


async def test_a_filter_that_is_none_is_named(service: Running) -> None:
    """A section that the newsroom does not have is refused by name."""
    answer = await service.get("/en?section=gossip")
    assert (answer.status, answer.fields) == (422, ["section"])


async def test_the_past_goes_on_where_the_board_ends(settings: Settings) -> None:
    """Earlier lines are a page away, page after page, with the same filter, and never twice."""
    async with running(replace(settings, board_lines=3)) as service:
        posted = [
            await service.post("en", f"Line {n}", section=["sports", "health"][n % 2])
            for n in range(130)
        ]
        for query, wanted in (("", posted), ("section=sports", posted[::2])):
            path, seen = f"/en?{query}", list[str]()
            while path:
                html = (await service.get(path)).body.decode()
                seen += headlines(html)
                more = re.search(r'<a href="([^"]*)" rel="next">', html)
                path = unescape(more[1]) if more else ""
            assert seen == [it["headline"] for it in wanted][::-1]


async def test_the_past_shows_what_readers_may_see(service: Running) -> None:
    """The past has expired lines, and no withheld or killed ones; it begins at any line but those."""
    expired = await service.post("en", "Expired")
    await service.patch("en", expired["id"], expires="2000-01-01T00:00:00Z")
    killed = await service.post("en", "Killed")
    held = await service.post("en", "Held", embargoed="2099-01-01T00:00:00Z")
    last = await service.post("en", "Last")
    await service.kill("en", killed["id"])
    assert headlines((await service.get("/en?before=now")).body.decode()) == ["Last", "Expired"]
    assert headlines((await service.get(f"/en?before={last['id']}")).body.decode()) == ["Expired"]
    assert headlines((await service.get(f"/en?before={killed['id']}")).body.decode()) == ["Expired"]
    for flash_id in (held["id"], "nowhere"):
        answer = await service.get(f"/en?before={flash_id}")
        assert (answer.status, answer.fields) == (404, ["before"])


async def test_what_machines_read(service: Running) -> None:
    """Search engines find each edition under one address, and the editions beside it."""
    html = (await service.get("/?utm_source=x")).body.decode()
    assert f'<link rel="canonical" href="{service.url}/en">' in html
    assert f'<meta property="og:url" content="{service.url}/en">' in html
    assert f'href="{service.url}/oembed?url=http%3A%2F%2F127.0.0.1%3A{service.port}%2Fen"' in html
    found = re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', html)
    assert found == [
        *((code, f"{service.url}/{code}") for code in ("en", "ar", "es")),
        ("x-default", f"{service.url}/en"),
    ]


async def test_what_is_most_read(store: Store, settings: Settings) -> None:
    """The five lines whose stories were opened most are named, those on show alone."""
    hub = Hub(settings, Metrics())
    now, link = utcnow(), "https://news.example/a"
    lines = [flash(f"{n}", url=link, firstcreated=now) for n in range(7)]
    hub.load("en", [*lines, flash("bare", firstcreated=now)], GENESIS, [])
    clicks = Clicks(store, ["en"])
    for n, flash_id in enumerate(["gone", "bare", "3", "5", "1", "0", "6", "2"]):
        for reader in range(10 - n):
            clicks.count("en", flash_id, f"192.0.2.{reader}")
    await clicks.exchange()
    metrics = Metrics()
    templates, reading = Templates("", settings.newsroom), Reading(hub, Archive(store))
    rendered = RenderedPages(RenderQueue(metrics), metrics)
    found = SearchPages(templates, reading, FullText(store), settings.newsroom, rendered)
    pages = Pages(templates, reading, Search(store), clicks, settings.newsroom, rendered, found)
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [],
             "scheme": "http", "server": ("t", 80)}  # fmt: skip
    html = bytes((await pages.home(Request(scope))).body).decode()
    most = html.partition('class="most"')[2]
    assert re.findall(r'<li data-id="([^"]*)">', most) == ["3", "5", "1", "0", "6"]
    for reader in range(30):
        clicks.count("en", "2", f"198.51.100.{reader}")
    await clicks.exchange()
    html = bytes((await pages.home(Request(scope))).body).decode()
    assert '<li data-id="2">' in html.partition('class="most"')[2]
    await pages.home(Request(scope))
    assert metrics.value("ticker_renders_total", kind="board") == 2


def test_a_page_ends_when_a_line_leaves_its_group() -> None:
    """The page without script moves a line from "now" to "today" on the minute, and on at midnight."""
    fresh = flash("a", firstcreated=datetime(2026, 11, 23, 11, 30, 40, tzinfo=UTC))
    old = flash("b", firstcreated=datetime(2026, 11, 23, 3, tzinfo=UTC))
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert regrouped([fresh, old], NOON) == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert regrouped([fresh, old], datetime(2026, 11, 23, 12, 30, tzinfo=UTC)) == midnight
    assert regrouped([], NOON) == midnight


async def test_nobody_has_read_anything_yet(service: Running) -> None:
    """Before the first click there is no list of what is most read."""
    await service.post("en", "Line", url="https://news.example/a")
    assert b'class="most"' not in (await service.get("/en")).body


async def test_what_browsers_and_robots_ask_for(service: Running) -> None:
    """There is an icon at its old address, and robots may read all but the interface and the desk."""
    icon = await service.get("/favicon.ico")
    assert (await service.get(icon.headers["location"])).status == 200
    robots = (await service.get("/robots.txt")).body.decode()
    assert robots.splitlines()[:3] == ["User-agent: *", "Disallow: /v1/", "Disallow: /desk"]


def test_the_words_are_there_in_every_language() -> None:
    """No page lacks a word in a language that we have."""
    words = json.loads((static_dir() / "reader" / "words.json").read_text("utf-8"))
    assert set(words) == {"en", "ar", "es", "fr"}
    for lang in words:
        assert words[lang].keys() == words["en"].keys()
        assert all(words[lang].values())


async def test_a_foreign_name_does_not_turn_a_line_round(service: Running) -> None:
    """An Arabic line that begins with a Latin name is set from right to left, as served too."""
    line = await service.post("ar", "OpenSky توقف رحلاتها")
    for path in ("/ar", f"/ar/f/{line['id']}"):
        html = (await service.get(path)).body.decode()
        assert '<bdi class="headline" dir="rtl">OpenSky' in html
