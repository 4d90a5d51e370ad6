"""One connection for all tabs and widgets of an origin, and what happens when its tab goes."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed
from tests.support.process import PATIENCE

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.support.service import Running


async def readers(service: Running) -> int:
    """How many connections the hub has."""
    text = (await service.get("/metrics")).body.decode()
    return sum(
        int(float(it)) for it in re.findall(r"^ticker_readers\{.*\} (\S+)", text, re.MULTILINE)
    )


async def settled(service: Running, count: int) -> None:
    """Wait until the hub has so many readers."""
    async with asyncio.timeout(PATIENCE):
        while await readers(service) != count:
            pass


@pytest.fixture
def connections(context: BrowserContext) -> list[str]:
    """Every WebSocket that a tab of the browser opens."""
    opened: list[str] = []
    context.on("page", lambda page: page.on("websocket", lambda it: opened.append(it.url)))
    return opened


async def open_tab(context: BrowserContext, address: str, widgets: int = 1) -> Page:
    page = await context.new_page()
    await page.goto(address)
    for banner in await page.locator("breaking-ticker").all():
        await expect(banner).to_have_attribute("status", "live")
    assert await page.locator("breaking-ticker").count() == widgets
    return page


async def test_two_tabs_and_three_widgets_hold_one_connection(
    context: BrowserContext, service: Running, connections: list[str]
) -> None:
    """Tabs and widgets of one origin are one reader to the hub, whatever each of them shows."""
    three = embed(service, 'mode="rotate"', 'mode="stack"', 'mode="stack" section="sports"')
    async with elsewhere(three) as address:
        await service.post("en", "Match over", section="sports")
        first = await open_tab(context, address, 3)
        second = await open_tab(context, address, 3)
        assert len(connections) == 1
        await service.post("en", "Harbour closed")
        for page in (first, second):
            await expect(page.locator("breaking-ticker").nth(1).locator(".headline")).to_have_text(
                ["Harbour closed", "Match over"]
            )
            await expect(page.locator("breaking-ticker").nth(2).locator(".headline")).to_have_text(
                ["Match over"]
            )
        assert await readers(service) == 1


async def test_closing_the_leading_tab_loses_no_line(
    context: BrowserContext, service: Running
) -> None:
    """When the tab that has the connection closes, another takes over from where it was (P32)."""
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        first = await open_tab(context, address)
        second = await open_tab(context, address)
        kept = await service.post("en", "Before")
        await expect(second.locator(".headline")).to_have_text(["Before"])
        await first.close()
        await service.post("en", "Meanwhile")
        await service.patch("en", kept["id"], headline="Before, corrected")
        await expect(second.locator(".headline")).to_have_text(["Meanwhile", "Before, corrected"])
        await settled(service, 1)
        await service.post("en", "After")
        await expect(second.locator(".headline")).to_have_text(
            ["After", "Meanwhile", "Before, corrected"]
        )


async def test_a_leader_that_fell_asleep_is_followed_no_more(
    context: BrowserContext, service: Running
) -> None:
    """A tab whose leader doesn't answer takes the connection; the leader follows when it wakes."""
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        first = await open_tab(context, address)
        session = await context.new_cdp_session(first)
        await session.send("Debugger.enable")
        await session.send("Debugger.pause")
        asleep = asyncio.create_task(first.evaluate("1"))
        second = await context.new_page()
        await second.goto(address)
        await expect(second.locator("breaking-ticker")).to_have_attribute("status", "live")
        await service.post("en", "While one sleeps")
        await expect(second.locator(".headline")).to_have_text(["While one sleeps"])
        await session.send("Debugger.resume")
        await session.send("Debugger.disable")
        await asleep
        await expect(first.locator(".headline")).to_have_text(["While one sleeps"])
        await settled(service, 1)


async def test_tabs_of_two_browsers_are_two_readers(
    browser: Browser, context: BrowserContext, service: Running
) -> None:
    """Nothing is shared between two people."""
    async with elsewhere(embed(service)) as address:
        await open_tab(context, address)
        other = await browser.new_context()
        await open_tab(other, address)
        assert await readers(service) == 2
        await other.close()
        await settled(service, 1)


async def test_without_locks_and_channels_each_tab_has_its_own(
    context: BrowserContext, service: Running
) -> None:
    """A browser that withholds locks, channels and storage shows the banner all the same."""
    await context.add_init_script(
        """
        for (const [owner, name] of [[Navigator.prototype, "locks"], [window, "localStorage"],
                                     [window, "BroadcastChannel"]])
          Object.defineProperty(owner, name, { get() { throw new DOMException("", "SecurityError"); } });
        """
    )
    async with elsewhere(embed(service, 'mode="flash"', 'mode="stack"')) as address:
        first = await open_tab(context, address, 2)
        await open_tab(context, address, 2)
        assert await readers(service) == 2
        await service.post("en", "A flash", urgency=1)
        flash = first.locator("breaking-ticker").first.locator(".headline")
        await expect(flash).to_have_text("A flash")
        await first.get_by_role("button", name="Close").click()
        await expect(flash).to_have_count(0)


async def test_a_page_that_is_left_and_come_back_to_is_live(
    context: BrowserContext, service: Running
) -> None:
    """Going away ends the connection, coming back by the back button takes it up again."""
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        page = await open_tab(context, address)
        # Whether a browser keeps the page is its own affair; what it tells a page it kept is not.
        await page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"
        )
        await settled(service, 0)
        await service.post("en", "Missed")
        await page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        )
        await expect(page.locator(".headline")).to_have_text(["Missed"])
        await settled(service, 1)
        await page.goto(f"{service.url}/healthz")
        await settled(service, 0)
        await page.go_back()
        await expect(page.locator(".headline")).to_have_text(["Missed"])


async def test_offline_shows_the_last_board_and_says_how_old_it_is(
    context: BrowserContext, service: Running
) -> None:
    """Without a connection the last board is shown, marked as stale, and never a killed line (P25)."""
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        page = await open_tab(context, address)
        await service.post("en", "Stays")
        killed = await service.post("en", "Goes")
        await expect(page.locator(".headline")).to_have_text(["Goes", "Stays"])
        await page.wait_for_function("JSON.stringify(localStorage).includes('Goes')")
        await service.kill("en", killed["id"])
        await expect(page.locator(".headline")).to_have_text(["Stays"])
        assert "Goes" not in await page.evaluate("JSON.stringify(localStorage)")
        await context.route(re.compile(r"/v1/"), lambda route: route.abort())
        await context.route_web_socket(re.compile(r"/v1/"), lambda socket: socket.close(code=1011))
        await page.reload()
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "stale")
        await expect(page.locator(".headline")).to_have_text(["Stays"])
        await expect(banner.locator(".state")).to_contain_text("Not up to date")
