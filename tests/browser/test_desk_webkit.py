"""The desk in the third engine: what an editor does every day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.engines import until
from tests.support.desk import PASSWORD, hire
from tests.support.service import receive, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.webkit import WebKit, Window
    from tests.support.service import Running
    from ticker.settings import Settings

ENTER, SEND = "\ue007", "\ue009\ue007"


@pytest.fixture
async def newsroom(settings: Settings) -> AsyncIterator[Running]:
    """A service with an editor, and a hold that a test can wait for."""
    async with running(replace(settings, hold=4.0)) as service:
        await hire(service, "amal")
        yield service


async def at_the_desk(webkit: WebKit, service: Running) -> Window:
    page = await webkit.window()
    await page.goto(f"{service.url}/desk/login")
    await page.type("[name=name]", "amal")
    await page.type("[name=password]", PASSWORD)
    await page.type("[name=password]", ENTER)
    await until(page, "document.querySelector('#status')?.dataset.status === 'live'")
    return page


def text(selector: str, words: str) -> str:
    return f"document.querySelector({selector!r})?.textContent.trim() === {words!r}"


@pytest.mark.xdist_group("webkit")
async def test_an_editor_works_in_webkit(webkit: WebKit, newsroom: Running) -> None:
    """A line is stopped in its hold, sent, corrected, and killed with a reason; the ring has its size."""
    page = await at_the_desk(webkit, newsroom)
    async with newsroom.live("en") as reader:
        await receive(reader)
        await page.type("#headline", "Stopped line")
        await page.type("#headline", SEND)
        # One question: a hold may be over by the next one.
        await until(
            page,
            """(({ width, height }) => width === 44 && height === 44)(
              document.querySelector(".hold svg")?.getBoundingClientRect() ?? {}
            ) && !document.querySelector(".hold .abort").click()""",
        )
        await until(
            page, "document.querySelector('#said').textContent.includes('Nothing went out.')"
        )
        await until(page, "document.querySelector('#headline').value === 'Stopped line'")
        await page.type("#headline", " goes out")
        await page.type("#headline", SEND)
        sent = (await receive(reader))["flash"]
        assert sent["headline"] == "Stopped line goes out"
        await until(page, text("#lines .text", "Stopped line goes out"))
        await page.type("#lines .row", "c")
        await until(page, "document.querySelector('#headline').value !== ''")
        await page.type("#headline", ", corrected")
        await page.type("#headline", SEND)
        assert (await receive(reader))["flash"]["headline"] == "Stopped line goes out, corrected"
        await until(page, text("#lines .state", "Corrected"))
        await page.type("#lines .row", "x")
        await page.press(ENTER)
        await until(page, "document.activeElement.closest('#lines form')")
        await page.press("source withdrew it")
        await page.press(ENTER)
        killed = (await receive(reader))["flash"]
        assert (killed["id"], killed["pubstatus"]) == (sent["id"], "canceled")
        await until(page, "document.querySelectorAll('#lines .row').length === 0")
