"""A flash comes first: in every mode it is in sight when it is there, whatever stood in its place."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running

MODES = ("rotate", "crawl", "stack")
FIRST = "A line that has hardly begun"


@asynccontextmanager
async def stopped(browser: Browser, service: Running, mode: str, first: str) -> AsyncIterator[Page]:
    """A live banner that shows a line, on a page whose timers will not run any more."""
    context = await browser.new_context(viewport={"width": 1280, "height": 600})
    page = await context.new_page()
    await page.clock.install()
    async with elsewhere(embed(service, f'mode="{mode}" speed="2"')) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await expect(page.locator(".headline").first).to_have_text(first)
        await page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
        yield page
    await context.close()


@pytest.mark.parametrize("urgency", [1, 2])
@pytest.mark.parametrize("mode", MODES)
async def test_a_flash_waits_for_no_timer(
    each_browser: Browser, service: Running, mode: str, urgency: int
) -> None:
    """A flash or an alert is in sight at once, while another line has hardly begun; nothing jumps."""
    await service.post("en", "Before")
    await service.post("en", FIRST)
    async with stopped(each_browser, service, mode, FIRST) as page:
        height = await page.locator("breaking-ticker").bounding_box()
        await service.post("en", "Now", urgency=urgency)
        await expect(page.locator(".headline").first).to_have_text("Now")
        await expect(page.locator(".headline").first).to_be_in_viewport(ratio=1)
        assert await page.locator("breaking-ticker").bounding_box() == height


@pytest.mark.parametrize("mode", ["rotate", "crawl"])
async def test_the_newest_of_two_flashes_is_seen_and_the_other_comes_back(
    browser: Browser, service: Running, mode: str
) -> None:
    """An alert behind a flash doesn't wait for it, and the flash has its time afterwards, before others."""
    await service.post("en", "Before")
    async with stopped(browser, service, mode, "Before") as page:
        await service.post("en", "A flash", urgency=1)
        await expect(page.locator(".headline").first).to_have_text("A flash")
        await service.post("en", "An alert", urgency=2)
        await expect(page.locator(".headline").first).to_have_text("An alert")
        await service.post("en", "A line")
        if mode == "rotate":
            await page.clock.run_for(5000)
            await expect(page.locator(".headline")).to_have_text(["A flash"])
        else:
            await expect(page.locator(".headline")).to_have_text(
                ["An alert", "A flash", "Before", "A line"]
            )


@pytest.mark.parametrize("mode", MODES)
async def test_a_flash_that_came_while_the_banner_was_held_is_seen_on_release(
    browser: Browser, service: Running, mode: str
) -> None:
    """Who pauses keeps the line; when the banner goes on, the flash is what it goes on with."""
    await service.post("en", "Before")
    async with stopped(browser, service, mode, "Before") as page:
        await page.get_by_role("button", name="Pause").press("Enter")
        await service.post("en", "A flash", urgency=1)
        await expect(page.locator(".fresh")).to_have_text("1 new")
        await expect(page.locator(".headline")).to_have_text(["Before"])
        await page.get_by_role("button", name="Resume").press("Enter")
        await expect(page.locator(".headline").first).to_have_text("A flash")


async def test_after_a_flash_the_crawl_goes_on_with_what_was_on_its_way(
    browser: Browser, service: Running
) -> None:
    """What a flash took the place of passes again behind it, in the order in which it stood."""
    for name in ("Third", "Second", "First"):
        await service.post("en", name)
    async with stopped(browser, service, "crawl", "First") as page:
        await expect(page.locator(".headline")).to_have_text(["First", "Second", "Third"])
        await service.post("en", "A flash", urgency=1)
        await expect(page.locator(".headline")).to_have_text(
            ["A flash", "First", "Second", "Third"]
        )


async def test_a_list_shows_a_flash_below_lines_that_are_pinned(
    browser: Browser, service: Running
) -> None:
    """Pinned lines stand first, but a flash that they leave no room for is in sight all the same."""
    for count in range(5):
        await service.post("en", f"Pinned {count}", pinned=True)
    async with stopped(browser, service, "stack", "Pinned 4") as page:
        await service.post("en", "A flash", urgency=1)
        shown = page.locator(".line", has_text="A flash")
        await expect(shown).to_be_in_viewport(ratio=1)
        await expect(shown).to_have_css("opacity", "1")
