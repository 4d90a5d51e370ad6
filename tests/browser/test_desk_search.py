"""Search at the desk: in everything that was published, as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import hire

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.support.service import Running


async def test_lines_are_found_as_one_types(each_browser: Browser, service: Running) -> None:
    """By key; what is found is marked, killed lines say so, and the board is back afterwards."""
    await hire(service, "amal")
    await service.post("en", "Café bombing in the old town", source="Police")
    wrong = await service.post("en", "Bombardier sells its rail arm")
    await service.kill("en", wrong["id"])
    await service.post("en", "Something else")
    async with desk(each_browser, service, "amal") as page:
        await page.locator("#status").click()
        await page.keyboard.press("/")
        await page.keyboard.type("bomb")
        found = page.locator("#found-lines .row")
        await expect(found).to_have_count(2)
        await expect(page.locator("#shown")).to_be_hidden()
        await expect(found.locator("mark")).to_have_text(["Bombardier", "bombing"])
        await expect(found.first.locator(".state")).to_have_text("Killed")
        await page.locator("#search").fill("cafe source:police")
        await expect(found.locator("mark")).to_have_text(["Café"])
        await page.locator("#search").fill("author:nobody")
        await expect(page.locator("#found-lines")).to_have_text("Nothing found.")
        await page.locator("#search").fill("day:yesterday")
        await expect(page.locator("#found-said")).to_contain_text("day")
        await page.keyboard.press("Escape")
        await expect(page.locator("#lines .row")).to_have_count(2)
        await expect(page.locator("#found")).to_be_hidden()
