"""One act, several editions; what breaks at once; templates with fields to be filled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import hire
from tests.support.service import receive, running
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running
    from ticker.settings import Settings

FOREVER = 90.0


@pytest.fixture
async def newsroom(settings: Settings) -> AsyncIterator[Running]:
    """A service with editors of all editions and of one, and a hold that a test can wait for."""
    async with running(replace(settings, hold=0.5)) as service:
        await hire(service, "amal")
        await hire(service, "ines", Role.EDITOR, "es", "en")
        yield service


@pytest.fixture
async def slow(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """The same with a hold that ends only by hand."""
    monkeypatch.setattr("ticker.web.api.editors.HOLD_MAX", FOREVER)
    async with running(replace(settings, hold=FOREVER)) as service:
        for name in ("amal", "ben"):
            await hire(service, name)
        yield service


async def lines_of(service: Running, edition: str) -> list[tuple[str, str | None]]:
    """Lines on the board, and their stories."""
    flashes = (await service.get(f"/v1/{edition}/flashes")).json["flashes"]
    return [(it["headline"], it.get("story")) for it in flashes]


async def queue_of(service: Running, edition: str) -> list[Any]:
    return (await service.request("GET", f"/v1/{edition}/queue")).json["queue"]


async def choose(page: Page, **how: str) -> None:
    for code, value in how.items():
        await page.locator(f"[data-also={code}]").check()
        await page.locator(f"[data-how={code}]").select_option(value)


async def test_one_line_goes_to_several_editions(browser: Browser, newsroom: Running) -> None:
    """Written once: Spanish gets a linked line, Arabic a linked draft, after one hold on one card."""
    async with desk(browser, newsroom, "amal") as page, newsroom.live("es") as reader:
        await receive(reader)
        await page.locator("#headline").fill("Messi 3, Ronaldo 2")
        await expect(page.locator("[data-how=ar]")).to_be_hidden()
        await choose(page, ar="draft", es="line")
        await expect(page.locator("#publish")).to_contain_text("en + es")
        await page.reload()
        await expect(page.locator("#publish")).to_contain_text("en + es")
        await expect(page.locator("#publish")).to_be_enabled()
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards .hold")).to_have_count(1)
        await expect(page.locator("#cards .also")).to_have_text("Also to ar (draft), es")
        await expect(page.locator("[data-also=ar]")).not_to_be_checked()
        flash = (await receive(reader))["flash"]
        await expect(page.locator("#lines .text")).to_have_text("Messi 3, Ronaldo 2")
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await expect(page.locator("#lines .mark.current")).to_have_text(["ar", "es"])
    [(_, story)] = await lines_of(newsroom, "en")
    assert story is None
    assert flash["headline"] == "Messi 3, Ronaldo 2"
    [draft] = await queue_of(newsroom, "ar")
    assert (draft["stage"], draft["flash"]["story"]) == ("draft", flash["story"])


async def test_only_own_editions_are_offered(browser: Browser, newsroom: Running) -> None:
    """Nobody is offered an edition that is not theirs; a correction goes nowhere else."""
    await newsroom.post("en", "Out")
    async with desk(browser, newsroom, "ines") as page:
        await expect(page.locator("[data-also]")).to_have_count(1)
        await expect(page.locator("[data-also=es]")).to_be_visible()
        await page.locator("#lines .row").focus()
        await page.keyboard.press("c")
        await expect(page.locator("#task")).to_have_text("Correction")
        await expect(page.locator("[data-also=es]")).to_be_hidden()
    async with desk(browser, newsroom, "ines", "/desk/drill-en") as page:
        await expect(page.locator("[data-also]")).to_have_attribute("data-also", "drill-es")


async def test_abort_stops_all_editions(browser: Browser, slow: Running) -> None:
    """Escape takes back the line, its versions and their drafts; the choice stays with the words."""
    async with desk(browser, slow, "amal") as page:
        await page.locator("#headline").fill("Not yet")
        await choose(page, ar="draft", es="line")
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        assert [len(await queue_of(slow, it)) for it in ("en", "ar", "es")] == [1, 1, 1]
        await page.keyboard.press("Escape")
        await expect(page.locator("#headline")).to_have_value("Not yet")
        await expect(page.locator("#said")).to_have_text("Stopped. Nothing went out.")
        await expect(page.locator("[data-how=es]")).to_have_value("line")
        assert [len(await queue_of(slow, it)) for it in ("en", "ar", "es")] == [0, 0, 0]
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        [held] = await queue_of(slow, "en")
        await slow.kill("en", held["flash"]["id"])
        await expect(page.locator("#said")).to_contain_text("tester stopped it")
        assert [len(await queue_of(slow, it)) for it in ("en", "ar", "es")] == [0, 0, 0]


async def test_a_refusal_elsewhere_is_said(
    browser: Browser, newsroom: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another edition refuses stays on the card until it is read; the line itself goes out."""
    await newsroom.request("POST", "/v1/es/flashes?draft=true", body={"headline": "It is full"})
    monkeypatch.setattr("ticker.editing.bounds.QUEUE_MAX", 1)
    async with desk(browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("Out in English")
        await choose(page, es="line")
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("Out in English")
        await expect(page.locator("#cards strong")).to_contain_text("es: not filed. queue:")
        await page.locator("#cards button").click()
        await expect(page.locator("#cards .hold")).to_have_count(0)
