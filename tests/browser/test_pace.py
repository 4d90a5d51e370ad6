"""Reading at one's own pace: whole lines, lines again, how old they are, which are new, and on paper."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page

    from tests.support.service import Running

LONG = "A line that takes more than one row of a narrow list, as most do on a phone, number"
FLASH = "word " * 50
# The rows of a list that can be seen, those that are cut by its edges, and its height.
ROWS = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  const list = document.querySelector("breaking-ticker").shadowRoot.querySelector(".list");
  const { top, bottom } = list.getBoundingClientRect();
  const seen = [...list.children].filter((it) => getComputedStyle(it).opacity === "1")
    .map((it) => [it.querySelector(".headline").textContent, it.getBoundingClientRect()]);
  return {
    whole: seen.map(([text]) => text),
    cut: seen.filter(([, it]) => it.top < top - 1 || it.bottom > bottom + 1).map(([text]) => text),
  };
}"""


@asynccontextmanager
async def shown(
    browser: Browser, service: Running, attributes: str, edition: str = "en", **options: Any
) -> AsyncIterator[Page]:
    """A live banner on a page of another site."""
    context = await browser.new_context(**({"viewport": {"width": 420, "height": 640}} | options))
    page = await context.new_page()
    async with elsewhere(embed(service, attributes, edition=edition)) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        yield page
    await context.close()


def first(page: Page) -> Locator:
    return page.locator(".headline").first


async def test_a_list_shows_whole_lines_only(each_browser: Browser, service: Running) -> None:
    """As many whole lines as fit, how many more there are, and on each page of them the same."""
    await _pages_of_whole_lines(each_browser, service, "stack")


async def test_a_list_in_place_of_motion_shows_whole_lines(
    browser: Browser, service: Running
) -> None:
    """So does what readers get who want no motion."""
    await _pages_of_whole_lines(browser, service, "crawl", reduced_motion="reduce")


async def _pages_of_whole_lines(
    browser: Browser, service: Running, mode: str, **options: Any
) -> None:
    lines = [f"{LONG} {count}" for count in range(5)]
    for line in reversed(lines):
        await service.post("en", line)
    async with shown(browser, service, f'mode="{mode}"', **options) as page:
        count = 5 if mode == "stack" else 3
        await expect(page.locator(".headline")).to_have_text(lines[:count])
        read = []
        for _ in range(count):
            rows = await page.evaluate(ROWS)
            assert rows["cut"] == []
            assert 0 < len(rows["whole"]) < count
            assert rows["whole"] == [it for it in lines if it in rows["whole"]]
            await expect(page.locator(".rest")).to_have_text(f"{count - len(rows['whole'])} more")
            read += [it for it in rows["whole"] if it not in read]
            if read == lines[:count]:
                break
            await page.get_by_role("button", name="Next").press("Enter")
        assert read == lines[:count]
        await page.get_by_role("button", name="Next").press("Enter")
        await expect(first(page)).to_be_in_viewport(ratio=1)


async def test_a_list_says_when_its_newest_line_came(browser: Browser, service: Running) -> None:
    """Beside the label of a list stands how old its newest line is, whatever is pinned above it."""
    await service.post("en", "Pinned", pinned=True)
    async with shown(
        browser, service, 'mode="stack"', viewport={"width": 1280, "height": 600}
    ) as page:
        await expect(page.locator(".when")).to_be_hidden()
        await service.post("en", "Newest")
        await expect(page.locator(".when")).to_have_text("now")
        assert (await page.locator(".previous").is_visible()) is False


async def test_what_was_scrolled_to_stays_in_place(browser: Browser, service: Running) -> None:
    """A line that comes above doesn't move those that are being read further down."""
    for count in range(5):
        await service.post("en", f"{LONG} {count}")
    async with shown(browser, service, 'mode="stack"') as page:
        await expect(page.locator(".headline")).to_have_count(5)
        await page.get_by_role("button", name="Next").press("Enter")
        before = await page.evaluate(ROWS)
        assert f"{LONG} 4" not in before["whole"]
        await service.post("en", "New")
        await expect(first(page)).to_have_text("New")
        assert (await page.evaluate(ROWS))["whole"] == before["whole"]


@pytest.mark.parametrize("mode", ["rotate", "crawl"])
@pytest.mark.parametrize(("edition", "onward"), [("en", "Right"), ("ar", "Left")])
async def test_a_line_can_be_read_again(
    each_browser: Browser, service: Running, mode: str, edition: str, onward: str
) -> None:
    """Buttons and arrow keys go to the next line and back, in the direction of the language, paused too."""
    for name in ("Third", "Second", "First"):
        await service.post(edition, name)
    backward = {"Right": "Left", "Left": "Right"}[onward]
    async with shown(each_browser, service, f'mode="{mode}" speed="2"', edition) as page:
        await expect(first(page)).to_have_text("First")
        await page.locator(".button").press("Enter")
        await page.locator(".next").press("Enter")
        await expect(first(page)).to_have_text("Second")
        await page.locator(".button").press(f"Arrow{onward}")
        await expect(first(page)).to_have_text("Third")
        await page.locator(".button").press(f"Arrow{onward}")
        await expect(first(page)).to_have_text("First")
        await page.locator(".previous").press("Enter")
        await expect(first(page)).to_have_text("Third")
        await page.locator(".button").press(f"Arrow{backward}")
        await expect(first(page)).to_have_text("Second")
        await expect(first(page)).to_be_in_viewport(ratio=1)
        left = await page.locator(".previous").bounding_box()
        right = await page.locator(".next").bounding_box()
        assert left is not None
        assert right is not None
        assert (left["x"] < right["x"]) is (edition == "en")
        names = await page.locator("breaking-ticker button").evaluate_all(
            "(all) => all.map((it) => it.ariaLabel === it.title && it.title)"
        )
        assert (
            names
            == {
                "en": ["Previous", "Next", "Resume"],
                "ar": ["السابق", "التالي", "متابعة"],
            }[edition]
        )


async def test_buttons_are_large_enough_for_a_finger(browser: Browser, service: Running) -> None:
    """Targets have 24 px for a pointer, and 44 on a touch screen, where they fit beside the label."""
    for touch, least in ((False, 24), (True, 44)):
        async with shown(
            browser,
            service,
            "",
            viewport={"width": 320, "height": 640},
            has_touch=touch,
            is_mobile=touch,
        ) as page:
            boxes = [await it.bounding_box() for it in await page.locator("button").all()]
            assert len(boxes) == 3
            for box in boxes:
                assert box is not None
                assert round(box["width"]) >= least
                assert round(box["height"]) >= least
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await expect(page.locator(".label")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("mode", ["rotate", "stack"])
async def test_a_time_ages_and_is_told_exactly_when_asked(
    browser: Browser, service: Running, mode: str
) -> None:
    """A line says how long ago it came, in the reader's language; under pointer or focus it says when."""
    await service.post("en", "A line", url="https://news.example/")
    context = await browser.new_context()
    page = await context.new_page()
    await page.clock.install()
    async with elsewhere(embed(service, f'mode="{mode}"')) as address:
        await page.goto(address)
        time = page.locator(".time")
        await expect(time).to_have_text("now")
        width = await time.bounding_box()
        await page.clock.fast_forward("03:10")
        await expect(time).to_have_text("3 min")
        assert await time.bounding_box() == width
        exact = """(it) => getComputedStyle(it, "::after").content"""
        assert await time.evaluate(exact) == "none"
        await page.locator("a.headline").focus()
        clock = await page.evaluate(
            """(it) => new Date(it).toTimeString().slice(0, 5)""",
            await time.get_attribute("datetime"),
        )
        assert await time.evaluate(exact) == f'"{clock}"'
        await page.clock.fast_forward("02:00:00")
        await expect(time).to_have_text("2 hr")
    await context.close()


async def test_a_line_is_marked_as_new_until_it_was_seen(
    browser: Browser, service: Running
) -> None:
    """What came meanwhile has a mark with a name, for as long as it takes to see it; what was there has none."""
    await service.post("en", "Old")
    context = await browser.new_context()
    page = await context.new_page()
    await page.clock.install()
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        await page.goto(address)
        await expect(page.locator(".line")).to_have_count(1)
        await service.post("en", "New")
        new = page.locator(".line", has_text="New")
        mark = """(it) => getComputedStyle(it.querySelector("time"), "::before").content"""
        await expect(new).to_have_count(1)
        assert await new.evaluate(mark) == '"●" / "New"'
        assert await page.locator(".line", has_text="Old").evaluate(mark) == "none"
        place = await new.locator(".headline").bounding_box()
        await page.clock.run_for(20_000)
        assert await new.evaluate(mark) == "none"
        assert await new.locator(".headline").bounding_box() == place
    await context.close()


async def test_a_device_clock_two_days_ahead_does_not_make_news_old(
    browser: Browser, service: Running
) -> None:
    """How old a line is, is told by the service's clock, in the banner and on the page."""
    await service.post("en", "A line")
    context = await browser.new_context()
    page = await context.new_page()
    await page.clock.install(time=datetime.now(UTC) + timedelta(days=2))
    await page.goto(f"{service.url}/en")
    await expect(page.locator("breaking-ticker .time")).to_have_text("now")
    await expect(page.locator("#lines .time")).to_have_text("now")
    await context.close()


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack"])
async def test_all_lines_are_printed(browser: Browser, service: Running, mode: str) -> None:
    """On paper stands the list of lines, whole and dark on white, and afterwards the banner as it was."""
    lines = [f"{LONG} {count}" for count in range(9)]
    for line in reversed(lines):
        await service.post("en", line)
    async with shown(browser, service, f'mode="{mode}" skin="solid" theme="dark"') as page:
        await expect(first(page)).to_have_text(lines[0])
        await page.get_by_role("button", name="Pause").press("Enter")
        before = await page.locator(".headline").all_text_contents()
        await page.evaluate(
            """() => addEventListener("beforeprint", () => {
              const root = document.querySelector("breaking-ticker").shadowRoot;
              window.printed = [...root.querySelectorAll(".headline")].filter((it) => it.checkVisibility())
                .map((it) => [it.textContent, it.scrollWidth <= innerWidth, getComputedStyle(it).color]);
            })"""
        )
        await page.emulate_media(media="print")
        await page.pdf()
        assert await page.evaluate("window.printed") == [
            [line, True, "rgb(0, 0, 0)"] for line in lines
        ]
        await page.emulate_media(media="screen")
        assert await page.locator(".headline").all_text_contents() == before


async def test_a_flash_is_printed_once_and_in_its_place(browser: Browser, service: Running) -> None:
    """A flash doesn't lie over the article on every sheet."""
    await service.post("en", "A flash", urgency=1)
    async with shown(browser, service, 'mode="flash"') as page:
        await expect(first(page)).to_have_text("A flash")
        await page.emulate_media(media="print")
        await expect(page.locator(".box")).to_have_css("position", "static")
        await expect(first(page)).to_have_css("color", "rgb(0, 0, 0)")


async def test_a_long_flash_leaves_room_and_can_be_scrolled(
    each_browser: Browser, service: Running
) -> None:
    """At 400 % zoom a long flash leaves some of the page, scrolls by keyboard, and can be closed."""
    await service.post("en", FLASH, urgency=1, url="https://news.example/")
    async with shown(
        each_browser, service, 'mode="flash"', viewport={"width": 320, "height": 256}
    ) as page:
        await expect(first(page)).to_be_visible()
        box = await page.locator(".bar").bounding_box()
        assert box is not None
        assert box["height"] <= 200
        track = page.locator(".track")
        assert await track.evaluate("(it) => it.scrollHeight > it.clientHeight")
        await page.locator(".line").focus()
        await page.keyboard.press("End")
        await page.wait_for_function(
            """() => document.querySelector("breaking-ticker").shadowRoot.querySelector(".track").scrollTop > 0"""
        )
        close = page.get_by_role("button", name="Close")
        await expect(close).to_be_in_viewport(ratio=1)
        await close.click()
        await expect(first(page)).to_have_count(0)


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack"])
async def test_a_long_label_leaves_room_for_the_rest(
    each_browser: Browser, service: Running, mode: str
) -> None:
    """A label of 58 letters is cut with an ellipsis rather than pushing the buttons off the screen."""
    await service.post("en", "A line")
    label = "Breaking news from the whole region, as it comes to us now"
    async with shown(each_browser, service, f'mode="{mode}" label="{label}"') as page:
        for width in (320, 1280):
            await page.set_viewport_size({"width": width, "height": 600})
            await expect(page.locator(".headline")).to_be_in_viewport()
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await expect(page.get_by_role("button", name="Pause")).to_be_in_viewport(ratio=1)
            await expect(page.locator(".word")).to_have_css("text-overflow", "ellipsis")
            await expect(page.get_by_role("region", name=label)).to_be_attached()
            ends = [
                await page.locator(".label").bounding_box(),
                await page.locator(".controls").bounding_box(),
            ]
            assert ends[0] is not None
            assert ends[1] is not None
            assert ends[0]["x"] + ends[0]["width"] <= ends[1]["x"] + 1


async def test_a_line_of_yesterday_has_its_date(browser: Browser, service: Running) -> None:
    """A pinned line of the day before says its date, and in the list the newest line's age counts."""
    await service.post("en", "Pinned", pinned=True)
    context = await browser.new_context(viewport={"width": 1280, "height": 600})
    page = await context.new_page()
    await page.clock.install()
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        await page.goto(address)
        await expect(page.locator(".time")).to_have_text("now")
        await page.clock.fast_forward(26 * 3600 * 1000)
        await expect(page.locator(".time")).to_have_text(re.compile(r"^[A-Z][a-z]{2} \d+$"))
    await context.close()


@pytest.mark.parametrize(("edition", "line"), [("en", "A short line"), ("ar", "سطر قصير")])
async def test_as_many_short_lines_are_seen_as_the_page_asks_for(
    browser: Browser, service: Running, edition: str, line: str
) -> None:
    """Where each line takes one row, a list of three shows three, in any script."""
    for count in range(3):
        await service.post(edition, f"{line} {count}")
    async with shown(browser, service, 'mode="stack" max="3"', edition) as page:
        await expect(page.locator(".headline")).to_have_count(3)
        rows = await page.evaluate(ROWS)
        assert (len(rows["whole"]), rows["cut"]) == (3, [])
