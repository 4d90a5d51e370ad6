"""Browsers whose hub is away, and comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.support import elsewhere, embed
from tests.support.link import Link

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.support.service import Running

READERS = 4
TRIES = 8
# The waits between tries are drawn by lot; here they are short ones, other for each page.
HASTE = "Math.random = () => 0.1 + 0.02 * Number(location.hash.slice(1));"


async def test_after_an_outage_everybody_is_back_on_websocket(
    each_browser: Browser, service: Running
) -> None:
    """However often they have tried in vain, readers come back the way they were connected (P34)."""
    door = Link(service.port)
    await door.open()
    context = await each_browser.new_context()
    await context.add_init_script(HASTE)
    hub = service.server._service.hub
    pages = [await context.new_page() for _ in range(READERS)]
    html = embed(service, f'mode="stack" src="http://127.0.0.1:{door.port}"')
    try:
        async with asyncio.timeout(120):
            for number, page in enumerate(pages):
                # Each on a site of its own, so that none shares its connection.
                async with elsewhere(html) as address:
                    await page.goto(f"{address}#{number}")
                    await expect(page.locator("breaking-ticker")).to_have_attribute(
                        "status", "live"
                    )
            assert hub.presence()["en"]["transports"] == {"websocket": READERS}
            door.break_off()
            await door.until_refused(TRIES * READERS)
            await service.post("en", "While away")
            door.heal()
            for page in pages:
                await expect(page.locator(".headline")).to_have_text(["While away"])
                await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
            assert hub.presence()["en"]["transports"] == {"websocket": READERS}
    finally:
        await context.close()
        await door.close()
