"""The page of one line as it is served."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request

from tests.support.flashes import after, flash, record
from ticker.hub.hub import Hub
from ticker.metrics import Metrics
from ticker.news.document import utcnow
from ticker.news.event import GENESIS
from ticker.news.flash import Flash, PubStatus, correct, kill, release
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.stories import StoryVersions
from ticker.web.pages.permalinks import Permalinks, Step, history, shares
from ticker.web.pages.versions import LanguageVersions
from ticker.web.reading import Reading
from ticker.web.render_queue import RenderQueue
from ticker.web.rendered import RenderedPages
from ticker.web.templating import Templates

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.news.event import Record
    from ticker.settings import Settings

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script> \"'><img src=x onerror=a> &lt;b&gt; &amp;",
    "{{ 7*7 }} {text} {url} %7Btext%7D",
]


async def page(service: Running, path: str) -> str:
    answer = await service.get(path)
    assert answer.status == 200
    return answer.body.decode()


def article(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document


def meta(html: str, name: str) -> list[str]:
    found = re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)">', html)
    return [unescape(it) for it in found]


async def test_all_that_is_known_of_a_line(service: Running) -> None:
    """A line's page has its words, its source, where it is filed, its story and its coverage."""
    line = await service.post(
        "en", "Harbour closed", urgency=2, source="Port", located="Hamburg", section="economy",
        region="europe", tags=["ships & boats"], coverage="harbour-bridge", url="https://news.example/a",
    )  # fmt: skip
    html = await page(service, f"/en/f/{line['id']}")
    for text in ("Harbour closed", "Port", "Hamburg", "Economy", "Europe", "Harbour bridge"):
        assert f">{text}<" in html
    assert "<title>Harbour closed · Breaking news</title>" in html
    links = [unescape(it) for it in re.findall(r'href="([^"]*)"', html)]
    assert {"/en/coverage/harbour-bridge", "/en/section/economy", "/en/region/europe",
            "/en?tag=ships%20%26%20boats", "https://news.example/a"} <= set(links)  # fmt: skip


async def test_what_machines_read(service: Running) -> None:
    """Search engines and those who show previews find the line under its one address."""
    line = await service.post("en", "Harbour closed", section="economy", tags=["ships"])
    html = await page(service, f"/en/f/{line['id']}?utm_source=x")
    address = f"{service.url}/en/f/{line['id']}"
    assert f'<link rel="canonical" href="{address}">' in html
    assert meta(html, "og:url") == [address]
    assert meta(html, "og:title") == ["Harbour closed"]
    assert meta(html, "article:published_time") == [line["firstcreated"]]
    assert re.search(
        r'type="application/json\+oembed" href="http://[^"]*/oembed\?url=http%3A', html
    )
    document = article(html)
    assert (document["@type"], document["headline"]) == ("NewsArticle", "Harbour closed")
    assert (document["url"], document["inLanguage"]) == (address, "en")
    assert document["datePublished"] == line["firstcreated"]
    assert "correction" not in document


@pytest.mark.parametrize("headline", HOSTILE)
async def test_a_hostile_line_is_escaped(service: Running, headline: str) -> None:
    """Markup in a line is text in the page, its head, its links and its data."""
    line = await service.post("en", headline, source=headline, tags=[headline[:64]])
    html = await page(service, f"/en/f/{line['id']}")
    assert article(html)["headline"] == headline
    assert meta(html, "og:title") == [headline]
    shown = re.search(r'<bdi class="headline" dir="ltr">(.*?)</bdi>', html)
    assert shown is not None
    assert unescape(shown[1]) == headline
    assert "<" not in shown[1]
    assert len(re.findall(r"<script", html)) == len(re.findall(r"</script>", html)) == 4
    telegram = next(it for it in re.findall(r'href="([^"]*)"', html) if "t.me" in it)
    assert parse_qs(urlsplit(unescape(telegram)).query)["text"] == [headline]


async def test_a_killed_line_has_no_words(service: Running) -> None:
    """A killed line's page is gone and says so, in the edition's language, without its words."""
    line = await service.post("es", "Palabras secretas", source="Fuente", coverage="caso-x")
    await service.patch("es", line["id"], correction="Nota oculta")
    await service.kill("es", line["id"], "motivo")
    answer = await service.get(f"/es/f/{line['id']}")
    html = answer.body.decode()
    assert answer.status == 410
    assert "<h1>Esta noticia fue retirada</h1>" in html
    assert '<meta name="robots" content="noindex">' in html
    for text in ("secretas", "Fuente", "caso", "Nota", "motivo"):
        assert text not in html


async def test_what_is_not_there(service: Running) -> None:
    """Unknown and withheld lines, and those of another edition, are a page that says 404."""
    held = await service.post("en", "Embargoed words", embargoed="2099-01-01T00:00:00Z")
    line = await service.post("en", "Other edition")
    for path in (f"/en/f/{held['id']}", "/en/f/x", f"/ar/f/{line['id']}"):
        answer = await service.get(path, Accept="text/html")
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert b"words" not in answer.body
        assert b"noindex" in answer.body


async def test_the_history_is_public_and_wordless(service: Running) -> None:
    """Readers see when a line was corrected and what they were told, and never what it said before."""
    line = await service.post("en", "Cargo ship strikes bridge")
    await service.patch("en", line["id"], headline="Ferry strikes bridge", correction="A ferry")
    await service.patch("en", line["id"], pinned=True)
    html = await page(service, f"/en/f/{line['id']}")
    steps = re.findall(
        r"<li><time[^>]*>[^<]*</time> <span>([^<]*)</span>(.*?)</li>", html, re.DOTALL
    )
    assert [name for name, _ in steps] == ["First published", "Corrected"]
    assert ">A ferry<" in steps[1][1]
    assert "Cargo" not in html


async def test_a_line_on_show_needs_no_store(settings: Settings) -> None:
    """While the store is away, a line that this process knows has its page, without its history."""
    hub = Hub(settings, Metrics())
    hub.load("en", [flash("a", headline="Known", firstcreated=utcnow())], GENESIS, [])
    away = Store("unix:///nowhere/valkey.sock")
    metrics = Metrics()
    reading, archive, newsroom = Reading(hub, Archive(away)), Archive(away), settings.newsroom
    versions = LanguageVersions(reading, archive, StoryVersions(away), newsroom)
    face = Permalinks(
        Templates("", newsroom), reading, archive, newsroom,
        RenderedPages(RenderQueue(metrics), metrics), versions,
    )  # fmt: skip
    scope = {"type": "http", "method": "GET", "path": "/en/f/a", "query_string": b"", "headers": [],
             "scheme": "http", "server": ("t", 80), "path_params": {"edition": "en", "id": "a"}}  # fmt: skip
    answer = await face.page(Request(scope))
    assert answer.status_code == 200
    assert b">Known<" in answer.body
    await face.page(Request(scope))
    assert metrics.value("ticker_renders_total", kind="permalink") == 2  # it waits for its history
    await away.close()


def test_only_what_was_public_and_changed_is_history() -> None:
    """The history begins with the release, and skips versions that read the same."""
    held = flash("a", pubstatus=PubStatus.WITHHELD, embargoed=after(5))
    versions: list[Flash] = [held, release(held, after(5))]
    for seconds, changes in (
        (6, {"urgency": 1}), (7, {"headline": "new"}), (8, {"correction": "why"}),
        (9, {"headline": "newer"}), (10, {"correction": None}),
    ):  # fmt: skip
        versions.append(correct(versions[-1], changes, after(seconds)))
    records: list[Record] = [record(it) for it in versions]
    steps = history(records, versions[-1])
    assert [(it.time[17:19], it.note, it.first) for it in steps] == [
        ("05", None, True), ("07", None, False), ("08", "why", False), ("09", None, False),
        ("10", None, False),
    ]  # fmt: skip
    killed = kill(versions[-1], after(11))
    assert len(history([*records, record(killed)], killed)) == len(steps)
    assert history([], versions[-1]) == [Step(steps[0].time, None, first=True)]


def test_links_that_share() -> None:
    """A line is shared by plain links that carry its words and its address whole."""
    links = {it.name: it.href for it in shares("A & B #1 + 2%?", "https://t.example/en/f/x?y")}
    for name, field in (("telegram", "text"), ("x", "text"), ("mail", "subject")):
        assert parse_qs(urlsplit(links[name]).query)[field] == ["A & B #1 + 2%?"]
    assert parse_qs(urlsplit(links["facebook"]).query)["u"] == ["https://t.example/en/f/x?y"]
    assert parse_qs(urlsplit(links["whatsapp"]).query)["text"] == [
        "A & B #1 + 2%? https://t.example/en/f/x?y"
    ]
