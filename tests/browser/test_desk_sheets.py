"""Nothing written at the desk is lost, and nothing goes out by accident."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import desk, violations
from tests.support.desk import PASSWORD, hire
from tests.support.service import receive, running
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running
    from ticker.settings import Settings


@pytest.fixture
async def newsroom(settings: Settings) -> AsyncIterator[Running]:
    """A service with two editors and a reporter, and a hold that a test can wait for."""
    async with running(replace(settings, hold=1.5)) as service:
        for name in ("amal", "ben"):
            await hire(service, name)
        await hire(service, "rima", Role.REPORTER)
        yield service


async def box(page: Page, text: str) -> None:
    """Until the box holds this."""
    await expect(page.locator("#headline")).to_have_value(text)


async def type_line(page: Page, text: str) -> None:
    await page.locator("#headline").fill(text)
    await expect(page.locator("#publish")).to_be_enabled()
    await page.keyboard.press("Control+Enter")


async def test_a_line_in_its_hold_leaves_the_box_free(
    each_browser: Browser, newsroom: Running
) -> None:
    """Of two quick lines both go out; what is typed during a hold stays in the box."""
    async with desk(each_browser, newsroom, "amal") as page, newsroom.live("en") as reader:
        await receive(reader)
        await type_line(page, "The first line")
        await box(page, "")
        await type_line(page, "The second line")
        await page.keyboard.type("The third is being writ")
        assert {(await receive(reader))["flash"]["headline"] for _ in range(2)} == {
            "The first line",
            "The second line",
        }
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await box(page, "The third is being writ")


async def test_several_lines_are_in_their_hold(each_browser: Browser, slow: Running) -> None:
    """Each has its card, and Abort stops the newest first."""
    async with desk(each_browser, slow, "amal") as page:
        for count, text in enumerate(("The first line", "The second line"), start=1):
            await type_line(page, text)
            await expect(page.locator("#cards .abort")).to_have_count(count)
        await page.keyboard.press("Escape")
        await box(page, "The second line")
        await expect(page.locator("#cards .hold")).to_contain_text("The first line")


async def test_abort_loses_nothing(each_browser: Browser, slow: Running) -> None:
    """Stopped words come back to an empty box, or to the list beside what is being written."""
    async with desk(each_browser, slow, "amal") as page:
        await type_line(page, "Stopped at once")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.keyboard.press("Escape")
        await box(page, "Stopped at once")
        await expect(page.locator("#said")).to_have_text(
            "Stopped. Nothing went out. Stopped at once"
        )
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.keyboard.type("Begun meanwhile")
        await page.keyboard.press("Escape")
        await expect(page.locator("#said")).to_contain_text("Stopped. Nothing went out.")
        await box(page, "Begun meanwhile")
        await page.locator("#said button").click()
        await box(page, "Stopped at once")
        await page.locator("#sheets button", has_text="Begun meanwhile").click()
        await box(page, "Begun meanwhile")
    board = (await slow.get("/v1/en/flashes")).json["flashes"]
    assert board == []


async def test_unsent_texts_are_sheets_of_their_own(
    each_browser: Browser, newsroom: Running
) -> None:
    """A draft, another version, a second tab: none writes over what is unsent; a crash keeps all."""
    draft = await newsroom.request("POST", "/v1/en/flashes?draft=true", body={"headline": "Draft"})
    await newsroom.post("en", "Out", story=draft.json["id"])
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("Unsent one")
        await page.locator("#queue .row").hover()
        await page.locator("#queue [data-act=edit]").click()
        await box(page, "Draft")
        await page.locator("#headline").fill("Draft, mended")
        await page.keyboard.press("Alt+n")
        await box(page, "")
        other = await page.context.new_page()
        await other.goto(f"{newsroom.url}/desk/en")
        await box(other, "")
        await expect(other.locator("#sheets button")).to_have_count(2)
        await other.locator("#headline").fill("From another tab")
        await expect(page.locator("#sheets button")).to_have_count(3)
        context = page.context
        await page.close()
        await other.close()
        again = await context.new_page()
        await again.goto(f"{newsroom.url}/desk/en")
        await box(again, "From another tab")
        for text in ("Unsent one", "Draft, mended"):
            await expect(again.locator("#sheets")).to_contain_text(text)


async def test_two_tabs_on_one_text_part(each_browser: Browser, newsroom: Running) -> None:
    """What one tab has sent is no longer unsent in another, and none writes over the other."""
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("One text")
        other = await page.context.new_page()
        await other.goto(f"{newsroom.url}/desk/en")
        await other.locator("#sheets button").click()
        await box(other, "One text")
        await other.locator("#headline").fill("One text, longer")
        await box(page, "One text, longer")
        await page.keyboard.press("Control+Enter")
        await box(other, "")
        await expect(other.locator("#said")).to_contain_text("another tab")
        await expect(page.locator("#lines .text")).to_have_text("One text, longer")


async def test_tabs_that_did_not_hear_of_each_other_both_send(
    each_browser: Browser, newsroom: Running
) -> None:
    """Written on in both at once, one text becomes two, and neither is refused for the other's sake."""
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("One text")
        other = await page.context.new_page()
        # A browser tells tabs of one another a moment late; here never.
        deaf = "addEventListener('storage', (event) => event.stopImmediatePropagation(), true)"
        await other.add_init_script(deaf)
        await other.goto(f"{newsroom.url}/desk/en")
        await expect(other.locator("#status")).to_have_attribute("data-status", "live")
        await other.locator("#sheets button").click()
        await box(other, "One text")
        await page.locator("#headline").fill("What the first tab made of it")
        await other.locator("#headline").fill("What another tab made of it")
        for tab in (page, other):
            await expect(tab.locator("#publish")).to_be_enabled()
            await tab.locator("#headline").press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_count(2)
        for text in ("What the first tab made of it", "What another tab made of it"):
            await expect(page.locator("#lines .text", has_text=text)).to_have_count(1)
        await expect(other.locator("#cards .hold")).to_have_count(0)


async def test_started_versions_write_over_nothing(
    each_browser: Browser, newsroom: Running
) -> None:
    """What is unsent at the other edition's desk is still there after its version was started."""
    await newsroom.post("en", "Talks begin")
    async with desk(each_browser, newsroom, "amal", "/desk/ar") as page:
        await page.locator("#headline").fill("نص لم يرسل")
        await page.goto(f"{newsroom.url}/desk/en")
        await page.get_by_role("button", name="Start the ar version").click()
        await expect(page.locator("#headline")).to_have_attribute("dir", "rtl")
        await box(page, "")
        await expect(page.locator("#sheets")).to_contain_text("نص لم يرسل")


async def test_a_correction_is_kept_like_any_text(each_browser: Browser, newsroom: Running) -> None:
    """Through a reload and through the end of a session; a kill meanwhile takes no word of it."""
    line = await newsroom.post("en", "Seven people hurt", source="Police")
    async with desk(each_browser, newsroom, "amal") as page:
        await expect(page.locator("#lines .row")).to_have_count(1)
        await page.keyboard.press("Escape")
        for key in ("j", "c"):
            await page.keyboard.press(key)
        await box(page, "Seven people hurt")
        await page.locator("#headline").fill("Nine people hurt")
        await page.reload()
        await box(page, "Nine people hurt")
        await expect(page.locator("#task")).to_have_text("Correction")
        await page.context.clear_cookies()
        await page.reload()
        await page.locator("[name=name]").fill("amal")
        await page.locator("[name=password]").fill(PASSWORD)
        await page.locator("[name=password]").press("Enter")
        await box(page, "Nine people hurt")
        await expect(page.locator("#task")).to_have_text("Correction")
        await expect(page.locator("#status")).to_have_attribute("data-status", "live")
        await newsroom.request("DELETE", f"/v1/en/flashes/{line['id']}?reason=wrong")
        await expect(page.locator("#conflict")).to_contain_text("killed this line")
        await box(page, "Nine people hurt")
        await page.get_by_role("button", name="Make it a new line").click()
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("Nine people hurt")
        await expect(page.locator("#lines .source")).to_have_text("Police")


async def test_a_correction_by_somebody_else_is_shown_at_once(
    each_browser: Browser, newsroom: Running
) -> None:
    """Before anything is sent: whose it is, both texts, what differs; both changes are kept."""
    line = await newsroom.post("en", "Seven people hurt", source="Police")
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#lines .row").hover()
        await page.locator("#lines [data-act=correct]").click()
        await page.locator("#headline").fill("Nine people hurt")
        await newsroom.patch("en", line["id"], source="Fire brigade")
        await expect(page.locator("#conflict")).to_contain_text("changed this line")
        await page.get_by_role("button", name="Save mine over it").click()
        await expect(page.locator("#lines .text")).to_have_text("Nine people hurt")
        await expect(page.locator("#lines .source")).to_have_text("Fire brigade")


async def test_whatever_reaches_readers_is_held(each_browser: Browser, slow: Running) -> None:
    """A draft let go, the second key, an embargo ended, a pin, a correction, a refile: a ring, and Abort."""
    line = await slow.post("en", "Out already")
    drafted = {"headline": "A draft", "urgency": 3}
    await slow.request("POST", "/v1/en/flashes?draft=true", body=drafted)
    await slow.request("POST", "/v1/en/flashes", body={"headline": "Second key", "urgency": 1})
    later = {"headline": "Embargoed", "embargoed": "2099-01-01T00:00:00Z"}
    await slow.request("POST", "/v1/en/flashes", body=later)
    async with desk(each_browser, slow, "amal") as page:
        for text in ("A draft", "Second key", "Embargoed"):
            row = page.locator("#queue .row", has_text=text)
            await row.hover()
            await row.locator("[data-act=release]").click()
            await expect(page.locator("#cards .hold")).to_contain_text(text)
            await page.keyboard.press("Escape")
            await expect(page.locator("#cards .hold")).to_have_count(0)
        await page.locator("#lines .row").focus()
        await page.keyboard.press("p")
        await expect(page.locator("#cards .hold")).to_contain_text("Out already")
        await page.keyboard.press("Escape")
        await expect(page.locator("#cards .hold")).to_have_count(0)
        for verb in ("correct", "refile"):
            await page.locator("#lines .row").hover()
            await page.locator(f"#lines [data-act={verb}]").click()
            await type_line(page, f"After {verb}")
            await expect(page.locator("#cards .hold")).to_contain_text(f"After {verb}")
            await page.keyboard.press("Escape")
            await box(page, f"After {verb}")
        await expect(page.locator("#queue .row")).to_have_count(3)
    versions = (
        await slow.get(
            f"/v1/en/flashes/{line['id']}/versions", Authorization=f"Bearer {slow.token}"
        )
    ).json
    assert len(versions["versions"]) == 1


async def test_what_destroys_asks_or_can_be_taken_back(
    each_browser: Browser, newsroom: Running
) -> None:
    """Discarding asks; a text that was thrown away is a click from being back."""
    await newsroom.request("POST", "/v1/en/flashes?draft=true", body={"headline": "A draft"})
    async with desk(each_browser, newsroom, "amal") as page:
        await expect(page.locator("#queue .row")).to_have_count(1)
        await page.keyboard.press("Escape")
        for key in ("j", "d"):
            await page.keyboard.press(key)
        await expect(page.locator("#queue form")).to_contain_text("can’t be taken back")
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.locator("#queue form")).to_have_count(0)
        await expect(page.locator("#queue .row")).to_have_count(1)
        await page.keyboard.press("d")
        await page.keyboard.press("Enter")
        await expect(page.locator("#queue .row")).to_have_count(0)
        await page.locator("#headline").fill("Thrown away by mistake")
        await page.locator("#clear").click()
        await box(page, "")
        await page.get_by_role("button", name="Take back").click()
        await box(page, "Thrown away by mistake")


async def test_the_same_news_is_told_in_its_hold(each_browser: Browser, slow: Running) -> None:
    """Who has it too, and that it is in its hold: at both desks, while both can be stopped."""
    async with desk(each_browser, slow, "amal") as amal, desk(each_browser, slow, "ben") as ben:
        await type_line(amal, "Quake of magnitude 7.1 off Honshu")
        await expect(ben.locator("#queue .row")).to_have_count(1)
        await type_line(ben, "Quake of magnitude 7.1 off HONSHU")
        for page, name in ((ben, "amal"), (amal, "ben")):
            await expect(page.locator("#cards .note")).to_have_text(
                re.compile(f"^{name} has much the same in hold, \\d+ s left: Quake")
            )
        await ben.keyboard.press("Escape")
        await expect(amal.locator("#cards .note")).to_be_hidden()


async def test_a_line_stopped_by_a_colleague_comes_back(
    each_browser: Browser, slow: Running
) -> None:
    """Its words are at the desk that they come from, which is told by whom."""
    async with desk(each_browser, slow, "amal") as amal, desk(each_browser, slow, "ben") as ben:
        await type_line(amal, "Too early")
        await ben.locator("#queue .row").hover()
        await ben.locator("#queue [data-act=abort]").click()
        await box(amal, "Too early")
        await expect(amal.locator("#said")).to_contain_text("ben stopped it")


async def test_a_hold_is_there_after_a_reload(each_browser: Browser, slow: Running) -> None:
    """The line waits at the service, its card beside the box, and can still be stopped."""
    async with desk(each_browser, slow, "amal") as page:
        await type_line(page, "Held over a reload")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        await page.reload()
        await expect(page.locator("#cards .abort")).to_be_visible()
        await box(page, "")
        await expect(page.locator("#sheets button")).to_have_count(0)
        await page.locator("#cards .abort").click()
        await box(page, "Held over a reload")


async def test_rights_are_not_shown_to_be_refused(each_browser: Browser, newsroom: Running) -> None:
    """A reporter has neither FLASH nor ALERT, and can correct their own lines alone."""
    await newsroom.post("en", "By a colleague")
    async with desk(each_browser, newsroom, "rima") as page:
        await expect(page.locator(".urgencies .pick")).to_have_count(3)
        await type_line(page, "By rima")
        own = page.locator("#lines .row", has_text="By rima")
        await expect(own.locator("[data-act=correct]")).to_have_count(1)
        other = page.locator("#lines .row", has_text="By a colleague")
        await expect(other.locator("[data-act]:not([data-act=start])")).to_have_count(0)
        await expect(own.locator("[data-act=kill]")).to_have_count(0)


async def test_everything_about_a_line_can_be_mended(
    each_browser: Browser, newsroom: Running
) -> None:
    """Each field of a published line, with what changes shown before; a refile says it is silent."""
    line = await newsroom.post("en", "Talks begin", source="A", urgency=3, url="https://a.example/")
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#lines .row").hover()
        await page.locator("#lines [data-act=correct]").click()
        await expect(page.locator("#publish")).to_be_disabled()
        await page.locator("[name=source]").fill("B")
        await page.locator("[name=url]").fill("https://b.example/")
        await page.locator("[name=tags]").fill("talks, peace")
        await page.locator("[name=section]").select_option("politics")
        await page.locator("[name=correction]").fill("The source was wrong.")
        difference = page.locator("#difference")
        await expect(difference).to_contain_text("Readers see the new words")
        source = difference.locator("dl > div", has=page.get_by_text("Source", exact=True))
        await expect(source.locator("del")).to_have_text("A")
        await expect(page.locator("breaking-ticker")).to_contain_text(
            re.compile("Corrected", re.IGNORECASE)
        )
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .source")).to_have_text("B")
        out = (await newsroom.get(f"/v1/en/flashes/{line['id']}")).json
        wanted = {"source": "B", "url": "https://b.example/", "tags": ["talks", "peace"]}
        wanted |= {"section": "politics", "correction": "The source was wrong."}
        assert {name: out[name] for name in wanted} == wanted
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await page.locator("#lines .row").focus()
        await page.keyboard.press("r")
        await expect(page.locator("#task")).to_have_text("Silent refile")
        await page.locator("#headline").fill("Talks begin in Geneva")
        await expect(difference).to_contain_text("Readers aren’t told")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("Talks begin in Geneva")


async def test_a_refusal_is_in_the_desks_language(each_browser: Browser, slow: Running) -> None:
    """It stands at its field until that changes; the words are back, and the field has the focus."""
    async with desk(each_browser, slow, "amal", "/desk/es") as page:
        await page.locator("#more > summary").click()
        field = page.locator("[name=url]")
        await field.fill("javascript:alert(1)")
        await type_line(page, "Una línea")
        said = page.locator("#fault-url")
        await expect(said).to_contain_text("empiece por https://")
        await expect(page.locator("#fault")).to_be_empty()
        await box(page, "Una línea")
        await expect(field).to_be_focused()
        await expect(field).to_have_accessible_description(re.compile("empiece por https://"))
        await field.fill("https://a.example/")
        await expect(said).to_have_count(0)
        await expect(field).not_to_have_attribute("aria-invalid", "true")


# The service refuses every field at once: {status, errors} is what it says.
REFUSE = """(names) => {
    const { fetch } = window;
    window.fetch = (path, options) => {
        if (!["POST", "PATCH"].includes(options?.method) || String(path).startsWith("/desk")) return fetch(path, options);
        window.fetch = fetch;
        const errors = names.map((field) => ({ field, detail: `must not be so, ${field}` }));
        return Promise.resolve(new Response(JSON.stringify({ detail: "No.", errors }), { status: 422 }));
    };
}"""


@pytest.mark.parametrize("kind", ["new", "correct"])
async def test_every_field_says_what_is_wrong_with_it(
    each_browser: Browser, slow: Running, kind: str
) -> None:
    """Where it is visible; the first has the focus, the rest is said by name above."""
    await slow.post("en", "Out")
    shown = ["urgency", "source", "section", "region", "located", "tags", "coverage", "url"]
    shown += ["expires", "pinned"]
    shown += {"new": ["embargoed"], "correct": ["correction"]}[kind]
    hidden = {"new": "correction", "correct": "embargoed"}[kind]
    async with desk(each_browser, slow, "amal") as page:
        if kind == "correct":
            await page.locator("#lines .row").focus()
            await page.keyboard.press("c")
            await box(page, "Out")
        await page.evaluate("document.getElementById('more').open = false")
        names = ["headline", *shown, hidden, "story"]
        await page.evaluate(REFUSE, names)
        await type_line(page, "Refused")
        if kind == "correct":
            await page.evaluate("{ const { now } = Date; Date.now = () => now() + 90_500; }")
        await box(page, "Refused")
        await expect(page.locator("#headline")).to_be_focused()
        for name in ("headline", *shown):
            said = page.locator(f"#fault-{name}")
            await expect(said).to_be_visible()
            await expect(said).to_have_text(f"must not be so, {name}")
            field = page.locator({"urgency": ".urgencies"}.get(name, f"[name={name}]"))
            await expect(field).to_have_attribute("aria-invalid", "true")
            described = await field.get_attribute("aria-describedby") or ""
            assert f"fault-{name}" in described.split()
        await expect(page.locator("#fault")).to_contain_text(f"must not be so, {hidden}")
        await expect(page.locator("#fault")).to_contain_text("must not be so, story")
        assert await violations(page) == []
        await page.locator("[name=source]").fill("Police")
        await expect(page.locator("#fault-source")).to_have_count(0)
        await expect(page.locator("[name=source]")).not_to_have_attribute("aria-invalid", "true")
        await expect(page.locator("#fault-headline")).to_be_visible()
        await page.locator("#headline").press("Alt+ArrowUp")
        await expect(page.locator("#fault-urgency")).to_have_count(0)
        assert "length" in (await page.locator("#headline").get_attribute("aria-describedby") or "")
        await page.keyboard.press("Alt+n")
        await expect(page.locator("[aria-invalid=true]")).to_have_count(0)


async def test_a_reason_that_is_refused_is_said_at_its_field(
    each_browser: Browser, slow: Running
) -> None:
    """The form of a kill stays open, with the focus where something is wrong."""
    await slow.post("en", "Out")
    async with desk(each_browser, slow, "amal") as page:
        await page.locator("#lines .row").focus()
        await page.keyboard.press("x")
        reason = page.locator("#lines form [name=reason]")
        await reason.fill("x" * 281)
        await reason.press("Enter")
        await expect(reason).to_have_attribute("aria-invalid", "true")
        await expect(reason).to_be_focused()
        await expect(reason).to_have_accessible_description(re.compile("280"))
        await reason.fill("wrong")
        await expect(reason).not_to_have_attribute("aria-invalid", "true")
        await expect(page.locator("#lines .fault:not(:empty)")).to_have_count(0)


async def test_sheets_that_begin_alike_are_told_apart(
    each_browser: Browser, newsroom: Running
) -> None:
    """What differs is what is seen of each; all of it when it is pointed at."""
    texts = [
        f"Explosion near the port of Haifa kills {count} people, police say"
        for count in ("seven", "nine", "eleven")
    ]
    async with desk(each_browser, newsroom, "amal") as page:
        for text in texts:
            await page.locator("#headline").fill(text)
            await expect(page.locator("#publish")).to_be_enabled()
            await page.keyboard.press("Alt+n")
        await page.locator("#headline").fill("一" * 60 + "二")
        await page.keyboard.press("Alt+n")
        await page.locator("#headline").fill("一" * 60 + "三")
        await page.keyboard.press("Alt+n")
        tabs = page.locator("#sheets button")
        await expect(tabs).to_have_count(5)
        wanted = [*(text.split()[7] for text in texts), "二", "三"]
        for tab, text in zip(await tabs.all(), texts, strict=False):
            assert await tab.get_attribute("title") == text
        for tab, word in zip(await tabs.all(), wanted, strict=True):
            seen = await tab.evaluate(
                """(tab, word) => {
                    const walker = document.createTreeWalker(tab, NodeFilter.SHOW_TEXT);
                    for (let node; (node = walker.nextNode());) {
                        const at = node.data.indexOf(word);
                        if (at < 0) continue;
                        const range = document.createRange();
                        range.setStart(node, at);
                        range.setEnd(node, at + word.length);
                        const [inner, outer] = [range.getBoundingClientRect(), tab.getBoundingClientRect()];
                        return inner.left >= outer.left && inner.right <= outer.right;
                    }
                    return false;
                }""",
                word,
            )
            assert seen, word
