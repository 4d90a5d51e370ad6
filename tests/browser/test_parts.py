"""Parts of the widget's script: fetched by the pages that need them, and missed by none."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.support import elsewhere, embed
from ticker.settings import static_dir
from ticker.store.client import Store
from ticker.store.widgets import WidgetScripts
from ticker.web.embed.widget import Widget

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route

    from tests.support.service import Running
    from ticker.settings import Settings

PART = re.compile(r"/ticker-([a-z]+)-[0-9a-f]{8}\.js")
STRICT = "script-src {0}; connect-src {0} {1}; style-src 'none'; require-trusted-types-for 'script'"
BOX = "document.querySelector('breaking-ticker').getBoundingClientRect()"
WATCH_SHIFTS = """() => {
  globalThis.shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
    .observe({ type: "layout-shift" });
}"""
SHIFTS = """() => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => done(shifts))));
})"""


def scripts_of(page: Page) -> list[str]:
    """Addresses of scripts that a page will have asked for."""
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if it.url.endswith(".js") else None)
    return asked


async def test_a_banner_fetches_what_it_needs_and_nothing_else(
    page: Page, service: Running
) -> None:
    """The default in English is one script; another mode and language are two more, under a strict policy too."""
    asked = scripts_of(page)
    policy = STRICT.format(service.url, service.url.replace("http", "ws"))
    line = await service.post("es", "Una línea")
    async with elsewhere(embed(service), policy) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
    assert [PART.search(it) for it in asked] == [None]
    asked.clear()
    async with elsewhere(embed(service, 'mode="crawl"', edition="es"), policy) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner.locator(f'[data-id="{line["id"]}"]').first).to_be_attached()
        await expect(banner.get_by_role("button", name="Siguiente")).to_be_visible()
    parts = [it[1] for it in map(PART.search, asked) if it]
    assert sorted(parts) == ["crawl", "es"]


async def test_a_script_that_is_pinned_fetches_nothing_more(
    page: Page, service: Running, settings: Settings
) -> None:
    """What a site has checked by its hash is all that it runs, in any mode and language."""
    store = Store(settings.redis_url)
    widget = Widget(static_dir(), WidgetScripts(store))
    await store.close()
    asked = scripts_of(page)
    line = await service.post("ar", "خبر")
    html = (
        f'<script type="module" src="{service.url}{widget.path}" integrity="{widget.integrity}"'
        ' crossorigin></script><breaking-ticker edition="ar" mode="stack"></breaking-ticker>'
    )
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.locator(f'li[data-id="{line["id"]}"]')).to_be_visible()
        await expect(page.get_by_role("button", name="إيقاف مؤقت")).to_be_visible()
    assert asked == [f"{service.url}{widget.path}"]


async def test_a_part_that_cannot_be_had_is_missed_by_nobody(
    each_browser: Browser, service: Running
) -> None:
    """Where a part is blocked the banner is live in the default mode; when the connection has come back, so has the part."""
    page = await each_browser.new_page()
    blocked = True

    async def gate(route: Route) -> None:
        await (route.fulfill(status=404) if blocked else route.continue_())

    await page.route(PART, gate)
    line = await service.post("es", "Una línea")
    async with elsewhere(embed(service, 'mode="stack"', edition="es")) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner.locator(f'div[data-id="{line["id"]}"]')).to_be_visible()
        await expect(banner.locator(".box")).to_have_attribute("data-mode", "rotate")
        await expect(banner.get_by_role("button", name="Next")).to_be_visible()
        await expect(banner).to_have_attribute("status", "live")
        blocked = False
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(banner.locator(f'li[data-id="{line["id"]}"]')).to_be_visible()
        await expect(banner.get_by_role("button", name="Pausar")).to_be_visible()
    await page.close()


async def test_nothing_waits_for_a_part_and_nothing_jumps_when_it_comes(
    page: Page, service: Running
) -> None:
    """While a part is on its way a flash is on the screen, in a frame that is as high as it will be."""
    come = asyncio.Event()

    async def gate(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route(PART, gate)
    await service.post("en", "A line")
    below = "<p>The article</p>"
    async with elsewhere(embed(service, 'mode="stack"') + below) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "live")
        before = await page.evaluate(f"{BOX}.height")
        await page.evaluate(WATCH_SHIFTS)
        flash = await service.post("en", "Dam breaks", urgency=1)
        await expect(banner.locator(f'div[data-id="{flash["id"]}"]')).to_be_visible()
        come.set()
        await expect(banner.locator(f'li[data-id="{flash["id"]}"]')).to_be_visible()
        assert await page.evaluate(f"{BOX}.height") == before == 295
        assert await page.evaluate(SHIFTS) == []


async def test_readers_who_want_no_motion_have_none_without_the_list(
    browser: Browser, service: Running
) -> None:
    """Where the list can't be had, those who want no motion read a long line whole, standing still; then the list."""
    context = await browser.new_context(
        reduced_motion="reduce", viewport={"width": 360, "height": 640}
    )
    page = await context.new_page()
    await page.route(PART, lambda route: route.abort())
    line = await service.post("en", " ".join(["A long line of a storm at sea"] * 5))
    async with elsewhere(embed(service)) as address:
        await page.goto(address)
        shown = page.locator(f'[data-id="{line["id"]}"]')
        await expect(shown).to_be_visible()
        track = page.locator("breaking-ticker .track")
        await expect(page.locator("breaking-ticker .box")).to_have_attribute("data-mode", "rotate")
        fits = "(it) => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight"
        assert await track.evaluate(fits)
        assert await shown.evaluate("(it) => it.getAnimations().length") == 0
        await page.unroute(PART)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator(f'li[data-id="{line["id"]}"]')).to_be_visible()
        assert await track.locator(".list").evaluate(fits)
    await context.close()


async def test_our_own_pages_ask_for_parts_at_once(page: Page, service: Running) -> None:
    """A page of ours names what its banner will need, and fetches it once."""
    asked = scripts_of(page)
    await service.post("ar", "خبر")
    for path, needed in (("/ar", ["ar"]), ("/embed/ar?mode=crawl", ["ar", "crawl"]), ("/en", [])):
        asked.clear()
        await page.goto(f"{service.url}{path}")
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        assert sorted(it[1] for it in map(PART.search, asked) if it) == needed
        html = (await service.get(path)).body.decode()
        named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', html)
        assert sorted(it[1] for it in map(PART.search, named) if it) == needed
