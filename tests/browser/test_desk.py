"""Two editors at two desks, in real browsers."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import desk, violations
from tests.support.desk import hire, hire_at
from tests.support.process import serving
from tests.support.service import receive, running
from ticker.news.document import utcnow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.support.service import Running
    from ticker.settings import Settings


@pytest.fixture
async def newsroom(settings: Settings) -> AsyncIterator[Running]:
    """A service with two editors, a hold that a test can wait for, and two keys for a flash."""
    async with running(replace(settings, hold=1.5, two_key=True)) as service:
        await hire(service, "amal")
        await hire(service, "ben")
        yield service


async def test_a_line_goes_out_by_keyboard_alone(browser: Browser, newsroom: Running) -> None:
    """From the login on no mouse: template, line, urgency, publish; a reader has it after the hold."""
    async with desk(browser, newsroom, "amal") as page, newsroom.live("en") as reader:
        await receive(reader)
        await expect(page.locator("#headline")).to_be_focused()
        await page.keyboard.press("Alt+2")
        await page.keyboard.type("Powell will hold rates")
        await page.keyboard.press("Alt+ArrowUp")
        await expect(page.locator("#publish")).to_contain_text("ALERT")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .hold")).to_be_visible()
        line = (await receive(reader))["flash"]
        assert (line["headline"], line["urgency"]) == ("BREAKING: Powell will hold rates", 2)
        await expect(page.locator("#lines .text")).to_have_text(line["headline"])
        await expect(page.locator("#headline")).to_have_value("")
        await expect(page.locator("#lines .figure")).to_have_text("1/1")
        await expect(page.locator("#landed .big")).to_have_text("reached 1 of 1 reader")


async def test_a_held_line_is_stopped_with_one_key(browser: Browser, slow: Running) -> None:
    """Nothing reaches a reader, and the words are back in the box."""
    async with desk(browser, slow, "amal") as page, slow.live("en") as reader:
        await receive(reader)
        await page.keyboard.type("Wrong line")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards .abort")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#said")).to_have_text("Stopped. Nothing went out. Wrong line")
        await expect(page.locator("#headline")).to_have_value("Wrong line")
        await expect(page.locator("#queue .row")).to_have_count(0)
        await slow.post("en", "The next line")
        assert (await receive(reader))["flash"]["headline"] == "The next line"


async def test_a_flash_takes_two_editors(browser: Browser, newsroom: Running) -> None:
    """Who wrote it has no way to release it; the other sees it at once and does."""
    async with desk(browser, newsroom, "amal") as amal, desk(browser, newsroom, "ben") as ben:
        await amal.keyboard.type("Explosion near the port")
        await amal.keyboard.press("Alt+ArrowUp")
        await amal.keyboard.press("Alt+ArrowUp")
        await expect(amal.locator("#publish")).to_contain_text("second editor")
        await amal.keyboard.press("Control+Enter")
        for page in (amal, ben):
            await expect(page.locator("#queue .state")).to_contain_text("second editor")
        await expect(amal.locator("#queue [data-act=release]")).to_have_count(0)
        await ben.locator("#queue .row").hover()
        await ben.locator("#queue [data-act=release]").click()
        for page in (amal, ben):
            await expect(page.locator("#lines .word")).to_have_text("FLASH")
            await expect(page.locator("#queue .row")).to_have_count(0)


async def test_nobody_overwrites_what_another_changed(browser: Browser, newsroom: Running) -> None:
    """Both texts are shown, what differs is marked, and the editor says which it is to be."""
    await newsroom.post("en", "Seven people hurt")
    async with desk(browser, newsroom, "amal") as amal, desk(browser, newsroom, "ben") as ben:
        for page in (amal, ben):
            await page.locator("#lines .row").focus()
            await page.keyboard.press("c")
            await expect(page.locator("#headline")).to_have_value("Seven people hurt")
        await ben.locator("#headline").fill("Eight people hurt")
        await ben.keyboard.press("Control+Enter")
        await expect(amal.locator("#lines .text")).to_have_text("Eight people hurt")
        await amal.locator("#headline").fill("Nine people hurt")
        conflict = amal.locator(".conflict")
        await expect(conflict).to_contain_text("ben changed this line")
        await expect(conflict.locator("del")).to_have_text("Eight")
        await expect(conflict.locator("ins")).to_have_text("Nine")
        await conflict.get_by_role("button", name="Save mine over it").click()
        for page in (amal, ben):
            await expect(page.locator("#lines .text")).to_have_text("Nine people hurt")
            await expect(page.locator("#lines .state")).to_have_text("Corrected")


async def test_a_kill_wants_a_reason_and_one_person(browser: Browser, newsroom: Running) -> None:
    """By keyboard: to the line, kill, why; it is gone from every screen and from every desk."""
    await newsroom.post("en", "A wrong line", urgency=2)
    async with desk(browser, newsroom, "amal") as page, newsroom.live("en") as reader:
        await receive(reader)
        await expect(page.locator("#lines .row")).to_have_count(1)
        await page.keyboard.press("Escape")
        for key in ("j", "x"):
            await page.keyboard.press(key)
        await page.keyboard.press("Enter")
        await expect(page.locator("#lines form")).to_be_visible()
        await page.keyboard.type("source withdrew it")
        await page.keyboard.press("Enter")
        assert (await receive(reader))["flash"]["pubstatus"] == "canceled"
        await expect(page.locator("#lines .row")).to_have_count(0)
        await expect(page.locator("#landed .big")).to_have_text("reached 1 of 1 reader")


async def test_an_embargo_ends_once(browser: Browser, store_url: str, tmp_path: Path) -> None:
    """Two server processes watch the clock; readers of both get the line, once."""
    await hire_at(store_url, "amal")
    with (
        serving(tmp_path / "one", redis=store_url) as one,
        serving(tmp_path / "other", redis=store_url, token=False) as other,
    ):
        assert one.process.pid != other.process.pid
        near_, far_ = one.remote.live("en"), other.remote.live("en")
        async with desk(browser, one, "amal") as page, near_ as near, far_ as far:
            for reader in (near, far):
                await receive(reader)
            due = utcnow() + timedelta(seconds=4)
            await page.locator("#more > summary").click()
            await page.locator("[name=embargoed]").fill(f"{due:%Y-%m-%dT%H:%M:%S}")
            await page.locator("#headline").fill("Not yet")
            await page.locator("#publish").click()
            await expect(page.locator("#queue .state")).to_contain_text("Embargo")
            for reader in (near, far):
                assert (await receive(reader))["flash"]["headline"] == "Not yet"
            await expect(page.locator("#queue .row")).to_have_count(0)
            await one.remote.post("en", "After it")
            for reader in (near, far):
                assert (await receive(reader))["flash"]["headline"] == "After it"


async def test_a_drill_looks_like_one_and_reaches_nobody(
    browser: Browser, newsroom: Running
) -> None:
    """The desk is of another colour and says so; no reader gets the line."""
    async with desk(browser, newsroom, "amal") as page, newsroom.live("en") as reader:
        await receive(reader)
        await page.get_by_role("link", name="Drill").click()
        await expect(page.locator("#status")).to_have_attribute("data-status", "live")
        await expect(page.locator(".drill")).to_have_text("DRILL · no reader sees this")
        await expect(page.locator("html")).to_have_css("background-color", "rgb(107, 47, 179)")
        await page.locator("#headline").fill("This is a drill")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("This is a drill")
        await newsroom.post("en", "For readers")
        assert (await receive(reader))["flash"]["headline"] == "For readers"


async def test_an_unsent_line_survives_and_is_sent_once(
    browser: Browser, newsroom: Running
) -> None:
    """Offline it is kept and not sent; an answer that is lost leaves a doubt that costs nothing."""
    async with desk(browser, newsroom, "amal") as page:
        await page.context.set_offline(True)
        await expect(page.locator("#offline")).to_be_visible()
        await page.locator("#headline").fill("Written in the tunnel")
        await expect(page.locator("#publish")).to_be_disabled()
        await page.context.set_offline(False)
        await expect(page.locator("#offline")).to_be_hidden()
        await page.reload()
        await expect(page.locator("#headline")).to_have_value("Written in the tunnel")
        await expect(page.locator("#publish")).to_be_enabled()

        async def lose(route: object) -> None:
            sent = asyncio.ensure_future(route.fetch())  # type: ignore[attr-defined]
            await route.abort()  # type: ignore[attr-defined]
            await sent

        await page.route(re.compile(r"/v1/en/flashes\?hold"), lose, times=1)
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards")).to_contain_text("Not known whether the line was sent")
        await page.reload()
        await expect(page.locator("#status")).to_have_attribute("data-status", "live")
        await expect(page.locator("#cards")).to_contain_text("Not known whether the line was sent")
        await page.get_by_role("button", name="Send again").click()
        await expect(page.locator("#lines .text")).to_have_text("Written in the tunnel")
        await expect(page.locator("#headline")).to_have_value("")
        await expect(page.locator("#lines .row")).to_have_count(1)
        board = (await newsroom.get("/v1/en/flashes")).json["flashes"]
        assert len(board) == 1


async def test_a_sibling_is_started_and_must_be_checked(
    browser: Browser, newsroom: Running
) -> None:
    """One click takes the fields to the other edition; a correction there asks for a look here."""
    line = await newsroom.post("en", "Talks begin", coverage="talks", section="politics")
    async with desk(browser, newsroom, "amal") as page:
        await page.get_by_role("button", name="Start the ar version").click()
        await expect(page.locator("#headline")).to_have_attribute("dir", "rtl")
        await expect(page.locator("[name=coverage]")).to_have_value("talks")
        await page.locator("#headline").fill("بدء المحادثات")
        await expect(page.locator("#publish")).to_be_enabled()
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("بدء المحادثات")
        await page.goto(f"{newsroom.url}/desk/en")
        mark = page.locator("#lines .mark.current")
        await expect(mark).to_have_attribute("title", re.compile(r"current \+\d\d:\d\d"))
        await newsroom.patch("en", line["id"], headline="Talks end")
        await page.goto(f"{newsroom.url}/desk/ar")
        await expect(page.locator("#lines .state")).to_contain_text("en")
        await page.locator("#lines .row").hover()
        await page.locator("[data-act=checked]").click()
        await expect(page.locator("#lines .state")).to_have_count(0)


async def test_warnings_are_no_walls(browser: Browser, newsroom: Running) -> None:
    """A line much like another is pointed out as it is typed, and goes out all the same."""
    await newsroom.post("en", "Quake of magnitude 7.1 off Honshu", source="JMA")
    async with desk(browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("Quake of magnitude 7.1  off HONSHU")
        await expect(page.locator("#warnings li")).to_have_count(1)
        await expect(page.locator("#warnings")).to_contain_text("Much like a line")
        await expect(page.locator(".slip")).to_contain_text("double spaces")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .row")).to_have_count(2)


async def test_drafts_are_taken_up_again(browser: Browser, newsroom: Running) -> None:
    """Saved by key, seen by the other editor, edited there and published as one line."""
    async with desk(browser, newsroom, "amal") as amal, desk(browser, newsroom, "ben") as ben:
        await amal.keyboard.type("Half a line")
        await amal.keyboard.press("Control+Shift+D")
        await ben.locator("#queue .row").hover()
        await ben.locator("#queue [data-act=edit]").click()
        await expect(ben.locator("#headline")).to_have_value("Half a line")
        await ben.locator("#headline").fill("A whole line")
        await ben.keyboard.press("Control+Enter")
        await expect(amal.locator("#lines .text")).to_have_text("A whole line")
        await expect(amal.locator("#queue .row")).to_have_count(0)


async def test_a_draft_keeps_what_was_said_of_it(browser: Browser, newsroom: Running) -> None:
    """Whoever takes it up sees every field; an emptied one is empty, the others go out as they were."""
    said = {
        "urgency": 2,
        "source": "Port authority",
        "located": "Hamburg",
        "section": "politics",
        "region": "europe",
        "tags": ["bridge", "shipping"],
        "coverage": "harbour-bridge",
        "url": "https://news.example/bridge",
        "pinned": True,
        "expires": "2099-01-01T00:00:30.000Z",
        "story": "harbour",
    }
    line = {"headline": "Harbour bridge closed", **said}
    draft = await newsroom.request("POST", "/v1/en/flashes?draft=true", body=line)
    async with desk(browser, newsroom, "amal") as page:
        await page.locator("#queue .row").hover()
        await page.locator("#queue [data-act=edit]").click()
        await expect(page.locator("[name=tags]")).to_have_value("bridge, shipping")
        await expect(page.locator("[name=pinned]")).to_be_checked()
        await page.locator("[name=located]").fill("")
        await page.locator("[name=tags]").fill("")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("Harbour bridge closed")
    out = (await newsroom.get(f"/v1/en/flashes/{draft.json['id']}")).json
    assert {name: out[name] for name in said} == {**said, "located": None, "tags": []}


@pytest.mark.parametrize("edition", ["en", "ar"])
async def test_the_desk_is_for_everybody(browser: Browser, newsroom: Running, edition: str) -> None:
    """In both directions and schemes and on a phone: nothing sticks out, and axe finds nothing."""
    await newsroom.post(edition, "سطر" if edition == "ar" else "A line", urgency=2, source="X")
    async with desk(browser, newsroom, "amal", f"/desk/{edition}") as page:
        await page.locator("#headline").fill("x" * 300)
        await expect(page.locator("#publish")).to_be_disabled()
        for width, tabs in ((1280, [""]), (360, ["compose", "board", "landing"])):
            await page.set_viewport_size({"width": width, "height": 800})
            for tab in tabs:
                if tab:
                    await page.locator(f"[data-tab={tab}]").click()
                assert await page.evaluate("document.documentElement.scrollWidth") <= width
                await page.emulate_media(color_scheme="light")
                assert await violations(page) == []
                await page.emulate_media(color_scheme="dark")
                assert await violations(page) == []


async def test_hostile_words_stay_words(browser: Browser, newsroom: Running) -> None:
    """In each field of a line, of a draft and of an old version, markup is shown and never run."""
    hostile = "<img src=x onerror=alert(1)>"
    texts = dict.fromkeys(("source", "located"), hostile)
    line = await newsroom.post("en", hostile, tags=[hostile], **texts)
    await newsroom.patch("en", line["id"], headline=f"{hostile}!", correction=hostile)
    await newsroom.request("POST", "/v1/en/flashes?draft=true", body={"headline": hostile, **texts})
    async with desk(browser, newsroom, "amal") as page:
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await expect(page.locator("#lines .text")).to_have_text(f"{hostile}!")
        await page.locator("#queue .row").hover()
        await page.locator("#queue [data-act=edit]").click()
        await expect(page.locator("#headline")).to_have_value(hostile)
        await expect(page.locator("#warnings")).to_contain_text("<img")
        await page.goto(f"{newsroom.url}/desk/en/timeline/{line['id']}")
        await expect(page.locator(".steps")).to_contain_text(hostile)
        assert await page.locator("img").count() == 0
        assert dialogs == []


async def test_no_embargo_is_taken_that_withholds_nothing(
    each_browser: Browser, newsroom: Running
) -> None:
    """A date that has passed, or an end before the beginning, is told at its field; nothing is sent."""
    now = utcnow().astimezone()
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("Later")
        await page.locator("#more summary").click()
        for embargoed, expires, field, words in (
            (now - timedelta(days=365), None, "embargoed", "has passed"),
            (None, now - timedelta(minutes=2), "expires", "has passed"),
            (now + timedelta(days=2), now + timedelta(days=1), "expires", "before it goes out"),
        ):
            for name, time in (("embargoed", embargoed), ("expires", expires)):
                value = "" if time is None else f"{time:%Y-%m-%dT%H:%M}"
                await page.locator(f"[name={name}]").fill(value)
            await page.locator("#publish").click()
            await expect(page.locator(f"#fault-{field}")).to_contain_text(words)
            await expect(page.locator(f"[name={field}]")).to_be_focused()
        await expect(page.locator("#headline")).to_have_value("Later")
        await expect(page.locator("#queue .row")).to_have_count(0)


async def test_no_line_goes_out_dead(each_browser: Browser, newsroom: Running) -> None:
    """An embargo that is moved past the end is told at its field; a draft whose end has passed stays one."""
    now = utcnow()
    soon = now + timedelta(seconds=2)
    body = {"headline": "Its end is near", "expires": f"{soon:%Y-%m-%dT%H:%M:%S}.000Z"}
    await newsroom.request("POST", "/v1/en/flashes?draft=true", body=body)
    later = {"embargoed": now + timedelta(days=1), "expires": now + timedelta(days=3)}
    body = {name: f"{time:%Y-%m-%dT%H:%M}:00.000Z" for name, time in later.items()}
    await newsroom.request("POST", "/v1/en/flashes", body={"headline": "Embargoed", **body})
    async with desk(each_browser, newsroom, "amal") as page:
        row = page.locator("#queue .row", has_text="Embargoed")
        await row.locator("[data-act=edit]").click()
        await expect(page.locator("#headline")).to_have_value("Embargoed")
        past = (now + timedelta(days=4)).astimezone()
        await page.locator("[name=embargoed]").fill(f"{past:%Y-%m-%dT%H:%M}")
        await page.locator("#publish").click()
        await expect(page.locator("#fault-expires")).to_contain_text("before it goes out")
        await page.locator("#clear").click()
        await page.wait_for_function(
            f"() => Date.now() > Date.parse('{soon:%Y-%m-%dT%H:%M:%S}.000Z')"
        )
        await page.locator("#queue .row", has_text="Its end is near").focus()
        await page.keyboard.press("g")
        await expect(page.locator("#cards")).to_contain_text("Leaves the board: has passed")
        await page.get_by_role("button", name="Close").click()
        await expect(page.locator("#queue .row")).to_have_count(2)
        await expect(page.locator("#lines .row")).to_have_count(0)


async def test_a_local_time_that_is_none_is_asked_about(
    each_browser: Browser, newsroom: Running
) -> None:
    """On the nights when clocks change no hour is moved, and none of two is taken, unasked."""
    context = await each_browser.new_context(timezone_id="Europe/Berlin")
    page = await context.new_page()
    await page.goto(f"{newsroom.url}/desk/login")
    kinds = await page.evaluate(
        """async (values) => {
            const { faultOfTimes } = await import("/static/desk/form.js");
            const expires = { value: "" };
            return values.map((value) => faultOfTimes({ elements: { embargoed: { value }, expires } }, 0)?.kind);
        }""",
        ["2040-03-25T02:30", "2040-10-28T02:30", "2040-10-28T03:30", "2040-03-25T03:30"],
    )
    assert kinds == ["skipped", "twice", None, None]
    await context.close()


async def test_the_queue_says_the_day(each_browser: Browser, newsroom: Running) -> None:
    """An embargo of another day shows its date and its zone, in the queue and on the button."""
    due = utcnow().astimezone() + timedelta(days=120)
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("In spring")
        await page.locator("#more summary").click()
        await page.locator("[name=embargoed]").fill(f"{due:%Y-%m-%dT%H:%M}")
        await expect(page.locator("#publish")).to_contain_text(f"{due:%Y}")
        await page.keyboard.press("Control+Enter")
        state = page.locator("#queue .state")
        await expect(state).to_contain_text(f"{due:%Y}")
        await expect(state).to_contain_text("UTC")


async def test_a_landing_is_about_one_version(each_browser: Browser, newsroom: Running) -> None:
    """Words stand beside the figures of their own version, and it is said which."""
    async with desk(each_browser, newsroom, "amal") as page, newsroom.live("en") as reader:
        await receive(reader)
        made = await newsroom.post("en", "One")
        shown = page.locator("#landed .figures")
        for version, headline in enumerate(("One", "Two"), start=1):
            await expect(shown.locator(".which")).to_contain_text(f"v{version}")
            await expect(shown.locator(".line")).to_have_text(headline)
            await expect(shown.locator(".big")).to_have_class(re.compile(r"\ball\b"))
            await newsroom.patch("en", made["id"], headline="Two")


async def test_a_kill_is_shown_until_it_is_everywhere(
    each_browser: Browser, newsroom: Running
) -> None:
    """Lines that follow do not take its figures away while a screen may still show it."""
    async with desk(each_browser, newsroom, "amal") as page:
        told = await page.evaluate(
            """async () => {
                const { Landing } = await import("/static/desk/landing.js");
                const words = JSON.parse(document.getElementById("desk").dataset.words);
                const landing = new Landing(words, "en");
                const one = { killed: false, readers: 5, written: 5, confirmed: 5, left: 0, last: null, transports: {}, hubs: {} };
                const kill = (confirmed) => ({ ...one, id: "a", version: 2, killed: true, confirmed });
                const next = { ...one, id: "b", version: 1 };
                const show = (landings, lines) => {
                    landing.show(landings, lines);
                    return [...document.querySelectorAll("#landed .figures")].map((it) => it.innerText);
                };
                const green = () => document.querySelectorAll("#landed .all").length;
                const older = show([{ ...one, id: "a", version: 1 }], [{ id: "a", version: 2, headline: "Newer" }]);
                show([{ ...one, id: "a", version: 1, headline: "" }], [{ id: "a", version: 1, headline: "Wrong" }]);
                const line = { id: "b", version: 1, headline: "Next" };
                const waiting = [show([kill(3)], []), green(), show([next, kill(3)], [line]), show([next, kill(5)], [line])];
                show([{ ...next, readers: 0, written: 0, confirmed: 0 }], [line]);
                return [older, ...waiting, green()];
            }"""
        )
    older, _, green_while_missing, *told, green_for_none = told
    assert "Newer" not in older[0]
    assert [green_while_missing, green_for_none] == [0, 0]
    assert [len(blocks) for blocks in told] == [2, 1]
    assert "Wrong" in told[0][0]
    assert "3 of 5" in told[0][0]
    assert "Next" in told[1][0]


async def test_a_desk_on_plain_http(each_browser: Browser, newsroom: Running) -> None:
    """Under a host name without TLS browsers leave out `crypto.randomUUID`; the desk works all the same."""
    plain = "delete Crypto.prototype.randomUUID"
    async with (
        desk(each_browser, newsroom, "amal", before=plain) as page,
        newsroom.live("en") as reader,
    ):
        await receive(reader)
        await page.keyboard.type("Out")
        await page.keyboard.press("Control+Enter")
        assert (await receive(reader))["flash"]["headline"] == "Out"


async def test_a_date_field_shows_its_time(each_browser: Browser, newsroom: Running) -> None:
    """Whoever withholds a line sees until when: nothing of the field is cut off, at any width."""
    async with desk(each_browser, newsroom, "amal") as page:
        await page.locator("#more summary").click()
        for width, name in product((1440, 1024, 360), ("embargoed", "expires")):
            await page.set_viewport_size({"width": width, "height": 900})
            field = page.locator(f"[name={name}]")
            await field.fill("2040-12-30T23:59")
            needed = await field.evaluate(
                """(input) => {
                    const copy = input.cloneNode();
                    copy.style.cssText = "position: absolute; inline-size: max-content";
                    document.body.append(copy);
                    const { width } = copy.getBoundingClientRect();
                    copy.remove();
                    return width;
                }"""
            )
            box = await field.bounding_box()
            assert box is not None
            assert box["width"] >= needed


async def test_a_difference_is_read_at_a_glance(browser: Browser, newsroom: Running) -> None:
    """Runs of words, not single ones in turn; of texts that have little in common each stands whole."""
    async with desk(browser, newsroom, "amal") as page:
        shown = await page.evaluate(
            """async (pairs) => {
                const { diff } = await import("/static/desk/diff.js");
                return pairs.map(([before, after]) => {
                    const box = document.createElement("p");
                    box.append(diff(before, after));
                    return box.innerHTML;
                });
            }""",
            [
                ["Seven people hurt in Rome", "Nine people hurt in Rome"],
                ["Talks end in Geneva today", "Talks begin today in Geneva today"],
                ["A quake off the coast", "Parliament votes on the budget of next year"],
                ["", "New"],
                ["Same", "Same"],
            ],
        )
    assert shown == [
        "<del>Seven</del> <ins>Nine</ins> people hurt in Rome",
        "Talks <del>end</del> <ins>begin today</ins> in Geneva today",
        "<del>A quake off the coast</del> <ins>Parliament votes on the budget of next year</ins>",
        "<ins>New</ins>",
        "Same",
    ]
