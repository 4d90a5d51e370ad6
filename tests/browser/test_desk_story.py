"""A whole breaking story by keyboard alone, at two desks in two browsers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import desk
from tests.browser.test_desk_calls import KEY, SPIES, choose
from tests.support.desk import hire, until
from tests.support.service import receive, running

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.support.service import Running
    from ticker.settings import Settings

HOLD = 5.0


async def to_line(page: Page, text: str) -> None:
    """The focus goes to the row of a line, as somebody's would who looks for it."""
    row = page.locator("#board .row", has_text=text)
    await expect(row).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.evaluate("document.activeElement.blur()")
    for _ in range(10):
        await page.keyboard.press("j")
        if await row.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(text)


async def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone."""
    for _ in range(60):
        if await page.locator(selector).evaluate("it => it === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(selector)


@pytest.mark.xdist_group("firefox")
async def test_a_breaking_story(browser: Browser, firefox: Browser, settings: Settings) -> None:
    """From the draft to a kill that left every screen; no mouse, and nothing twice or too early."""
    async with running(replace(settings, hold=HOLD, two_key=True)) as service:
        for name in ("amal", "ben"):
            await hire(service, name)
        async with (
            desk(firefox, service, "amal", by_keyboard=True) as amal,
            desk(browser, service, "ben", before=SPIES, by_keyboard=True) as ben,
        ):
            await choose(ben, "sounds")
            await _flash_by_two(service, amal, ben)
            await _other_editions(service, amal)
            await _correction_and_kill(service, amal)


async def _flash_by_two(service: Running, amal: Page, ben: Page) -> None:
    """A draft becomes a flash; the second key is called for, given, taken back, given again."""
    await amal.locator("#headline").press("Control+Home")
    await amal.keyboard.type("Explosion near the port")
    await amal.keyboard.press("Control+Shift+D")
    await to_line(amal, "Explosion")
    await amal.keyboard.press("e")
    await expect(amal.locator("#headline")).to_be_focused()
    for key in ("Alt+ArrowUp", "Alt+ArrowUp", "Control+Enter"):
        await amal.keyboard.press(key)
    await ben.wait_for_function("() => tunes.length >= 4")
    assert (await ben.evaluate("tunes"))[-4:] == KEY
    async with service.live("en") as reader:
        await receive(reader)
        for _ in range(2):
            await to_line(ben, "Explosion")
            await ben.keyboard.press("g")
            await expect(ben.locator("#cards .abort")).to_be_visible()
            if _ == 0:
                await ben.keyboard.press("Escape")
                await expect(ben.locator("#cards .hold")).to_have_count(0)
        line = (await until(reader, "flash"))["flash"]
        assert (line["headline"], line["urgency"]) == ("Explosion near the port", 1)


async def _other_editions(service: Running, amal: Page) -> None:
    """Another line, in three editions at once."""
    await amal.keyboard.press("Alt+n")
    await amal.keyboard.type("Port of Haifa 2026")
    for code in ("ar", "es"):
        await tab_to(amal, f"[data-also={code}]")
        await amal.keyboard.press("Space")
        await amal.keyboard.press("Tab")
        await amal.keyboard.press("End")
    readers = [service.live(code) for code in ("en", "ar", "es")]
    async with readers[0] as english, readers[1] as arabic, readers[2] as spanish:
        for reader in (english, arabic, spanish):
            await receive(reader)
        await amal.keyboard.press("Control+Enter")
        heads = {
            (await until(it, "flash"))["flash"]["headline"] for it in (english, arabic, spanish)
        }
    assert heads == {"Port of Haifa 2026"}


async def _correction_and_kill(service: Running, amal: Page) -> None:
    """Source and link are mended; then the line is killed, and its landing says from how many."""
    async with service.live("en") as reader:
        await receive(reader)
        await to_line(amal, "Haifa")
        await amal.keyboard.press("c")
        await tab_to(amal, "[name=source]")
        await amal.keyboard.type("Port authority")
        await tab_to(amal, "#more > summary")
        if not await amal.locator("#more").evaluate("it => it.open"):
            await amal.keyboard.press("Enter")
        await tab_to(amal, "[name=url]")
        await amal.keyboard.type("https://news.example/port")
        await amal.keyboard.press("Control+Enter")
        line = (await until(reader, "flash"))["flash"]
        assert (line["source"], line["url"]) == ("Port authority", "https://news.example/port")
        await to_line(amal, "Haifa")
        await amal.keyboard.press("x")
        await amal.keyboard.type("wrong port")
        await amal.keyboard.press("Enter")
        assert (await until(reader, "flash"))["flash"]["pubstatus"] == "canceled"
        await expect(amal.locator("#landed .big").first).to_have_text("reached 1 of 1 reader")


async def test_from_idea_to_air_it_takes_two_keys(each_browser: Browser, service: Running) -> None:
    """Besides the line itself: Ctrl and Enter."""
    await hire(service, "amal")
    counting = "window.keys = 0; addEventListener('keydown', () => keys++, true);"
    async with (
        desk(each_browser, service, "amal", before=counting) as page,
        service.live("en") as reader,
    ):
        await receive(reader)
        await page.evaluate("keys = 0")
        line = "Powell will hold rates"
        await page.keyboard.type(line)
        await page.keyboard.press("Control+Enter")
        assert (await until(reader, "flash"))["flash"]["headline"] == line
        assert await page.evaluate("keys") == len(line) + 2


async def test_an_editor_titles_a_running_story(browser: Browser, service: Running) -> None:
    """Beside the story of a line stands its title; what is set there is on an open page at once."""
    await hire(service, "amal")
    await service.post("en", "Launch", coverage="north-korea-missile")
    await service.post("en", "It fell into the sea", coverage="north-korea-missile")
    reader = await browser.new_page()
    await reader.goto(f"{service.url}/en")
    band = reader.locator("#stories a")
    await expect(band).to_contain_text("North korea missile")
    async with desk(browser, service, "amal") as page:
        await page.locator("#more summary").click()
        box = page.locator("#story-title")
        await expect(box).to_be_hidden()
        await page.locator("[name=coverage]").fill("none-of-ours")
        await expect(box.get_by_role("status")).to_have_text("No line of this story is out yet.")
        await expect(box.get_by_role("button")).to_be_disabled()
        await page.locator("[name=coverage]").fill("north-korea-missile")
        await expect(box.get_by_role("button")).to_be_enabled()
        await box.get_by_role("textbox").fill("North Korea missile")
        await box.get_by_role("textbox").press("Enter")
        await expect(box.get_by_role("status")).to_have_text("Readers have it.")
        await expect(band).to_contain_text("North Korea missile")
        await expect(reader.locator("#lines .of").first).to_have_text("North Korea missile")
        await box.get_by_role("textbox").fill("n" * 81)
        await box.get_by_role("button").click()
        await expect(box.get_by_role("status")).not_to_have_text("Readers have it.")
    await reader.close()
