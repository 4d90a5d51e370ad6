"""Languages and directions of editions, in banner, frame and list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere
from tests.browser.test_reader import long_ago
from tests.support.service import Running, running
from ticker.news.newsroom import newsroom_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from ticker.settings import Settings

# Code, language as the newsroom file has it, direction; the banner's language, its word for "Breaking".
EDITIONS = [
    ("ps", "ps", "rtl", "ps", "Breaking"),
    ("kurdi", "CKB", "rtl", "ckb", "Breaking"),
    ("gulf", "AR-AE", "rtl", "ar-AE", "عاجل"),
    ("news24", "pt_BR", "ltr", "pt-BR", "Breaking"),
    ("chile", "arn", "ltr", "arn", "Breaking"),
    ("secret", "x-anything", "rtl", "en", "Breaking"),
    ("latino", "es-419", "ltr", "es-419", "Última hora"),
]


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[Running]:
    """A newsroom of many languages."""
    tables = [
        {"code": code, "lang": lang, "dir": direction, "name": code, "label": "Label"}
        for code, lang, direction, _, _ in EDITIONS
    ]
    newsroom = replace(newsroom_of({"editions": tables}), regions=settings.newsroom.regions)
    async with running(replace(settings, newsroom=newsroom)) as service:
        yield service


async def test_an_edition_has_its_own_language_and_direction(
    each_browser: Browser, world: Running
) -> None:
    """A banner told nothing but its edition shows even a line of another day as that edition is written."""
    page = await each_browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for code, *_ in EDITIONS:
        await long_ago(world, f"old-{code}", edition=code, headline="2026", pinned=True)
    tags = "".join(f'<breaking-ticker edition="{code}"></breaking-ticker>' for code, *_ in EDITIONS)
    html = f'<script type="module" src="{world.url}/ticker.js"></script>{tags}'
    async with elsewhere(html) as address:
        await page.goto(address)
        for code, _, direction, lang, label in EDITIONS:
            banner = page.locator(f'[edition="{code}"]')
            await expect(banner.locator(".headline")).to_have_text("2026")
            await expect(banner.locator(".box")).to_have_attribute("lang", lang)
            for part in (".bar", ".line", ".headline"):
                await expect(banner.locator(part)).to_have_css("direction", direction)
            await expect(banner.locator(".word")).to_have_text(label)
            await expect(banner).to_have_attribute("status", "live")
    assert errors == []
    await page.close()


@pytest.mark.parametrize("path", ["/ps", "/embed/ps?mode=stack", "/embed/gulf"])
async def test_nothing_turns_round_when_scripts_run(page: Page, world: Running, path: str) -> None:
    """Page and frame of an edition stay as they were served, in every language."""
    await world.post(path.rsplit("/", maxsplit=1)[-1].partition("?")[0], "12")
    await page.goto(world.url + path)
    await expect(page.locator("breaking-ticker .line")).to_have_css("direction", "rtl")
    await world.post(path.rsplit("/", maxsplit=1)[-1].partition("?")[0], "13")
    for line in (page.locator(".line", has_text="13").first, page.locator(".bar")):
        await expect(line).to_have_css("direction", "rtl")
    box = page.locator("breaking-ticker .box")
    label, button = page.locator(".label"), page.locator(".button")
    places = [await it.bounding_box() for it in (box, label, button)]
    assert all(places)
    [whole, start, end] = [it["x"] + it["width"] / 2 for it in places if it]
    assert end < whole < start


async def test_the_page_has_the_last_word(page: Page, service: Running) -> None:
    """A site that says language and direction itself gets these, from the first moment on."""
    tag = '<breaking-ticker edition="en" lang="ckb" dir="rtl"></breaking-ticker>'
    html = f'<script type="module" src="{service.url}/ticker.js"></script>{tag}'
    async with elsewhere(html) as address:
        await page.goto(address)
        box = page.locator(".box")
        await expect(box).to_have_attribute("data-status", "live")
        await expect(box).to_have_attribute("lang", "ckb")
        await expect(box).to_have_css("direction", "rtl")
        await page.evaluate("document.querySelector('breaking-ticker').dir = 'ltr'")
        await expect(box).to_have_css("direction", "ltr")


async def test_an_empty_banner_says_so_in_the_language_that_it_learns(
    page: Page, world: Running
) -> None:
    """What it said before it knew is said anew: by the service, by the page."""
    tag = '<breaking-ticker edition="latino"></breaking-ticker>'
    html = f'<script type="module" src="{world.url}/ticker.js"></script>{tag}'
    async with elsewhere(html) as address:
        await page.goto(address)
        empty = page.locator("breaking-ticker .empty")
        await expect(empty).to_have_text("Sin noticias de última hora")
        await page.locator("breaking-ticker").evaluate("it => { it.lang = 'ar'; }")
        await expect(empty).to_have_text("لا أخبار عاجلة")


async def test_the_language_is_known_to_those_who_poll_and_to_other_tabs(
    page: Page, world: Running
) -> None:
    """Direction and language come on every way: with the board, and from another tab."""
    await world.post("kurdi", "12")
    await page.route("**/v1/kurdi/live**", lambda route: route.abort())
    await page.add_init_script("delete window.WebSocket; delete window.EventSource")
    tag = '<breaking-ticker edition="kurdi"></breaking-ticker>'
    html = f'<script type="module" src="{world.url}/ticker.js"></script>{tag}'
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.locator(".line")).to_have_css("direction", "rtl")
        other = await page.context.new_page()
        await other.goto(address)
        await expect(other.locator(".line")).to_have_css("direction", "rtl")
