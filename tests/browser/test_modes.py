"""Every mode in every direction, scheme and width: lines come, change, go; for every reader."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed, violations
from ticker.news.document import format_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running

MODES = ("rotate", "crawl", "stack", "flash")
# Edition, line, its next version, the direction that it must have.
SCRIPTS = {
    "ltr": ("en", "Court orders release of 14 detainees", "Court orders release of 15", "ltr"),
    "rtl": ("ar", "محكمة تأمر بالإفراج عن 14 معتقلا", "محكمة تأمر بالإفراج عن 15 معتقلا", "rtl"),
    "mixed": ("ar", "OpenSky توقف 3 رحلات (A320) غدا", "OpenSky resumes 3 flights", "rtl"),
}
LONG = "A line that is long enough to be wider than the screen of a phone, and then some more of it"


async def motions(page: Page) -> list[dict[str, Any]]:
    """Every running or paused movement: its state and where it goes, in pixels."""
    found: list[dict[str, Any]] = await page.evaluate(
        """() => document.querySelector("breaking-ticker").shadowRoot.getAnimations()
          .filter((it) => it.effect.getKeyframes().at(-1).transform)
          .map((it) => ({
            text: it.effect.target.querySelector(".headline").textContent,
            state: it.playState,
            start: it.startTime,
            from: parseFloat(it.effect.getKeyframes()[0].transform.slice(11)),
            to: parseFloat(it.effect.getKeyframes().at(-1).transform.slice(11)),
            left: it.effect.target.getBoundingClientRect().left,
          }))"""
    )
    return found


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("mode", MODES)
async def test_a_line_lives_and_dies(
    browser: Browser, service: Running, mode: str, script: str
) -> None:
    """A line appears, is corrected, killed, expires, in each scheme and width; axe finds nothing."""
    edition, first, second, direction = SCRIPTS[script]
    async with AsyncExitStack() as stack:
        pages = [
            await stack.enter_async_context(shown(browser, service, mode, edition, theme, width))
            for theme in ("light", "dark")
            for width in (1280, 360)
        ]
        headlines = [page.locator(".headline") for page in pages]
        posted = await service.post(edition, first, urgency=1, source="AFP")
        for page, headline in zip(pages, headlines, strict=True):
            await expect(headline).to_have_text([first])
            await expect(headline).to_have_css("direction", direction)
            line = "rtl" if edition == "ar" else "ltr"
            await expect(page.locator(".line")).to_have_css("direction", line)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert await violations(page) == []
        await service.patch(edition, posted["id"], headline=second, correction="15")
        for page, headline in zip(pages, headlines, strict=True):
            await expect(headline).to_have_text([second])
            await expect(page.locator(".mark")).to_be_attached()
        await service.kill(edition, posted["id"])
        for headline in headlines:
            await expect(headline).to_have_count(0)
        short = await service.post(edition, "Short", urgency=1, expires=_in(3600))
        for headline in headlines:
            await expect(headline).to_have_text(["Short"])
        await service.patch(edition, short["id"], expires=_in(2))
        for headline in headlines:
            await expect(headline).to_have_count(0)


def _in(seconds: int) -> str:
    return format_time(datetime.now(UTC) + timedelta(seconds=seconds))


@asynccontextmanager
async def shown(
    browser: Browser, service: Running, mode: str, edition: str, theme: str, width: int
) -> AsyncIterator[Page]:
    """A live banner on a page of another site."""
    context = await browser.new_context(viewport={"width": width, "height": 600})
    page = await context.new_page()
    html = embed(service, f'mode="{mode}" theme="{theme}"', edition=edition)
    async with elsewhere(f"<main><h1>Host</h1>{html}</main>") as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        yield page
        await context.close()


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack"])
async def test_the_keyboard_reaches_everything(page: Page, service: Running, mode: str) -> None:
    """Tab goes to the line and to the button; the line holds while it has the focus; Enter pauses."""
    async with elsewhere(embed(service, f'mode="{mode}"')) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await service.post("en", "Linked", url="https://news.example/")
        link = banner.locator("a.headline")
        await expect(link).to_have_text("Linked")
        await page.keyboard.press("Tab")
        if mode == "stack":
            await expect(banner.locator(".list")).to_be_focused()
            await page.keyboard.press("Tab")
        await expect(link).to_be_focused()
        await expect(link).to_be_in_viewport(ratio=1)
        await service.post("en", "While it is read")
        await expect(banner.locator(".fresh")).to_have_text("1 new")
        await expect(banner.locator(".headline")).to_have_text(["Linked"])
        await page.keyboard.press("Tab")
        if mode != "stack":
            await expect(banner.get_by_role("button", name="Previous")).to_be_focused()
            await page.keyboard.press("Tab")
            await expect(banner.get_by_role("button", name="Next")).to_be_focused()
            await page.keyboard.press("Tab")
        button = banner.get_by_role("button", name="Pause")
        await expect(button).to_be_focused()
        await expect(banner.locator(".fresh")).to_be_empty()
        await page.keyboard.press("Enter")
        await expect(banner.get_by_role("button", name="Resume")).to_be_focused()
        await service.post("en", "While it is paused")
        await expect(banner.locator(".fresh")).to_have_text("1 new")
        await page.keyboard.press("Enter")
        await expect(banner.locator(".fresh")).to_be_empty()
        assert (
            await page.evaluate(
                "getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineStyle"
            )
            == "solid"
        )


@pytest.mark.parametrize("mode", MODES)
async def test_who_wants_no_motion_gets_a_list(
    browser: Browser, service: Running, mode: str
) -> None:
    """With reduced motion nothing is animated, in any mode, and the choice counts at run time."""
    context = await browser.new_context(
        reduced_motion="reduce", viewport={"width": 360, "height": 600}
    )
    page = await context.new_page()
    async with elsewhere(embed(service, f'mode="{mode}"')) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await service.post("en", LONG, urgency=1)
        await expect(banner.locator(".headline")).to_have_text([LONG])
        moving = "document.querySelector('breaking-ticker').shadowRoot.getAnimations().length"
        assert await page.evaluate(moving) == 0
        box = await banner.locator(".line").bounding_box()
        assert box is not None
        assert box["width"] <= 360
        await expect(banner.locator("ol.list")).to_have_count(0 if mode == "flash" else 1)
        await page.emulate_media(reduced_motion="no-preference")
        await expect(banner.locator("ol.list")).to_have_count(1 if mode == "stack" else 0)
        await expect(banner.locator(".headline")).to_have_text([LONG])
    await context.close()


@pytest.mark.parametrize(("edition", "forward"), [("en", -1), ("ar", 1)])
async def test_lines_crawl_in_the_direction_of_their_language(
    page: Page, service: Running, edition: str, forward: int
) -> None:
    """English runs to the left, Arabic to the right; the first line is there at once."""
    await service.post(edition, "سطر line")
    async with elsewhere(embed(service, 'mode="crawl"', edition=edition)) as address:
        await page.goto(address)
        await expect(page.locator(".headline")).to_be_in_viewport(ratio=1)
        [motion] = await motions(page)
        assert motion["from"] * forward < 0 < motion["to"] * forward


async def test_nothing_that_is_read_moves_but_by_crawling(page: Page, service: Running) -> None:
    """New lines join behind, a killed one leaves a gap: the others' movements stay what they were."""
    ids = [(await service.post("en", f"Line {count}"))["id"] for count in range(3)]
    async with elsewhere(embed(service, 'mode="crawl"')) as address:
        await page.goto(address)
        await expect(page.locator(".headline")).to_have_text(["Line 2", "Line 1", "Line 0"])
        await page.wait_for_function(
            """() => document.querySelector("breaking-ticker").shadowRoot.getAnimations()
              .every((it) => it.startTime !== null)"""
        )
        before = await motions(page)
        await service.kill("en", ids[1])
        await expect(page.locator(".headline")).to_have_text(["Line 2", "Line 0"])
        await service.post("en", "Line 3")
        await expect(page.locator(".headline")).to_have_text(["Line 2", "Line 0", "Line 3"])
        after = await motions(page)
        assert [it["start"] for it in after[:2]] == [before[0]["start"], before[2]["start"]]
        assert after[2]["left"] > after[1]["left"]


async def test_a_longer_version_pushes_nothing_and_overlaps_nothing(
    page: Page, service: Running
) -> None:
    """A line that grows keeps its place; what it would run into comes in again behind it."""
    await service.post("en", "Behind")
    first = await service.post("en", "First")
    async with elsewhere(embed(service, 'mode="crawl"')) as address:
        await page.goto(address)
        await expect(page.locator(".headline")).to_have_text(["First", "Behind"])
        [before, _] = await motions(page)
        await service.patch("en", first["id"], headline="First, and then much more than before")
        await expect(page.locator(".headline")).to_have_text(
            ["First, and then much more than before", "Behind"]
        )
        boxes = await page.evaluate(
            """() => [...document.querySelector("breaking-ticker").shadowRoot.querySelectorAll(".line")]
              .map((it) => it.getBoundingClientRect()).map(({ left, right }) => [left, right])"""
        )
        assert boxes[0][1] < boxes[1][0]
        assert boxes[0][0] <= before["left"]


async def test_a_flash_does_not_wait_behind_a_long_line(page: Page, service: Running) -> None:
    """An urgent line takes the place of one that is only just coming in; that one comes again."""
    long = "word " * 50
    await service.post("en", long)
    async with elsewhere(embed(service, 'mode="crawl"')) as address:
        await page.goto(address)
        await expect(page.locator(".headline")).to_have_count(1)
        await service.post("en", "A flash", urgency=1)
        await expect(page.locator(".headline").first).to_have_text("A flash", timeout=20_000)


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack"])
async def test_a_pointer_holds_it_and_a_kill_gets_through(
    page: Page, service: Running, mode: str
) -> None:
    """Under a pointer nothing moves and nothing new comes, but a killed line goes (P25)."""
    killed = await service.post("en", "Wrong")
    async with elsewhere(embed(service, f'mode="{mode}"')) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner.locator(".headline")).to_have_text(["Wrong"])
        await banner.locator(".headline").hover(force=True)
        await service.post("en", "Right", urgency=2)
        await expect(banner.locator(".fresh")).to_have_text("1 new")
        assert {it["state"] for it in await motions(page)} <= {"paused"}
        await expect(banner.locator(".headline")).to_have_text(["Wrong"])
        await service.kill("en", killed["id"])
        await expect(banner.get_by_text("Wrong")).to_have_count(0)
        await page.mouse.move(5, 500)
        await expect(banner.locator(".headline")).to_have_text(["Right"])
        await expect(banner.locator(".fresh")).to_be_empty()


async def test_a_flash_that_was_dismissed_stays_dismissed(page: Page, service: Running) -> None:
    """Escape or the button takes a flash away: in every tab, and after a reload."""
    async with elsewhere(embed(service, 'mode="flash"')) as address:
        await page.goto(address)
        headline = page.locator(".headline")
        await service.post("en", "Not a flash", urgency=2)
        await service.post("en", "First flash", urgency=1)
        await expect(headline).to_have_text(["First flash"])
        other = await page.context.new_page()
        await other.goto(address)
        await expect(other.locator(".headline")).to_have_text(["First flash"])
        await page.keyboard.press("Escape")
        await expect(headline).to_have_count(0)
        await expect(other.locator(".headline")).to_have_count(0)
        await service.post("en", "Second flash", urgency=1)
        await expect(headline).to_have_text(["Second flash"])
        await page.get_by_role("button", name="Close").press("Enter")
        await expect(headline).to_have_count(0)
        await page.reload()
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await expect(page.locator(".bar")).to_be_hidden()


async def test_flashes_are_said_at_once_and_the_rest_politely(page: Page, service: Running) -> None:
    """A flash interrupts once, other lines wait and come together, a correction says that it is one."""
    async with elsewhere(embed(service, 'mode="stack"', 'mode="flash"')) as address:
        await page.goto(address)
        both = page.locator("breaking-ticker")
        await expect(both.first).to_have_attribute("status", "live")
        alerts, said = both.locator(".alert"), both.locator(".said")
        line = await service.post("en", "A line")
        await expect(said).to_have_text(["A line", ""])
        await service.post("en", "Another")
        await service.patch("en", line["id"], headline="The line", correction="It is the one")
        await service.post("en", "A flash", urgency=1)
        await expect(alerts).to_have_text(["Breaking: A flash", ""])
        await expect(said.first).to_have_text("Another. Corrected: The line")


async def test_arabic_letters_join_within_a_word_only(page: Page, service: Running) -> None:
    """The word for a correction is written as it is alone, whatever word stands before it."""
    line = await service.post("ar", "سطر", urgency=1)
    await service.patch("ar", line["id"], correction="سبب")
    async with elsewhere(embed(service, 'mode="stack"', edition="ar")) as address:
        await page.goto(address)
        # Letters join across inline boxes, as if the two words were one.
        await expect(page.locator(".urgency")).to_have_css("display", "inline-block")
        await expect(page.locator(".mark")).to_have_css("display", "inline-block")
