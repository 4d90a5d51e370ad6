"""One act, several editions; what breaks at once; templates with fields to be filled."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import FOREVER
from tests.browser.support import desk
from tests.browser.test_desk_calls import REST, SPIES, choose as opt_in, until_said
from tests.support.desk import hire
from tests.support.service import receive, running
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page, Route

    from tests.support.service import Running
    from ticker.settings import Settings


@pytest.fixture
async def newsroom(settings: Settings) -> AsyncIterator[Running]:
    """A service with editors of all editions and of one, and a hold that a test can wait for."""
    async with running(replace(settings, hold=0.5)) as service:
        await hire(service, "amal")
        await hire(service, "rosa", Role.EDITOR, "es", "en")
        yield service


def pace(settings: Settings, hold: float) -> Settings:
    """Editions that want two breaking lines at most, and follow-ups soon."""
    editions = {
        code: replace(it, breaking_budget=2, follow_up_minutes=0.001)
        for code, it in settings.newsroom.editions.items()
    }
    newsroom = replace(settings.newsroom, editions=editions)
    return replace(settings, hold=hold, newsroom=newsroom)


@pytest.fixture
async def paced(settings: Settings) -> AsyncIterator[Running]:
    """A service with budgets and follow-ups, and a hold that a test can wait for."""
    async with running(pace(settings, 0.5)) as service:
        await hire(service, "amal")
        yield service


@pytest.fixture
async def held(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """The same with a hold that ends only by hand."""
    monkeypatch.setattr("ticker.web.api.editors.HOLD_MAX", FOREVER)
    async with running(pace(settings, FOREVER)) as service:
        await hire(service, "amal")
        yield service


async def lines_of(service: Running, edition: str) -> list[tuple[str, str | None]]:
    """Lines on the board, and their stories."""
    flashes = (await service.get(f"/v1/{edition}/flashes")).json["flashes"]
    return [(it["headline"], it.get("story")) for it in flashes]


async def queue_of(service: Running, edition: str) -> list[Any]:
    queue: list[Any] = (await service.request("GET", f"/v1/{edition}/queue")).json["queue"]
    return queue


async def choose(page: Page, **how: str) -> None:
    for code, value in how.items():
        await page.locator(f"[data-also={code}]").check()
        await page.locator(f"[data-how={code}]").select_option(value)


async def test_one_line_goes_to_several_editions(each_browser: Browser, newsroom: Running) -> None:
    """Written once: Spanish gets a linked line, Arabic a linked draft, after one hold on one card."""
    async with desk(each_browser, newsroom, "amal") as page, newsroom.live("es") as reader:
        await receive(reader)
        await page.locator("#headline").fill("Messi 3, Ronaldo 2")
        await expect(page.locator("[data-how=ar]")).to_be_hidden()
        await choose(page, ar="draft", es="line")
        await expect(page.locator("#publish")).to_contain_text("en + es")
        await page.reload()
        await expect(page.locator("#publish")).to_contain_text("en + es")
        await expect(page.locator("#publish")).to_be_enabled()
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards .hold")).to_have_count(1)
        await expect(page.locator("#cards .also")).to_have_text("Also to ar (draft), es")
        await expect(page.locator("[data-also=ar]")).not_to_be_checked()
        flash = (await receive(reader))["flash"]
        await expect(page.locator("#lines .text")).to_have_text("Messi 3, Ronaldo 2")
        await expect(page.locator("#cards .hold")).to_have_count(0)
        await expect(page.locator("#lines .mark.current")).to_have_text(["ar", "es"])
    [(_, story)] = await lines_of(newsroom, "en")
    assert story is None
    assert flash["headline"] == "Messi 3, Ronaldo 2"
    [draft] = await queue_of(newsroom, "ar")
    assert (draft["stage"], draft["flash"]["story"]) == ("draft", flash["story"])


async def test_only_own_editions_are_offered(browser: Browser, newsroom: Running) -> None:
    """Nobody is offered an edition that is not theirs; a correction goes nowhere else."""
    await newsroom.post("en", "Out")
    async with desk(browser, newsroom, "rosa") as page:
        await expect(page.locator("[data-also]")).to_have_count(1)
        await expect(page.locator("[data-also=es]")).to_be_visible()
        await page.locator("#lines .row").focus()
        await page.keyboard.press("c")
        await expect(page.locator("#task")).to_have_text("Correction")
        await expect(page.locator("[data-also=es]")).to_be_hidden()
    async with desk(browser, newsroom, "rosa", "/desk/drill-en") as page:
        await expect(page.locator("[data-also]")).to_have_attribute("data-also", "drill-es")


async def test_abort_stops_all_editions(each_browser: Browser, slow: Running) -> None:
    """Escape takes back the line, its versions and their drafts; the choice stays with the words."""
    async with desk(each_browser, slow, "amal") as page:
        await page.locator("#headline").fill("Not yet")
        await choose(page, ar="draft", es="line")
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        assert [len(await queue_of(slow, it)) for it in ("en", "ar", "es")] == [1, 1, 1]
        await page.reload()
        await expect(page.locator("#cards .also")).to_have_text("Also to ar (draft), es")
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        await page.keyboard.press("Escape")
        await expect(page.locator("#headline")).to_have_value("Not yet")
        await expect(page.locator("#said")).to_have_text("Stopped. Nothing went out. Not yet")
        await expect(page.locator("[data-how=es]")).to_have_value("line")
        assert [len(await queue_of(slow, it)) for it in ("en", "ar", "es")] == [0, 0, 0]
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards strong")).to_contain_text("Goes out in")
        [held] = await queue_of(slow, "en")
        await slow.kill("en", held["flash"]["id"])
        await expect(page.locator("#said")).to_contain_text("tester stopped it")
        assert [len(await queue_of(slow, it)) for it in ("en", "ar", "es")] == [0, 0, 0]


async def test_a_lost_answer_files_nothing_twice(browser: Browser, newsroom: Running) -> None:
    """When the answer is lost the same list is sent again, and each edition has its line once."""
    lost: list[int] = []

    async def lose(route: Route) -> None:
        if lost:
            await route.continue_()
            return
        lost.append((await route.fetch()).status)
        await route.abort()

    async with desk(browser, newsroom, "amal") as page, newsroom.live("es") as reader:
        await receive(reader)
        await page.route("**/v1/flashes?*", lose)
        await page.locator("#headline").fill("Once")
        await choose(page, ar="draft", es="line")
        await page.locator("#headline").press("Control+Enter")
        await page.locator("#cards button", has_text="Send again").click()
        assert (await receive(reader))["flash"]["headline"] == "Once"
        await expect(page.locator("#lines .text")).to_have_text("Once")
        await expect(page.locator("#cards .hold")).to_have_count(0)
    assert lost == [207]
    assert [it[0] for it in await lines_of(newsroom, "es")] == ["Once"]
    assert len(await queue_of(newsroom, "ar")) == 1


async def test_a_refusal_elsewhere_is_said(
    browser: Browser, newsroom: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another edition refuses stays on the card until it is read; the line itself goes out."""
    await newsroom.request("POST", "/v1/es/flashes?draft=true", body={"headline": "It is full"})
    monkeypatch.setattr("ticker.editing.bounds.QUEUE_MAX", 1)
    async with desk(browser, newsroom, "amal") as page:
        await page.locator("#headline").fill("Out in English")
        await choose(page, es="line")
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#lines .text")).to_have_text("Out in English")
        await expect(page.locator("#cards strong")).to_contain_text("es: not filed. Queue:")
        await page.locator("#cards button").click()
        await expect(page.locator("#cards .hold")).to_have_count(0)


async def urgencies(service: Running) -> dict[str, int]:
    flashes = (await service.get("/v1/en/flashes")).json["flashes"]
    return {it["headline"]: it["urgency"] for it in flashes}


async def test_the_budget_is_asked_for_in_place(browser: Browser, paced: Running) -> None:
    """The third breaking line asks which to lower; lowered or gone on, by keyboard alone."""
    for number in (1, 2):
        await paced.post("en", f"Breaking {number}", urgency=2)
    async with desk(browser, paced, "amal") as page:
        await expect(page.locator("#lines .row")).to_have_count(2)
        await page.locator("#headline").fill("One more")
        await page.keyboard.press("Alt+ArrowUp")
        await page.keyboard.press("Control+Enter")
        panel = page.locator("#question .question")
        await expect(panel.locator("p")).to_contain_text("Breaking: 2 of 2")
        await page.keyboard.press("Escape")
        await expect(panel).to_have_count(0)
        await expect(page.locator("#headline")).to_have_value("One more")
        await expect(page.locator("#headline")).to_be_focused()
        await page.keyboard.press("Control+Enter")
        await expect(panel.locator(".back")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await expect(panel.locator(".lower").first).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#cards .hold")).to_have_count(2)
        await expect(page.locator("#lines .row")).to_have_count(3)
        await expect(page.locator("#cards .hold")).to_have_count(0)
        assert await urgencies(paced) == {"Breaking 1": 2, "Breaking 2": 3, "One more": 2}
        await page.locator("#headline").fill("All the same")
        await page.keyboard.press("Alt+ArrowUp")
        await page.keyboard.press("Control+Enter")
        await panel.locator(".go-on").click()
        await expect(page.locator("#lines .row")).to_have_count(4)
        assert (await urgencies(paced))["All the same"] == 2


async def test_a_draft_asks_too(browser: Browser, paced: Running) -> None:
    """A breaking draft that is let go asks in its row; one that is not breaking does not."""
    for number in (1, 2):
        await paced.post("en", f"Breaking {number}", urgency=2)
    draft = {"headline": "A draft", "urgency": 2}
    await paced.request("POST", "/v1/en/flashes?draft=true", body=draft)
    async with desk(browser, paced, "amal") as page:
        await page.locator("#headline").fill("Not breaking")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .row")).to_have_count(3)
        await page.locator("#queue .row").focus()
        await page.keyboard.press("g")
        panel = page.locator("#queue .row .question")
        await expect(panel).to_be_visible()
        await panel.locator(".back").click()
        await expect(panel).to_have_count(0)
        await expect(page.locator("#queue .row")).to_be_focused()
        await page.keyboard.press("g")
        await panel.locator(".go-on").click()
        await expect(page.locator("#lines .row")).to_have_count(4)


async def test_a_raised_line_asks_too(browser: Browser, paced: Running) -> None:
    """A correction that makes a line breaking asks; one of a line that is breaking already does not."""
    await paced.post("en", "Urgent", urgency=3)
    for number in (1, 2):
        await paced.post("en", f"Breaking {number}", urgency=2)
    async with desk(browser, paced, "amal") as page:
        row = page.locator("#lines .row", has_text="Breaking 1")
        await row.focus()
        await page.keyboard.press("r")
        await page.keyboard.type(", mended")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text", has_text="mended")).to_be_visible()
        await page.locator("#lines .row", has_text="Urgent").focus()
        await page.keyboard.press("r")
        await expect(page.locator("#headline")).to_have_value("Urgent")
        await page.keyboard.press("Alt+ArrowUp")
        await page.keyboard.press("Control+Enter")
        await page.locator("#question .lower", has_text="Breaking 2").click()
        await expect(page.locator("#cards .hold")).to_have_count(2)
        await expect(page.locator("#cards .hold")).to_have_count(0)
    assert await urgencies(paced) == {"Urgent": 2, "Breaking 1, mended": 2, "Breaking 2": 3}


async def test_what_is_held_at_the_desk_counts(browser: Browser, held: Running) -> None:
    """A draft let go, a line that is raised, a new one: each is counted while it can be stopped."""
    await held.post("en", "Breaking 1", urgency=2)
    await held.post("en", "Urgent", urgency=3)
    draft = {"headline": "A draft", "urgency": 2}
    await held.request("POST", "/v1/en/flashes?draft=true", body=draft)
    async with desk(browser, held, "amal") as page:
        question = page.locator(".question")

        async def let_go() -> None:
            await page.locator("#queue .row").focus()
            await page.keyboard.press("g")

        async def write() -> None:
            await page.locator("#headline").fill("One more")
            await page.locator("#headline").press("Alt+ArrowUp")
            await page.keyboard.press("Control+Enter")

        async def raise_line() -> None:
            await page.locator("#lines .row", has_text="Urgent").focus()
            await page.keyboard.press("r")
            await expect(page.locator("#headline")).to_have_value("Urgent")
            await page.keyboard.press("Alt+ArrowUp")
            await page.keyboard.press("Control+Enter")

        for first, text in ((let_go, "A draft"), (raise_line, "Urgent")):
            await first()
            await expect(page.locator("#cards .hold")).to_contain_text(text)
            await write()
            await expect(question.locator("p").first).to_contain_text("Breaking: 2 of 2")
            await expect(question).to_contain_text(f"In their hold: {text}")
            await question.locator(".back").click()
            await page.locator("#cards .abort").click()
            await expect(page.locator("#cards .hold")).to_have_count(0)
            await page.locator("#clear").click()
        async with page.expect_response("**/v1/en/flashes?hold=*"):
            await write()
        await expect(page.locator("#cards .hold")).to_contain_text("One more")
        await expect(page.locator("#queue .row")).to_have_count(1)
        await let_go()
        await expect(question).to_contain_text("In their hold: One more")


async def test_what_is_being_sent_counts(browser: Browser, held: Running) -> None:
    """As long as nobody knows what became of a line, it is one that may be breaking."""
    await held.post("en", "Breaking 1", urgency=2)
    draft = {"headline": "A draft", "urgency": 2}
    await held.request("POST", "/v1/en/flashes?draft=true", body=draft)
    arrived = asyncio.Event()
    async with desk(browser, held, "amal") as page:

        async def late(route: Route) -> None:
            await arrived.wait()
            await route.continue_()

        await page.route("**/v1/en/flashes?hold=*", late)
        await page.locator("#headline").fill("One more")
        await page.locator("#headline").press("Alt+ArrowUp")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards")).to_contain_text("One more")
        await page.locator("#queue .row").focus()
        await page.keyboard.press("g")
        await expect(page.locator(".question")).to_contain_text("In their hold: One more")
        arrived.set()


async def test_a_line_that_is_being_lowered_counts_no_more(browser: Browser, held: Running) -> None:
    """Its card says what will happen; whoever lowers one is not asked to lower another for it."""
    for number in (1, 2):
        await held.post("en", f"Breaking {number}", urgency=2)
    async with desk(browser, held, "amal") as page:
        await expect(page.locator("#lines .row")).to_have_count(2)
        await page.locator("#lines .row", has_text="Breaking 2").focus()
        await page.keyboard.press("r")
        await expect(page.locator("#headline")).to_have_value("Breaking 2")
        await page.keyboard.press("Alt+ArrowDown")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#cards strong")).to_contain_text("Refiled in")
        for text in ("Three", "Four"):
            await page.locator("#headline").fill(text)
            await page.locator("#headline").press("Alt+ArrowUp")
            await page.keyboard.press("Control+Enter")
            if text == "Three":
                await expect(page.locator("#cards .hold")).to_have_count(2)
        await page.locator("#question .lower", has_text="Breaking 1").click()
        card = page.locator("#cards .hold", has_text="Breaking 1")
        await expect(card.locator("strong")).to_contain_text("Urgency lowered in")
        await expect(card.locator("bdi")).to_have_text("Breaking 1")
        await expect(page.locator("#cards .hold")).to_have_count(4)


async def test_other_editions_are_asked_too(browser: Browser, paced: Running) -> None:
    """Where the same words go to another edition it is asked as well, by name; a draft goes unasked."""
    for number in (1, 2):
        await paced.post("es", f"Urgente {number}", urgency=2)
    async with desk(browser, paced, "amal") as page, paced.live("es") as reader:
        question = page.locator("#question .question")

        async def write(text: str, how: str) -> None:
            await page.locator("#headline").fill(text)
            await choose(page, es=how)
            await page.locator("#headline").press("Alt+ArrowUp")
            await page.keyboard.press("Control+Enter")

        await write("Only a draft", "draft")
        await expect(page.locator("#lines .text")).to_have_text("Only a draft")
        await write("In both", "line")
        await expect(question.locator("p").first).to_contain_text("Español")
        await expect(question.locator("p").first).to_contain_text("2 of 2")
        await question.locator(".back").click()
        await expect(page.locator("#headline")).to_have_value("In both")
        await page.locator("#headline").press("Control+Enter")
        await question.locator(".lower", has_text="Urgente 1").click()
        await expect(page.locator("#lines .row")).to_have_count(2)
        await expect(page.locator("#cards .hold")).to_have_count(0)
        # Each edition's hold ends by itself: the Spanish one may end a little later.
        while (await receive(reader)).get("flash", {}).get("headline") != "In both":
            pass
    spanish = (await paced.get("/v1/es/flashes")).json["flashes"]
    assert {it["headline"]: it["urgency"] for it in spanish} == {
        "Urgente 1": 3,
        "Urgente 2": 2,
        "In both": 2,
    }


async def test_a_flash_wants_a_follow_up(browser: Browser, paced: Running) -> None:
    """A flash without a follow-up stands above the board until one of its story is out."""
    await paced.post("en", "Not a flash", urgency=2)
    flash = await paced.post("en", "Explosion heard", urgency=1, section="politics")
    covered = await paced.post("en", "Verdict", urgency=1, coverage="trial")
    async with desk(browser, paced, "amal") as page:
        rows = page.locator("#overdue .row")
        await expect(rows).to_have_count(2)
        await expect(page.locator("#overdue-count")).to_have_text("2")
        await paced.post("en", "Another story", urgency=4)
        await paced.post("en", "Verdict in full", urgency=4, coverage="trial")
        await expect(rows).to_have_count(1)
        await expect(rows.locator(".due")).to_have_text(
            re.compile(r"^FLASH \d+ min without a follow-up$")
        )
        await expect(rows).to_contain_text("Explosion heard")
        await rows.locator("button").click()
        await expect(page.locator("[name=section]")).to_have_value("politics")
        await page.keyboard.type("Explosion was thunder")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .text").first).to_have_text("Explosion was thunder")
        await expect(rows).to_have_count(0)
    assert dict(await lines_of(paced, "en"))["Explosion was thunder"] == flash["id"]
    assert covered["coverage"] == "trial"


async def top_of(locator: Locator) -> float:
    box = await locator.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("width", [1280, 360])
async def test_an_overdue_flash_calls_once_and_moves_nothing(
    each_browser: Browser, paced: Running, width: int
) -> None:
    """It sounds as other calls do; what the editor points at stays where it is, and so it does afterwards."""
    there = await paced.post("en", "There before", urgency=1)
    async with desk(each_browser, paced, "amal", before=SPIES) as page:
        await opt_in(page, "sounds")
        rows = page.locator("#overdue .row")
        await expect(rows).to_have_count(1)
        await page.set_viewport_size({"width": width, "height": 900})
        if width == 360:
            await page.locator("[data-tab=board]").click()
        await paced.post("en", "Follow-up", story=there["id"], urgency=4)
        await expect(rows).to_have_count(0)
        first = page.locator("#search")
        before = await top_of(first)
        for number in (1, 2):
            await paced.post("en", f"Flash {number}", urgency=1)
            await expect(rows).to_have_count(number)
            await until_said(page, *(f"No follow-up: Flash {it + 1}" for it in range(number)))
            assert await top_of(first) == before
        # A Firefox without a screen has no loudspeaker.
        if each_browser.browser_type.name == "chromium":
            assert await page.evaluate("tunes") == REST * 2
        button = await rows.first.locator("button").bounding_box()
        strip = await page.locator("#overdue").bounding_box()
        assert button is not None
        assert strip is not None
        assert button["y"] >= strip["y"]
        assert button["y"] + button["height"] <= strip["y"] + strip["height"] + 0.5
        other = await rows.last.bounding_box()
        assert other is not None
        assert other["y"] >= strip["y"] + strip["height"] - 0.5
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_what_another_edition_has_is_not_offered_again(
    browser: Browser, newsroom: Running
) -> None:
    """It is shown as there, and whether it is to be checked; an edition without one is offered."""
    line = await newsroom.post("en", "Talks begin")
    await newsroom.post("ar", "بدء المحادثات", story=line["id"])
    async with desk(browser, newsroom, "amal") as page:
        await page.get_by_role("button", name="Start the es version").click()
        await expect(page.locator("#headline")).to_have_attribute("lang", "es")
        await expect(page.locator("#headline")).to_be_focused()
        also = page.locator("#also")
        await expect(also.locator(".mark.current")).to_have_text(["en", "ar"])
        await expect(also.locator("[data-also]:visible")).to_have_count(0)
        await newsroom.patch("en", line["id"], headline="Talks end")
        await page.reload()
        await expect(also.locator(".mark.stale")).to_have_text(["ar!"])
        await newsroom.kill("en", line["id"])
        await page.reload()
        await expect(also.locator("[data-also=en]")).to_be_visible()
        await page.keyboard.press("Alt+n")
        await expect(also.locator(".mark:visible")).to_have_count(0)
        await expect(also.locator("[data-also]:visible")).to_have_count(2)


@pytest.mark.parametrize("edition", ["en", "ar"])
async def test_a_question_fits_on_a_phone(
    each_browser: Browser, slow: Running, edition: str
) -> None:
    """What is still to be filled in, and both answers, can be read whole at 360 pixels, beside a card."""
    async with desk(each_browser, slow, "amal", f"/desk/{edition}") as page:
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.locator("#headline").fill("In its hold")
        await expect(page.locator("#publish")).to_be_enabled()
        await page.locator("#headline").press("Control+Enter")
        await expect(page.locator("#cards strong")).to_contain_text(re.compile(r"\d"))
        await page.keyboard.press("Alt+4")
        await page.keyboard.press("Control+Enter")
        question = page.locator("#question .question")
        await expect(question.locator(".back")).to_be_focused()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        for part in await question.locator("p, button").all():
            assert await part.evaluate("it => it.scrollWidth <= it.clientWidth")
            box = await part.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
            assert box["y"] >= 0
            cards = await page.locator("#cards").bounding_box()
            assert cards is not None
            assert box["y"] + box["height"] <= cards["y"]


async def test_a_desk_has_templates_of_its_own_language(
    browser: Browser, settings: Settings
) -> None:
    """None of another language; those of a language serve in all its regions."""
    editions = {code: it for code, it in settings.newsroom.editions.items() if code != "ar"}
    editions["en"] = replace(editions["en"], lang="en-GB")
    own = replace(
        settings.newsroom, editions=editions, templates={"en": ["English: "], "ar": ["عربي: "]}
    )
    async with running(replace(settings, newsroom=own)) as service:
        await hire(service, "amal")
        async with desk(browser, service, "amal") as page:
            await expect(page.locator("#templates button")).to_have_text(["English:"])
            await page.goto(f"{service.url}/desk/es")
            await expect(page.locator("#status")).to_have_attribute("data-status", "live")
            await expect(page.locator("#templates button")).to_have_count(0)


async def selected(page: Page) -> str:
    """What is selected in the box."""
    text: str = await page.evaluate(
        "(() => { const it = document.getElementById('headline');"
        " return it.value.slice(it.selectionStart, it.selectionEnd); })()"
    )
    return text


async def test_tab_goes_through_a_template(each_browser: Browser, newsroom: Running) -> None:
    """Figures, place and source are typed one after another, and are in their fields; Tab then leaves."""
    async with desk(each_browser, newsroom, "amal") as page, newsroom.live("en") as reader:
        await receive(reader)
        await page.keyboard.press("Alt+4")
        box = page.locator("#headline")
        await expect(box).to_have_value("[number] killed in [place], [source] says")
        assert await selected(page) == "[number]"
        await expect(page.locator("#unfilled")).to_contain_text("[number] [place] [source]")
        await page.keyboard.type("12")
        await page.keyboard.press("Tab")
        assert await selected(page) == "[place]"
        await page.keyboard.type("Hamburg")
        await page.keyboard.press("Tab")
        assert await selected(page) == "[source]"
        await page.keyboard.press("Shift+Tab")
        assert await selected(page) == "Hamburg"
        await page.keyboard.type("Bremen")
        await page.keyboard.press("Tab")
        await page.keyboard.type("Police")
        await expect(page.locator("[name=source]")).to_have_value("Police")
        await expect(page.locator("[name=located]")).to_have_value("Bremen")
        await expect(page.locator("#unfilled")).to_be_empty()
        await page.keyboard.press("Tab")
        await expect(box).not_to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(box).to_be_focused()
        await page.keyboard.press("Control+Enter")
        line = (await receive(reader))["flash"]
        assert line["headline"] == "12 killed in Bremen, Police says"
        assert (line["source"], line["located"]) == ("Police", "Bremen")
        await page.keyboard.press("Alt+1")
        await expect(box).to_have_value("Police: ")


async def test_a_gap_does_not_go_out(browser: Browser, newsroom: Running) -> None:
    """What is still to be filled in is asked for, from the box and from the queue; drafts may have it."""
    async with desk(browser, newsroom, "amal") as page:
        await page.keyboard.press("Alt+4")
        await page.keyboard.type("12")
        await page.keyboard.press("Control+Enter")
        question = page.locator("#question .question")
        await expect(question).to_contain_text("[place] [source]")
        await page.keyboard.press("Enter")
        await expect(question).to_have_count(0)
        assert await selected(page) == "[place]"
        await page.keyboard.press("Control+Shift+D")
        await expect(page.locator("#queue .text")).to_contain_text("[place]")
        await page.locator("#queue .row").focus()
        await page.keyboard.press("g")
        await expect(page.locator("#headline")).to_have_value("12 killed in [place], [source] says")
        await expect(page.locator("#unfilled")).to_contain_text("[place]")
        assert await selected(page) == "[place]"
        await expect(page.locator("#publish")).to_be_enabled()
        await page.keyboard.press("Control+Enter")
        await question.locator(".go-on").click()
        await expect(page.locator("#lines .text")).to_contain_text("[place], [source]")


async def test_templates_from_right_to_left(browser: Browser, newsroom: Running) -> None:
    """In Arabic the placeholders have Arabic names, and Tab goes with the reading."""
    async with desk(browser, newsroom, "amal", "/desk/ar") as page:
        await page.keyboard.press("Alt+4")
        box = page.locator("#headline")
        await expect(box).to_have_value("[المصدر]: مقتل [العدد] في [المكان]")
        for name, said in (("[المصدر]", "الشرطة"), ("[العدد]", "12"), ("[المكان]", "برلين")):
            assert await selected(page) == name
            await page.keyboard.type(said)
            await page.keyboard.press("Tab")
        await expect(box).not_to_be_focused()
        await expect(box).to_have_value("الشرطة: مقتل 12 في برلين")
        await expect(page.locator("[name=source]")).to_have_value("الشرطة")
        await expect(page.locator("[name=located]")).to_have_value("برلين")


async def test_a_newsroom_has_gaps_of_its_own(browser: Browser, settings: Settings) -> None:
    """Brackets of a template are gaps, others are words; what is put in front moves those behind it."""
    templates = {"en": ["[who] resigns", "{place}: "]}
    own = replace(settings, newsroom=replace(settings.newsroom, templates=templates))
    async with running(own) as service:
        await hire(service, "amal")
        async with desk(browser, service, "amal") as page:
            box = page.locator("#headline")
            await page.keyboard.type("[sic] ")
            await expect(page.locator("#unfilled")).to_be_empty()
            await box.clear()
            await page.keyboard.press("Alt+1")
            assert await selected(page) == "[who]"
            await page.keyboard.press("Alt+2")
            await expect(box).to_have_value("[place]: [who] resigns")
            assert await selected(page) == "[place]"
            await page.keyboard.type("Bonn")
            await page.keyboard.press("Tab")
            assert await selected(page) == "[who]"
            await page.keyboard.press("Delete")
            await expect(page.locator("#unfilled")).to_be_empty()
            await expect(box).to_have_value("Bonn:  resigns")
            await page.keyboard.type("Mayor")
            await page.keyboard.press("Shift+Tab")
            assert await selected(page) == "Bonn"
            await expect(page.locator("[name=located]")).to_have_value("Bonn")
