"""Tabs that share one connection, in every order that a seeded chance makes of what happens to them."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed
from tests.browser.test_sharing import open_tab, settled
from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import BrowserContext, Page

    from tests.support.service import Running

# How many orders the model tries, and how many are tried with real pages: `TICKER_TABS=2000,40`.
MODELS, ROUNDS = (int(it) for it in os.environ.get("TICKER_TABS", "150,3").split(","))
STEPS = 150
ACTS = 40
MODEL = Path(__file__).with_name("tabs_model.js")
BUSY = "setTimeout(() => { const end = performance.now() + 200; while (performance.now() < end); })"
# Notes each moment at which a banner says that it is live and shows nothing.
WATCH = """
window.empty = 0;
addEventListener("status", ({ target, detail }) => (window.empty += detail === "live" && !target.lines.length));
"""
NO_STORAGE = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("", "SecurityError"); } });
"""


async def test_tabs_show_the_board_in_whatever_order_things_happen(
    page: Page, service: Running
) -> None:
    """Pages that are loaded, left, kept, frozen and cut off are never live without the board (P35)."""
    await page.route("**/blank", lambda route: route.fulfill(body="", content_type="text/html"))
    await page.route(
        "**/tabs_model.js", lambda route: route.fulfill(path=MODEL, content_type="text/javascript")
    )
    await page.goto(f"{service.url}/blank")
    faults = await page.evaluate(
        """async ([origin, seeds, steps]) => {
          const { play } = await import(`${origin}/tabs_model.js`);
          const faults = [];
          for (let seed = 1; seed <= seeds && faults.length < 5; seed++) faults.push(...(await play(origin, seed, steps)));
          return faults;
        }""",
        [service.url, MODELS, STEPS],
    )
    assert faults == []


async def test_a_page_that_is_reloaded_has_its_lines_while_the_others_are_busy(
    context: BrowserContext, service: Running
) -> None:
    """A page that asked before anybody led is told by whoever leads then, and shows all (P35)."""
    await service.post("en", "Stays")
    await context.add_init_script(WATCH)
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        first = await open_tab(context, address)
        second = await open_tab(context, address)
        for page, other in ((first, second), (second, first), (first, second)):
            await other.evaluate(BUSY)
            await page.reload()
            await shows(page, ["Stays"])
            assert await page.evaluate("empty") == 0
        await first.wait_for_function("JSON.stringify(localStorage).includes('Stays')")


async def shows(page: Page, lines: Sequence[str]) -> None:
    """The banner is live, with these lines."""
    await expect(page.locator(".headline")).to_have_text(list(lines))
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")


class Browsing:
    """Somebody with a few tabs of a site, and what they may do to them."""

    def __init__(self, context: BrowserContext, service: Running, address: str, seed: int) -> None:
        self._context = context
        self._service = service
        self._address = address
        self._chance = random.Random(seed)
        self._lines: dict[str, str] = {}
        self.pages: list[Page] = []
        self.trail: list[str] = []

    @property
    def board(self) -> list[str]:
        return list(self._lines.values())[::-1]

    async def act(self) -> None:
        """One of all things."""
        acts = [self.open, self.reload, self.close, self.busy, self.put_away, self.freeze,
                self.publish, self.publish, self.kill, self.cut]  # fmt: skip
        chosen = self._chance.choice(acts)
        self.trail.append(chosen.__name__)
        await chosen()

    def _page(self) -> Page:
        return self._chance.choice(self.pages)

    async def open(self) -> None:
        if len(self.pages) < 5:
            self.pages.append(await self._context.new_page())
            await self.pages[-1].goto(self._address)

    async def reload(self) -> None:
        await self._page().reload()

    async def close(self) -> None:
        if len(self.pages) > 1:
            page = self._page()
            self.pages.remove(page)
            await page.close()

    async def busy(self) -> None:
        await self._page().evaluate(BUSY)

    async def put_away(self) -> None:
        """As the back-forward cache does."""
        page = self._page()
        for name in ("pagehide", "pageshow"):
            await page.evaluate(
                f"dispatchEvent(new PageTransitionEvent('{name}', {{ persisted: true }}))"
            )
            if name == "pagehide":
                await self.publish()

    async def freeze(self) -> None:
        session = await self._context.new_cdp_session(self._page())
        await session.send("Page.setWebLifecycleState", {"state": "frozen"})
        await self.publish()
        await session.send("Page.setWebLifecycleState", {"state": "active"})
        await session.detach()

    async def publish(self) -> None:
        line = await self._service.post("en", f"Line {len(self.trail)}.{len(self._lines)}")
        self._lines[line["id"]] = line["headline"]

    async def kill(self) -> None:
        if len(self._lines) > 2:
            chosen = self._chance.choice(list(self._lines))
            await self._service.kill("en", chosen)
            del self._lines[chosen]

    async def cut(self) -> None:
        """The hub loses everybody's connection."""
        for reader in self._service.server._service.hub.readers:
            reader.close(CloseCode.SERVICE_RESTART)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_real_pages_show_the_board_in_whatever_order_things_happen(
    context: BrowserContext, service: Running, seed: int
) -> None:
    """Two to five tabs of a site, whatever is done to them, end with the service's board (P35)."""
    await context.add_init_script(WATCH + NO_STORAGE * (seed % 2))
    async with elsewhere(embed(service, 'mode="stack" max="50"')) as address:
        browsing = Browsing(context, service, address, seed)
        for _ in range(3):
            await browsing.publish()
        await browsing.open()
        await browsing.open()
        for _ in range(ACTS):
            await browsing.act()
        await browsing.publish()
        for page in browsing.pages:
            await shows(page, browsing.board)
            assert await page.evaluate("empty") == 0, browsing.trail
        await settled(service, 1)
