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
  window.service = "up";
  window.asked = 0;
  const problem = (status) => new Response("{}", { status, headers: { "content-type": "application/problem+json" } });
  const found = { up: () => new Response(greeting()), away: () => Promise.reject(new TypeError()), busy: () => problem(503),
    gone: () => problem(404), proxy: () => new Response("", { status: 404 }), silent: () => new Promise(() => {}) };
  window.fetch = (url, { signal }) => new Promise((answer, refuse) => {
    signal.addEventListener("abort", () => refuse(signal.reason));
    if (!url.includes("poll=")) return answer((++window.asked, found[window.service]()));
    const way = new Way(url);
    way.kind = "poll";
    way.hello = (beat) => answer(new Response(greeting(beat)));
    way.onclose = ({ status }) => answer(problem(status));
    signal.addEventListener("abort", () => way.close());
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


async def fail(page: Page, service: str | None = None) -> None:
    """The way that was opened last comes to nothing; asked, the service is as said."""
    if service:
        await page.evaluate("(it) => (window.service = it)", service)
    kind = await last(page, "kind")
    await last(page, "onerror()" if kind == "stream" else "onclose({ code: 1006, status: 503 })")
    await heard(page)


async def heard(page: Page) -> None:
    """Wait until everything that was answered so far is heard: that takes no task, and this a new one."""
    await page.evaluate(
        "new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0); })"
    )


async def waits(page: Page, limit: int) -> None:
    """The next try comes after so many milliseconds, drawn by lot from none to as many."""
    tries = "window.opened.length + window.asked"
    before = await page.evaluate(tries)
    await page.clock.run_for(limit - 1)
    assert await page.evaluate(tries) == before
    await page.clock.run_for(1)
    assert await page.evaluate(tries) == before + 1


async def test_the_wait_grows_with_each_failure_and_is_drawn_by_lot(link: Page) -> None:
    """Browsers that lost a server come back spread out, the first time too (P31).

    One that says that it is busy gets its time.
    """
    for limit in (500, 1000, 2000, 4000, 8000, 16000, 30000, 30000):
        await fail(link, "busy")
        await waits(link, limit)
        assert await last(link, "kind") == "socket"


async def test_a_service_that_is_away_is_asked_for_every_four_seconds(link: Page) -> None:
    """While nobody answers it is asked whether somebody does; the way is tried ever more rarely (P31, P34).

    Some browsers hold WebSockets back the longer, the more have failed.
    """
    for count in range(20):
        is_way = count in {0, 1, 2, 4, 8, 16}
        if count in {0, 1, 2, 3, 5, 9, 17}:
            await fail(link, "away")
        before = await opened(link)
        await waits(link, min(4000, 500 * 2**count))
        await heard(link)
        assert await opened(link) == before + is_way
    assert await last(link, "kind") == "socket"


async def test_a_service_that_answers_again_is_come_back_to_soon(link: Page) -> None:
    """However long it was away, who finds it busy at first waits as after a first failure (P31)."""
    for _ in range(3):
        await fail(link, "away")
        await link.clock.run_for(2000)
    await fail(link, "away")
    await link.evaluate("window.service = 'busy'")
    await link.clock.run_for(4000)
    await heard(link)
    await waits(link, 500)
    await fail(link, "up")
    await waits(link, 500)
    assert await last(link, "kind") == "socket"


async def test_each_way_is_tried_in_turn_until_one_greets(link: Page) -> None:
    """Where the service answers and no WebSocket passes, Server-Sent Events are tried, then polling (P34)."""
    kinds = [await last(link, "kind")]
    for _ in range(3):
        before = await opened(link)
        await fail(link)
        await link.clock.run_for(8000)
        assert await opened(link) == before + 1
        kinds.append(await last(link, "kind"))
    assert kinds == ["socket", "socket", "stream", "poll"]


@pytest.mark.parametrize("away", ["away", "silent", "proxy", "busy"])
async def test_a_service_that_is_away_is_not_taken_for_a_proxy_in_the_way(
    link: Page, away: str
) -> None:
    """However long an outage is, and however it ends, the way that worked is the way back (P34)."""
    await last(link, "hello()")
    await fail(link)
    await link.clock.run_for(500)
    for number in range(12):
        # It comes back between a try and the question, and goes again.
        await fail(link, "up" if number % 4 == 3 else away)
        before = await opened(link)
        while await opened(link) == before:
            await link.clock.run_for(500)
            await heard(link)
        assert await last(link, "kind") == "socket"
    await last(link, "hello()")
    assert await link.evaluate("window.said.at(-1)") == "live"


async def test_a_way_that_stays_silent_is_left(link: Page) -> None:
    """A proxy that takes the connection and passes nothing on is found out within seconds (P34)."""
    for _ in range(2):
        await fail(link)
        await link.clock.run_for(1000)
    assert await last(link, "kind") == "stream"
    await link.clock.run_for(8000)
    assert await last(link, "closed") is True
    await heard(link)
    await link.clock.run_for(2000)
    assert await last(link, "kind") == "poll"


async def test_a_lesser_way_is_kept_and_left_for_the_best_one_in_time(link: Page) -> None:
    """A way that greeted is taken again after a break; every ten minutes the best one gets a chance (P34)."""
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
    await fail(link)
    await link.clock.run_for(500)
    assert await last(link, "kind") == "stream"


async def test_who_had_the_best_way_is_soon_back_on_it(link: Page) -> None:
    """A page whose WebSocket worked before has it again within seconds, and asks less often if not (P34)."""
    await last(link, "hello()")
    await fail(link)
    await link.clock.run_for(500)
    for kind in ("socket", "stream"):
        await fail(link)
        await link.clock.run_for(2000)
        assert await last(link, "kind") == kind
    for pause in (5000, 10_000, 20_000, 40_000):
        await last(link, "hello(600)")
        await link.clock.run_for(pause - 1)
        assert await last(link, "kind") == "stream"
        await link.clock.run_for(1)
        assert await last(link, "kind") == "socket"
        await fail(link)
        await link.clock.run_for(2000)
        assert await last(link, "kind") == "stream"


async def test_on_another_network_the_best_way_is_tried_first(link: Page) -> None:
    """Who comes from a network with a strict proxy into one without is on WebSocket at once."""
    for _ in range(2):
        await fail(link)
        await link.clock.run_for(1000)
    await last(link, "hello()")
    await link.evaluate("dispatchEvent(new Event('online'))")
    assert await last(link, "kind") == "socket"


async def test_lines_that_cannot_be_taken_in_are_not_live(link: Page) -> None:
    """A page that stumbles over a message doesn't say that it is live."""
    await link.evaluate("void (window.link.hear = () => { throw new Error('no') })")
    await link.evaluate("try { window.opened.at(-1).hello() } catch {}")
    assert await link.evaluate("window.said") == []


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


async def test_a_refusal_that_will_not_change_ends_it(link: Page) -> None:
    """Where there is no such edition, or this site may not read it, trying on is of no use (P6)."""
    await fail(link, "gone")
    await link.wait_for_function("window.said.at(-1) === 'stopped'")
    await link.clock.run_for(60_000)
    assert await opened(link) == 1


@pytest.mark.parametrize("status", [403, 404, 422])
async def test_a_poll_that_is_refused_ends_it(link: Page, status: int) -> None:
    """Whoever polls and is told to stay away does (P6)."""
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
    await fail(link)
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
    await fail(link)
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
