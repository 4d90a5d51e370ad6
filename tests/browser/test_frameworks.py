"""The banner in pages that frameworks make, each the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.frameworks import bundled, installed
from tests.browser.support import elsewhere

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from tests.support.service import Running

ROOT = '<main id="root"><breaking-ticker edition="en"></breaking-ticker></main>'


@pytest.fixture(scope="session")
def frameworks() -> Path:
    """Where they are installed; continuous integration has npm."""
    folder = installed()
    if folder is None:
        pytest.skip("no npm here")
    return folder


def widget(service: Running) -> str:
    return f'<script type="module" src="{service.url}/ticker.js"></script>'


def complaints(page: Page) -> list[str]:
    """What the page's console says against it."""
    found: list[str] = []
    bad = ("error", "warning")
    page.on("console", lambda it: found.append(it.text) if it.type in bad else None)
    return found


@pytest.mark.parametrize("name", ["react18", "react19", "vue"])
async def test_a_page_of_a_framework_takes_it_over_as_it_was_served(
    page: Page, service: Running, frameworks: Path, name: str
) -> None:
    """React and Vue find nothing that their server didn't write, and set what they like."""
    await service.post("en", "A line")
    said = complaints(page)
    async with elsewhere(widget(service) + ROOT + bundled(name, frameworks)) as address:
        await page.goto(address)
        await used(page)
    assert [it for it in said if "favicon" not in it] == []


async def test_properties_that_are_set_before_it_is_defined_count(
    page: Page, service: Running, frameworks: Path
) -> None:
    """Lit sets properties, on an element whose script comes later."""
    await service.post("en", "A line")
    said = complaints(page)
    async with elsewhere('<main id="root"></main>' + bundled("lit", frameworks)) as address:
        await page.goto(address)
        await page.wait_for_selector("breaking-ticker", state="attached")
        await page.evaluate("(url) => import(url)", f"{service.url}/ticker.js")
        await used(page)
    assert [it for it in said if "favicon" not in it] == []


async def used(page: Page) -> None:
    """The framework shows it, changes it, and takes it away."""
    banner = page.locator("breaking-ticker")
    await expect(banner.locator(".headline")).to_have_text("A line")
    await expect(banner).to_have_attribute("status", "live")
    await page.evaluate("show({ mode: 'stack', paused: true })")
    await expect(banner.locator(".box")).to_have_attribute("data-mode", "stack")
    await expect(banner).to_have_attribute("mode", "stack")
    await expect(banner.get_by_role("button", name="Resume")).to_be_visible()
    await page.evaluate("show({ paused: false })")
    await expect(banner.get_by_role("button", name="Pause")).to_be_visible()
    await expect(banner.locator(".box")).to_have_attribute("data-mode", "rotate")
    await page.evaluate("leave()")
    await expect(banner).to_have_count(0)


async def test_a_swap_of_pages_keeps_the_connection(
    page: Page, service: Running, frameworks: Path
) -> None:
    """With Turbo the banner of the next page, and of the one gone back to, is live on the same connection."""
    await service.post("en", "A line")
    said = complaints(page)
    sockets: list[str] = []
    page.on("websocket", lambda it: sockets.append(it.url))
    # What Turbo fetches when a link is pointed at, and lets go of again, is none of ours.
    tag = '<meta name="turbo-prefetch" content="false">'
    tag += '<breaking-ticker edition="en"></breaking-ticker><a href="/next">Next</a>'
    async with elsewhere(bundled("turbo", frameworks) + widget(service) + tag) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "live")
        await page.evaluate("window.notReloaded = true")
        await page.get_by_role("link", name="Next").click()
        await page.wait_for_url("**/next")
        await expect(banner.locator(".headline")).to_have_text("A line")
        await expect(banner).to_have_attribute("status", "live")
        await page.go_back()
        await page.wait_for_url(address)
        await service.post("en", "Another", urgency=1)
        await expect(banner.locator(".headline")).to_have_text("Another")
        assert await page.evaluate("window.notReloaded")
    assert len(sockets) == 1
    assert [it for it in said if "favicon" not in it] == []
