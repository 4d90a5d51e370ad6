"""Frames on other sites, and the snippet builder, in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, violations
from tests.support.service import Running, receive, running
from ticker.server.server import bind
from ticker.web.embed.banner import iframe

if TYPE_CHECKING:
    from playwright.async_api import Browser, FrameLocator, Page

    from ticker.settings import Settings

# The page around a frame has the main part and the heading.
PAGE_RULES = ("landmark-one-main", "page-has-heading-one")
HOSTILE = "</script></ol><img src=x onerror=alert(1)> &lt;b&gt;"


def framed(service: Running, query: str = "", height: int = 44) -> str:
    return iframe(f"{service.url}/embed/en?{query}", "Ticker", 800, height)


async def live(page: Page) -> FrameLocator:
    """The frame of a page, when its banner is live."""
    frame = page.frame_locator("iframe")
    await expect(frame.locator("breaking-ticker")).to_have_attribute("status", "live")
    return frame


async def posted(service: Running, headline: str) -> None:
    """A line that is on the air and, for who asks for the page anew, in the hub."""
    async with service.live("en") as reader:
        flash = await service.post("en", headline)
        heard: list[str] = []
        while flash["id"] not in heard:
            message = await receive(reader)
            heard += [line["id"] for line in message.get("flashes", [message.get("flash")]) if line]


async def snippet(page: Page, title: str) -> str:
    """The text of a snippet of the builder, as it is now."""
    return await page.get_by_role("group", name=title, exact=True).inner_text()


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack"])
async def test_without_script_every_line_can_be_read(
    browser: Browser, service: Running, mode: str
) -> None:
    """With JavaScript off the frame shows the newest line, and the others by scrolling."""
    for text in ("Oldest line", HOSTILE, "Newest line " * 12):
        await service.post("en", text, source="Agency")
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    lines = page.locator(".headline")
    for width, height in ((800, 44), (360, 91), (360, 300)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(f"{service.url}/embed/en?mode={mode}")
        await expect(lines).to_have_text([("Newest line " * 12).strip(), HOSTILE, "Oldest line"])
        await expect(lines.first).to_be_in_viewport()
        await expect(page.get_by_text("UTC").first).to_be_in_viewport()
        await lines.last.scroll_into_view_if_needed()
        await expect(lines.last).to_be_in_viewport(ratio=0.9)
    await context.close()


async def test_a_hostile_line_is_text_in_a_frame(page: Page, service: Running) -> None:
    """Markup in a line is shown letter by letter, before the script and after."""
    await service.post("en", HOSTILE)
    await page.goto(f"{service.url}/embed/en")
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
    await expect(page.locator(".headline")).to_have_text([HOSTILE])
    found = await page.evaluate(
        "JSON.parse(document.querySelector('script[type*=json]').textContent).liveBlogUpdate[0]"
    )
    assert found["headline"] == HOSTILE
    assert await page.locator("img").count() == 0


async def test_a_killed_line_leaves_no_word_in_the_frame(page: Page, service: Running) -> None:
    """Neither the page, nor what machines read of it, keeps a line that was killed or corrected."""
    killed = await service.post("en", "Mistaken words")
    changed = await service.post("en", "Wrong figure")
    await service.post("en", "Stays")
    await page.goto(f"{service.url}/embed/en?mode=stack")
    await expect(page.locator(".headline")).to_have_text(
        ["Stays", "Wrong figure", "Mistaken words"]
    )
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
    assert "Mistaken words" in await page.content()
    await service.kill("en", killed["id"])
    await service.patch("en", changed["id"], headline="Right figure")
    await expect(page.locator(".headline")).to_have_text(["Stays", "Right figure"])
    html = await page.content()
    assert not re.search("Mistaken|Wrong", html)
    assert "Stays" in html


def restricted(settings: Settings, address: str, port: int) -> Settings:
    """An edition that one site alone may embed."""
    editions = settings.newsroom.editions
    edition = replace(editions["en"], origins=(address.rstrip("/"),))
    newsroom = replace(settings.newsroom, editions={**editions, "en": edition})
    return replace(settings, port=port, newsroom=newsroom)


async def test_only_the_sites_that_are_named_see_it(page: Page, settings: Settings) -> None:
    """A browser shows the frame on a listed site, and nothing at all on any other."""
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    html = iframe(f"http://127.0.0.1:{port}/embed/en", "Ticker", 800, 44)
    async with (
        elsewhere(html) as listed,
        elsewhere(html) as stranger,
        running(restricted(settings, listed, port)) as service,
    ):
        await service.post("en", "For friends")
        await page.goto(listed)
        frame = await live(page)
        await expect(frame.locator(".headline")).to_have_text("For friends")
        async with page.expect_event("console", lambda it: "frame-ancestors" in it.text):
            await page.goto(stranger)
        assert await page.frame_locator("iframe").locator("breaking-ticker").count() == 0


async def test_a_frame_that_may_not_connect_is_served_anew(page: Page, settings: Settings) -> None:
    """Without its origin a frame of such an edition shows what it was served, every minute anew."""
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    tag = iframe(f"http://127.0.0.1:{port}/embed/en", "Ticker", 800, 44)
    async with (
        elsewhere(tag.replace("allow-same-origin ", "")) as listed,
        running(restricted(settings, listed, port)) as service,
    ):
        killed = await service.post("en", "Mistaken words")
        await page.clock.install()
        await page.goto(listed)
        lines = page.frame_locator("iframe").locator(".headline")
        await expect(lines).to_have_text("Mistaken words")
        # The frame is lazy: the page around is loaded before it, and its minute begins when it is.
        await page.frames[1].wait_for_load_state("load")
        await service.kill("en", killed["id"])
        await posted(service, "Right words")
        await page.clock.fast_forward(61_000)
        await expect(lines).to_have_text("Right words")


@pytest.mark.parametrize("mode", ["rotate", "stack"])
async def test_a_browser_below_what_the_banner_needs_has_the_list(
    each_browser: Browser, service: Running, mode: str
) -> None:
    """Where our scripts don't run the frame has all lines, asks for itself again, and never says that it is live."""
    page = await each_browser.new_page(viewport={"width": 360, "height": 300})
    for name in ("ticker", "static/embed/frame"):
        await page.route(
            f"**/{name}.js", lambda it: it.fulfill(body="]", content_type="text/javascript")
        )
    for text in ("First", "Second"):
        await service.post("en", text)
    await page.clock.install()
    await page.goto(f"{service.url}/embed/en?mode={mode}")
    lines = page.locator(".headline")
    await expect(lines).to_have_text(["Second", "First"])
    for line in await lines.all():
        await expect(line).to_be_in_viewport()
    await posted(service, "Third")
    await page.clock.fast_forward(61_000)
    await expect(lines).to_have_text(["Third", "Second", "First"])
    assert "live" not in await page.locator("body").inner_text()
    await page.close()


async def test_the_tightest_sandbox_is_enough(page: Page, service: Running) -> None:
    """A frame that may run scripts and open links, and nothing else, is live."""
    tag = framed(service, "mode=stack", 295)
    strict = re.sub('sandbox="[^"]*"', 'sandbox="allow-scripts allow-popups"', tag)
    assert strict != tag
    async with elsewhere(strict) as address:
        await page.goto(address)
        frame = await live(page)
        await service.post("en", "Seen in a sandbox", url=f"{service.url}/healthz")
        line = frame.get_by_role("link", name="Seen in a sandbox")
        async with page.expect_popup() as opened:
            await line.click()
        await (await opened.value).close()


async def test_without_storage_it_is_live(page: Page, service: Running) -> None:
    """A browser that blocks what other sites store shows the frame all the same."""
    await page.add_init_script(
        """
        for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
          Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
        """
    )
    async with elsewhere(framed(service)) as address:
        await page.goto(address)
        frame = await live(page)
        await service.post("en", "Nothing is kept")
        await expect(frame.locator(".headline")).to_have_text("Nothing is kept")


async def test_a_low_frame_has_one_row(page: Page, service: Running) -> None:
    """On a phone a frame that nobody makes higher shows word, line and button beside each other."""
    await service.post("en", "In one row")
    await page.set_viewport_size({"width": 360, "height": 600})
    async with elsewhere(framed(service)) as address:
        await page.goto(address)
        frame = await live(page)
        for part in (".label", ".headline", ".button"):
            await expect(frame.locator(part)).to_be_in_viewport()
        scrolls = "document.documentElement.scrollHeight > innerHeight"
        assert not await page.frames[1].evaluate(scrolls)


@pytest.mark.parametrize(
    ("query", "height"), [("", "91"), ("mode=stack&max=3", "195"), ("mode=flash", "1")]
)
async def test_the_page_around_is_told_the_height(
    page: Page, service: Running, query: str, height: str
) -> None:
    """With the builder's listener the frame is as high as the banner, in every mode."""
    await page.goto(f"{service.url}/embed?kind=frame")
    listener = await snippet(page, "Script for the height")
    await service.post("en", "A line")
    await page.set_viewport_size({"width": 360, "height": 600})
    html = f"<script>{listener}</script>{framed(service, query, 50)}"
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.locator("iframe")).to_have_attribute("height", height)


async def test_a_frame_has_its_sites_colours(page: Page, service: Running) -> None:
    """Colours in the address are the banner's, from the first moment on."""
    async with elsewhere(framed(service, "breaking=004488")) as address:
        await page.goto(address)
        frame = await live(page)
        await expect(frame.locator(".label")).to_have_css("background-color", "rgb(0, 68, 136)")


async def test_choices_by_keyboard_become_a_banner_elsewhere(page: Page, service: Running) -> None:
    """What is chosen with the keyboard is in the snippets, and they show just that on another site."""
    await service.post("ar", "رياضة", section="sports")
    await service.post("ar", "سياسة", section="politics")
    await page.goto(f"{service.url}/embed")
    await page.get_by_role("radio", name="Rotate").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.get_by_label("Lines in the stack").fill("3")
    await page.get_by_role("radio", name="Signal").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.get_by_label("Word in the block").fill("الآن")
    await page.get_by_label("Edition").focus()
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("checkbox", name="Sports").focus()
    await page.keyboard.press("Space")
    await page.wait_for_url(re.compile("section=sports"))
    preview = page.frame_locator("#frame")
    await expect(preview.locator(".headline")).to_have_text(["رياضة"])
    policy = f"default-src 'none'; {await snippet(page, 'Content Security Policy')}"
    html = await snippet(page, "HTML")
    async with elsewhere(html, policy) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "live")
        await expect(banner.locator(".headline")).to_have_text(["رياضة"])
        await expect(banner.locator(".word")).to_have_text("الآن")
        await expect(banner.locator(".box")).to_have_attribute("data-mode", "stack")
        await expect(banner.locator(".label")).to_have_css("color", "rgb(255, 255, 255)")
        await expect(banner.locator(".bar")).to_have_css("background-color", "rgb(176, 0, 32)")


async def test_each_kind_of_snippet_works_on_a_strict_site(page: Page, service: Running) -> None:
    """The pinned script and the frame run under the very policy that the builder shows for them."""
    await service.post("en", "Seen elsewhere")
    for kind, title in (("script", "Pinned script"), ("frame", "HTML")):
        await page.goto(f"{service.url}/embed?kind={kind}")
        policy = f"default-src 'none'; {await snippet(page, 'Content Security Policy')}"
        html = await snippet(page, title)
        if kind == "script":
            html += '<breaking-ticker edition="en"></breaking-ticker>'
        async with elsewhere(html, policy) as address:
            await page.goto(address)
            shown = page if kind == "script" else page.frame_locator("iframe")
            await expect(shown.locator(".headline")).to_have_text("Seen elsewhere")


async def test_a_colour_is_chosen_and_taken_back(page: Page, service: Running) -> None:
    """A colour that is hard to read says so, is in the code, and can be reset."""
    await page.goto(f"{service.url}/embed")
    await page.get_by_label("Block", exact=True).fill("#ffdddd")
    await expect(page.locator("#contrast-on-breaking")).to_contain_text("Below AA")
    assert "--bt-breaking: #ffdddd;" in await snippet(page, "CSS")
    await page.get_by_role("button", name="Reset Block", exact=True).click()
    await expect(page.locator("#contrast-on-breaking")).not_to_contain_text("Below")
    assert page.url == f"{service.url}/embed"


async def test_the_builder_copies_and_says_so(page: Page, service: Running) -> None:
    """The button puts the code where it can be pasted from, and says that it did."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{service.url}/embed")
    html = await snippet(page, "HTML")
    await page.get_by_role("button", name="Copy HTML").press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == html


async def test_choosing_is_not_going(page: Page, service: Running) -> None:
    """The back button leaves the builder, however much was chosen in it."""
    await page.goto(f"{service.url}/healthz")
    await page.goto(f"{service.url}/embed")
    for name, mode in (("Stack", "stack"), ("Crawl", "crawl")):
        await page.get_by_role("radio", name=name).check(force=True)
        await page.wait_for_url(f"**/embed?mode={mode}")
        box = page.frame_locator("#frame").locator(".box")
        await expect(box).to_have_attribute("data-mode", mode)
    await page.go_back()
    assert page.url == f"{service.url}/healthz"


async def test_a_fault_is_told_and_the_code_stays(page: Page, service: Running) -> None:
    """A value that no banner takes is named in words."""
    await page.goto(f"{service.url}/embed?mode=stack")
    await page.get_by_label("Lines in the stack").fill("99")
    await expect(page.get_by_role("alert")).to_have_text("max must be an integer from 1 to 50")
    await page.get_by_label("Lines in the stack").fill("9")
    await expect(page.get_by_role("alert")).to_be_empty()


async def test_the_preview_has_the_width_of_a_phone(page: Page, service: Running) -> None:
    """A site sees its banner as a phone shows it."""
    await page.goto(f"{service.url}/embed")
    await page.get_by_role("radio", name="Phone").check(force=True)
    await expect(page.locator("#frame")).to_have_css("width", "360px")
    await expect(page.locator("#frame")).to_have_attribute("height", "91")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_builder_and_frame_are_accessible(
    page: Page, service: Running, scheme: str, width: int
) -> None:
    """Axe finds nothing, and no page is wider than its window."""
    await service.post("ar", "خبر عاجل", urgency=1, url="https://news.example/a", source="وكالة")
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": width, "height": 900})
    for path in ("/embed", "/embed?kind=frame&edition=ar&mode=stack&breaking=ffdddd", "/embed/ar"):
        await page.goto(service.url + path)
        await page.wait_for_load_state("networkidle")
        ours = PAGE_RULES if path == "/embed/ar" else ()
        found = [it for it in await violations(page) if not it.startswith(ours)]
        assert found == []
        assert await page.evaluate("document.documentElement.scrollWidth") == width
