"""How the desk looks: dense and calm, on a laptop and on a phone, in each direction."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import hire
from tests.support.service import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running
    from ticker.settings import Settings

LAPTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 640}
LINES = {
    "en": "Japan Coast Guard reports a ballistic missile launch toward the sea, number {}",
    "ar": "خفر السواحل الياباني يعلن إطلاق صاروخ باليستي باتجاه البحر رقم {}",
    "es": "La guardia costera de Japón informa del lanzamiento de un misil, número {}",
}
# What of the letters of each text lies outside of a box that clips it: text, edge and pixels.
CLIPPED = """(texts) => texts.flatMap((text) => {
    const context = document.createElement("canvas").getContext("2d");
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(text);
    context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    const ink = context.measureText(text.textContent);
    const [first, last] = ["prepend", "append"].map((place) => {
        const mark = document.createElement("span");
        mark.style.display = "inline-block";
        text[place](mark);
        const { bottom } = mark.getBoundingClientRect();
        mark.remove();
        return bottom;
    });
    const found = [];
    for (let box = text; !box.matches(".row"); box = box.parentElement) {
        const { overflowY, overflowClipMargin } = getComputedStyle(box);
        if (overflowY === "visible" || getComputedStyle(box).display === "inline") continue;
        const margin = overflowY === "clip" ? parseFloat(overflowClipMargin) || 0 : 0;
        const { top, bottom } = box.getBoundingClientRect();
        const over = top - margin - (first - ink.actualBoundingBoxAscent);
        const under = last + ink.actualBoundingBoxDescent - bottom - margin;
        if (over > 0.5) found.push([box.className, "over", over]);
        if (under > 0.5) found.push([box.className, "under", under]);
    }
    return found;
})"""


@pytest.fixture
async def newsroom(settings: Settings) -> AsyncIterator[Running]:
    """A service with two editors."""
    async with running(replace(settings, hold=1.0)) as service:
        await hire(service, "amal")
        await hire(service, "benjamin")
        yield service


async def fill(service: Running, edition: str, count: int = 20) -> None:
    """Put lines on the board, of several urgencies."""
    for number in range(count):
        text = LINES[edition].format(number)
        await service.post(edition, text, urgency=2 + number % 4, source="NHK")


async def box(page: Page, selector: str) -> Any:
    """Where the first element of these is."""
    return await page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("edition", list(LINES))
async def test_twenty_lines_stand_on_a_laptop(
    browser: Browser, newsroom: Running, edition: str
) -> None:
    """Without scrolling, each on one line, in columns that cut off neither age nor urgency nor name."""
    await fill(newsroom, edition)
    async with desk(browser, newsroom, "amal", f"/desk/{edition}") as page:
        await page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
        await page.clock.install()
        await expect(page.locator("#lines .row")).to_have_count(20)
        await page.clock.fast_forward("12:00")
        await expect(page.locator("#lines .age").first).not_to_be_empty()
        last = await page.locator("#lines .row").last.bounding_box()
        assert last is not None
        assert last["y"] + last["height"] <= LAPTOP["height"]
        heights = await page.locator("#lines .row").evaluate_all(
            "(rows) => rows.map((row) => row.offsetHeight)"
        )
        assert max(heights) - min(heights) <= 1
        cut = await page.locator("#lines :is(time, .age, .word, .by)").evaluate_all(
            "(parts) => parts.filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth)"
            ".map((it) => it.textContent)"
        )
        assert cut == []


@pytest.mark.parametrize("edition", list(LINES))
async def test_the_preview_is_seen_while_one_writes(
    browser: Browser, newsroom: Running, edition: str
) -> None:
    """On a laptop the box, the button and the line as readers see it stand on one screen."""
    async with desk(browser, newsroom, "amal", f"/desk/{edition}") as page:
        await page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
        await page.locator("#headline").fill(LINES[edition].format(1))
        await expect(page.locator("#publish")).to_be_enabled()
        for part in ("#publish", "#stage breaking-ticker"):
            place = await box(page, part)
            assert place["y"] + place["height"] <= LAPTOP["height"], part


@pytest.mark.parametrize("edition", list(LINES))
async def test_a_phone_writes_on_its_first_screen(
    each_browser: Browser, newsroom: Running, edition: str
) -> None:
    """The header is one row and a menu; box and button are there at once, wherever one scrolls."""
    async with desk(each_browser, newsroom, "amal", f"/desk/{edition}") as page:
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await page.locator("#headline").fill(LINES[edition].format(1))
        assert (await box(page, ".bar"))["height"] <= 56
        for part in ("#status", ".menu-button", "#headline", "#publish"):
            place = await box(page, part)
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= PHONE["width"]
            assert place["y"] + place["height"] <= PHONE["height"], part
        await expect(page.locator("#menu")).to_be_hidden()
        await page.locator(".menu-button").click()
        await expect(page.locator("#menu nav a").first).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#menu")).to_be_hidden()
        await page.locator("#form details summary").click()
        await page.mouse.wheel(0, 400)
        place = await box(page, "#publish")
        assert place["y"] + place["height"] <= PHONE["height"]


@pytest.mark.parametrize("size", [LAPTOP, {"width": 1024, "height": 768}, PHONE])
async def test_a_hold_covers_no_button(
    browser: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch, size: dict[str, int]
) -> None:
    """While a line runs down the next one can be sent, and Abort is in sight, at every width."""
    monkeypatch.setattr("ticker.web.api.editors.HOLD_MAX", 90.0)
    async with running(replace(settings, hold=90.0)) as service:
        await hire(service, "amal")
        await fill(service, "en")
        async with desk(browser, service, "amal") as page:
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            await page.locator("#headline").fill("The first line")
            await page.locator("#publish").click()
            abort = page.locator("#cards .abort")
            await expect(abort).to_be_in_viewport()
            await page.locator("#headline").fill("The second line")
            await expect(page.locator("#publish")).to_be_enabled()
            card, button = await box(page, "#cards .hold"), await box(page, "#publish")
            beside = card["x"] >= button["x"] + button["width"]
            assert beside or card["y"] + card["height"] <= button["y"]
            await page.locator("#publish").click(trial=True)
            await abort.click(trial=True)


async def test_a_finger_finds_every_target_on_a_phone(browser: Browser, newsroom: Running) -> None:
    """Whatever can be pressed, in the menu and on a row too, is 44 px high and wide."""
    await newsroom.post("en", "A line", urgency=2)
    await newsroom.request("POST", "/v1/en/flashes?draft=true", body={"headline": "A draft"})
    small = """(root) => [...root.querySelectorAll("a, button, input, select, summary, label.pick")]
      .filter((it) => it.checkVisibility({ opacityProperty: false }) && !it.closest(".pick input, .unseen, .skip"))
      .filter((it) => !it.matches(".pick input, .check input, .skip, [lang] a.text"))
      .map((it) => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
      .filter(([, { width, height }]) => width > 0 && (height < 43.5 || width < 43.5))
      .map(([it, { width, height }]) => `${it} ${width} x ${height}`)"""
    async with desk(browser, newsroom, "amal") as page:
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        for tab in ("compose", "board", "landing"):
            await page.locator(f"[data-tab={tab}]").click()
            assert await page.locator("body").evaluate(small) == []
        await page.locator(".menu-button").click()
        assert await page.locator("#menu").evaluate(small) == []


async def test_versions_elsewhere_are_told_apart_without_colour(
    each_browser: Browser, newsroom: Running
) -> None:
    """Missing is bare letters, current has a frame, stale a frame and a mark, killed is struck out."""
    line = await newsroom.post("en", "Talks begin", coverage="talks")
    other = await newsroom.post("ar", "بدء المحادثات", story=line["id"])
    async with desk(each_browser, newsroom, "amal") as page:
        marks = page.locator("#lines .marks > *")
        await expect(marks).to_have_text(["ar", "es"])
        await expect(marks.first).to_have_class("mark current")
        looks = [
            await marks.nth(n).evaluate("(it) => getComputedStyle(it).borderTopColor")
            for n in range(2)
        ]
        assert looks[0] != looks[1]
        assert looks[1] == "rgba(0, 0, 0, 0)"
        await newsroom.patch("en", line["id"], headline="Talks end")
        await expect(marks.first).to_have_text("ar!")
        await newsroom.kill("ar", other["id"])
        await expect(marks.first).to_have_text("ar\u00d7")
        await expect(marks.first).to_have_css("text-decoration-line", "line-through")


async def test_the_help_shows_keys_as_keys(browser: Browser, newsroom: Running) -> None:
    """What stands between two ways to the same thing is no key."""
    async with desk(browser, newsroom, "amal") as page:
        await page.locator("#help").click()
        keys = await page.locator("#keys kbd").all_text_contents()
        assert "Alt" in keys
        assert "·" not in keys


async def test_a_timeline_has_the_clock_of_the_wall(browser: Browser, newsroom: Running) -> None:
    """Times are local, with the zone; the board is asked for in local time, too, and answered so."""
    line = await newsroom.post("en", "A line")
    context = await browser.new_context(timezone_id="Asia/Kolkata", locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{newsroom.url}/desk/en/timeline")
    await page.locator("[name=name]").fill("amal")
    await page.locator("[name=password]").fill("correct horse battery")
    await page.keyboard.press("Enter")
    step = page.locator(".steps time").first
    await expect(step).to_contain_text("GMT+5:30")
    await expect(step).to_have_attribute(
        "title", "{} {} UTC".format(line["firstcreated"][:10], line["firstcreated"][11:19])
    )
    await expect(page.locator("[data-zone]")).to_have_text("GMT+5:30")
    asked = datetime.fromisoformat(line["firstcreated"]) + timedelta(minutes=1)
    local = f"{asked + timedelta(hours=5, minutes=30):%Y-%m-%dT%H:%M:%S}"
    await page.locator("[name=at]").fill(local)
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile(f"at={asked:%Y-%m-%dT%H}%3A{asked:%M}%3A{asked:%S}$"))
    await expect(page.locator("[name=at]")).to_have_value(local)
    await expect(page.locator(".then .text")).to_have_text("A line")
    await context.close()


@pytest.mark.parametrize("width", [360, 1024, 1440])
async def test_no_row_cuts_letters_off(browser: Browser, newsroom: Running, width: int) -> None:
    """Dots and marks over and under Arabic letters are whole, in bold too, on the board and in a search."""
    text = "إِنَّ الآيَةَ يجري بحثُها في برج إيفل"
    await newsroom.post("ar", text, urgency=1, source="وكالة")
    await newsroom.post("ar", text, urgency=4, source="وكالة")
    async with desk(browser, newsroom, "amal", "/desk/ar") as page:
        await page.set_viewport_size({"width": width, "height": 900})
        if width == 360:
            await page.locator("[data-tab=board]").click()
        await expect(page.locator("#lines .row")).to_have_count(2)
        await expect(page.locator("#lines .text").first).to_be_visible()
        assert await page.locator("#lines .text").evaluate_all(CLIPPED) == []
        await page.locator("#search").fill("برج")
        await expect(page.locator("#found-lines .row")).to_have_count(2)
        assert await page.locator("#found-lines .text").evaluate_all(CLIPPED) == []


@pytest.mark.parametrize("width", [360, 1024, 1440])
async def test_a_row_with_a_form_shows_its_line(
    browser: Browser, newsroom: Running, width: int
) -> None:
    """The line has the width of its column, its buttons stand below, and the form is wholly in sight."""
    await fill(newsroom, "en")
    async with desk(browser, newsroom, "amal") as page:
        await page.set_viewport_size({"width": width, "height": 700})
        if width == 360:
            await page.locator("[data-tab=board]").click()
        row = page.locator("#lines .row").nth(12)
        await row.focus()
        await page.keyboard.press("x")
        await expect(row.locator("form")).to_be_in_viewport(ratio=0.995)
        parts = [row.locator(it) for it in (".line", ".main", ".main .acts")]
        for part in parts:
            await expect(part).to_be_visible()
        line, main, acts = [await part.bounding_box() for part in parts]
        assert line is not None
        assert main is not None
        assert acts is not None
        assert line["width"] >= main["width"] - 1
        assert acts["y"] >= line["y"] + line["height"] - 1


@pytest.mark.parametrize("width", [1024, 1440])
async def test_the_button_that_publishes_stays_in_sight(
    browser: Browser, newsroom: Running, width: int
) -> None:
    """With all fields open too, on every width."""
    async with desk(browser, newsroom, "amal") as page:
        await page.set_viewport_size({"width": width, "height": 700})
        await page.locator("#headline").fill("A line")
        await page.locator("#more > summary").click()
        await expect(page.locator("[name=expires]")).to_be_visible()
        await page.evaluate("scrollTo(0, 0)")
        await expect(page.locator("#publish")).to_be_in_viewport(ratio=1)
        await page.locator("#publish").click(trial=True)
