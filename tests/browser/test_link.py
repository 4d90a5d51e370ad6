"""The connection of a browser, with sockets and a clock that the test holds in its hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.support.service import Running

SETUP = """async (origin) => {
  const { Link } = await import(`${origin}/static/ticker/link.js`);
  window.opened = [];
  window.said = [];
  const greeting = (beat = 50) => JSON.stringify({
    type: "hello", cursor: "1.a", reset: true, flashes: [], beat, now: new Date().toISOString(),
  });
  class Way {
    constructor(url) { this.url = url; this.closed = false; window.opened.push(this); }
    close() { this.closed = true; }
    hello(beat) { this.onmessage({ data: greeting(beat) }); }
  }
  window.WebSocket = class Socket extends Way { kind = "socket"; };
  window.EventSource = class Stream extends Way { kind = "stream"; };
  window.fetch = (url, { signal }) => new Promise((answer, refuse) => {
    const way = new Way(url);
    way.kind = "poll";
    way.hello = (beat) => answer(new Response(greeting(beat)));
    way.onclose = ({ status }) => answer(new Response("", { status }));
    signal.addEventListener("abort", () => { way.close(); refuse(signal.reason); });
  });
  Math.random = () => 1;
  window.cursor = "";
  window.link = new Link({
    where: () => ({ live: `http://x/?cursor=${window.cursor}`, board: "http://x/board" }),
    hear: (message) => { window.cursor = message.cursor; },
    say: (status) => window.said.push(status),
  });
}"""


@pytest.fixture
async def link(page: Page, service: Running) -> Page:
    await page.route("**/blank", lambda route: route.fulfill(body="", content_type="text/html"))
    await page.goto(f"{service.url}/blank")
    await page.clock.install(time="2026-11-23T12:00:00")
    await page.clock.pause_at("2026-11-23T13:00:00")
    await page.evaluate(SETUP, service.url)
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
        await fail(link)
        await link.clock.run_for(limit - 1)
        assert await opened(link) == before
        await link.clock.run_for(1)
        assert await opened(link) == before + 1


async def fail(page: Page) -> None:
    """The way that was opened last comes to nothing."""
    kind = await last(page, "kind")
    await last(page, "onerror()" if kind == "stream" else "onclose({ code: 1006, status: 502 })")
    await page.evaluate("new Promise((done) => new MessageChannel().port1.close() || done())")


async def test_each_way_is_tried_in_turn_until_one_greets(link: Page) -> None:
    """Where no WebSocket passes, Server-Sent Events are tried, then polling, then all again."""
    kinds = [await last(link, "kind")]
    for _ in range(5):
        before = await opened(link)
        await fail(link)
        await link.clock.run_for(8000)
        assert await opened(link) == before + 1
        kinds.append(await last(link, "kind"))
    assert kinds == ["socket", "socket", "stream", "poll", "socket", "socket"]


async def test_a_way_that_stays_silent_is_left(link: Page) -> None:
    """A proxy that takes the connection and passes nothing on is found out within seconds."""
    for _ in range(2):
        await fail(link)
        await link.clock.run_for(1000)
    assert await last(link, "kind") == "stream"
    await link.clock.run_for(8000)
    assert await last(link, "closed") is True
    await link.clock.run_for(2000)
    assert await last(link, "kind") == "poll"


async def test_a_lesser_way_is_kept_and_left_for_the_best_one_in_time(link: Page) -> None:
    """A way that greeted is taken again after a break; every ten minutes the best one gets a chance."""
    for _ in range(2):
        await fail(link)
        await link.clock.run_for(1000)
    await last(link, "hello()")
    await last(link, "onerror()")
    await link.clock.run_for(2000)
    assert await last(link, "kind") == "stream"
    await last(link, "hello(600)")
    await link.clock.run_for(600_000)
    assert await last(link, "kind") == "socket"


async def test_a_short_break_is_not_shown(link: Page) -> None:
    """A reader is told of a break that lasts, and of none that is over at once."""
    await last(link, "hello()")
    await last(link, "onclose({ code: 1012 })")
    await link.clock.run_for(500)
    await last(link, "hello()")
    await link.clock.run_for(10_000)
    assert await link.evaluate("window.said") == ["live"]
    await last(link, "onclose({ code: 1012 })")
    await link.clock.run_for(2000)
    assert await link.evaluate("window.said.at(-1)") == "reconnecting"


@pytest.mark.parametrize("status", [403, 404, 422])
async def test_a_refusal_that_will_not_change_ends_it(link: Page, status: int) -> None:
    """Where there is no such edition, or this site may not read it, trying on is of no use."""
    for _ in range(3):
        await fail(link)
        await link.clock.run_for(4000)
    assert await last(link, "kind") == "poll"
    await last(link, f"onclose({{ status: {status} }})")
    await link.wait_for_function("window.said.at(-1) === 'stopped'")
    await link.clock.run_for(60_000)
    assert await last(link, "kind") == "poll"


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
    """A connection on which a beat is late by half its interval is given up (P27)."""
    await last(link, "hello(10)")
    await link.clock.run_for(14_999)
    assert await last(link, "closed") is False
    await link.clock.run_for(1)
    assert await last(link, "closed") is True
    await link.clock.run_for(2000)
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
    """When the network or the page comes back, so does the connection, at once, if a beat is late (P27)."""
    await last(link, "onclose({ code: 1006 })")
    await link.evaluate("window.dispatchEvent(new Event('online'))")
    assert await opened(link) == 2
    await last(link, "hello()")
    await link.clock.run_for(54_000)
    await link.evaluate("window.link.wake()")
    assert await opened(link) == 2
    await link.clock.run_for(2000)
    assert await last(link, "closed") is False
    await link.evaluate("window.link.wake()")
    assert await opened(link) == 3
    await link.evaluate("window.link.close()")
    await link.evaluate("window.dispatchEvent(new Event('online'))")
    assert await opened(link) == 3
