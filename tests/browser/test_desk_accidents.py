"""What went on the air by accident, or without anybody who could stop it, when strangers tried."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import hire, log_in
from tests.support.service import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page, Route

    from tests.support.service import Running
    from ticker.settings import Settings

# No request gets through; as every browser has it.
CUT_OFF = """{
    const { fetch } = window;
    window.fetch = () => Promise.reject(new TypeError());
    window.reconnect = () => (window.fetch = fetch);
    null;
}"""
# The answers to changes are lost on their way, one after another; `sent` counts the requests.
LOSE = """{
    const { fetch } = window;
    window.sent = 0;
    window.losing = true;
    window.fetch = async (path, options) => {
        if (!["POST", "PATCH"].includes(options?.method) || String(path).startsWith("/desk")) return fetch(path, options);
        sent += 1;
        const answer = await fetch(path, options);
        if (losing) throw new TypeError();
        return answer;
    };
    null;
}"""
# The answer to the next line comes when the test wants it: `letIn()`.
DELAY = """{
    const { fetch } = window;
    const { promise, resolve } = Promise.withResolvers();
    window.letIn = resolve;
    window.fetch = async (path, options) => {
        const answer = await fetch(path, options);
        const isChange = ["POST", "PATCH"].includes(options?.method);
        if (isChange && !String(path).startsWith("/desk")) await promise;
        return answer;
    };
    null;
}"""


# How a line waits when it is taken into the box, and what a colleague then has it wait for.
DRAFT = {"headline": "A line", "urgency": 3}
EMBARGOED = {**DRAFT, "embargoed": "2099-01-01T00:00:00Z"}
AWAITING = {**DRAFT, "urgency": 1}


@pytest.fixture
async def quick(settings: Settings) -> AsyncIterator[Running]:
    """A service with an editor, and a hold that a test can wait for."""
    async with running(replace(settings, hold=0.5)) as service:
        await hire(service, "amal")
        yield service


@pytest.mark.parametrize(
    ("line", "change", "is_moved"),
    [
        (DRAFT, {"embargoed": EMBARGOED["embargoed"]}, True),
        (DRAFT, {"urgency": 1, "headline": "Ben's words"}, True),
        (EMBARGOED, {"embargoed": "2098-01-01T00:00:00Z"}, False),
        (EMBARGOED, {"urgency": 1}, True),
        (AWAITING, {"headline": "Ben's words"}, False),
    ],
    ids=[
        "draft-embargoed",
        "draft-awaiting",
        "embargoed-earlier",
        "embargoed-awaiting",
        "awaiting",
    ],
)
async def test_what_waits_by_now_goes_on_waiting(
    each_browser: Browser,
    slow: Running,
    line: dict[str, Any],
    change: dict[str, Any],
    is_moved: bool,
) -> None:
    """Draft, embargo or second key: what a colleague has it wait for holds, and a change lets nothing go."""
    amal, ben = await log_in(slow, "amal"), await log_in(slow, "ben")
    query = "?draft=true" if line is DRAFT else ""
    filed = await amal.ask("POST", f"/v1/en/flashes{query}", line)
    path = f"/v1/en/flashes/{filed.json['id']}"
    async with desk(each_browser, slow, "amal") as page:
        await expect(page.locator("#queue .row")).to_have_count(1)
        await page.locator("#queue [data-act=edit]").click()
        await expect(page.locator("#headline")).to_have_value("A line")
        if not await page.locator("#more").evaluate("it => it.open"):
            await page.locator("#more > summary").click()
        await page.locator("[name=tags]").fill("port")
        assert (await ben.ask("PATCH", f"{path}?refile=true", change)).status == 200
        if line is DRAFT:
            assert (await ben.ask("POST", f"{path}/release")).status == 200
            await expect(page.locator("#queue .row")).not_to_contain_text("draft", ignore_case=True)
        await page.get_by_role("button", name="Save mine over it").click()
        if is_moved:
            # It waits elsewhere by now, so nothing is sent before the button was read.
            await expect(page.locator("#publish")).to_contain_text("Save changes")
            await page.keyboard.press("Control+Enter")
        await expect(page.locator("#headline")).to_have_value("")
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await expect(page.locator("#queue .row")).to_have_count(1)
    queue = (await amal.ask("GET", "/v1/en/queue")).json["queue"]
    assert [it["flash"]["tags"] for it in queue] == [["port"]]
    stage = "awaiting" if {**line, **change}["urgency"] == 1 else None
    assert [it["stage"] for it in queue] == [stage]
    assert (await slow.get("/v1/en/flashes")).json["flashes"] == []


async def test_a_choice_is_about_what_was_read(each_browser: Browser, slow: Running) -> None:
    """Who decides while a colleague writes once more decides on what they see, and is asked again."""
    amal, ben = await log_in(slow, "amal"), await log_in(slow, "ben")
    filed = await amal.ask("POST", "/v1/en/flashes?draft=true", DRAFT)
    path = f"/v1/en/flashes/{filed.json['id']}"
    answer = asyncio.Event()
    async with desk(each_browser, slow, "amal") as page:
        await page.locator("#queue [data-act=edit]").click()
        await page.locator("#headline").fill("Mine")
        assert (await ben.ask("PATCH", path, {"headline": "Ben's"})).status == 200
        mine = page.get_by_role("button", name="Save mine over it")
        await expect(mine).to_be_visible()

        async def late(route: Route) -> None:
            await answer.wait()
            await route.continue_()

        await page.route("**/versions", late)
        async with page.expect_request("**/versions"):
            assert (await ben.ask("PATCH", path, {"headline": "Ben's again"})).status == 200
        await mine.click()
        answer.set()
        await expect(page.locator("#cards .hold")).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(page.locator("#conflict")).to_contain_text("Ben's again")
        await expect(page.locator("#headline")).to_have_value("Mine")
    queue = (await amal.ask("GET", "/v1/en/queue")).json["queue"]
    assert [it["flash"]["headline"] for it in queue] == ["Ben's again"]


async def test_an_abort_outlasts_an_outage(each_browser: Browser, slow: Running) -> None:
    """It says that nothing is stopped yet, and stops it as soon as the service can be reached."""
    async with desk(each_browser, slow, "amal") as page:
        await page.keyboard.type("Stop me")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.evaluate(CUT_OFF)
        await page.keyboard.press("Escape")
        await expect(page.locator("#cards .note")).to_have_text("Not stopped yet; trying again.")
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        await page.evaluate("reconnect()")
        await expect(page.locator("#headline")).to_have_value("Stop me")
        await expect(page.locator("#cards .hold")).to_have_count(0)
    assert (await slow.request("GET", "/v1/en/queue")).json["queue"] == []


@pytest.mark.parametrize("by", ["Escape", "Abort"])
async def test_a_line_is_stopped_while_it_is_sent(
    each_browser: Browser, slow: Running, by: str
) -> None:
    """The newest line is meant, whatever else is held; it is stopped as soon as the answer is there."""
    async with desk(each_browser, slow, "amal") as page:
        await page.keyboard.type("Good")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        await page.evaluate(DELAY)
        await page.keyboard.type("Bad")
        await page.keyboard.press("Control+Enter")
        card = page.locator("#cards .hold", has_text="Bad")
        await expect(card).to_contain_text("Sending")
        if by == "Escape":
            await page.keyboard.press("Escape")
            await page.keyboard.press("Escape")
        else:
            await card.get_by_role("button", name="Abort").click()
        await expect(card).to_contain_text("Stopping")
        await page.evaluate("letIn()")
        await expect(page.locator("#headline")).to_have_value("Bad")
        await expect(page.locator("#said")).to_contain_text("Nothing went out")
        await expect(page.locator("#cards .hold")).to_have_count(1)
        await expect(page.locator("#cards .hold")).to_contain_text("Good")
    queue = (await slow.request("GET", "/v1/en/queue")).json["queue"]
    assert [it["flash"]["headline"] for it in queue] == ["Good"]


async def test_the_end_of_a_hold_says_that_it_is_too_late(
    each_browser: Browser, quick: Running
) -> None:
    """Escape stops nothing then, not even another line that is held, and the card says so."""
    await quick.post("en", "As it was")
    async with desk(each_browser, quick, "amal") as page:
        await page.evaluate(DELAY)
        await page.locator("#lines .row").focus()
        await page.keyboard.press("c")
        await page.locator("#headline").fill("As it is")
        await page.keyboard.press("Control+Enter")
        card = page.locator("#cards .hold")
        await expect(card).to_contain_text("Too late to stop")
        await expect(card.locator("button")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(card).to_contain_text("Too late to stop")
        await page.evaluate("letIn()")
        await expect(card).to_have_count(0)
    flashes = (await quick.get("/v1/en/flashes")).json["flashes"]
    assert [it["headline"] for it in flashes] == ["As it is"]


@pytest.mark.parametrize("field", ["embargoed", "expires"])
@pytest.mark.parametrize("key", ["Control+Enter", "Control+Shift+D"])
async def test_a_time_that_is_half_typed_is_no_empty_one(
    browser: Browser, slow: Running, field: str, key: str
) -> None:
    """Nothing is sent; the field says what is missing, until it is whole or empty."""
    async with desk(browser, slow, "amal") as page:
        await page.locator("#headline").fill("Not before eight")
        await page.locator("#more > summary").click()
        time = page.locator(f"[name={field}]")
        await time.focus()
        await page.keyboard.type("12")
        await page.locator("#headline").focus()
        await page.keyboard.press(key)
        fault = page.locator(f"#fault-{field}")
        await expect(fault).to_have_text("This time is incomplete. Complete it, or clear it.")
        await expect(time).to_be_focused()
        await expect(page.locator("#headline")).to_have_value("Not before eight")
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await time.fill("2099-01-01T08:00")
        await expect(fault).to_have_count(0)
    assert (await slow.request("GET", "/v1/en/queue")).json["queue"] == []


async def test_a_time_that_has_passed_is_told_as_it_is_typed(
    each_browser: Browser, slow: Running
) -> None:
    """At the field, which keeps the focus; the button offers nothing that is not possible."""
    async with desk(each_browser, slow, "amal") as page:
        await page.locator("#headline").fill("Too late for that")
        await page.locator("#more > summary").click()
        await page.locator("[name=embargoed]").fill("2001-01-01T08:00")
        await expect(page.locator("#fault-embargoed")).to_contain_text("This time has passed")
        await expect(page.locator("[name=embargoed]")).to_be_focused()
        await expect(page.locator("#publish")).to_contain_text("This time has passed")
        await expect(page.locator("#publish")).not_to_contain_text("Withhold")
        await page.locator("[name=embargoed]").fill("2099-01-01T08:00")
        await expect(page.locator("#fault-embargoed")).to_have_count(0)
        await expect(page.locator("#publish")).to_contain_text("Withhold until")
        await page.locator("[name=expires]").fill("2098-01-01T08:00")
        await expect(page.locator("#fault-expires")).to_contain_text("before it goes out")
        await page.locator("[name=embargoed]").fill("")
        await expect(page.locator("#fault-expires")).to_have_count(0)


async def test_a_notice_goes_with_what_it_is_about(each_browser: Browser, slow: Running) -> None:
    """It names the line by its first words, and goes as soon as another one is sent."""
    async with desk(each_browser, slow, "amal") as page:
        said, headline = page.locator("#said"), page.locator("#headline")
        await headline.fill("Thrown away because of a word that was wrong")
        await page.locator("#clear").click()
        await expect(said).to_have_text("Thrown away. Thrown away because of a word…Take back")
        await headline.fill("Held")
        await page.keyboard.press("Control+Enter")
        await expect(said).to_be_empty()
        await expect(page.locator("#cards .abort")).to_be_visible()
        await headline.fill("Next")
        await page.keyboard.press("Escape")
        await expect(said).to_contain_text("Nothing went out. Held")
        await page.keyboard.press("Control+Enter")
        await expect(said).to_be_empty()
        await expect(page.locator("#cards .hold")).to_contain_text("Next")


@pytest.mark.parametrize("by", ["ben", "amal"])
async def test_a_conflict_is_decided_before_anything_is_sent(
    each_browser: Browser, slow: Running, by: str
) -> None:
    """Ctrl Enter leads to the two texts and starts no hold; what I changed elsewhere is not theirs."""
    line = await slow.post("en", "As it was")
    somebody = await log_in(slow, by)
    async with desk(each_browser, slow, "amal") as page:
        await page.locator("#lines .row").focus()
        await page.keyboard.press("c")
        await page.locator("#headline").fill("As it is here")
        path = f"/v1/en/flashes/{line['id']}"
        assert (await somebody.ask("PATCH", path, {"headline": "As it is there"})).status == 200
        panel = page.locator("#conflict")
        await expect(panel).to_contain_text("As it is there")
        for key in ("Control+Enter", "Control+Shift+D"):
            await page.locator("#headline").focus()
            await page.keyboard.press(key)
        await page.locator("#headline").focus()
        await page.keyboard.press("Control+Enter")
        await expect(panel).to_be_focused()
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await expect(page.locator("#headline")).to_have_value("As it is here")
        others = await panel.get_by_text("theirs").count()
        assert (others > 0) == (by == "ben")
        await page.get_by_role("button", name="Save mine over it").click()
        await expect(page.locator("#cards .hold")).to_contain_text("As it is here")


async def test_escape_stops_a_hold_wherever_the_focus_is(
    each_browser: Browser, slow: Running
) -> None:
    """Out of the search field and out of a dialog too; nothing is published from within these."""
    async with desk(each_browser, slow, "amal") as page:
        for place in ("#search", "#help"):
            await page.locator("#headline").fill("Stop me")
            await page.locator("#headline").press("Control+Enter")
            await expect(page.locator("#cards .abort")).to_be_visible()
            await page.locator(place).click()
            await page.keyboard.press("Control+Enter")
            await page.keyboard.press("Escape")
            await expect(page.locator("#headline")).to_have_value("Stop me")
            await expect(page.locator("#cards .hold")).to_have_count(0)


async def test_what_was_overslept_is_not_sent(each_browser: Browser, slow: Running) -> None:
    """A machine that slept through a hold sends nothing on waking: nobody could have stopped it."""
    await slow.post("en", "As it was")
    async with desk(each_browser, slow, "amal") as page:
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


async def test_what_was_thrown_away_stays_on_offer(each_browser: Browser, slow: Running) -> None:
    """Whatever is written next."""
    async with desk(each_browser, slow, "amal") as page:
        await page.locator("#headline").fill("Thrown away")
        await page.locator("#clear").click()
        await page.keyboard.type("Next")
        await page.keyboard.press("Alt+n")
        await page.get_by_role("button", name="Take back").click()
        await expect(page.locator("#headline")).to_have_value("Thrown away")


async def test_a_full_browser_says_so_and_sends_all_the_same(
    each_browser: Browser, slow: Running
) -> None:
    """No word is lost without a word."""
    async with desk(each_browser, slow, "amal") as page:
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


async def test_a_card_says_what_it_will_do(each_browser: Browser, slow: Running) -> None:
    """What is corrected, refiled, pinned or released says so, and not that a line goes out."""
    await slow.post("en", "Out already")
    await slow.post("en", "On top", pinned=True)
    await slow.request("POST", "/v1/en/flashes?draft=true", body=DRAFT)
    await slow.request("POST", "/v1/en/flashes", body={**AWAITING, "headline": "Second key"})
    await slow.request("POST", "/v1/en/flashes", body={**EMBARGOED, "headline": "Embargoed"})
    async with desk(each_browser, slow, "amal") as page:
        card = page.locator("#cards strong")
        for text, key, said in (
            ("Out already", "p", "Pinned in"),
            ("On top", "p", "Unpinned in"),
            ("A line", "g", "Goes out in"),
            ("Second key", "g", "Released in"),
            ("Embargoed", "g", "Released in"),
            ("Out already", "c", "Corrected in"),
            ("On top", "r", "Refiled in"),
        ):
            await page.locator("#board .row", has_text=text).focus()
            await page.keyboard.press(key)
            if key in "cr":
                await expect(page.locator("#headline")).to_have_value(text)
                await page.locator("#headline").fill(f"{text}, changed")
                await page.keyboard.press("Control+Enter")
            await expect(card).to_contain_text(said)
            await page.keyboard.press("Escape")
            await expect(page.locator("#cards .hold")).to_have_count(0)


async def change_a_line(page: Page, kind: str) -> None:
    """Send something of a kind, and lose the answer to it."""
    await page.evaluate(LOSE)
    if kind != "new":
        await page.locator("#lines .row").focus()
        await page.keyboard.press("c" if kind == "correct" else "r")
        await expect(page.locator("#headline")).to_have_value("As it was")
    await page.locator("#headline").fill("As it is")
    await expect(page.locator("#publish")).to_be_enabled()
    await page.keyboard.press("Control+Enter")


DOUBTS = {
    "new": "Not known whether the line was sent",
    "correct": "Not known whether the correction was sent",
    "refile": "Not known whether the refile was sent",
}


@pytest.mark.parametrize("kind", ["correct", "refile"])
async def test_a_doubtful_change_is_named_and_held_again(
    each_browser: Browser, quick: Running, kind: str
) -> None:
    """The card says what is in doubt; what is sent again passes a hold again, and is done once."""
    line = await quick.post("en", "As it was")
    async with desk(each_browser, quick, "amal") as page:
        await expect(page.locator("#lines .row")).to_have_count(1)
        await change_a_line(page, kind)
        await expect(page.locator("#cards")).to_contain_text(DOUBTS[kind])
        await page.evaluate("losing = false")
        await page.get_by_role("button", name="Send again").click()
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#cards")).to_contain_text(DOUBTS[kind])
        await page.reload()
        await expect(page.locator("#cards")).to_contain_text(DOUBTS[kind])
        await page.get_by_role("button", name="Send again").click()
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await expect(page.locator("#headline")).to_have_value("")
    path = f"/v1/en/flashes/{line['id']}/versions"
    made = (await quick.request("GET", path)).json["versions"]
    assert [it["flash"]["headline"] for it in made] == ["As it was", "As it is"]


async def test_whatever_may_be_lost_is_named(each_browser: Browser, quick: Running) -> None:
    """A draft that may be saved, a pin that may be made: sent again, each is there once."""
    line = await quick.post("en", "As it was")
    async with desk(each_browser, quick, "amal") as page:
        await expect(page.locator("#lines .row")).to_have_count(1)
        for said in ("Not known whether it was done", "Not known whether the draft was saved"):
            await page.evaluate(LOSE)
            if "draft" in said:
                await page.locator("#headline").fill("A draft")
                await expect(page.locator("#publish")).to_be_enabled()
                await page.keyboard.press("Control+Shift+D")
            else:
                await page.locator("#lines .row").focus()
                await page.keyboard.press("p")
            await expect(page.locator("#cards")).to_contain_text(said)
            await page.evaluate("losing = false")
            await page.get_by_role("button", name="Send again").click()
            await expect(page.locator("#cards .hold")).to_have_count(0)
        await expect(page.locator("#queue .row")).to_have_count(1)
    path = f"/v1/en/flashes/{line['id']}/versions"
    made = (await quick.request("GET", path)).json["versions"]
    assert [it["flash"]["pinned"] for it in made] == [False, True]


@pytest.mark.parametrize("kind", list(DOUBTS))
async def test_a_doubt_of_yesterday_sends_nothing(
    each_browser: Browser, quick: Running, kind: str
) -> None:
    """The service has forgotten by then what it was sent, so the same could go out twice."""
    if kind != "new":
        await quick.post("en", "As it was")
    async with desk(each_browser, quick, "amal") as page:
        await expect(page.locator("#lines .row")).to_have_count(int(kind != "new"))
        await change_a_line(page, kind)
        await expect(page.locator("#cards")).to_contain_text(DOUBTS[kind])
        await page.evaluate("{ const { now } = Date; Date.now = () => now() + 24 * 3600_000; }")
        sent = await page.evaluate("sent")
        await page.get_by_role("button", name="Send again").click()
        await expect(page.locator("#cards")).to_contain_text("more than a day ago")
        await expect(page.get_by_role("button", name="Send again")).to_have_count(0)
        assert await page.evaluate("sent") == sent
        await page.get_by_role("button", name="Back to the box").click()
        await expect(page.locator("#headline")).to_have_value("As it is")
        await expect(page.locator("#said")).to_contain_text("all the same")


async def test_what_is_killed_is_read_once_more(each_browser: Browser, slow: Running) -> None:
    """The form has the whole line, how urgent it is and in which edition; so it is when one discards."""
    words = "Seven people hurt near the port of Haifa, " * 6
    await slow.post("en", f"{words}and one more", urgency=2, source="Police")
    await slow.request("POST", "/v1/en/flashes?draft=true", body=DRAFT)
    async with desk(each_browser, slow, "amal") as page:
        for listed, key, said in (
            ("lines", "x", [words, "ALERT", "Police"]),
            ("queue", "d", ["A line", "URGENT"]),
        ):
            await page.locator(f"#{listed} .row").focus()
            await page.keyboard.press(key)
            form = page.locator(f"#{listed} form")
            for part in (*said, "English"):
                await expect(form).to_contain_text(part.strip())
            line = form.locator("bdi").first
            assert await line.evaluate(
                "it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight + 1"
            )
            await page.keyboard.press("Escape")
            await expect(form).to_have_count(0)
