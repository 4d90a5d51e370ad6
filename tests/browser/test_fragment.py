"""The banner in pages of other sites that include it on their server, before its script and after."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import expect

from tests.browser.support import elsewhere
from tests.support.proxies import including
from tests.support.service import Running, running
from ticker.server.server import bind

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page, Route

    from ticker.settings import Settings

HOST = "<!doctype html><html lang=en><meta charset=utf-8><title>Host</title><style>li, a { color: red; font-size: 40px }</style>"
# Of the light tree and of every shadow root.
WHOLE = """document.documentElement.outerHTML + [...document.querySelectorAll("breaking-ticker")]
  .map((it) => it.shadowRoot?.innerHTML).join("")"""


def page_of(*queries: str) -> str:
    tags = "".join(f'<!--#include virtual="/ticker/en.fragment?{it}" -->' for it in queries)
    return f"{HOST}{tags}<p>Below"


async def test_a_page_that_includes_it_has_the_lines_without_script(
    browser: Browser, service: Running, tmp_path: Path
) -> None:
    """By a real nginx, with JavaScript off: every line can be read, in the banner's own look; what is missing shows nothing."""
    for text in ("Oldest", "Newest"):
        await service.post("en", text, url="https://news.example/", urgency=1)
    pages = {
        "index.html": page_of("mode=rotate", "mode=stack&max=3", "mode=flash"),
        "wrong.html": page_of("mode=spin").replace("/en.", "/nowhere."),
    }
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    with including(tmp_path, service.port, pages) as address:
        await page.goto(address)
        for mode in ("rotate", "stack"):
            banner = page.locator(f"breaking-ticker[mode={mode}]")
            lines = banner.locator(".headline")
            await expect(lines).to_have_text(["Newest", "Oldest"])
            for line in await lines.all():
                await expect(line).to_be_in_viewport(ratio=1)
                await expect(line).to_have_css("color", "rgb(20, 22, 26)")
            await expect(banner.locator(".label")).to_have_css(
                "background-color", "rgb(176, 0, 32)"
            )
            await expect(banner.get_by_text("UTC").first).to_be_visible()
        flash = page.locator("breaking-ticker[mode=flash] .headline")
        await expect(flash).to_be_in_viewport(ratio=1)
        await page.goto(f"{address}wrong.html")
        assert await page.locator("body").inner_text() == "Below"
    await context.close()


# Where a reader's eye is, of each banner.
PLACES = """[...document.querySelectorAll("breaking-ticker")].flatMap((it) => {
  const of = (name) => it.shadowRoot.querySelector(name);
  const { height } = it.getBoundingClientRect();
  const { color, fontSize } = getComputedStyle(of(".headline"));
  const spots = [".label", ".time", ".headline"].flatMap((name) => {
    const { x, y } = of(name).getBoundingClientRect();
    return [x, y];
  });
  return [height, color, fontSize, ...spots];
})"""


async def test_its_script_takes_it_over(
    each_browser: Browser, service: Running, tmp_path: Path
) -> None:
    """When the script comes nothing moves and nothing stands twice; from then on the banner is live."""
    killed = await service.post("en", "Mistaken words")
    await service.post("en", "Newest")
    html = page_of("mode=rotate", "mode=crawl", "mode=stack&max=3")
    page = await each_browser.new_page()
    coming = asyncio.Event()

    async def late(route: Route) -> None:
        await coming.wait()
        await route.continue_()

    await page.route("**/ticker.js", late)
    with including(tmp_path, service.port, {"index.html": html}) as address:
        await page.goto(address, wait_until="commit")
        banners = page.locator("breaking-ticker")
        for number in range(3):
            await expect(banners.nth(number).locator(".headline").first).to_be_visible()
        before = await page.evaluate(PLACES)
        taken = f"void (window.taken = customElements.whenDefined('breaking-ticker').then(() => {PLACES}))"
        await page.evaluate(taken)
        coming.set()
        assert await page.evaluate("window.taken") == before
        await expect(banners.last).to_have_attribute("status", "live")
        await service.kill("en", killed["id"])
        await service.post("en", "Live words")
        stack = banners.last.locator(".headline")
        await expect(stack).to_have_text(["Live words", "Newest"])
        await expect(banners.nth(1).get_by_text("Live words")).to_have_count(1)
        assert await banners.first.locator(".headline").count() == 1
        await page.wait_for_function(f"!({WHOLE}).includes('Mistaken')")
        assert await page.locator(".box").count() == 3
    await page.close()


async def test_who_wants_no_motion_has_whole_lines(browser: Browser, service: Running) -> None:
    """On a phone a long line is wrapped within the banner before its script comes, in every mode."""
    await service.post("en", "A line that is long " * 4)
    page = await browser.new_page(reduced_motion="reduce", viewport={"width": 360, "height": 700})
    await page.route("**/ticker*.js", lambda route: route.abort())
    for mode in ("rotate", "crawl", "stack"):
        html = (await service.get(f"/embed/en.fragment?mode={mode}")).body.decode()
        async with elsewhere(f"<meta charset=utf-8>{html}") as address:
            await page.goto(address)
            line = page.locator(".line")
            await expect(line.locator(".headline")).to_be_visible()
            assert await line.evaluate("(it) => it.getBoundingClientRect().right <= innerWidth")
            assert await line.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    await page.close()


async def test_its_lines_stay_where_nothing_live_gets_through(
    page: Page, settings: Settings
) -> None:
    """Behind a wall that lets nothing but the script through the lines stand, and the banner says as of when."""
    with bind("127.0.0.1", 0) as nobody:
        port = nobody.getsockname()[1]
    async with running(replace(settings, public_url=f"http://127.0.0.1:{port}")) as service:
        await service.post("en", "Stays")

        async def wall(route: Route) -> None:
            path = urlsplit(route.request.url).path
            if path.startswith("/v1/"):
                return await route.abort()
            answer = await service.get(path)
            return await route.fulfill(body=answer.body, headers={**answer.headers})

        await page.route(f"http://127.0.0.1:{port}/**", wall)
        html = (await service.get("/embed/en.fragment")).body.decode()
        async with elsewhere(html) as address:
            await page.goto(address)
            banner = page.locator("breaking-ticker")
            await expect(banner.locator(".state")).to_contain_text("As of")
            await expect(banner.locator(".headline")).to_have_text(["Stays"])


async def test_a_fragment_keeps_to_a_strict_policy(page: Page, service: Running) -> None:
    """Under the policy that the builder shows it is styled, and live, and nothing is refused."""
    await service.post("en", "Seen")
    await page.goto(f"{service.url}/embed?kind=fragment")
    policy = f"default-src 'none'; {await page.get_by_role('group', name='Content Security Policy').inner_text()}"
    html = (await service.get("/embed/en.fragment?mode=stack")).body.decode()
    async with elsewhere(html, policy) as address:
        refused: list[str] = []
        page.on("console", lambda it: refused.append(it.text) if it.type == "error" else None)
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await expect(page.locator("link[rel=stylesheet]")).to_have_count(1)
        await service.post("en", "Live")
        await expect(page.locator(".headline")).to_have_text(["Live", "Seen"])
        assert [text for text in refused if "favicon" not in text] == []


async def test_a_fragment_may_be_put_in_by_script(page: Page, service: Running) -> None:
    """A page that fetches the fragment and puts it in as HTML has the same banner, and no killed word in it."""
    killed = await service.post("en", "Mistaken words")
    html = f"""<script type="module" src="{service.url}/ticker.js"></script><main></main><script>
      fetch("{service.url}/embed/en.fragment?mode=stack").then((answer) => answer.text())
        .then((text) => document.querySelector("main").innerHTML = text)</script>"""
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await service.kill("en", killed["id"])
        await service.post("en", "Live")
        await expect(page.locator(".headline")).to_have_text(["Live"])
        assert "Mistaken" not in await page.evaluate(WHOLE)
        kept = "document.querySelector('template')?.innerHTML.trim() ?? ''"
        assert await page.evaluate(kept) == ""
