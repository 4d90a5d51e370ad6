"""The connection of a browser, with sockets and a clock that the test holds in its hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.support.service import Running

SETUP = """async () => {
  const { Link } = await import("/static/ticker/link.js");
  window.opened = [];
  window.said = [];
  class Socket {
    constructor(url) { this.url = url; this.closed = false; window.opened.push(this); }
    close() { this.closed = true; }
    hello(beat = 25) {
      this.onmessage({ data: JSON.stringify({
        type: "hello", cursor: "1.a", reset: true, flashes: [], beat, now: new Date().toISOString(),
      }) });
    }
  }
  window.cursor = "";
  window.link = new Link({
    url: () => `ws://x/?cursor=${window.cursor}`,
    onmessage: (message) => { window.cursor = message.cursor; },
    onstatus: (status) => window.said.push(status),
    WebSocket: Socket,
    random: () => 1,
  });
}"""


@pytest.fixture
async def link(page: Page, service: Running) -> Page:
    await page.goto(f"{service.url}/en")
    await page.clock.install(time="2026-11-23T12:00:00")
    await page.clock.pause_at("2026-11-23T13:00:00")
    await page.evaluate(SETUP)
    return page


async def opened(page: Page) -> int:
    count: int = await page.evaluate("window.opened.length")
    return count


async def last(page: Page, does: str) -> Any:
    return await page.evaluate(f"window.opened.at(-1).{does}")


async def test_the_wait_grows_with_each_failure_and_is_drawn_by_lot(link: Page) -> None:
    """Browsers that lost a server come back spread out, the first time too (P31)."""
    for limit in (500, 1000, 2000, 4000, 8000, 16000, 30000, 30000):
        before = await opened(link)
        await last(link, "onclose({ code: 1006 })")
        await link.clock.run_for(limit - 1)
        assert await opened(link) == before
        await link.clock.run_for(1)
        assert await opened(link) == before + 1


async def test_a_healthy_connection_forgets_old_failures(link: Page) -> None:
    """After ten good seconds the next break is a first one again (P31)."""
    await last(link, "onclose({ code: 1006 })")
    await link.clock.run_for(500)
    await last(link, "hello()")
    await link.clock.run_for(10_000)
    await last(link, "onclose({ code: 1012 })")
    before = await opened(link)
    await link.clock.run_for(500)
    assert await opened(link) == before + 1


async def test_silence_is_a_dead_connection(link: Page) -> None:
    """A connection on which two and a half beats are missing is given up (P27)."""
    await last(link, "hello(10)")
    await link.clock.run_for(24_999)
    assert await last(link, "closed") is False
    await link.clock.run_for(1)
    assert await last(link, "closed") is True
    assert await link.evaluate("window.said.at(-1)") == "reconnecting"


async def test_it_comes_back_from_where_it_was(link: Page) -> None:
    """Every new connection asks for what came after the last message (P28, P32)."""
    await last(link, "hello()")
    await last(link, "onclose({ code: 1012 })")
    await link.clock.run_for(500)
    assert await last(link, "url") == "ws://x/?cursor=1.a"


@pytest.mark.parametrize(
    ("code", "stays"), [(1000, False), (1012, False), (4008, False), (1008, True), (4400, True)]
)
async def test_some_codes_mean_stay_away(link: Page, code: int, *, stays: bool) -> None:
    """A browser that is told to stay away does, and no other (P30)."""
    await last(link, "hello()")
    await last(link, f"onclose({{ code: {code} }})")
    await link.clock.run_for(60_000)
    assert (await opened(link) == 1) is stays
    assert ("stopped" in await link.evaluate("window.said")) is stays


async def test_a_page_that_wakes_up_does_not_wait(link: Page) -> None:
    """When the network or the page comes back, so does the connection, at once."""
    await last(link, "onclose({ code: 1006 })")
    await link.evaluate("window.dispatchEvent(new Event('online'))")
    assert await opened(link) == 2
    await link.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert await last(link, "closed") is True
    await link.evaluate(
        "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )
    assert await opened(link) == 3
    await link.evaluate("window.link.close()")
    await link.evaluate("window.dispatchEvent(new Event('online'))")
    assert await opened(link) == 3
