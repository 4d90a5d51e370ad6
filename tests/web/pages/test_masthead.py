"""The newsroom's masthead, sections, regions and language versions, as they are served."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.service import Running, running
from ticker.news.masthead import masthead_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.settings import Settings

TABLE = """
name = { en = "Harbour <Post>", ar = "بريد الميناء", es = "Correo" }
logo = { src = "https://cdn.example/logo.svg", dark = "/dark.svg", width = 160, height = 32 }
colours = { masthead = "#0b2545", words = "#ffffff" }
links = [{ text = { en = "News", ar = "أخبار" }, url = "https://news.example/?a=1&b=2" }]
footer = [{ text = "Privacy", url = "/privacy" }]
"""


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[Running]:
    """A service of a newsroom that has a masthead of its own."""
    newsroom = settings.newsroom
    masthead = masthead_of(tomllib.loads(TABLE), newsroom.editions)
    async with running(replace(settings, newsroom=replace(newsroom, masthead=masthead))) as started:
        yield started


async def html(service: Running, path: str) -> str:
    return (await service.get(path)).body.decode()


def links(page: str, name: str) -> list[tuple[str, str]]:
    """Address and language of each link under a class, or of `hreflang` in the head."""
    part = page.partition(f'<p class="{name}">')[2].partition("</p>")[0]
    return re.findall(r'<a href="([^"]*)" hreflang="([^"]*)"', part)


def alternates(page: str, base: str) -> dict[str, str]:
    found = re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', page)
    return {lang: address.removeprefix(base) for lang, address in found}


async def test_every_page_is_the_newsrooms(house: Running) -> None:
    """Name, logo, links, colours and foot stand on every page, and its title names the newsroom."""
    line = await house.post("en", "Line", coverage="flood")
    paths = ("/en", "/en/section/sports", "/en/coverage/flood", f"/en/f/{line['id']}", "/en?before=now",
             "/en?q=x", "/en/coverage/none")  # fmt: skip
    for path in paths:
        answer = await house.request("GET", path, token=None, headers={"Accept": "text/html"})
        page = answer.body.decode()
        assert (
            "Harbour &lt;Post&gt;</title>" in page
            or "Harbour &lt;Post&gt; · English</title>" in page
        )
        assert (
            '<img src="https://cdn.example/logo.svg" width="160" height="32" alt="Harbour &lt;Post&gt;">'
            in page
        )
        assert '<source srcset="/dark.svg" media="(prefers-color-scheme: dark)">' in page
        assert '<a href="https://news.example/?a=1&amp;b=2"><bdi>News</bdi></a>' in page
        assert '<a href="/privacy"><bdi>Privacy</bdi></a>' in page
        assert (
            "img-src 'self' data: https://cdn.example;" in answer.headers["content-security-policy"]
        )
        sheet = re.search(r'href="(/newsroom\.css\?[0-9a-f]+)"', page)
        assert sheet is not None
        address = sheet[1]
    answer = await house.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.body == b":root { --masthead: #0b2545; --on-masthead: #ffffff; }\n"
    assert "أخبار" in await html(house, "/ar")
    assert "news.example" not in await html(house, "/es")


async def test_what_others_read_names_the_newsroom(house: Running) -> None:
    """Previews, publishers and embeds name the newsroom, each edition as it is called there."""
    line = await house.post("ar", "خبر")
    assert '<meta property="og:site_name" content="بريد الميناء">' in await html(house, "/ar")
    head = await html(house, f"/ar/f/{line['id']}")
    assert '"name": "\\u0628' in head.partition('"publisher": {')[2].partition("</script>")[0]
    assert "<title>بريد الميناء · العربية</title>" in await html(house, "/embed/ar")
    answer = await house.get(f"/oembed?url={house.url}/ar")
    assert answer.json["provider_name"] == "بريد الميناء"


async def test_without_a_masthead_of_its_own_a_page_is_plain(service: Running) -> None:
    """A newsroom that says nothing of itself has a page named for what it is, and no empty parts."""
    page = await html(service, "/en")
    assert "<title>Breaking news · English</title>" in page
    assert '<h1 class="brand"><a href="/en" rel="home"><bdi>Breaking news</bdi></a></h1>' in page
    assert "newsroom.css" not in page
    assert "<img" not in page
    assert 'class="links"' not in page


async def test_a_section_is_a_page(service: Running) -> None:
    """A section and a region have an address, a title, lines of theirs, and the others beside them."""
    await service.post("es", "Gol", section="sports", region="asia")
    await service.post("es", "Voto", section="politics", region="asia")
    for path, title, lines in (
        ("section/sports", "Deportes", ["Gol"]),
        ("region/asia", "Asia", ["Voto", "Gol"]),
        ("section/health", "Salud", []),
    ):
        page = await html(service, f"/es/{path}")
        assert f"<title>{title} · Noticias de última hora · Español</title>" in page
        assert f"<h1>{title}</h1>" in page
        assert f'<link rel="canonical" href="{service.url}/es/{path}">' in page
        assert alternates(page, service.url) == {
            "en": f"/en/{path}", "ar": f"/ar/{path}", "es": f"/es/{path}", "x-default": f"/en/{path}"}  # fmt: skip
        shown = page.partition('id="lines"')[2]
        assert re.findall(r'class="headline"[^>]*>([^<]*)<', shown) == lines
        assert ('<p class="empty"' in shown) is not bool(lines)
        assert f'href="/es/{path}?before=' in page
        assert (await service.get(f"/es/{path}?before=now")).status == 200


async def test_an_old_address_of_a_section_still_leads_there(service: Running) -> None:
    """Links of old show the same page, which names its one address."""
    await service.post("en", "Match won", section="sports")
    old, new = await html(service, "/en?section=sports"), await html(service, "/en/section/sports")
    assert old == new


async def test_what_is_no_section(service: Running) -> None:
    """A section or region that the newsroom does not have is not found, as a page says."""
    for path in ("/en/section/gossip", "/en/region/mars", "/xx/section/sports"):
        answer = await service.get(path, Accept="text/html")
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_language_versions_of_a_line_lead_to_each_other(service: Running) -> None:
    """A line's page names its versions on the air in other editions, in the page and in its head."""
    first = await service.post("en", "Bridge closed")
    second = await service.post("ar", "إغلاق الجسر", story=first["id"])
    await service.post("es", "Puente", story=first["id"], embargoed="2099-01-01T00:00:00Z")
    here, there = f"/en/f/{first['id']}", f"/ar/f/{second['id']}"
    assert links(await html(service, here), "also") == [(there, "ar")]
    assert links(await html(service, there), "also") == [(here, "en")]
    for path in (here, there):
        assert alternates(await html(service, path), service.url) == {"en": here, "ar": there}
    await service.kill("ar", second["id"])
    page = await html(service, here)
    assert (links(page, "also"), alternates(page, service.url)) == ([], {})


async def test_language_versions_of_a_story_lead_to_each_other(service: Running) -> None:
    """A story is the same where its slug is, or where versions of its lines are filed under another."""
    first = await service.post("en", "Bridge closed", coverage="harbour-bridge")
    second = await service.post("ar", "إغلاق الجسر", coverage="جسر", story=first["id"])
    third = await service.post("es", "Puente cerrado", coverage="harbour-bridge")
    arabic = "/ar/coverage/%D8%AC%D8%B3%D8%B1"
    page = await html(service, "/en/coverage/harbour-bridge")
    assert links(page, "also") == [(arabic, "ar"), ("/es/coverage/harbour-bridge", "es")]
    assert alternates(page, service.url)["ar"] == arabic
    assert links(await html(service, arabic), "also") == [("/en/coverage/harbour-bridge", "en")]
    await service.kill("es", third["id"])
    await service.kill("ar", second["id"])
    assert links(await html(service, "/en/coverage/harbour-bridge"), "also") == []


async def test_a_running_story_has_a_band(service: Running) -> None:
    """A story of two lines stands above the lines of the board, and not above those of a section."""
    await service.post("en", "One", coverage="flood", section="health")
    assert 'data-story="flood"' not in (await html(service, "/en")).partition('id="lines"')[0]
    await service.post("en", "Two", coverage="flood", section="health")
    band = (await html(service, "/en")).partition('id="stories"')[2].partition("</nav>")[0]
    assert (
        '<a data-story="flood" href="/en/coverage/flood"><bdi>Flood</bdi> <time datetime="' in band
    )
    section = (await html(service, "/en/section/health")).partition('id="lines"')[0]
    assert 'data-story="flood"' not in section


async def test_a_line_names_its_story(service: Running) -> None:
    """Each line of a story leads to its page."""
    await service.post("en", "One", coverage="flood")
    lines = (await html(service, "/en")).partition('id="lines"')[2]
    assert (
        '<a class="of" data-story="flood" href="/en/coverage/flood"><bdi>Flood</bdi></a>' in lines
    )
