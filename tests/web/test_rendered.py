"""Pages that everybody gets: rendered once, served as bytes, never when they are old."""

from __future__ import annotations

import asyncio
import gzip
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse

from tests.support.flashes import NOON
from tests.support.service import Running, running
from tests.web.embed.test_frame import restricted
from ticker.metrics import Metrics
from ticker.web.problems import ProblemError, unavailable
from ticker.web.render_queue import RenderQueue
from ticker.web.rendered import BYTES_MAX, HOSTS_MAX, Made, Page, RenderedPages

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ticker.settings import Settings

# What everybody may ask for; {id} and {before} are lines.
PATHS = (
    "/",
    "/en",
    "/en?section=sports",
    "/en?before=now",
    "/en?before=now&section=sports",
    "/en?before={before}",
    "/en/f/{id}",
    "/en/coverage/storm",
    "/sitemap-news.xml",
    "/en/feed.rss",
    "/en/coverage/storm/feed.atom",
    "/v1/en/flashes/{id}.ninjs",
    "/embed/en",
    "/embed/en?mode=stack&max=3&section=sports",
    "/embed/en.fragment?mode=stack",
    "/v1/en/flashes",
    "/v1/en/flashes?limit=3&section=sports",
    "/v1/en/flashes?before={before}",
)


async def renders(service: Running) -> int:
    text = (await service.get("/metrics")).body.decode()
    lines = [it for it in text.splitlines() if it.startswith("ticker_renders_total{")]
    return sum(int(it.split()[-1]) for it in lines)


async def line(service: Running) -> tuple[str, str]:
    """A line on every page, and one after it."""
    fields: dict[str, Any] = {"section": "sports", "coverage": "storm", "urgency": 1}
    told = await service.post("en", "Mistaken words", url="https://news.example/a", **fields)
    later = await service.post("en", "Later", **fields)
    return told["id"], later["id"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_is_rendered_once_per_change(service: Running, path: str) -> None:
    """However many readers ask for a page, also all at once, it costs one rendering for each change."""
    known, later = await line(service)
    url = path.format(id=known, before=later)
    for change in range(1, 3):
        answers = await asyncio.gather(*(service.get(url) for _ in range(20)))
        answers.append(await service.get(url))
        assert {it.status for it in answers} == {200}
        assert len({it.body for it in answers}) == 1
        assert await renders(service) == change
        await service.post("en", "News")


@pytest.mark.parametrize("path", PATHS)
async def test_a_killed_line_is_on_no_page_at_once(service: Running, path: str) -> None:
    """Once a kill is acknowledged, no page has a word of the line, however it was asked for before."""
    known, later = await line(service)
    url = path.format(id=known, before=later)
    codings = ("gzip", "identity")
    for coding in codings:
        answer = await service.get(url, Accept_Encoding=coding)
        assert b"Mistaken words" in plain(answer.body, answer.headers)
    tags = [answer.headers["etag"]]
    await service.kill("en", known)
    for coding in codings:
        answer = await service.get(url, Accept_Encoding=coding, If_None_Match=", ".join(tags))
        assert answer.status == (410 if "{id}" in path else 200)
        assert b"Mistaken" not in plain(answer.body, answer.headers)
    await service.kill("en", later)
    assert (await service.get("/en/coverage/storm")).status == 404


def plain(body: bytes, headers: Any) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_is_compressed_and_not_sent_twice(service: Running, path: str) -> None:
    """Each form of a page has an ETag of its own, by which a cache need not be sent it again."""
    known, later = await line(service)
    for _ in range(10):
        await service.post("en", "Sports", section="sports", coverage="storm")
    url = path.format(id=known, before=later)
    bare = await service.get(url)
    squeezed = await service.get(url, Accept_Encoding="gzip")
    assert "content-encoding" not in bare.headers
    if len(bare.body) >= 1024:
        assert squeezed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(squeezed.body) == bare.body
        assert bare.headers["etag"] != squeezed.headers["etag"]
    assert "Accept-Encoding" in bare.headers["vary"]
    same = await service.get(url, If_None_Match=bare.headers["etag"])
    assert (same.status, same.body) == (304, b"")
    # A cache takes these from a 304 for its page.
    for name in ("content-security-policy", "cache-control", "vary", "etag"):
        assert same.headers.get(name) == bare.headers.get(name)
    assert await renders(service) == 1


async def test_a_page_that_never_changes_is_rendered_once(service: Running) -> None:
    """The snippet builder is the same whatever happens, for each choice of its own."""
    for change in range(3):
        bodies = [
            (await service.get("/embed?utm_source=x")).body,
            (await service.get("/embed")).body,
        ]
        assert bodies[0] == bodies[1]
        assert (await service.get("/embed?mode=stack")).body != bodies[0]
        assert await renders(service) == 2
        await service.post("en", f"News {change}")


async def test_a_false_host_is_in_nobody_elses_page(service: Running) -> None:
    """Links of a page carry the name that was asked for, never one that somebody else asked for."""
    await line(service)
    for host in ("evil.example", "good.example", "evil.example"):
        answer = await service.get("/en", Host=host)
        assert f"http://{host}/en".encode() in answer.body
        assert (b"evil" in answer.body) is (host == "evil.example")


async def test_a_listing_is_shared_and_its_permission_is_not(settings: Settings) -> None:
    """Each site is told whether it may read a restricted edition, over the same bytes."""
    async with running(restricted(settings, "https://a.example")) as service:
        for origin, allowed in (
            ("https://a.example", "https://a.example"),
            ("https://b.example", None),
        ):
            answer = await service.get("/v1/en/flashes", Origin=origin)
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert answer.headers["vary"] == "Accept-Encoding, Origin"
        assert await renders(service) == 1


class Cook:
    """Counts what it renders, on a clock and in a state that are set."""

    def __init__(self, most: int = BYTES_MAX) -> None:
        self.metrics = Metrics()
        self.now = NOON
        self.state = "one"
        self.made: list[str] = []
        self.names: list[str] = []
        self.until: datetime | None = None
        self.fails = False
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        queue = RenderQueue(self.metrics)
        self.pages = RenderedPages(queue, self.metrics, lambda: self.now, most)

    def get(self, name: str = "a", base: str = "", **how: bool) -> Awaitable[Page]:
        request, render = (
            Request({"type": "http", "headers": []}),
            partial(self._render, name + base),
        )
        key = ("board", name, base)
        return self.pages.get(request, key, lambda: (self.state,), render, base=base, **how)

    async def _render(self, name: str) -> Made:
        state = self.state
        self.names.append(name)
        self.made.append(state)
        self.begun.set()
        await self.may_end.wait()
        if self.fails:
            raise unavailable("no")
        return Made(HTMLResponse(f"{state} {'.' * 5000}"), self.until)


def text(page: Page) -> str:
    request = Request({"type": "http", "headers": []})
    return bytes(page.answer(request).body).decode().rstrip(". ")


async def test_what_expires_is_not_served_a_moment_longer() -> None:
    """A page ends with the first line on it that expires, ages or moves by the clock."""
    cook = Cook()
    cook.until = NOON + timedelta(seconds=5)
    await cook.get()
    cook.now = NOON + timedelta(seconds=4.999)
    await cook.get()
    assert len(cook.made) == 1
    cook.now = cook.until
    await cook.get()
    assert len(cook.made) == 2


async def test_a_page_is_dated_once_its_second_is_over() -> None:
    """Two pages of one second never go out under one date: the killed words of one would stay."""
    now = NOON + timedelta(seconds=0.4)
    page = Page(Made(HTMLResponse("words"), is_dated=True), (), lambda: now)
    request = Request({"type": "http", "headers": []})
    assert "last-modified" not in page.answer(request).headers
    now = NOON + timedelta(seconds=1)
    assert page.answer(request).headers["last-modified"] == "Mon, 23 Nov 2026 12:00:01 GMT"
    asked = [(b"if-modified-since", b"Mon, 23 Nov 2026 12:00:01 GMT")]
    assert page.answer(Request({"type": "http", "headers": asked})).status_code == 304


async def test_what_changed_meanwhile_is_not_told_to_who_came_after() -> None:
    """Who asks after a kill never gets what was being rendered before it."""
    cook = Cook()
    cook.may_end.clear()
    before = asyncio.ensure_future(cook.get())
    await cook.begun.wait()
    cook.state = "two"
    after = asyncio.ensure_future(cook.get())
    cook.may_end.set()
    assert (text(await before), text(await after)) == ("one", "two")
    assert text(await cook.get()) == "two"
    assert cook.made == ["one", "two"]


async def test_who_waits_for_a_turn_gets_the_newest() -> None:
    """A page that has waited is rendered as things are when its turn comes, once for all."""
    cook = Cook()
    cook.may_end.clear()
    other = asyncio.ensure_future(cook.get("other"))
    await cook.begun.wait()
    early = asyncio.ensure_future(cook.get())
    await asyncio.sleep(0)
    cook.state = "two"
    late = asyncio.ensure_future(cook.get())
    cook.may_end.set()
    assert (text(await early), text(await late)) == ("two", "two")
    await other
    assert cook.made == ["one", "two"]


async def test_a_made_up_host_goes_before_nobody() -> None:
    """Boards of names that a stranger makes up wait with other pages, behind the board that is read."""
    cook = Cook()
    await cook.get("board", "real.example", first=True)
    cook.state = "two"
    cook.may_end.clear()
    cook.begun.clear()
    asked = [asyncio.ensure_future(cook.get("other"))]
    await cook.begun.wait()
    for base in (*(f"{n}.example" for n in range(HOSTS_MAX - 1)), "real.example"):
        asked.append(asyncio.ensure_future(cook.get("board", base, first=True)))
        await asyncio.sleep(0)
    cook.may_end.set()
    await asyncio.gather(*asked)
    assert cook.names[:3] == ["boardreal.example", "other", "boardreal.example"]
    assert len(cook.names) == 2 + HOSTS_MAX


async def test_so_many_hosts_are_known() -> None:
    """Who makes up names without end fills no memory with them."""
    cook = Cook()
    for number in range(3 * HOSTS_MAX):
        await cook.get("board", f"{number}.example", first=True)
    assert len(cook.pages._bases) == HOSTS_MAX


async def test_who_hangs_up_takes_nothing_from_the_others() -> None:
    """The reader for whom a page is rendered may go; the others get it all the same."""
    cook = Cook()
    cook.may_end.clear()
    gone, stays = (asyncio.ensure_future(cook.get()) for _ in range(2))
    await cook.begun.wait()
    gone.cancel()
    cook.may_end.set()
    assert text(await stays) == "one"
    assert cook.made == ["one"]


async def test_what_fails_is_tried_again() -> None:
    """A page that could not be rendered, as while the store is away, is not remembered."""
    cook = Cook()
    cook.fails = True
    for _ in range(2):
        with pytest.raises(ProblemError):
            await cook.get()
    cook.fails = False
    assert text(await cook.get()) == "one"
    assert len(cook.made) == 3


async def test_pages_take_bounded_memory() -> None:
    """Whatever strangers ask for, the pages asked for longest ago are forgotten."""
    cook = Cook(most=100_000)
    for n in range(100):
        await cook.get(f"{n}")
        await cook.get("0")
        assert cook.pages.size <= 100_000
    assert len(cook.made) == 100
    await cook.get("1")
    assert len(cook.made) == 101
    assert cook.pages.size > 50_000
