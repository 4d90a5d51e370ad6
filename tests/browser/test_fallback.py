"""The banner behind proxies that let not everything through."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.support import elsewhere, embed
from tests.support.gateway import gateway

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.support.service import Running


async def life(page: Page, service: Running) -> None:
    """A line comes, is corrected, and goes."""
    lines = page.locator(".headline")
    first = await service.post("en", "First")
    await expect(lines).to_have_text(["First"])
    await service.post("en", "Second")
    await expect(lines).to_have_text(["Second", "First"])
    await service.patch("en", first["id"], headline="First, corrected")
    await expect(lines).to_have_text(["Second", "First, corrected"])
    await service.kill("en", first["id"])
    await expect(lines).to_have_text(["Second"])


async def polling(service: Running, count: int) -> None:
    """Wait until the hub counts so many readers who poll."""
    sample = f'ticker_readers{{edition="en",transport="poll"}} {count}\n'
    async with asyncio.timeout(60):
        while sample not in (await service.get("/metrics")).body.decode():
            pass


async def test_a_proxy_that_refuses_upgrades(page: Page, service: Running) -> None:
    """Where no WebSocket gets through, lines come by Server-Sent Events."""
    async with gateway(service.port) as proxy:
        source = f'mode="stack" src="http://127.0.0.1:{proxy.port}"'
        async with elsewhere(embed(service, source)) as address:
            await page.goto(address)
            await life(page, service)
            # Each time it is asked whether the service is there at all.
            assert proxy.seen == ["upgrade", "other", "upgrade", "other", "stream"]


async def test_a_proxy_that_holds_streams_back(page: Page, service: Running) -> None:
    """Where a proxy keeps streams back as well, the board is asked for every few seconds (P36).

    Who asks so is a reader like all others.
    """
    async with gateway(service.port, holds=True) as proxy:
        source = f'mode="stack" src="http://127.0.0.1:{proxy.port}"'
        filtered = f'{source} section="sports"'
        async with elsewhere(embed(service, source, filtered)) as address:
            await page.goto(address)
            page_lines = page.locator("breaking-ticker").first
            await expect(page_lines).to_have_attribute("status", "live")
            await service.post("en", "Match over", section="sports")
            both = page.locator(".headline")
            await expect(both).to_have_text(["Match over", "Match over"])
            said = page_lines.locator(".said")
            await expect(said).to_have_text("Match over")
            assert proxy.seen.count("stream") == 1
            assert "other" in proxy.seen
            await polling(service, 1)
            await page.goto("about:blank")
            await polling(service, 0)


async def test_an_edition_that_is_not_there_is_said_to_be_none(
    page: Page, service: Running
) -> None:
    """A banner of an edition that doesn't exist stops trying, and says that it is not connected."""
    async with elsewhere(embed(service, edition="nowhere")) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "stopped")
        await expect(banner.locator(".state")).to_have_text("Not connected")


async def test_a_filtered_banner_does_without_what_it_cannot_ask_for(
    page: Page, service: Running
) -> None:
    """Where only WebSocket is let through, a filtered banner shows what it hears."""
    await page.route("**/v1/en/flashes?**", lambda route: route.abort())
    await service.post("en", "Before", section="sports")
    async with elsewhere(embed(service, 'mode="stack" section="sports"')) as address:
        await page.goto(address)
        await expect(page.locator(".headline")).to_have_text(["Before"])
        await service.post("en", "Match over", section="sports")
        await expect(page.locator(".headline")).to_have_text(["Match over", "Before"])
