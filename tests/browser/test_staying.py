"""A banner that stays on its page: out of sight, moved, in another document, with late type, in old browsers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed
from tests.browser.test_modes import motions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running

LINES = ("Third of three", "Second of three", "First of three")
BANNER = "document.querySelector('breaking-ticker')"
STATES = f"""() => {BANNER}.shadowRoot.getAnimations()
  .filter((it) => it.effect.getKeyframes().at(-1).transform).map((it) => it.playState)"""
# Ways in which it is out of sight, and back.
HIDDEN = {
    "hidden": (f"{BANNER}.hidden = true", f"{BANNER}.hidden = false"),
    "none": (
        "document.body.style.display = 'none'",
        "document.body.style.display = ''",
    ),
    "scrolled": ("scrollTo(0, 5000)", "scrollTo(0, 0)"),
}
# How sites move an element: with what keeps it, and in two steps, as Turbo moves permanent elements.
MOVES = {
    "moveBefore": "document.body.moveBefore(it, null)",
    "replaceWith": """const mark = document.createElement("meta"); it.replaceWith(mark);
      document.body.append(mark); mark.replaceWith(it)""",
}


@asynccontextmanager
async def crawling(browser: Browser, service: Running, around: str = "") -> AsyncIterator[Page]:
    """A crawl of three lines on a page that can be scrolled."""
    for line in LINES:
        await service.post("en", line)
    context = await browser.new_context(viewport={"width": 1280, "height": 600})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    banner = embed(service, 'mode="crawl" speed="2"')
    html = f"{around}{banner}<p style='height: 9000px'>Article</p>"
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.locator(".headline")).to_have_text(LINES[::-1])
        await page.wait_for_function(f"""() => ({STATES})().every((it) => it === "running")""")
        yield page
    assert errors == []
    await context.close()


@pytest.mark.parametrize("way", HIDDEN)
async def test_a_crawl_that_nobody_sees_stands_still(
    each_browser: Browser, service: Running, way: str
) -> None:
    """Out of sight nothing runs; back in sight it goes on from where it was."""
    hide, show = HIDDEN[way]
    async with crawling(each_browser, service) as page:
        await page.evaluate(hide)
        await page.wait_for_function(f"""() => ({STATES})().every((it) => it === "paused")""")
        await page.evaluate(show)
        await page.wait_for_function(f"""() => ({STATES})().every((it) => it === "running")""")
        assert len(await motions(page)) == len(LINES)
        await service.post("en", "A flash", urgency=1)
        await expect(page.locator(".headline").first).to_have_text("A flash")


@pytest.mark.parametrize("move", MOVES)
async def test_a_page_that_moves_it_restarts_nothing(
    each_browser: Browser, service: Running, move: str
) -> None:
    """Moved within its page, the crawl goes on and so does the connection, and it is alive there."""
    async with crawling(each_browser, service) as page:
        if move == "moveBefore" and not await page.evaluate("'moveBefore' in document.body"):
            pytest.skip("this browser has no moveBefore")
        await page.evaluate(
            f"""() => {{
              const it = {BANNER};
              window.line = it.shadowRoot.querySelector(".line");
              window.said = [];
              it.addEventListener("status", ({{ detail }}) => window.said.push(detail));
              {MOVES[move]};
              scrollTo(0, 9000);
            }}"""
        )
        await service.post("en", "Behind")
        await page.wait_for_function(f"{BANNER}.lines.length === 4")
        assert (
            await page.evaluate("window.line.isConnected && window.line.getAnimations().length")
            == 1
        )
        assert await page.evaluate("window.said") == []


async def test_it_keeps_its_looks_in_another_document(
    each_browser: Browser, service: Running
) -> None:
    """In a frame of the page, or a picture in picture, it looks and works as before."""
    async with crawling(each_browser, service, "<iframe width=1200></iframe>") as page:
        await page.evaluate(
            f"document.querySelector('iframe').contentDocument.body.append({BANNER})"
        )
        banner = page.frame_locator("iframe").locator("breaking-ticker")
        await expect(banner.locator(".label")).to_have_css("background-color", "rgb(176, 0, 32)")
        await expect(banner.locator(".headline").first).to_have_text("First of three")
        await service.post("en", "A flash", urgency=1)
        await expect(banner.locator(".headline").first).to_have_text("A flash")
        await banner.locator(".button").press("Enter")
        await expect(banner.get_by_role("button", name="Resume")).to_be_visible()


async def test_taken_off_the_page_it_ends(browser: Browser, service: Running) -> None:
    """A banner that doesn't come back stops; put in again later, it begins anew."""
    async with crawling(browser, service) as page:
        await page.evaluate(
            f"""async () => {{
              window.it = {BANNER};
              window.it.remove();
              await null;
            }}"""
        )
        assert await page.evaluate("window.it.shadowRoot.querySelectorAll('.line').length") == 0
        await page.evaluate("document.body.prepend(window.it)")
        await expect(page.locator(".headline")).to_have_text(LINES[::-1])


async def test_a_font_that_comes_late_makes_no_lines_overlap(
    each_browser: Browser, service: Running
) -> None:
    """When the site's type arrives, lines have the room that they need in it."""
    async with crawling(each_browser, service) as page:
        await page.evaluate(f"{BANNER}.pause()")
        before = await page.evaluate(
            f"{BANNER}.shadowRoot.querySelector('.line').getBoundingClientRect().width"
        )
        # A face of the machine's own under another name, twice as wide.
        await page.evaluate(
            f"""async () => {{
              const face = new FontFace("Late", "local('DejaVu Sans Mono'), local('Noto Sans'), local('Liberation Mono')",
                {{ sizeAdjust: "250%" }});
              document.fonts.add(face);
              {BANNER}.style.setProperty("--bt-font", "Late, serif");
              await face.load();
            }}"""
        )
        await page.wait_for_function(
            f"(before) => {BANNER}.shadowRoot.querySelector('.line').getBoundingClientRect().width > 1.3 * before",
            arg=before,
        )
        await page.wait_for_function(
            f"""() => {{
              const boxes = [...{BANNER}.shadowRoot.querySelectorAll(".line")].map((it) => it.getBoundingClientRect());
              return boxes.length > 1 && boxes.slice(1).every((it, at) => it.left >= boxes[at].right);
            }}"""
        )


async def test_a_browser_without_new_styles_shows_the_same_colours(
    browser: Browser, service: Running
) -> None:
    """Where sheets can't be constructed the styles come as an element, and each scheme has its colours."""
    await service.post("en", "A line")
    for scheme, colour in (("light", "rgb(20, 22, 26)"), ("dark", "rgb(242, 243, 245)")):
        context = await browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.add_init_script("delete window.CSSStyleSheet")
        async with elsewhere(embed(service, "", 'theme="light"', 'theme="dark"')) as address:
            await page.goto(address)
            headlines = page.locator(".headline")
            await expect(headlines).to_have_count(3)
            await expect(headlines.nth(0)).to_have_css("color", colour)
            await expect(headlines.nth(1)).to_have_css("color", "rgb(20, 22, 26)")
            await expect(headlines.nth(2)).to_have_css("color", "rgb(242, 243, 245)")
            assert await page.evaluate(f"{BANNER}.shadowRoot.adoptedStyleSheets.length") == 0
        await context.close()
    assert "light-dark(" not in await _script(service)


async def _script(service: Running) -> str:
    return (await service.get("/ticker.js")).body.decode()
