"""The page for an iframe as it is served."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.service import Running, running

if TYPE_CHECKING:
    from ticker.settings import Settings

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script> \"'><img src=x onerror=a> &lt;b&gt; &amp;",
    "{{ 7*7 }} \u2066abc\u2069 </breaking-ticker></ol>",
]


async def page(service: Running, path: str) -> str:
    answer = await service.get(path)
    assert answer.status == 200
    return answer.body.decode()


def headlines(html: str) -> list[str]:
    return [unescape(it) for it in re.findall(r'class="headline"[^>]*>([^<]*)<', html)]


def blog(html: str) -> Any:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    assert not set("<>&\u2028\u2029") & set(found[0])
    return json.loads(found[0])


def restricted(settings: Settings, *origins: str) -> Settings:
    editions = settings.newsroom.editions
    first = replace(editions["en"], origins=origins)
    return replace(
        settings, newsroom=replace(settings.newsroom, editions={**editions, "en": first})
    )


async def test_the_lines_are_in_the_page(service: Running) -> None:
    """A crawler or a reader without script finds every line with time, source, link and note."""
    line = await service.post(
        "en", "Harbour closed", source="Port", url="https://news.example/a?b=1&c=2", urgency=2
    )
    await service.patch("en", line["id"], correction="It is the harbour")
    await service.post("en", "Vote at noon")
    html = await page(service, "/embed/en")
    assert headlines(html) == ["Vote at noon", "Harbour closed"]
    assert 'href="https://news.example/a?b=1&amp;c=2" rel="noopener" target="_blank"' in html
    assert f'href="/en/f/{line["id"]}"' in html
    assert f'datetime="{line["firstcreated"]}"' in html
    for text in ("Port", "It is the harbour", "Corrected ", "Alert "):
        assert f">{text}<" in html


async def test_machines_read_a_live_blog(service: Running) -> None:
    """Search engines get each line with its times, language and address (schema.org)."""
    first = await service.post("ar", "خبر أول")
    second = await service.post("ar", "خبر ثان")
    await service.patch("ar", first["id"], headline="خبر أول، مصحح")
    found = blog(await page(service, "/embed/ar"))
    assert (found["@type"], found["inLanguage"]) == ("LiveBlogPosting", "ar")
    updates = found["liveBlogUpdate"]
    assert [it["headline"] for it in updates] == ["خبر ثان", "خبر أول، مصحح"]
    assert [it["url"] for it in updates] == [
        f"{service.url}/ar/f/{line['id']}" for line in (second, first)
    ]
    assert updates[1]["datePublished"] == first["firstcreated"]
    assert updates[1]["dateModified"] > first["versioncreated"]
    assert found["datePublished"] == first["firstcreated"]
    assert found["dateModified"] == updates[1]["dateModified"]


@pytest.mark.parametrize("headline", HOSTILE)
async def test_a_hostile_line_is_text(service: Running, headline: str) -> None:
    """Markup in a line ends neither the list nor the data for machines."""
    await service.post("en", headline, source=headline, urgency=1)
    for mode in ("rotate", "crawl", "stack", "flash"):
        html = await page(service, f"/embed/en?mode={mode}")
        assert headlines(html) == [headline]
        assert [it["headline"] for it in blog(html)["liveBlogUpdate"]] == [headline]
        assert html.count("</breaking-ticker>") == html.count("</ol>") == 1
        assert len(re.findall(r"<script\b", html)) == 5


async def test_what_readers_may_not_see_is_not_there(service: Running) -> None:
    """Killed and withheld lines leave no word in the page."""
    killed = await service.post("en", "Mistaken words", source="Nobody")
    await service.post("en", "Secret words", embargoed="2099-01-01T00:00:00Z")
    assert "Mistaken words" in await page(service, "/embed/en")
    await service.kill("en", killed["id"])
    html = await page(service, "/embed/en")
    assert not re.search(r"Mistaken|Nobody|Secret", html)
    assert "ld+json" not in html
    assert "No breaking news" in html


async def test_the_choices_are_the_elements(service: Running) -> None:
    """What the address asks for is what the banner is told, and where its lines come from."""
    await service.post("en", "Match over", section="sports")
    await service.post("en", "Vote", section="politics")
    html = await page(
        service, "/embed/en?mode=stack&max=3&theme=dark&label=%22%3E%3Cb&section=sports"
    )
    tag = re.search(r"<breaking-ticker (.*?)>\n", html)
    assert tag is not None
    assert {it[0]: unescape(it[1]) for it in re.findall(r'([a-z]+)="([^"]*)"', tag[1])} == {
        "lang": "en",
        "dir": "ltr",
        "edition": "en",
        "mode": "stack",
        "theme": "dark",
        "max": "3",
        "label": '"><b',
        "section": "sports",
    }
    assert headlines(html) == ["Match over"]
    assert f'<link rel="canonical" href="{service.url}/en/section/sports">' in html


async def test_a_wrong_choice_is_named(service: Running) -> None:
    """A mistake in the address is told by name, as a document or as a page."""
    answer = await service.get("/embed/en?mode=spin&max=0")
    assert (answer.status, answer.fields) == (422, ["mode", "max"])
    answer = await service.get("/embed/en?mode=spin", Accept="text/html")
    assert answer.status == 422
    assert b"mode must be one of rotate, crawl, stack, flash" in answer.body
    assert (await service.get("/embed/nowhere")).status == 404


async def test_who_may_put_it_into_a_frame(settings: Settings) -> None:
    """An edition that names its sites can be framed by them and by us, any other by everybody."""
    origins = ("https://a.example", "https://b.example")
    async with running(restricted(settings, *origins)) as service:
        policies = [
            (await service.get(f"/embed/{code}")).headers["content-security-policy"]
            for code in ("en", "ar")
        ]
        assert "x-frame-options" not in (await service.get("/embed/en")).headers
    assert policies[0].endswith("frame-ancestors 'self' https://a.example https://b.example")
    assert policies[1].endswith("frame-ancestors *")
    assert all("unsafe" not in policy for policy in policies)


async def test_the_page_has_no_inline_style_or_script(service: Running) -> None:
    """The page keeps its own strict policy."""
    await service.post("en", "Line")
    html = await page(service, "/embed/en?breaking=004488&max=3&mode=stack")
    assert not re.search(r"<style|<script>|\son[a-z]+=|\sstyle=", html)
