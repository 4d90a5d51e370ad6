"""What screens say became of a line, from real browsers, and what the landing meter makes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.browser.support import desk, elsewhere, embed
from tests.browser.test_sharing import open_tab, settled
from tests.support.desk import hire
from tests.support.process import PATIENCE
from tests.web.api.test_reach import landed

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from tests.support.service import Running


async def told(service: Running, flash: dict[str, Any], **said: int) -> dict[str, Any]:
    """What is known of a version, once its screens say so."""
    async with asyncio.timeout(PATIENCE):
        return await landed(
            service, flash, lambda it: all(it["screens"][state] == n for state, n in said.items())
        )


async def test_what_is_painted_and_what_is_gone_is_counted_by_site(
    each_browser: Browser, service: Running
) -> None:
    """A line is painted once a tab shows it, a kill gone once no tab has it, by site (P37)."""
    context = await each_browser.new_context()
    async with elsewhere(embed(service, 'mode="rotate"', 'mode="stack"')) as address:
        await open_tab(context, address, 2)
        await open_tab(context, address, 2)
        await open_tab(context, f"{service.url}/en")
        await settled(service, 2)
        line = await service.post("en", "Harbour closed")
        found = await told(service, line, painted=2)
        one = {"asked": 1, "painted": 1, "unseen": 0, "gone": 0}
        both = {"one_in": 1, "asked": 2, "painted": 2, "unseen": 0, "gone": 0}
        assert found["screens"] == {**both, "sites": {address.rstrip("/"): one, "self": one}}
        found = await told(service, (await service.kill("en", line["id"])).json, gone=2)
        assert (found["screens"]["asked"], found["screens"]["painted"]) == (2, 0)
    await context.close()


async def test_a_tab_that_stands_still_is_missing(
    browser: Browser, context: BrowserContext, service: Running
) -> None:
    """A kernel confirms for a tab whose scripts stand still; its screen still has the killed line."""
    async with elsewhere(embed(service, 'mode="stack"')) as address:
        await open_tab(context, address)
        sleeper = await open_tab(context, address)
        other = await browser.new_context()
        await open_tab(other, address)
        await settled(service, 2)
        line = await service.post("en", "Harbour closed")
        await told(service, line, painted=2)
        await expect(sleeper.locator(".headline")).to_have_text("Harbour closed")
        # As a browser that freezes a page without a word; `freeze` would have it say goodbye.
        devtools = await context.new_cdp_session(sleeper)
        for command in ("Debugger.enable", "Debugger.pause"):
            await devtools.send(command)
        killed = (await service.kill("en", line["id"])).json
        found = await told(service, killed, gone=1)
        assert (found["confirmed"], found["screens"]["asked"]) == (2, 2)
        await devtools.send("Debugger.resume")
        await told(service, killed, gone=2)
        await other.close()


async def test_an_editor_reads_what_screens_say(browser: Browser, service: Running) -> None:
    """Shown, out of sight and silent stand beside what was reached; a sample says that it is one."""
    await hire(service, "amal")
    async with desk(browser, service, "amal") as page:
        blocks = await page.evaluate(
            """async () => {
                const { Landing } = await import("/static/desk/landing.js");
                const words = JSON.parse(document.getElementById("desk").dataset.words);
                const base = { id: "a", version: 1, killed: false, readers: 9, written: 9, confirmed: 9, left: 0, last: 84, transports: {}, hubs: {} };
                const said = (one_in, asked, painted, unseen, gone) => ({ one_in, asked, painted, unseen, gone, sites: { self: { asked, painted, unseen, gone } } });
                const landing = new Landing(words, "en");
                const show = (screens, more) => {
                    landing.show([{ ...base, ...more, screens }], []);
                    const box = document.getElementById("landed");
                    box.querySelector("details").open = true;
                    return [[...box.querySelectorAll(".figures > span")].map((it) => it.textContent), box.querySelectorAll(".all").length, box.innerText];
                };
                return [
                    show(said(1, 8, 5, 2, 0)), show(said(1, 8, 8, 0, 0)), show(said(12, 1040, 982, 30, 0)),
                    show(said(12, 1040, 500, 0, 0)), show(said(1, 8, 0, 0, 7), { killed: true }), show(null), show(said(1, 0, 0, 0, 0)),
                ];
            }"""
        )
    some, everybody, sample, silent, kill, unasked, nobody = blocks
    reached = ["reached 9 of 9 readers", "after 84 ms"]
    assert some[0][:5] == [*reached, "shown on 5 of 8 screens", "2 out of sight", "1 hasn’t said"]
    assert [some[1], everybody[1], nobody[1]] == [1, 2, 1]
    assert "5 / 8" in some[2]
    assert sample[0][2:4] == ["shown on 97% of a sample of 1,012 screens", "30 out of sight"]
    assert "540 haven’t said" in silent[0]
    assert kill[0][:3] == ["gone from 7 of 8 screens", "1 hasn’t said", "reached 9 of 9 readers"]
    assert unasked[0][:2] == reached
    assert "screens" not in unasked[2]


async def test_a_policy_that_lets_no_report_through_stops_nothing(
    page: Page, service: Running
) -> None:
    """A page that allows the socket alone has its lines as before; its screen is silent."""
    policy = (
        f"default-src 'none'; script-src {service.url}; connect-src ws://127.0.0.1:{service.port}"
    )
    async with elsewhere(embed(service, 'mode="stack"'), policy) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        async with page.expect_console_message(lambda it: "state=painted" in it.text):
            await service.post("en", "One")
        await service.post("en", "Two")
        await expect(page.locator(".headline")).to_have_text(["Two", "One"])
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
