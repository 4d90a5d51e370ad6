"""The connection of a desk, with a clock that the test holds in its hands."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import hire
from tests.support.service import Remote, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page, WebSocketRoute

    from ticker.settings import Settings

LIVE = re.compile(r"/desk/en/live")
BEAT = 100


class Line:
    """A desk, and its WebSockets: each goes to the service until the test cuts it."""

    def __init__(self, page: Page, token: str) -> None:
        self.page = page
        self.token = token
        self.opened: list[WebSocketRoute] = []
        self.quiet = False

    def connect(self, socket: WebSocketRoute) -> None:
        self.opened.append(socket)
        server = socket.connect_to_server()

        def hear(message: str | bytes) -> None:
            if not self.quiet:
                socket.send(message)

        server.on_message(hear)

    async def cut(self, code: int) -> None:
        await self.opened[-1].close(code=code)

    async def wait(self, milliseconds: int) -> None:
        await self.page.clock.run_for(milliseconds)

    async def is_live(self) -> None:
        await expect(self.page.locator("#status")).to_have_attribute("data-status", "live")
        await expect(self.page.locator("#offline")).to_be_hidden()

    async def is_offline(self) -> None:
        await expect(self.page.locator("#offline")).to_be_visible()
        await expect(self.page.locator("#publish")).to_be_disabled()


@asynccontextmanager
async def line(browser: Browser, settings: Settings) -> AsyncIterator[Line]:
    """An editor's desk whose waits are all as long as they may be."""
    async with running(settings) as service:
        await hire(service, "amal")
        async with desk(browser, service, "amal") as page:
            opened = Line(page, service.token)
            await page.route_web_socket(LIVE, opened.connect)
            await page.clock.install(time="2026-11-23T12:00:00")
            await page.clock.pause_at("2026-11-23T13:00:00")
            await page.reload()
            await page.evaluate("Math.random = () => 1")
            await opened.is_live()
            yield opened


async def test_a_quiet_connection_is_kept_as_long_as_beats_may_take(
    browser: Browser, settings: Settings
) -> None:
    """However rare an operator makes the beats, a desk is cut off when one is late by half of that."""
    async with line(browser, replace(settings, beat=BEAT)) as wire:
        # What the desk is told late, as on a busy machine, would begin the wait anew.
        wire.quiet = True
        await wire.page.evaluate("null")
        await wire.wait(BEAT * 1400)
        await wire.is_live()
        assert len(wire.opened) == 1
        await wire.wait(BEAT * 100 + 1)
        await wire.is_offline()
        wire.quiet = False
        await wire.wait(500)
        await wire.is_live()
        assert len(wire.opened) == 2


async def test_a_break_is_shown_at_once_and_mended_from_where_it_was(
    browser: Browser, settings: Settings
) -> None:
    """An editor knows at once that nothing goes out; the desk comes back and misses nothing."""
    async with line(browser, settings) as wire:
        await wire.cut(1012)
        await wire.wait(1)
        await wire.is_offline()
        await wire.wait(500)
        await wire.is_live()
        assert ["cursor=" in it.url for it in wire.opened] == [False, True]


async def test_a_queue_is_whole_after_a_break(browser: Browser, settings: Settings) -> None:
    """What was filed, changed and discarded meanwhile stands as it was filed, and focus stays."""
    async with line(browser, settings) as wire:
        rows = wire.page.locator("#queue .row .text")
        service = Remote(int(wire.page.url.split(":")[2].split("/")[0]), wire.token)
        made = [await draft(service, f"Draft {number:02}") for number in range(40)]
        await expect(rows).to_have_text([f"Draft {number:02}" for number in range(40)])
        await wire.page.locator(f'[data-id="{made[30]}"] [data-act=discard]').focus()
        await wire.cut(1012)
        await wire.wait(1)
        await wire.is_offline()
        await service.kill("en", made[0])
        await service.patch("en", made[1], headline="Changed")
        made.append(await draft(service, "Draft 40"))
        await wire.wait(500)
        await wire.is_live()
        expected = ["Changed", *(f"Draft {number:02}" for number in range(2, 41))]
        await expect(rows).to_have_text(expected)
        await expect(wire.page.locator("#waiting")).to_have_text("40")
        focused = await wire.page.evaluate("document.activeElement.closest('.row')?.dataset.id")
        assert focused == made[30]
        await service.kill("en", made[40])
        await expect(rows).to_have_text(expected[:-1])


async def draft(service: Remote, headline: str) -> str:
    """File a draft that is as long as can be."""
    body = {"headline": headline, "url": "https://a.example/" + "x" * 1900, "source": "語" * 120}
    answer = await service.request("POST", "/v1/en/flashes?draft=true", body=body)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


async def test_a_desk_is_back_within_four_seconds(browser: Browser, settings: Settings) -> None:
    """However long the service was away, a desk asks for it at least every four seconds."""
    async with line(browser, settings) as wire:
        for limit in (500, 1000, 2000, 4000, 4000, 4000):
            before = len(wire.opened)
            await wire.cut(1012)
            await wire.wait(1)
            await wire.is_offline()
            await wire.wait(limit)
            await wire.is_live()
            assert len(wire.opened) == before + 1


async def test_a_desk_that_is_looked_at_again_does_not_wait(
    browser: Browser, settings: Settings
) -> None:
    """Whoever comes back to a desk that lost its connection has it at once."""
    async with line(browser, settings) as wire:
        await wire.cut(1012)
        await wire.wait(1)
        await wire.is_offline()
        await wire.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await wire.is_live()


async def test_a_browser_that_is_wrong_about_the_network_locks_nobody_out(
    browser: Browser, settings: Settings
) -> None:
    """A desk that hears the next beat is live, whatever its browser has said of the network."""
    async with line(browser, replace(settings, beat=0.2)) as wire:
        await wire.page.evaluate(
            "window.said = []; addEventListener('offline', () => said.push(document.getElementById('offline').hidden))"
        )
        await wire.page.evaluate("dispatchEvent(new Event('offline'))")
        assert await wire.page.evaluate("said") == [False]
        await wire.is_live()
        assert len(wire.opened) == 1


async def test_who_is_logged_out_is_asked_to_log_in(browser: Browser, settings: Settings) -> None:
    """A desk whose session has ended is a page to log in on, by itself."""
    async with line(browser, settings) as wire:
        await wire.page.context.clear_cookies()
        await wire.cut(4401)
        await expect(wire.page.locator("[name=password]")).to_be_visible()
