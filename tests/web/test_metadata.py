"""What machines read in the heads of the pages that people land on."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.service import Running, running
from ticker.news.masthead import Logo, Masthead

if TYPE_CHECKING:
    from ticker.settings import Settings

# What Google's guides of the two types require and recommend.
ARTICLE = {"headline", "image", "datePublished", "dateModified", "author"}
BLOG = {"headline", "image", "datePublished", "dateModified", "author", "publisher",
        "coverageStartTime", "coverageEndTime", "liveBlogUpdate"}  # fmt: skip
UPDATE = {"headline", "articleBody", "datePublished", "dateModified", "author", "url"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LANDING = ("/en", "/en?section=sports", "/en/section/sports", "/en/coverage/storm", "/en/f/{id}")


async def head(service: Running, path: str) -> str:
    answer = await service.get(path)
    assert answer.status == 200
    found, _, _ = answer.body.decode().partition("</head>")
    return found


def structured(html: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    document: dict[str, Any] = json.loads(found)
    check(document)
    return document


def meta(html: str, name: str) -> str:
    (found,) = re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)">', html)
    return unescape(found)


def check(document: dict[str, Any]) -> None:
    """What a validator of search engines would: types, properties, moments, absolute addresses."""
    assert document["@context"] == "https://schema.org"
    kind = document["@type"]
    assert kind in {"NewsArticle", "LiveBlogPosting"}
    assert document.keys() >= (ARTICLE if kind == "NewsArticle" else BLOG)
    assert document["isAccessibleForFree"] is True
    assert document["mainEntityOfPage"] == document["url"]
    assert document["publisher"]["logo"]["url"].startswith("http")
    for part in (document, *document.get("liveBlogUpdate", ())):
        for name in ("datePublished", "dateModified", "coverageStartTime", "coverageEndTime"):
            assert name not in part or MOMENT.fullmatch(part[name])
        assert part["datePublished"] <= part["dateModified"]
        assert part["url"].startswith("http")
        for author in part["author"]:
            assert author["name"]
            assert author["url"].startswith("http")
    for update in document.get("liveBlogUpdate", ()):
        assert update["@type"] == "BlogPosting"
        assert update.keys() >= UPDATE


async def line(service: Running, headline: str = "Storm nears") -> dict[str, Any]:
    fields = {"section": "sports", "coverage": "storm", "source": "Weather Office"}
    return await service.post("en", headline, **fields)


@pytest.mark.parametrize("path", LANDING)
async def test_every_page_that_people_land_on_has_structured_data(
    service: Running, path: str
) -> None:
    """Board, section, story and line say to search engines what, when, in which language and whose."""
    first = await line(service)
    await line(service, "Storm is here")
    html = await head(service, path.format(id=first["id"]))
    document = structured(html)
    canonical = re.search(r'<link rel="canonical" href="([^"]*)">', html)
    assert canonical is not None
    assert document["url"] == unescape(canonical[1])
    assert document["inLanguage"] == "en"
    if "/f/" in path:
        assert (document["@type"], document["articleBody"]) == ("NewsArticle", "Storm nears")
        assert document["articleSection"] == "Sports"
        return
    assert document["@type"] == "LiveBlogPosting"
    assert [it["articleBody"] for it in document["liveBlogUpdate"]] == [
        "Storm is here",
        "Storm nears",
    ]
    assert document["coverageStartTime"] == first["firstcreated"]
    assert document["coverageEndTime"] > first["firstcreated"]


async def test_a_correction_is_told_and_a_kill_takes_all_words(service: Running) -> None:
    """A corrected line has its note and a new time everywhere; a killed one no word, in no head."""
    first = await line(service)
    await line(service, "Storm is here")
    await service.patch("en", first["id"], headline="Gale nears", correction="It was a gale")
    for path in LANDING:
        document = structured(await head(service, path.format(id=first["id"])))
        told = document.get("liveBlogUpdate", [document])[-1]
        assert (told["headline"], told["correction"]) == ("Gale nears", "It was a gale")
        assert told["dateModified"] > told["datePublished"] == first["firstcreated"]
    await service.kill("en", first["id"])
    for path in LANDING:
        answer = await service.get(path.format(id=first["id"]))
        for word in (b"Gale", b"gale", b"nears"):
            assert word not in answer.body
        assert (b"ld+json" in answer.body) is ("/f/" not in path)


async def test_a_board_without_lines_has_no_structured_data(service: Running) -> None:
    """Where there is no line, nothing is made up for search engines."""
    assert "ld+json" not in await head(service, "/en")


async def test_previews_have_a_picture_of_the_page(service: Running) -> None:
    """A shared address shows the line, the story or the edition as a large picture that exists."""
    first = await line(service)
    for path in (*LANDING, "/ar", "/en?before=now"):
        html = await head(service, path.format(id=first["id"]))
        address = meta(html, "og:image")
        assert address.startswith(service.url)
        assert (meta(html, "og:image:width"), meta(html, "og:image:height")) == ("1200", "630")
        assert meta(html, "og:image:alt") == meta(html, "og:title")
        assert meta(html, "twitter:card") == "summary_large_image"
        answer = await service.get(urlsplit(address).path)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")


async def test_without_the_extra_previews_have_a_plain_picture(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that can make no pictures names one that is shipped, and makes none."""
    monkeypatch.setattr("ticker.web.metadata.is_possible", lambda: False)
    monkeypatch.setattr("ticker.formats.picture.is_possible", lambda: False)
    first = await line(service)
    address = meta(await head(service, f"/en/f/{first['id']}"), "og:image")
    answer = await service.get(urlsplit(address).path)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert (await service.get(f"/en/f/{first['id']}.v1.png")).status == 404


async def test_the_publisher_is_the_newsroom(settings: Settings) -> None:
    """Name, logo and icon are those of the newsroom file; a path is on this host."""
    masthead = Masthead({"en": "Harbour Post"}, Logo("/static/logo.svg", 160, 32), icon="/i.png")
    newsroom = replace(settings.newsroom, masthead=masthead)
    async with running(replace(settings, newsroom=newsroom)) as service:
        first = await line(service)
        html = await head(service, f"/en/f/{first['id']}")
        publisher = structured(html)["publisher"]
        assert publisher["name"] == meta(html, "og:site_name") == "Harbour Post"
        assert publisher["logo"]["url"] == f"{service.url}/static/logo.svg"
        for rel in ("icon", "apple-touch-icon"):
            assert re.search(rf'<link rel="{rel}" href="/i\.png"', html)


async def test_a_page_can_be_put_on_a_home_screen(service: Running) -> None:
    """Each edition's pages name its manifest, whose icons exist in the sizes it says."""
    for code in ("en", "ar"):
        html = await head(service, f"/{code}")
        assert f'<link rel="manifest" href="/{code}/app.webmanifest">' in html
        answer = await service.get(f"/{code}/app.webmanifest")
        assert answer.headers["content-type"] == "application/manifest+json"
        assert answer.json["start_url"] == f"/{code}"
        for icon in answer.json["icons"]:
            content = (await service.get(icon["src"])).body
            width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
            assert f"{width}x{height}" == icon["sizes"]
    assert (await service.get("/xx/app.webmanifest")).status == 404
