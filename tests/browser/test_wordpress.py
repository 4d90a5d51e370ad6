"""The frame on a WordPress site that was given an address of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.async_api import expect

from tests.browser.support import elsewhere
from tests.support.wordpress import framed

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.support.service import Running


async def post(service: Running, query: str) -> str:
    address = quote(f"{service.url}/embed/en?{query}", safe="")
    return framed((await service.get(f"/oembed?url={address}&maxwidth=640")).json["html"])


async def test_a_strangers_frame_of_wordpress_works(
    each_browser: Browser, service: Running
) -> None:
    """In its sandbox the frame has no border, is live without an error, as high as it needs, and its links lead on."""
    line = await service.post("en", "Away", url="https://news.example/away")
    page = await each_browser.new_page(viewport={"width": 800, "height": 600})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    async with (
        elsewhere(await post(service, "mode=stack")) as listed,
        elsewhere(await post(service, "")) as single,
    ):
        await page.goto(single)
        frame = page.locator("iframe")
        banner = page.frame_locator("iframe").locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "live")
        await expect(frame).to_have_attribute("height", "44")
        await expect(frame).to_have_css("border-top-width", "0px")
        await expect(frame).to_be_visible()
        await expect(page.locator("blockquote")).to_be_hidden()
        await page.goto(listed)
        await expect(banner).to_have_attribute("status", "live")
        await expect(frame).to_have_attribute("height", "295")
        assert errors == []
        await service.post("en", "Here", url=f"{service.url}/healthz")
        await banner.get_by_role("link", name="Here").click()
        await page.wait_for_url(f"{service.url}/healthz")
        await page.goto(listed)
        await banner.get_by_role("link", name="Away").click()
        await page.wait_for_url(f"{service.url}/en/f/{line['id']}")
    await page.close()
