"""What went on the air by accident, or without anybody who could stop it, when strangers tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import log_in

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.support.service import Running


@pytest.mark.parametrize(
    "change", [{"embargoed": "2099-01-01T00:00:00Z"}, {"headline": "Ben's words"}]
)
async def test_a_draft_that_waits_by_now_goes_on_waiting(
    browser: Browser, slow: Running, change: dict[str, str]
) -> None:
    """A colleague put it under embargo, or sent it to a second editor: it is changed, and not let go."""
    urgency = 1 if "headline" in change else 3
    amal, ben = await log_in(slow, "amal"), await log_in(slow, "ben")
    draft = await amal.ask(
        "POST", "/v1/en/flashes?draft=true", {"headline": "A draft", "urgency": urgency}
    )
    path = f"/v1/en/flashes/{draft.json['id']}"
    async with desk(browser, slow, "amal") as page:
        await expect(page.locator("#queue .row")).to_have_count(1)
        await page.locator("#queue [data-act=edit]").click()
        await page.locator("#more > summary").click()
        await page.locator("[name=tags]").fill("port")
        assert (await ben.ask("PATCH", f"{path}?refile=true", change)).status == 200
        assert (await ben.ask("POST", f"{path}/release")).status == 200
        await page.get_by_role("button", name="Save mine over it").click()
        await expect(page.locator("#publish")).to_contain_text("Save changes")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#queue .row")).to_have_count(1)
        await expect(page.locator("#headline")).to_have_value("")
        await expect(page.locator("#cards .hold")).to_have_count(0)
    queue = (await amal.ask("GET", "/v1/en/queue")).json["queue"]
    assert [it["flash"]["tags"] for it in queue] == [["port"]]
    assert (await slow.get("/v1/en/flashes")).json["flashes"] == []


async def test_an_abort_outlasts_an_outage(browser: Browser, slow: Running) -> None:
    """It says that nothing is stopped yet, and stops it as soon as the service can be reached."""
    async with desk(browser, slow, "amal") as page:
        await page.keyboard.type("Stop me")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.context.set_offline(True)
        await page.keyboard.press("Escape")
        await expect(page.locator("#cards .note")).to_have_text("Not stopped yet; trying again.")
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        await page.context.set_offline(False)
        await expect(page.locator("#headline")).to_have_value("Stop me")
        await expect(page.locator("#cards .hold")).to_have_count(0)
    assert (await slow.request("GET", "/v1/en/queue")).json["queue"] == []


async def test_escape_stops_a_hold_wherever_the_focus_is(browser: Browser, slow: Running) -> None:
    """Out of the search field and out of a dialog too; nothing is published from within these."""
    async with desk(browser, slow, "amal") as page:
        for place in ("#search", "#help"):
            await page.locator("#headline").fill("Stop me")
            await page.locator("#headline").press("Control+Enter")
            await expect(page.locator("#cards .abort")).to_be_visible()
            await page.locator(place).click()
            await page.keyboard.press("Control+Enter")
            await page.keyboard.press("Escape")
            await expect(page.locator("#headline")).to_have_value("Stop me")
            await expect(page.locator("#cards .hold")).to_have_count(0)


async def test_what_was_overslept_is_not_sent(browser: Browser, slow: Running) -> None:
    """A machine that slept through a hold sends nothing on waking: nobody could have stopped it."""
    await slow.post("en", "As it was")
    async with desk(browser, slow, "amal") as page:
        await page.locator("#lines .row").focus()
        await page.keyboard.press("c")
        await page.locator("#headline").fill("As it is not to be")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.evaluate("{ const { now } = Date; Date.now = () => now() + 100_000; }")
        await expect(page.locator("#said")).to_contain_text("passed unseen")
        await expect(page.locator("#headline")).to_have_value("As it is not to be")
    flashes = (await slow.get("/v1/en/flashes")).json["flashes"]
    assert [it["headline"] for it in flashes] == ["As it was"]


async def test_what_was_thrown_away_stays_on_offer(browser: Browser, slow: Running) -> None:
    """Whatever is written next."""
    async with desk(browser, slow, "amal") as page:
        await page.locator("#headline").fill("Thrown away")
        await page.locator("#clear").click()
        await page.keyboard.type("Next")
        await page.keyboard.press("Alt+n")
        await page.get_by_role("button", name="Take back").click()
        await expect(page.locator("#headline")).to_have_value("Thrown away")


async def test_a_full_browser_says_so_and_sends_all_the_same(
    browser: Browser, slow: Running
) -> None:
    """No word is lost without a word."""
    async with desk(browser, slow, "amal") as page:
        await page.evaluate(
            """() => {
            const { setItem } = Storage.prototype;
            Storage.prototype.setItem = function (...item) {
                if (this === localStorage) throw new DOMException("", "QuotaExceededError");
                return setItem.apply(this, item);
            };
            }"""
        )
        await page.locator("#headline").fill("Kept nowhere")
        await expect(page.locator("#fault")).to_contain_text("no room left")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .hold")).to_contain_text("Kept nowhere")
        await page.keyboard.press("Escape")
        await expect(page.locator("#headline")).to_have_value("Kept nowhere")
