"""The banner in a real browser, fed by the real service."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere
from tests.support.service import Running, running
from ticker.server.server import bind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page

    from ticker.settings import Settings

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "store.json").read_text("utf-8"))
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
    "</title></textarea><b>bold</b> &lt;i&gt; &amp;",
]


async def open_page(page: Page, service: Running, edition: str = "en") -> Locator:
    """The reader page, live; returns its banner's headline."""
    await page.goto(f"{service.url}/{edition}")
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
    await page.evaluate("window.notReloaded = true")
    return page.locator("breaking-ticker .headline")


async def was_not_reloaded(page: Page) -> bool:
    kept: bool = await page.evaluate("window.notReloaded === true")
    return kept


@pytest.mark.parametrize(
    ("edition", "line", "direction"),
    [
        ("en", "Court orders release of opposition leader", "ltr"),
        ("ar", "شركة OpenSky توقف رحلاتها بعد عطل أصاب 3 من مراكزها", "rtl"),
        ("es", "El Congreso aprueba la reforma del agua", "ltr"),
    ],
)
async def test_a_line_appears_is_corrected_and_is_killed_without_a_reload(
    page: Page, service: Running, edition: str, line: str, direction: str
) -> None:
    """A posted line shows in its language's direction, then changes, then goes."""
    headline = await open_page(page, service, edition)
    posted = await service.post(edition, line, urgency=1)
    await expect(headline).to_have_text(line)
    await expect(page.locator("breaking-ticker .line")).to_have_css("direction", direction)
    await service.patch(edition, posted["id"], headline=f"{line} 2", correction="2")
    await expect(headline).to_have_text(f"{line} 2")
    await expect(page.locator("breaking-ticker .mark")).to_be_visible()
    await service.kill(edition, posted["id"])
    await expect(page.locator("breaking-ticker .empty")).to_be_visible()
    assert await was_not_reloaded(page)


@pytest.mark.parametrize("headline", HOSTILE)
async def test_a_hostile_line_is_only_text(page: Page, service: Running, headline: str) -> None:
    """Markup in a line is shown as the characters that it is, live and served."""
    shown = await open_page(page, service)
    await service.post("en", headline, source=headline[:100])
    await expect(shown).to_have_text(headline)
    await expect(page.locator("#lines .headline")).to_have_text(headline)
    await page.reload()
    await expect(page.locator("#lines .headline")).to_have_text(headline)


async def test_only_web_addresses_become_links(page: Page, service: Running) -> None:
    """A link goes to the article, and an address that is not of the web never becomes one."""
    shown = await open_page(page, service)
    await service.post("en", "Linked", url="https://news.example/a?b=1")
    await expect(shown).to_have_attribute("href", "https://news.example/a?b=1")
    await expect(shown).to_have_attribute("rel", "noopener")
    made = await page.evaluate(
        """async () => {
          const { headline } = await import("/static/ticker/line.js");
          const urls = ["javascript:alert(1)", " JAVASCRIPT:x", "data:text/html,x", "x", null];
          return urls.map((url) => headline({ headline: "line", url }).tagName);
        }"""
    )
    assert made == ["BDI"] * 5


async def test_pause_holds_the_line_counts_the_new_and_lets_a_kill_through(
    page: Page, service: Running
) -> None:
    """A reader who pauses keeps the line, sees how many are new, and never keeps a killed one (P25)."""
    shown = await open_page(page, service)
    first = await service.post("en", "First")
    await expect(shown).to_have_text("First")
    button = page.get_by_role("button", name="Pause")
    await button.focus()
    await page.keyboard.press("Enter")
    await service.post("en", "Second", urgency=1)
    await service.post("en", "Third", urgency=2)
    await expect(page.locator("breaking-ticker .fresh")).to_have_text("2 new")
    await expect(shown).to_have_text("First")
    await service.kill("en", first["id"])
    await expect(shown).not_to_have_text("First")
    await page.get_by_role("button", name="Resume").press("Enter")
    await expect(page.locator("breaking-ticker .fresh")).to_be_hidden()


async def test_the_banner_survives_a_restart_of_the_service(page: Page, settings: Settings) -> None:
    """When the service restarts, the page comes back by itself with what it missed, once."""
    with bind("127.0.0.1", 0) as free:
        settings = replace(settings, port=free.getsockname()[1])
    async with running(settings) as service:
        shown = await open_page(page, service)
        await service.post("en", "Before")
        await expect(shown).to_have_text("Before")
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "reconnecting")
    async with running(settings) as service:
        await service.post("en", "While away")
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "live")
        lines = page.locator("#lines .headline")
        await expect(lines).to_have_text(["While away", "Before"])
        assert await was_not_reloaded(page)


async def test_a_screen_reader_hears_a_new_line_and_not_the_old_ones(
    page: Page, service: Running
) -> None:
    """New lines are announced politely; the board that was there and the rotation are not."""
    await service.post("en", "Old")
    shown = await open_page(page, service)
    await expect(shown).to_have_text("Old")
    said = page.locator("breaking-ticker .said")
    await expect(said).to_have_attribute("role", "status")
    await service.post("en", "New")
    await expect(said).to_have_text("New")


async def test_a_killed_line_is_not_left_in_a_screen_readers_words(
    page: Page, service: Running
) -> None:
    """What was announced and then killed is taken out of the page, hidden text and all (P25)."""
    await open_page(page, service)
    posted = await service.post("en", "A line that was wrong")
    said = page.locator("breaking-ticker .said")
    await expect(said).to_have_text("A line that was wrong")
    await service.kill("en", posted["id"])
    await expect(said).to_have_text("")


async def test_a_reader_without_motion_gets_none(browser: Browser, service: Running) -> None:
    """With reduced motion asked for, a long line is wrapped and nothing is animated."""
    context = await browser.new_context(
        reduced_motion="reduce", viewport={"width": 360, "height": 700}
    )
    page = await context.new_page()
    shown = await open_page(page, service)
    await service.post("en", "word " * 40)
    await expect(shown).to_be_visible()
    moving = "document.querySelector('breaking-ticker').shadowRoot.getAnimations().length"
    assert await page.evaluate(moving) == 0
    box = await page.locator("breaking-ticker .line").bounding_box()
    assert box is not None
    assert box["width"] <= 360
    await context.close()


async def test_a_long_line_is_drawn_past_in_its_own_direction(
    browser: Browser, service: Running
) -> None:
    """On a phone a long Arabic line moves to the right, so that its end comes into sight."""
    context = await browser.new_context(viewport={"width": 360, "height": 700})
    page = await context.new_page()
    shown = await open_page(page, service, "ar")
    await service.post("ar", "كلمة " * 40)
    await expect(shown).to_be_visible()
    end = await page.evaluate(
        """() => document.querySelector('breaking-ticker').shadowRoot.getAnimations()
            .map((animation) => animation.effect.getKeyframes().at(-1).transform).filter(Boolean)"""
    )
    assert len(end) == 1
    assert float(end[0].removeprefix("translateX(").removesuffix("px)")) > 0
    await context.close()


async def test_a_strict_host_page_of_another_site_can_embed_it(
    page: Page, service: Running
) -> None:
    """A site with a strict policy embeds the banner with nothing but our address allowed."""
    policy = (
        f"default-src 'none'; script-src {service.url}; connect-src ws://127.0.0.1:{service.port}"
    )
    html = (
        f'<script type="module" src="{service.url}/ticker.js"></script>'
        '<breaking-ticker edition="en"></breaking-ticker>'
    )
    async with elsewhere(html, policy) as address:
        await page.goto(address)
        await service.post("en", "Seen elsewhere")
        await expect(page.locator("breaking-ticker .headline")).to_have_text("Seen elsewhere")
        button = page.locator("breaking-ticker .button")
        await expect(button).to_have_css("cursor", "pointer")


async def test_the_fallback_stands_until_the_first_hello(page: Page, service: Running) -> None:
    """What a site puts inside the element is shown until the banner has news of its own."""
    html = (
        f'<script type="module" src="{service.url}/ticker.js"></script>'
        '<breaking-ticker edition="nowhere"><p>Fallback</p></breaking-ticker>'
    )
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.get_by_text("Fallback")).to_be_visible()
        await page.evaluate(
            "document.querySelector('breaking-ticker').setAttribute('edition', 'en')"
        )
        await expect(page.get_by_text("No breaking news")).to_be_visible()
        await expect(page.get_by_text("Fallback")).to_be_hidden()


async def test_filters_and_events(page: Page, service: Running) -> None:
    """A banner for one section shows that section, and tells its page what happens."""
    await page.goto(f"{service.url}/en")
    await page.evaluate(
        """() => {
          window.seen = [];
          const banner = document.createElement("breaking-ticker");
          banner.id = "sports";
          banner.setAttribute("edition", "en");
          banner.setAttribute("section", "sports");
          for (const type of ["flash", "correction", "kill"])
            banner.addEventListener(type, (it) => window.seen.push([type, it.detail.headline]));
          document.body.append(banner);
        }"""
    )
    banner = page.locator("#sports")
    await expect(banner).to_have_attribute("status", "live")
    await service.post("en", "Politics", section="politics")
    match = await service.post("en", "Final", section="sports")
    await expect(banner.locator(".headline")).to_have_text("Final")
    await service.patch("en", match["id"], headline="Final 3-2")
    await service.kill("en", match["id"])
    await expect(banner.locator(".empty")).to_be_visible()
    assert await page.evaluate("window.seen") == [
        ["flash", "Final"],
        ["correction", "Final 3-2"],
        ["kill", "Final 3-2"],
    ]


async def test_elements_with_equal_wishes_share_a_connection(page: Page, service: Running) -> None:
    """However many banners a page has for the same lines, it opens one connection."""
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    await open_page(page, service)
    await page.evaluate(
        """() => document.body.append(...[1, 2].map(() => {
          const banner = document.createElement("breaking-ticker");
          banner.setAttribute("edition", "en");
          banner.className = "more";
          return banner;
        }))"""
    )
    await expect(page.locator(".more").first).to_have_attribute("status", "live")
    await expect(page.locator(".more").last).to_have_attribute("status", "live")
    assert len(opened) == 1


async def test_a_beat_without_a_time_keeps_the_clock_and_says_that_all_is_well(
    shared_page: Page,
) -> None:
    """Most beats are short: they tell no time, and that the store is not away, or not any more (P26)."""
    got = await shared_page.evaluate(
        """async () => {
          const { Store } = await import("/static/ticker/store.js");
          const store = new Store();
          const now = "2026-11-23T12:00:05Z", stale = "2026-11-23T12:00:00Z";
          const at = Date.parse("2026-11-23T12:00:00Z");
          const said = [];
          for (const more of [{ now, stale }, { type: "drop", id: "x" }, {}]) {
            store.apply({ type: "beat", cursor: "1.a", ...more }, at);
            said.push([store.skew, store.stale]);
          }
          return said;
        }"""
    )
    away = "2026-11-23T12:00:00Z"
    assert got == [[5000, away], [5000, away], [5000, None]]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
async def test_the_store_agrees_with_the_protocol(
    shared_page: Page, vector: dict[str, Any]
) -> None:
    """The browser's board is what the protocol says, case by case (P12, P14, P15, P17, P19, P20, P21, P25)."""
    got = await shared_page.evaluate(
        """async ({ messages, now }) => {
          const { decode } = await import("/static/ticker/frames.js");
          const { Store } = await import("/static/ticker/store.js");
          const store = new Store();
          const moment = Date.parse(now);
          for (const each of messages) {
            const message = decode(JSON.stringify(each));
            if (message) store.apply(message, moment);
          }
          const lines = store.lines(moment);
          return {
            cursor: store.cursor,
            lines: lines.map((line) => line.id),
            versions: Object.fromEntries(lines.map((line) => [line.id, line.version])),
          };
        }""",
        vector,
    )
    assert got == vector["expect"]


@pytest.fixture(scope="module")
async def shared_page(browser: Browser, valkey: str) -> AsyncIterator[Page]:
    from ticker.settings import Settings  # noqa: PLC0415 - only this fixture makes its own

    async with running(replace(Settings(), redis_url=valkey, port=0)) as service:
        page = await browser.new_page()
        await page.goto(f"{service.url}/en")
        yield page
        await page.close()
