"""The pages for readers in a real browser, fed by the real service."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.support.flashes import flash, record
from ticker.news.document import utcnow
from ticker.store.client import Store
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.support.service import Running

LINK = "https://news.example/a"


async def live(page: Page, service: Running, path: str) -> None:
    """Open a page; returns when its banner is live."""
    await page.goto(service.url + path)
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")


async def long_ago(service: Running, flash_id: str, **fields: Any) -> None:
    """Publish a line that no board holds any more."""
    store = Store(service.settings.redis_url)
    item = flash(flash_id, firstcreated=utcnow() - timedelta(days=3), **fields)
    await Wire(store).append(record(item), "announce", IdempotencyKey(flash_id, "", 60))
    await store.close()


async def test_filters_are_links_and_the_page_stays_live(page: Page, service: Running) -> None:
    """A reader picks a section, sees only its lines, as they come too, and clears it again."""
    await service.post("en", "Match won", section="sports")
    await service.post("en", "Vote", section="politics")
    await live(page, service, "/en")
    lines = page.locator("#lines .headline")
    await expect(lines).to_have_text(["Vote", "Match won"])
    await page.get_by_role("link", name="Sports").click()
    await page.wait_for_url("**/en/section/sports")
    await expect(page.locator("h1")).to_have_text("Sports")
    await expect(page).to_have_title("Sports · Breaking news · English")
    await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
    await expect(page.locator("#lines")).to_have_attribute("data-live", "yes")
    await service.post("en", "Strike", section="economy")
    other = await service.post("en", "Match lost", section="sports")
    await expect(lines).to_have_text(["Match lost", "Match won"])
    await service.patch("en", other["id"], section="economy")
    await expect(lines).to_have_text(["Match won"])
    await page.get_by_role("link", name="Sports").click()
    await page.wait_for_url("**/en")
    await expect(lines).to_have_text(["Match lost", "Strike", "Vote", "Match won"])


async def test_served_and_live_lines_are_the_same_markup(page: Page, service: Running) -> None:
    """Nothing moves when the script takes the list over."""
    await service.post(
        "en",
        "Harbour closed",
        urgency=1,
        source="Port",
        section="economy",
        url=LINK,
        coverage="harbour-bridge",
    )
    line = await service.post("en", "Second", urgency=5)
    await service.patch("en", line["id"], correction="A note")
    outline = """() => [...document.querySelectorAll("#lines *")].map((each) =>
        [each.tagName, each.className.trim(), each.getAttribute("href"),
         each.childElementCount || each.matches("time") ? "" : each.textContent].join(" "))"""
    await page.route("**/reader.js", lambda route: route.abort())
    await page.goto(f"{service.url}/en")
    served = await page.evaluate(outline)
    await page.unroute("**/reader.js")
    await live(page, service, "/en")
    await expect(page.locator("#lines")).to_have_attribute("data-live", "yes")
    assert await page.evaluate(outline) == served
    assert len(served) > 10


@pytest.mark.parametrize("old", [False, True], ids=["on the board", "of another day"])
async def test_a_line_page_is_corrected_in_place(
    page: Page, service: Running, *, old: bool
) -> None:
    """A correction changes the open page of a line, its links and its history, without a reload."""
    if old:
        await long_ago(service, "l", headline="Cargo ship strikes bridge")
        flash_id = "l"
    else:
        flash_id = (await service.post("en", "Cargo ship strikes bridge"))["id"]
    await live(page, service, f"/en/f/{flash_id}")
    await page.evaluate("window.notReloaded = true")
    await service.patch("en", flash_id, headline="<b>Ferry</b> strikes bridge", correction="A ferry",
                        section="economy", coverage="bridge", url=LINK, urgency=1)  # fmt: skip
    await expect(page.locator("h1")).to_have_text("<b>Ferry</b> strikes bridge")
    await expect(page).to_have_title("<b>Ferry</b> strikes bridge · Breaking news")
    await expect(page.locator(".history li")).to_have_count(2)
    await expect(page.locator(".history li").last).to_contain_text("A ferry")
    await expect(page.get_by_role("link", name="Read the story")).to_have_attribute("href", LINK)
    await expect(page.get_by_role("link", name="Economy")).to_have_attribute(
        "href", "/en/section/economy"
    )
    await expect(page.get_by_role("link", name="Telegram")).to_have_attribute(
        "href", re.compile("text=%3Cb%3EFerry")
    )
    assert "Cargo" not in await page.locator("main").inner_html()
    assert await page.evaluate("window.notReloaded")
    corrected = await page.locator("article").inner_text()
    await page.reload()
    await expect(page.locator("article")).to_have_text(corrected, use_inner_text=True)


@pytest.mark.parametrize("old", [False, True], ids=["on the board", "of another day"])
@pytest.mark.parametrize(
    ("edition", "says"), [("en", "This line was withdrawn"), ("ar", "تم سحب هذا الخبر")]
)
async def test_a_killed_line_leaves_its_page(
    page: Page, service: Running, edition: str, says: str, *, old: bool
) -> None:
    """A kill takes every word of the line off its open page, the head too, at once."""
    if old:
        await long_ago(
            service, "l", edition=edition, headline="Secret", source="Secret", tags=("Secret",)
        )
        flash_id = "l"
    else:
        flash_id = (await service.post(edition, "Secret", source="Secret", tags=["Secret"]))["id"]
    await live(page, service, f"/{edition}/f/{flash_id}")
    assert "Secret" in await page.content()
    await service.kill(edition, flash_id)
    await expect(page.locator("h1")).to_have_text(says)
    await expect(page.locator("breaking-ticker .empty")).to_be_visible()
    await expect(page).to_have_title(says)
    assert "Secret" not in (await page.content()).partition("<breaking-ticker")[0]
    assert "Secret" not in await page.locator("main").inner_html()


async def test_a_line_that_was_killed_while_its_page_slept(page: Page, service: Running) -> None:
    """A page that nobody looks at holds no stream, and hears of a kill when it is looked at again."""
    line = await service.post("en", "Secret")
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await live(page, service, f"/en/f/{line['id']}")
    await service.patch("en", line["id"], headline="Secret 2")
    await expect(page.locator("h1")).to_have_text("Secret 2")
    await page.evaluate(hide, True)
    while 'transport="sse"} 1' in (await service.get("/metrics")).body.decode():
        pass
    await service.kill("en", line["id"])
    await page.evaluate(hide, False)
    await expect(page.locator("h1")).to_have_text("This line was withdrawn")


async def test_nothing_of_a_killed_line_stays_in_the_page(page: Page, service: Running) -> None:
    """A killed line is in no part of the open reader page, not even one that is not shown."""
    line = await service.post("en", "Secret", source="Secret", url=LINK)
    await live(page, service, "/en")
    await expect(page.locator("#lines")).to_have_attribute("data-live", "yes")
    await service.kill("en", line["id"])
    await expect(page.locator("#lines .empty")).to_be_visible()
    assert "Secret" not in await page.content()


async def test_a_story_grows_and_forgets(page: Page, service: Running) -> None:
    """New lines of a story come on top, corrected ones change, killed and moved ones go, of any day."""
    await long_ago(service, "o", headline="Old", coverage="flood")
    await long_ago(service, "p", headline="Older", coverage="flood")
    await service.post("en", "Today", coverage="flood")
    await live(page, service, "/en/coverage/flood")
    lines = page.locator("#lines .headline")
    await expect(lines).to_have_text(["Today", "Older", "Old"])
    await expect(page.locator("#lines h2")).to_have_count(2)
    new = await service.post("en", "New", coverage="flood")
    await service.post("en", "Elsewhere", coverage="storm")
    await service.patch("en", "o", headline="Old, corrected")
    await expect(lines).to_have_text(["New", "Today", "Older", "Old, corrected"])
    await service.kill("en", "p")
    await service.patch("en", new["id"], coverage="storm")
    await expect(lines).to_have_text(["Today", "Old, corrected"])
    assert "Older" not in await page.content()


@pytest.mark.parametrize("path", ["/en?before=now", "/en/coverage/flood"])
async def test_a_line_under_its_day_has_its_time_of_day(
    page: Page, service: Running, path: str
) -> None:
    """Where lines stand under headings of their days, each says the time, however long ago."""
    await long_ago(service, "o", headline="Old", coverage="flood")
    await live(page, service, path)
    await expect(page.locator("#lines h2 time")).to_have_count(0)
    await expect(page.locator("#lines .time")).to_have_text(re.compile(r"^\d\d:\d\d$"))


async def test_a_page_of_the_past_forgets_killed_lines(page: Page, service: Running) -> None:
    """A killed line goes from an open page of the past, which shows no new ones."""
    await long_ago(service, "o", headline="Old")
    await long_ago(service, "p", headline="Older")
    await live(page, service, "/en?before=now")
    lines = page.locator("#lines .headline")
    await expect(lines).to_have_text(["Older", "Old"])
    await service.post("en", "New")
    await service.kill("en", "p")
    await expect(lines).to_have_text(["Old"])
    await service.kill("en", "o")
    await expect(page.locator("#lines .empty")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_reader_searches(browser: Browser, service: Running, scripts: bool) -> None:
    """The box finds lines of all days within what is chosen; a killed line leaves an open page."""
    await long_ago(service, "o", headline="Café owners strike", section="sports")
    await service.post("en", "Cafe closed")
    context = await browser.new_context(java_script_enabled=scripts)
    page = await context.new_page()
    await page.goto(f"{service.url}/en")
    await page.get_by_role("searchbox").fill("CAFE")
    await page.get_by_role("searchbox").press("Enter")
    await page.wait_for_url("**/en?q=CAFE")
    lines = page.locator("#lines .headline")
    await expect(lines).to_have_text(["Cafe closed", "Café owners strike"])
    await page.get_by_role("link", name="Sports").click()
    await page.wait_for_url("**/en?q=CAFE&section=sports")
    await expect(lines).to_have_text(["Café owners strike"])
    await page.get_by_role("searchbox").fill("cafe strik")
    await page.get_by_role("button", name="Search").click()
    await page.wait_for_url("**/en?q=cafe+strik&section=sports")
    await expect(lines).to_have_text(["Café owners strike"])
    if scripts:
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await service.kill("en", "o")
        await expect(page.locator("#lines .empty")).to_be_visible()
        assert "Café" not in await page.content()
    await context.close()


async def test_an_opened_story_is_counted_without_a_cookie(page: Page, service: Running) -> None:
    """Following a line's link sends one count, that has no cookie and says nothing of the reader."""
    line = await service.post("en", "Linked", url=f"{service.url}/robots.txt")
    for path in ("/en", f"/en/f/{line['id']}"):
        await live(page, service, path)
        async with page.expect_response("**/clicks") as answered:
            await page.locator("main a.headline").click(modifiers=["ControlOrMeta"])
        answer = await answered.value
        assert answer.status == 204
        assert answer.url.endswith(f"/v1/en/flashes/{line['id']}/clicks")
        assert answer.request.post_data is None
        assert "cookie" not in await answer.request.all_headers()
    assert await page.context.cookies() == []


async def test_most_read_lines_change_and_go(page: Page, service: Running) -> None:
    """In what is most read, corrected lines read as corrected, and killed ones go."""
    lines = [await service.post("en", f"Line {n}", url=LINK) for n in range(2)]
    for line in lines:
        path = f"/v1/en/flashes/{line['id']}/clicks"
        await service.request("POST", path, token=None, headers={"Origin": service.url})
    while b'class="most"' not in (await service.get("/en")).body:
        pass
    await live(page, service, "/en")
    most = page.locator(".most .headline")
    await expect(most).to_have_count(2)
    await service.patch("en", lines[0]["id"], headline="Corrected")
    await expect(page.locator(".most")).to_contain_text("Corrected")
    await service.kill("en", lines[1]["id"])
    await expect(most).to_have_text(["Corrected"])
    await service.kill("en", lines[0]["id"])
    await expect(page.locator(".most")).to_be_hidden()


async def test_a_link_is_copied(page: Page, service: Running) -> None:
    """The address of a line is copied by a button, that says so."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    line = await service.post("en", "Line")
    await live(page, service, f"/en/f/{line['id']}")
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.locator("#copied")).to_have_text("The link is copied.")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{service.url}/en/f/{line['id']}"


@pytest.mark.parametrize(
    "path",
    [
        "/ar",
        "/ar?section=sports",
        "/ar/f/l",
        "/ar/coverage/flood",
        "/ar/x",
        "/ar?q=17",
        f"/ar?q={'W' * 180}",
    ],
)
async def test_no_page_scrolls_sideways(page: Page, service: Running, path: str) -> None:
    """The longest line, a word without end among it, fits every page on every screen."""
    words = {"headline": ("كلمة " + "W" * 60 + " 17 ") * 4, "source": "S" * 120}
    await long_ago(
        service, "l", edition="ar", coverage="flood", tags=("T" * 64,), pinned=True, **words
    )
    await live(page, service, path)
    for width, font in ((1280, ""), (360, ""), (320, ""), (1240, "20px monospace"), (1800, "")):
        await page.set_viewport_size({"width": width, "height": 700})
        # A column of so many letters is as wide as its font.
        await page.evaluate("font => (document.body.style.font = font)", font)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


# What browsers have that were new less than two years ago, or that those of then have not all got.
RECENT = """
for (const [owner, names] of [
  [Map, ["groupBy", "prototype.getOrInsert", "prototype.getOrInsertComputed"]], [Object, ["groupBy"]],
  [Promise, ["withResolvers", "try"]], [URL, ["parse"]], [AbortSignal, ["any"]],
  [Array, ["fromAsync"]], [RegExp, ["escape"]], [Math, ["sumPrecise"]], [Uint8Array, ["fromBase64"]], [Error, ["isError"]],
  [Set, ["union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf", "isDisjointFrom"].map((it) => `prototype.${it}`)],
  [Element, ["prototype.moveBefore", "prototype.setHTML"]], [HTMLElement, ["prototype.popover", "prototype.showPopover"]],
  [Document, ["prototype.startViewTransition"]], [window, ["Iterator", "scheduler", "CloseWatcher", "Temporal"]],
]) for (const name of names) {
  const path = name.split(".");
  delete path.slice(0, -1).reduce((it, part) => it[part], owner)[path.at(-1)];
}
"""


@pytest.mark.parametrize("path", ["/en", "/en/coverage/storm"])
async def test_a_browser_of_two_years_ago_forgets_killed_lines(
    page: Page, service: Running, path: str
) -> None:
    """What only new browsers can do is not needed to follow the lines."""
    await page.add_init_script(RECENT)
    stays = await service.post("en", "Stays", coverage="storm")
    goes = await service.post("en", "Goes", coverage="storm")
    await live(page, service, path)
    assert await page.evaluate("[typeof Map.groupBy, typeof Iterator]") == ["undefined"] * 2
    lines = page.locator("#lines .headline")
    await expect(lines).to_have_text(["Goes", "Stays"])
    await service.kill("en", goes["id"])
    await expect(lines).to_have_text(["Stays"])
    await service.patch("en", stays["id"], headline="Corrected")
    await expect(lines).to_have_text(["Corrected"])


async def test_a_list_that_fails_is_not_live_and_is_asked_for_again(
    context: BrowserContext, service: Running
) -> None:
    """Where the list can't be changed the banner above says so, and the page comes anew."""
    page = await context.new_page()
    await page.clock.install()
    goes = await service.post("en", "Goes")
    await service.post("en", "Stays")
    await live(page, service, "/en")
    await expect(page.locator("#lines")).to_have_attribute("data-live", "yes")
    await page.evaluate(
        "Object.defineProperty(HTMLOListElement.prototype, 'children', { get() { throw new Error('no') } })"
    )
    await service.kill("en", goes["id"])
    banner = page.locator("breaking-ticker")
    await expect(banner).to_have_attribute("status", "stale")
    async with page.expect_navigation():
        await page.clock.run_for(90_000)
    await expect(page.locator("#lines .headline")).to_have_text(["Stays"])
    await expect(banner).to_have_attribute("status", "live")


async def test_the_list_and_its_banner_are_one_reader(page: Page, service: Running) -> None:
    """A page has one replica of the board, and asks for none of the scripts that its banner has."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await live(page, service, "/en")
    await expect(page.locator("#lines")).to_have_attribute("data-live", "yes")
    assert not [it for it in asked if "/ticker/edition.js" in it or "/ticker/store.js" in it]


@pytest.mark.parametrize(
    ("path", "since"), [("/en", "As of"), ("/ar", "حتى الساعة"), ("/embed/en?mode=stack", "As of")]
)
async def test_lines_that_a_page_brought_stay_where_nothing_live_can_be_reached(
    page: Page, service: Running, path: str, since: str
) -> None:
    """A crawler, or who sits behind a strict proxy, sees the served lines and as of when they are."""
    for edition in ("en", "ar"):
        await service.post(edition, "Harbour closed")
        await service.post(edition, "Bridge open")
    await live(page, service, path)
    await page.wait_for_function("() => JSON.stringify(localStorage).includes('Bridge')")
    for edition in ("en", "ar"):
        await service.post(edition, "While away")
    await page.route(re.compile(r"/v1/"), lambda route: route.abort())
    await page.route_web_socket(re.compile(r"/v1/"), lambda socket: socket.close(code=1011))
    await page.goto(service.url + path)
    banner = page.locator("breaking-ticker")
    await expect(banner).to_have_attribute("status", "reconnecting")
    await expect(banner.locator(".state")).to_have_text(re.compile(rf"^{since} \d\d:\d\d$"))
    lines = page.locator("#lines .headline, body > breaking-ticker .headline")
    await expect(lines).to_have_text(["While away", "Bridge open", "Harbour closed"])
