"""Reading the pages: time that ages, news that moves nothing, the rule where one left, phones, paper."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import violations
from tests.browser.test_reader import live
from tests.support.flashes import flash, record
from tests.support.service import Running, running
from ticker.news.document import utcnow
from ticker.news.masthead import masthead_of
from ticker.store.client import Store
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.async_api import Browser, Page, Route, ViewportSize

    from ticker.settings import Settings

PHONE: ViewportSize = {"width": 360, "height": 640}
MASTHEAD = """
name = "Harbour Post"
colours = { masthead = "#0b2545", words = "#ffffff", link = "#0b5cad", link_dark = "#7db7ff" }
links = [{ text = "News", url = "https://news.example/" }]
footer = [{ text = "Privacy", url = "/privacy" }]
"""


async def file(service: Running, flash_id: str, firstcreated: datetime, **fields: Any) -> None:
    """Publish a line that is of another time than now."""
    store = Store(service.settings.redis_url)
    item = flash(flash_id, firstcreated=firstcreated, **fields)
    await Wire(store).append(record(item), "announce", IdempotencyKey(flash_id, "", 60))
    await store.close()


async def fill(service: Running, count: int) -> None:
    """A board of lines, a minute between them, that is longer than a screen."""
    now = utcnow()
    for n in range(count):
        await file(service, f"l{n:02}", now - timedelta(minutes=count - n), headline=f"Line {n}")


async def opened(page: Page, service: Running, path: str = "/en") -> None:
    """Open a board; returns when its script has it."""
    await live(page, service, path)
    await expect(page.locator("#lines")).to_have_attribute("data-live", "yes")


def top(page: Page, text: str) -> Any:
    """Where a line stands on the screen."""
    return page.locator("#lines .line", has_text=text).evaluate(
        "it => Math.round(it.getBoundingClientRect().top)"
    )


@pytest.mark.parametrize(
    ("edition", "new", "old", "older"),
    [
        ("en", "now", "3 min ago", "2 hr ago"),
        ("ar", "الآن", "قبل 3 دقائق", "قبل ساعتين"),
        ("es", "ahora", "hace 3 min", "hace 2 h"),
    ],
)
async def test_time_is_told_as_people_tell_it(
    each_browser: Browser, service: Running, edition: str, new: str, old: str, older: str
) -> None:
    """A line says how long ago it came, by the service's clock, and says it anew as it ages."""
    page = await each_browser.new_page()
    now = utcnow()
    for name, ago in (("a", 185), ("b", 2 * 3600 + 60)):
        await file(service, name, now - timedelta(seconds=ago), edition=edition, headline=name)
    await page.clock.install(time=now + timedelta(days=2))
    await opened(page, service, f"/{edition}")
    await service.post(edition, "c")
    times = page.locator("#lines .time")
    await expect(times).to_have_text([new, old, older])
    await page.clock.run_for(61_000)
    await expect(times.first).to_have_text(re.compile("1|واحدة"))
    await page.close()


async def test_the_clock_stands_behind_the_age(page: Page, service: Running) -> None:
    """Who points at a time, or comes to it by keyboard, reads the clock; machines always do."""
    await file(service, "a", utcnow() - timedelta(minutes=3), headline="Line")
    await opened(page, service)
    time = page.locator("#lines .time")
    assert re.fullmatch(r"\d\d:\d\d|.* \d\d:\d\d", await time.get_attribute("data-clock") or "")
    assert await time.get_attribute("datetime")
    shown = "it => getComputedStyle(it, '::after').content"
    assert await time.evaluate(shown) == "none"
    await page.locator("#lines .permalink").hover()
    assert re.search(r"\d\d:\d\d", await time.evaluate(shown))


async def test_a_page_without_script_has_the_clock(browser: Browser, service: Running) -> None:
    """Without script a time is the clock's, in UTC, as the page says, and all else is there."""
    await service.post("en", "One", coverage="flood")
    line = await service.post("en", "Two", coverage="flood")
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{service.url}/en")
    await expect(page.locator("#lines .time").first).to_have_text(line["firstcreated"][11:16])
    await expect(page.locator(".zone")).to_have_text("Times are in UTC.")
    await expect(page.locator("#stories a")).to_contain_text("Flood")
    await expect(page.locator("#status")).to_be_hidden()
    await page.locator(".editions summary").click()
    await expect(page.get_by_role("link", name="العربية")).to_be_visible()
    await context.close()


async def test_news_moves_nothing_that_is_read(each_browser: Browser, service: Running) -> None:
    """Away from the top a new line waits behind a button, which leads to it; nothing moves until then."""
    page = await each_browser.new_page(viewport={"width": 800, "height": 600})
    await fill(service, 30)
    await opened(page, service)
    await page.locator("#lines .line", has_text="Line 12").evaluate(
        "it => it.scrollIntoView({block: 'center'})"
    )
    before = await top(page, "Line 12")
    new = await service.post("en", "New line")
    call = page.locator(".arrivals")
    await expect(call).to_have_text("1 new line")
    await service.post("en", "Newer line")
    await expect(call).to_have_text("2 new lines")
    await expect(page.locator("#lines")).not_to_contain_text("New")
    assert await top(page, "Line 12") == before
    await service.kill("en", new["id"])
    await expect(call).to_have_text("1 new line")
    await call.click()
    await expect(page.locator("#lines .headline").first).to_have_text("Newer line")
    await expect(call).to_be_hidden()
    assert await page.locator("#lines .permalink").first.evaluate(
        "it => it === document.activeElement"
    )
    await page.close()


async def test_at_the_top_news_comes_in_by_itself(page: Page, service: Running) -> None:
    """Who is at the top sees a new line at once, and so does who scrolls back there."""
    await page.set_viewport_size({"width": 800, "height": 600})
    await fill(service, 30)
    await opened(page, service)
    await service.post("en", "First")
    await expect(page.locator("#lines .headline").first).to_have_text("First")
    await page.mouse.wheel(0, 900)
    await page.wait_for_function("scrollY > 500")
    await service.post("en", "Second")
    await expect(page.locator(".arrivals")).to_have_text("1 new line")
    await page.mouse.wheel(0, -2000)
    await expect(page.locator("#lines .headline").first).to_have_text("Second")
    await expect(page.locator(".arrivals")).to_be_hidden()


async def test_a_kill_or_a_correction_above_moves_nothing(
    each_browser: Browser, service: Running
) -> None:
    """A line that goes, or grows, above what is read leaves that in its place; so does the one in sight."""
    page = await each_browser.new_page(viewport={"width": 800, "height": 600})
    await fill(service, 30)
    await opened(page, service)
    await page.locator("#lines .line", has_text="Line 10").evaluate(
        "it => it.scrollIntoView({block: 'center'})"
    )
    before = await top(page, "Line 10")
    await service.kill("en", "l25")
    await expect(page.locator("#lines .line")).to_have_count(29)
    assert abs(await top(page, "Line 10") - before) <= 1
    await service.patch("en", "l24", headline="Line 24 " + "is much longer " * 12)
    await expect(page.locator("#lines")).to_contain_text("is much longer")
    assert abs(await top(page, "Line 10") - before) <= 1
    await page.close()


async def test_a_rule_stands_where_the_reader_left(page: Page, service: Running) -> None:
    """Who comes back finds what is new above a rule, which a reload leaves where it is."""
    await fill(service, 3)
    await page.clock.install(time=utcnow())
    await opened(page, service)
    rule = page.locator(".since")
    await expect(rule).to_have_count(0)
    await page.goto("about:blank")
    await page.clock.run_for(10 * 60_000)
    await service.post("en", "New")
    for _ in range(2):
        await opened(page, service)
        await expect(rule).to_have_text("New since you left")
        order = page.locator("#lines li")
        await expect(order.nth(0)).to_contain_text("New")
        await expect(order.nth(1)).to_have_class("since")
        await expect(order.nth(2)).to_contain_text("Line 2")
    await page.goto("about:blank")
    await page.clock.run_for(10 * 60_000)
    await opened(page, service)
    await expect(page.locator("#lines .line")).to_have_count(4)
    await expect(rule).to_have_count(0)


async def test_a_page_says_whether_it_is_live(each_browser: Browser, settings: Settings) -> None:
    """Beside the name stands whether the page is live; when the service is gone it says so."""
    context = await each_browser.new_context()
    async with running(settings) as service:
        line = await service.post("en", "Line", coverage="flood")
        for path in ("/en/coverage/flood", f"/en/f/{line['id']}", "/en"):
            page = await context.new_page()
            await page.goto(service.url + path)
            await expect(page.locator("#status")).to_have_text("Live")
    await expect(page.locator("#status")).to_have_text(re.compile("Reconnecting|Not up to date"))
    await context.close()


async def test_a_title_changes_on_open_pages(page: Page, service: Running) -> None:
    """A story that an editor names anew has that name on its open page, its lines and their pages."""
    line = await service.post("en", "Launch", coverage="nk")
    context = page.context
    story, single = page, await context.new_page()
    await live(story, service, "/en/coverage/nk")
    await live(single, service, f"/en/f/{line['id']}")
    await expect(story.locator("h1")).to_have_text("Nk")
    answer = await service.request("PUT", "/v1/en/coverages/nk", body={"title": "North Korea <b>"})
    assert answer.status == 200
    await expect(story.locator("h1")).to_have_text("North Korea <b>")
    await expect(story).to_have_title("North Korea <b> · Breaking news · English")
    await expect(single.locator(".filed bdi").first).to_have_text("North Korea <b>")
    await service.kill("en", line["id"])
    await expect(story.locator("#lines .empty")).to_be_visible()
    assert "North Korea" not in await story.content()


async def test_the_band_follows_the_stories(page: Page, service: Running) -> None:
    """A story gets its band with its second line, and loses it when one is killed."""
    await service.post("en", "One", coverage="flood")
    await opened(page, service)
    band = page.locator("#stories")
    await expect(band).to_be_hidden()
    two = await service.post("en", "Two", coverage="flood")
    await expect(band.get_by_role("link")).to_have_text("Flood now")
    await service.kill("en", two["id"])
    await expect(band).to_be_hidden()
    assert "Two" not in await page.content()


@pytest.mark.parametrize("edition", ["en", "ar"])
async def test_the_first_line_is_on_a_phones_first_screen(
    browser: Browser, service: Running, edition: str
) -> None:
    """On a phone the whole first line is in sight, with a story above it, and fingers hit what is there."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    for text in ("Line", "Central bank raises rates to 4.25 %, its third rise this year"):
        await service.post(edition, text, coverage="rates", section="economy", source="Bank")
    await opened(page, service, f"/{edition}")
    first = await page.locator("#lines .line").first.evaluate(
        "it => { const { top, bottom } = it.getBoundingClientRect(); return { top, bottom }; }"
    )
    assert first["top"] < 320
    assert first["bottom"] < PHONE["height"]
    small = await page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary")]
          .filter((it) => it.checkVisibility() && !it.matches(".skip, a.headline, .editions nav *"))
          .map((it) => [it.textContent.trim(), it.getBoundingClientRect()])
          .filter(([, { width, height }]) => height < 44 || width < 24)
          .map(([text, { width, height }]) => `${text}: ${width} x ${height}`)"""
    )
    assert small == []
    await context.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_nine_editions_do_not_push_the_page(
    browser: Browser, settings: Settings, width: int
) -> None:
    """However many editions and however long a name, the page is as wide as the screen."""
    newsroom = settings.newsroom
    english = newsroom.editions["en"]
    editions = {code: replace(english, code=code, name=f"Edition {code.upper()}")
                for code in ("en", "ar", "es", "fr", "pt", "tr", "zh", "ru", "bs")}  # fmt: skip
    masthead = masthead_of(
        {"name": "The Harbour and Coastal Districts Evening Intelligencer"}, editions
    )
    newsroom = replace(newsroom, editions=editions, masthead=masthead)
    async with running(replace(settings, newsroom=newsroom)) as service:
        page = await browser.new_page(viewport={"width": width, "height": 640})
        await live(page, service, "/en")
        await page.locator(".editions summary").click()
        await expect(page.get_by_role("link", name="Edition BS")).to_be_visible()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        box = await page.locator(".editions nav").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("link", name="Edition BS")).to_be_hidden()
        await page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("edition", ["en", "ar"])
async def test_nothing_is_in_anybodys_way(
    browser: Browser, settings: Settings, edition: str, scheme: Any
) -> None:
    """Pages with a masthead of their own keep WCAG 2.2 AA, and nothing shifts as they load."""
    newsroom = settings.newsroom
    masthead = masthead_of(tomllib.loads(MASTHEAD), newsroom.editions)
    settings = replace(settings, newsroom=replace(newsroom, masthead=masthead))
    async with running(settings) as service:
        await service.post(edition, "Line", coverage="flood", section="sports")
        line = await service.post(edition, "Second", coverage="flood", urgency=1, correction=None)
        await service.patch(edition, line["id"], correction="A note")
        page = await browser.new_page(color_scheme=scheme, viewport=PHONE)
        await page.add_init_script(
            """window.shifts = [];
            new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((it) => it.value)))
              .observe({ type: "layout-shift", buffered: true });"""
        )
        for path in (f"/{edition}", f"/{edition}/section/sports", f"/{edition}/coverage/flood",
                     f"/{edition}/f/{line['id']}"):  # fmt: skip
            await live(page, service, path)
            await expect(page.locator("#status")).to_be_visible()
            assert await page.evaluate("window.shifts") == []
            assert await violations(page) == []
        await page.close()


async def test_a_page_whose_script_comes_late_says_that_it_is_live(
    page: Page, service: Running
) -> None:
    """The banner was live before anybody listened to it, and does not say so again."""

    async def late(route: Route) -> None:
        await expect(page.locator("breaking-ticker [data-status=live]")).to_be_attached()
        await route.continue_()

    await page.route("**/reader/page.js*", late)
    await page.goto(f"{service.url}/en")
    await expect(page.locator("#status")).to_have_text("Live")
    await expect(page.locator("#status")).to_be_visible()


async def test_paper_gets_the_lines_and_their_clock(page: Page, service: Running) -> None:
    """Printed, a page is whose it is and the lines with their times, without what can't be pressed there."""
    await service.post("en", "Line", coverage="flood")
    await opened(page, service)
    await page.emulate_media(media="print")
    for selector in (
        ".banner",
        "#status",
        ".editions",
        ".filters",
        ".search",
        "#stories",
        "footer",
    ):
        await expect(page.locator(selector)).to_be_hidden()
    await expect(page.locator(".brand")).to_be_visible()
    shown = await page.locator("#lines .time").evaluate(
        "it => getComputedStyle(it, '::after').content"
    )
    assert re.search(r"\d\d:\d\d", shown)
