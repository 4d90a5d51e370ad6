"""The desk calls people, once, for what others do; and shows who is there and writes on what."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import desk, violations
from tests.support.desk import Editor, desk_line, hire, log_in, until
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, WebSocketRoute
    from websockets.asyncio.client import ClientConnection

    from tests.support.service import Running

# What sounds, what the browser is asked to show, what is said; and a page that can be looked away from.
SPIES = """
    window.tunes = [];
    window.notices = [];
    window.said = [];
    window.away = false;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...when) {
        tunes.push(this.type);
        return start.apply(this, when);
    };
    window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() {
            this.permission = "granted";
        }
        constructor(title, options) {
            super();
            notices.push({ title, ...options, click: () => this.dispatchEvent(new Event("click")) });
        }
        close() {}
    };
    Object.defineProperty(Document.prototype, "hidden", { get: () => away });
    Document.prototype.hasFocus = () => !away;
    window.look = (there) => {
        away = !there;
        document.dispatchEvent(new Event("visibilitychange"));
    };
    addEventListener("DOMContentLoaded", () => {
        const called = document.getElementById("called");
        if (called) new MutationObserver(() => said.push(called.textContent.replace(/[\\u2068\\u2069]/g, "")))
            .observe(called, { childList: true });
    });
"""
KEY, KILL, REST = ["triangle"] * 4, ["square"] * 2, ["sine"]


@pytest.fixture
async def newsroom(slow: Running) -> Running:
    """A service with two editors and a reporter, two keys for a flash, a hold that ends by hand."""
    await hire(slow, "rima", Role.REPORTER, "en")
    return slow


@pytest.fixture
async def ben(newsroom: Running) -> Editor:
    """A colleague who acts without a page."""
    return await log_in(newsroom, "ben")


async def choose(page: Page, *boxes: str) -> None:
    """Opt in, by keyboard."""
    await page.locator("#calls").press("Enter")
    for box in boxes:
        await page.locator(f"#call-{box}").press("Space")
        await expect(page.locator(f"#call-{box}")).to_be_checked()
    await page.keyboard.press("Escape")
    await expect(page.locator("#calls")).not_to_contain_text("off")


async def until_said(page: Page, *texts: str) -> None:
    """Until these have been said, and nothing else; in whatever order the answers came."""
    await page.wait_for_function("count => said.length >= count", arg=len(texts))
    assert sorted(await page.evaluate("said")) == sorted(texts)


async def test_a_second_key_is_called_for_and_given(browser: Browser, newsroom: Running) -> None:
    """By a sound of its own, at the desk of who may give it; one key leads to the line."""
    async with (
        desk(browser, newsroom, "amal", before=SPIES) as amal,
        desk(browser, newsroom, "ben", before=SPIES) as other,
        desk(browser, newsroom, "rima", before=SPIES) as rima,
    ):
        for page in (amal, other, rima):
            await choose(page, "sounds")
        await amal.locator("#headline").fill("Quake")
        await amal.locator("#headline").press("Alt+ArrowUp")
        await amal.keyboard.press("Alt+ArrowUp")
        await expect(amal.locator("#publish")).to_have_text("Send to a second editor · en · FLASH")
        await amal.keyboard.press("Control+Enter")
        await until_said(other, "Needs your key: Quake")
        assert await other.evaluate("tunes") == KEY
        await other.locator("#search").fill("something else")
        await expect(other.locator("#queue")).to_be_hidden()
        await other.locator("#search").press("Alt+a")
        await expect(other.locator("#queue .row")).to_be_focused()
        await other.keyboard.press("g")
        await expect(other.locator("#cards .hold")).to_contain_text("Quake")
        for page in (amal, rima):
            await expect(page.locator("#queue .row")).to_have_count(1)
            assert await page.evaluate("[...tunes, ...said]") == []


async def test_what_others_do_calls_and_what_one_does_oneself_does_not(
    browser: Browser, newsroom: Running, ben: Editor
) -> None:
    """A draft, a kill, a change to what one writes on, a version to be checked; nothing of a drill."""
    killed, own, mine = [await newsroom.post("en", it) for it in ("Killed", "Own", "Mine")]
    there = await newsroom.post("ar", "خبر", story=mine["id"])
    myself = await log_in(newsroom, "amal")
    await ben.ask("POST", "/v1/en/flashes?draft=true", {"headline": "There before"})
    async with desk(browser, newsroom, "amal", before=SPIES) as page:
        await choose(page, "sounds")
        row = page.locator("#lines .row", has_text="Mine")
        await row.hover()
        await row.locator("[data-act=correct]").click()
        await ben.ask("POST", "/v1/drill-en/flashes?draft=true", {"headline": "A drill"})
        await myself.ask("POST", "/v1/en/flashes?draft=true", {"headline": "My draft"})
        await myself.ask("DELETE", f"/v1/en/flashes/{own['id']}?reason=wrong")
        await myself.ask("PATCH", f"/v1/ar/flashes/{there['id']}", {"headline": "خبر آخر"})
        await expect(row.locator(".state")).to_contain_text("Check: ar was changed")
        await row.hover()
        await row.locator("[data-act=checked]").click()
        await expect(row.locator(".state")).to_have_count(0)
        assert await page.evaluate("[...tunes, ...said]") == []
        said = []
        for call, act, tune in (
            ("New draft by ben: Theirs", ("POST", "flashes?draft=true", {"headline": "Theirs"}), REST),
            ("ben killed: Killed", ("DELETE", f"flashes/{killed['id']}?reason=x", None), KILL),
            ("ben changed a line that you are writing on: Mine!",
             ("PATCH", f"flashes/{mine['id']}", {"headline": "Mine!"}), REST),
        ):  # fmt: skip
            await page.evaluate("tunes.length = 0")
            method, path, body = act
            await ben.ask(method, f"/v1/en/{path}", body)
            said.append(call)
            await until_said(page, *said)
            assert await page.evaluate("tunes") == tune
        await ben.ask("PATCH", f"/v1/ar/flashes/{there['id']}", {"headline": "خبر"})
        await until_said(page, *said, "To be checked, ar was changed: Mine!")
        assert await page.evaluate("tunes") == REST * 2


async def test_of_two_tabs_one_calls(browser: Browser, newsroom: Running, ben: Editor) -> None:
    """The one that was looked at last; another one when that is closed, or has crashed."""
    async with desk(browser, newsroom, "amal", before=SPIES) as first:
        await choose(first, "sounds")
        second = await first.context.new_page()
        await second.goto(f"{newsroom.url}/desk/en")
        await expect(second.locator("#calls")).to_have_text("Calls: sounds after any key or click")
        await second.keyboard.press("Shift")
        await expect(second.locator("#calls")).to_have_text("Calls: sounds")
        await first.evaluate("look(false)")
        pages = [first, second]

        async def file(headline: str, caller: Page) -> None:
            await ben.ask("POST", "/v1/en/flashes?draft=true", {"headline": headline})
            await caller.wait_for_function("() => said.length > 0")
            for page in pages:
                await expect(page.locator("#queue .row", has_text=headline)).to_have_count(1)
                heard = await page.evaluate("[said.splice(0), tunes.splice(0)]")
                told = [[f"New draft by ben: {headline}"], REST]
                assert heard == (told if page is caller else [[], []])

        await file("One", second)
        await first.evaluate("look(true)")
        await file("Two", first)
        await second.evaluate("look(true)")
        await file("Three", second)
        await second.close()
        pages.remove(second)
        await file("Four", first)
        lost = "localStorage.setItem('ticker speaker amal en', 'lost');"
        await first.evaluate(f"{lost} localStorage.setItem('ticker tab amal en lost', '')")
        await file("Five", first)


async def test_whoever_looks_away_is_called_outside_of_the_page(
    each_browser: Browser, newsroom: Running, ben: Editor
) -> None:
    """A notification leads to the line; title and icon count until the page is looked at."""
    async with desk(each_browser, newsroom, "amal", before=SPIES) as page:
        await choose(page, "notices")
        plain = await page.locator("link[rel=icon]").get_attribute("href")
        title = await page.title()
        await ben.ask("POST", "/v1/en/flashes?draft=true", {"headline": "Looked at"})
        await until_said(page, "New draft by ben: Looked at")
        assert [await page.title(), await page.evaluate("notices.length")] == [title, 0]
        await page.evaluate("look(false)")
        for count, headline in enumerate(("Away", "Still away"), 1):
            await ben.ask("POST", "/v1/en/flashes?draft=true", {"headline": headline})
            await expect(page).to_have_title(f"({count}) {title}")
        icon = await page.locator("link[rel=icon]").get_attribute("href")
        assert icon is not None
        assert icon.startswith("data:image/png")
        shown: list[dict[str, Any]] = await page.evaluate(
            "notices.map(({title, body}) => ({title, body}))"
        )
        assert shown == [
            {"title": "New draft by ben", "body": "Away"},
            {"title": "New draft by ben", "body": "Still away"},
        ]
        await page.evaluate("notices[0].click()")
        await expect(page.locator("#queue .row", has_text="Away").first).to_be_focused()
        await page.evaluate("look(true)")
        await expect(page).to_have_title(title)
        await expect(page.locator("link[rel=icon]")).to_have_attribute("href", plain or "")
        assert await page.evaluate("tunes") == []


async def test_what_a_browser_cannot_do_is_said(browser: Browser, newsroom: Running) -> None:
    """On plain http there are no notifications; the desk says why, and can still be heard."""
    plain = "Object.defineProperty(window, 'isSecureContext', { value: false });"
    async with desk(browser, newsroom, "amal", before=SPIES + plain) as page:
        await page.locator("#calls").click()
        await expect(page.locator("#call-notices")).to_be_disabled()
        await expect(page.locator("#notices-state")).to_contain_text("https")
        await page.get_by_role("button", name="Needs your key").click()
        await page.wait_for_function("count => tunes.length === count", arg=len(KEY))
        assert await violations(page) == []
    for state, said in (("denied", "Blocked"), (None, "can’t")):
        script = f"Notification.permission = '{state}'" if state else "delete window.Notification"
        async with desk(browser, newsroom, "amal", before=SPIES + script) as page:
            await page.locator("#calls").click()
            await expect(page.locator("#notices-state")).to_contain_text(said)
            await expect(page.locator("#call-sounds")).to_be_enabled()


async def test_colleagues_are_seen_and_what_they_write_on(
    browser: Browser, newsroom: Running
) -> None:
    """Their names at the top, and at each line that one has open; nobody is locked out."""
    await newsroom.post("en", "Seven people hurt")
    await newsroom.request("POST", "/v1/en/flashes?draft=true", body={"headline": "A draft"})
    async with desk(browser, newsroom, "amal") as amal:
        await expect(amal.locator("#people")).to_have_text("Nobody else is here")
        async with desk(browser, newsroom, "ben") as other:
            await expect(amal.locator("#people")).to_contain_text("ben")
            await expect(other.locator("#people")).to_contain_text("amal")
            for listed, act, word in (
                ("lines", "correct", "correcting"),
                ("queue", "edit", "editing"),
            ):
                await other.locator(f"#{listed} .row").hover()
                await other.locator(f"#{listed} [data-act={act}]").click()
                state = amal.locator(f"#{listed} .state", has_text=f"is {word} this")
                await expect(state).to_contain_text("ben")
                await amal.locator(f"#{listed} .row").hover()
                await expect(amal.locator(f"#{listed} [data-act={act}]")).to_be_enabled()
                await expect(other.locator(f"#{listed} .state", has_text="this")).to_have_count(0)
            await other.keyboard.press("Alt+n")
            await expect(amal.locator(".state", has_text="this")).to_have_count(0)
        await expect(amal.locator("#people")).to_have_text("Nobody else is here")


@pytest.mark.parametrize("edition", ["en", "ar"])
async def test_a_full_house_fits(browser: Browser, newsroom: Running, edition: str) -> None:
    """Four names and how many more there are; all of them for whoever listens; on a phone too."""
    names = ["Dieudonné Mbeki-Okonkwo", "ben", "carla", "سلمى العلي", "zoe"]
    line = await newsroom.post(edition, "語" * 280)
    async with (
        desk(browser, newsroom, "amal", f"/desk/{edition}") as page,
        AsyncExitStack() as open_desks,
    ):
        for name in names:
            if name != "ben":
                await hire(newsroom, name)
            editor = await log_in(newsroom, name, edition)
            socket = await open_desks.enter_async_context(await desk_line(editor, edition))
            told = {"desk": (await until(socket, "desk"))["desk"], "id": line["id"]}
            assert (await editor.ask("POST", f"/desk/{edition}/writing", told)).status == 204
        shown = page.locator("#people [aria-hidden=true]")
        await expect(shown).to_contain_text("+1")
        for name in names:
            await expect(page.locator("#people .unseen")).to_contain_text(name)
            await expect(page.locator("#lines .writers")).to_contain_text(name)
        for width in (1440, 1024, 360):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_who_was_cut_off_is_called_for_what_was_missed(
    browser: Browser, newsroom: Running, ben: Editor
) -> None:
    """Once, and for nothing that was called before; colleagues see again what is written on there."""
    line = await newsroom.post("en", "A line")
    sockets: list[WebSocketRoute] = []
    away = False

    async def connect(socket: WebSocketRoute) -> None:
        if away:
            await socket.close(code=1012)
        else:
            sockets.append(socket)
            socket.connect_to_server()

    async with (
        desk(browser, newsroom, "amal", before=SPIES) as page,
        await desk_line(ben) as watching,
    ):
        await page.route_web_socket(re.compile("/desk/en/live"), connect)
        await page.reload()
        await expect(page.locator("#lines .row")).to_have_count(1)
        await page.locator("#lines .row").hover()
        await page.locator("#lines [data-act=correct]").click()
        await until_writing(watching, [line["id"]])
        await ben.ask("POST", "/v1/en/flashes?draft=true", {"headline": "Before"})
        await until_said(page, "New draft by ben: Before")
        away = True
        await sockets[-1].close(code=1012)
        await expect(page.locator("#people")).to_be_empty()
        await until_writing(watching, None)
        await ben.ask("POST", "/v1/en/flashes?draft=true", {"headline": "Missed"})
        away = False
        await until_said(page, "New draft by ben: Before", "New draft by ben: Missed")
        await until_writing(watching, [line["id"]])
        await expect(page.locator("#people")).to_contain_text("ben")


async def until_writing(watching: ClientConnection, lines: list[str] | None) -> None:
    """Until a colleague's desk is told that amal writes on these; None: that she is not there."""
    while (await until(watching, "desks"))["desks"].get("amal") != lines:
        pass
