"""The banner as a guest: what a host page can't do to it, and what it doesn't do to a host page."""

from __future__ import annotations

import asyncio
import json
import re
from itertools import product
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import elsewhere, embed, violations
from ticker.settings import static_dir
from ticker.web.embed.bundle import INTERNAL

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession, Page, WebSocketRoute

    from tests.support.service import Running

# Where the page itself is not shown, nothing on it can be.
HOSTILE = (
    "<style>* { all: unset; display: none !important }"
    " html, body { display: block !important }"
    " html { visibility: hidden; letter-spacing: 2em; text-transform: uppercase; line-height: 0;"
    " white-space: pre; text-indent: 9em; color: transparent; direction: rtl } </style>"
)
OWN = {
    "font-size": "18px",
    "letter-spacing": "normal",
    "text-transform": "none",
    "line-height": "24.3px",
    "text-indent": "0px",
    "color": "rgb(20, 22, 26)",
    "direction": "ltr",
}
HTML_TRICKS = "<b>&lt;i&gt;</b><script>alert(1)</script>"
BURSTS = 3
# Every property that an object of the browser has.
PLATFORM = """() => {
  const names = new Set();
  const add = (it) => Object(it) === it && Object.getOwnPropertyNames(it).forEach((name) => names.add(name));
  for (let it = window; it; it = Object.getPrototypeOf(it)) add(it);
  for (const name of names) {
    const value = Object.getOwnPropertyDescriptor(window, name)?.value;
    add(value);
    add(value?.prototype);
  }
  for (let it = document.body.style; it; it = Object.getPrototypeOf(it)) add(it);
  return [...names];
}"""
RESERVE = "<style>breaking-ticker { display: block; min-block-size: 44px }</style>"


async def test_hostile_styles_do_not_reach_it(page: Page, service: Running) -> None:
    """A page that unsets and hides everything still shows the banner, looking as it should."""
    async with elsewhere(HOSTILE + embed(service, 'mode="rotate"', 'mode="stack"')) as address:
        await page.goto(address)
        await service.post("en", "Seen all the same")
        for banner in (page.locator("breaking-ticker").first, page.locator("breaking-ticker").last):
            await expect(banner.locator(".headline")).to_be_visible()
            await expect(banner.locator(".label")).to_have_css(
                "background-color", "rgb(176, 0, 32)"
            )
            for name, value in OWN.items():
                await expect(banner.locator(".headline")).to_have_css(name, value)
            await expect(banner.get_by_role("button", name="Pause")).to_be_visible()


async def test_a_site_can_still_hide_it(page: Page, service: Running) -> None:
    """The `hidden` attribute hides the banner."""
    async with elsewhere(embed(service, "hidden")) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await expect(page.locator("breaking-ticker")).to_be_hidden()


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack", "flash"])
async def test_a_strict_policy_and_trusted_types(page: Page, service: Running, mode: str) -> None:
    """Under a policy of nothing but the documented directives every mode works."""
    policy = (
        f"default-src 'none'; script-src {service.url}; "
        f"connect-src {service.url} ws://127.0.0.1:{service.port}; "
        "require-trusted-types-for 'script'"
    )
    async with elsewhere(embed(service, f'mode="{mode}" section="sports"'), policy) as address:
        refused: list[str] = []
        page.on("console", lambda it: refused.append(it.text) if it.type == "error" else None)
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await service.post("en", HTML_TRICKS, urgency=1, section="sports")
        await expect(page.locator(".headline")).to_have_text([HTML_TRICKS])
        assert [text for text in refused if "favicon" not in text] == []


@pytest.mark.parametrize("mode", ["rotate", "crawl", "stack", "flash"])
async def test_a_burst_shifts_nothing_and_blocks_nothing(
    page: Page, service: Running, mode: str
) -> None:
    """Fifty lines in a second move nothing of the page around it, and no task lasts 50 ms."""
    html = f"{RESERVE}<h1>Above</h1>{embed(service, f'mode={mode!r}')}<p>Below</p>"
    async with elsewhere(html) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await page.evaluate(
            """() => {
              window.shifts = [];
              window.tasks = [];
              const watch = (type, into) => new PerformanceObserver((list) => into.push(
                ...list.getEntries().map((it) => it.value ?? it.duration))).observe({ type });
              watch("layout-shift", window.shifts);
              watch("longtask", window.tasks);
              window.seen = 0;
              document.querySelector("breaking-ticker").addEventListener("flash", () => window.seen++);
            }"""
        )
        # The machine has other things to do as well: a task that is ours is long each time.
        for burst in range(1, BURSTS + 1):
            await page.evaluate("window.tasks.length = 0")
            posts = (service.post("en", f"{burst} {it}", urgency=1 + it % 5) for it in range(50))
            await asyncio.gather(*posts)
            await page.wait_for_function("(count) => window.seen === count", arg=50 * burst)
            await page.evaluate(
                "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
            )
            tasks = await page.evaluate("window.tasks")
            if not tasks:
                break
        assert tasks == []
        assert await page.evaluate("window.shifts") == []
        assert await page.evaluate("document.querySelector('breaking-ticker').lines.length") == 50


async def test_a_crawl_runs_on_the_compositor_alone(page: Page, service: Running) -> None:
    """While fifty lines crawl, frames need no style, no layout and no script."""
    await asyncio.gather(*(service.post("en", f"Line {it} " + "word " * 20) for it in range(50)))
    async with elsewhere(embed(service, 'mode="crawl"')) as address:
        await page.goto(address)
        await expect(page.locator(".headline").first).to_be_visible()
        session = await page.context.new_cdp_session(page)
        events: list[dict[str, str]] = []
        while (frames := sum(it["name"] == "DrawFrame" for it in events)) < 90:
            events += await _trace(session, seconds=1)
    work = [it["name"] for it in events if it["name"] in {"UpdateLayoutTree", "Layout"}]
    # A line comes in every few seconds, and a clock ticks: never anything for each frame, of
    # which a busy machine draws few.
    assert len(work) < frames / 2, work


async def _trace(session: CDPSession, seconds: int) -> list[dict[str, str]]:
    """Events of the page's rendering for so long."""
    events: list[dict[str, str]] = []
    done = asyncio.Event()
    session.on("Tracing.dataCollected", lambda it: events.extend(it["value"]))
    session.on("Tracing.tracingComplete", lambda _: done.set())
    categories = "devtools.timeline,disabled-by-default-devtools.timeline.frame"
    await session.send("Tracing.start", {"categories": categories, "transferMode": "ReportEvents"})
    await asyncio.sleep(seconds)
    await session.send("Tracing.end")
    await done.wait()
    return events


async def test_memory_is_flat(page: Page, service: Running) -> None:
    """Ten thousand events leave no more behind than the first thousand did."""
    async with elsewhere(
        embed(service, 'mode="rotate"', 'mode="crawl"', 'mode="stack"')
    ) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker").first).to_have_attribute("status", "live")
        session = await page.context.new_cdp_session(page)
        await page.evaluate(
            """async (origin) => {
              const { Store } = await import(`${origin}/static/ticker/store.js`);
              window.store = new Store();
            }""",
            service.url,
        )
        channel = f"ticker {service.url}/v1/en"
        sizes = []
        for start in (0, 1000, 10_000):
            count = 9000 if start else 1000
            if start < 10_000:
                await page.evaluate(FLOOD, [channel, start, count])
            await session.send("HeapProfiler.collectGarbage")
            usage = await session.send("Runtime.getHeapUsage")
            sizes.append(usage["usedSize"])
    assert sizes[1] < sizes[0] * 1.25, sizes


FLOOD = """async ([channel, start, count]) => {
  const banner = document.querySelector("breaking-ticker");
  const leader = new BroadcastChannel(channel);
  for (let it = start; it < start + count; it++) {
    const time = new Date().toISOString();
    const flash = { id: `f${it}`, version: 1, pubstatus: "usable", urgency: 1 + it % 5, headline: `Line ${it}`,
      tags: [], pinned: false, firstcreated: time, versioncreated: time };
    leader.postMessage({ text: JSON.stringify({ type: "flash", cursor: `${it}.a`, flash }) });
    const dead = { ...flash, version: 2, pubstatus: "canceled" };
    if (it % 2) leader.postMessage({ text: JSON.stringify({ type: "flash", cursor: `${it}.b`, flash: dead }) });
    if (it % 250 === 0) await new Promise((done) => setTimeout(done));
  }
  leader.close();
}"""


@pytest.mark.parametrize("status", ["live", "stale"])
async def test_every_skin_is_legible(page: Page, service: Running, status: str) -> None:
    """Each built-in look has enough contrast, in each scheme, live and stale."""
    await service.post("en", "An alert", urgency=2, source="AFP", url="https://news.example/")
    line = await service.post("en", "A line", source="AFP")
    await service.patch("en", line["id"], correction="It is a line")
    looks = product(("signal", "paper", "solid"), ("light", "dark"), ("rotate", "crawl", "stack"))
    all_of_them = (
        f'skin="{skin}" theme="{theme}" mode="{mode}" label="{skin} {theme} {mode}"'
        for skin, theme, mode in looks
    )
    if status == "stale":
        await page.route_web_socket("**/live**", _of_long_ago)
    async with elsewhere(f"<main><h1>Host</h1>{embed(service, *all_of_them)}</main>") as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker").last.locator(".headline")).to_have_count(2)
        for banner in await page.locator("breaking-ticker").all():
            await expect(banner.locator(".box")).to_have_attribute("data-status", status)
        assert await violations(page) == []


def _of_long_ago(link: WebSocketRoute) -> None:
    """What the service says, while it has lost its store."""
    stale = '"stale":"2026-01-01T00:00:00.000Z","now"'
    service = link.connect_to_server()
    service.on_message(lambda text: link.send(str(text).replace('"now"', stale)))


async def test_slots_and_parts_are_the_sites_own(page: Page, service: Running) -> None:
    """A site brings its logo and its label, and styles the parts."""
    html = embed(service).replace(
        "></breaking-ticker>",
        '><img slot="logo" alt="Channel" width=20 height=20><b slot="label">Just in</b></breaking-ticker>',
    )
    style = (
        "<style>breaking-ticker { --bt-breaking: #004488 } ::part(source) { display: none }</style>"
    )
    async with elsewhere(style + html) as address:
        await page.goto(address)
        await service.post("en", "A line", source="AFP")
        banner = page.locator("breaking-ticker")
        await expect(banner.locator(".headline")).to_have_text("A line")
        await expect(page.get_by_text("Just in")).to_be_visible()
        await expect(page.get_by_alt_text("Channel")).to_be_visible()
        await expect(banner.locator(".word")).to_be_hidden()
        await expect(banner.locator(".source")).to_be_hidden()
        await expect(banner.locator(".label")).to_have_css("background-color", "rgb(0, 68, 136)")


async def test_scripts_of_the_site_can_work_with_it(page: Page, service: Running) -> None:
    """A site's script reads the lines, pauses, resumes, and is told what happens."""
    async with elsewhere(embed(service)) as address:
        await page.goto(address)
        await expect(page.locator("breaking-ticker")).to_have_attribute("status", "live")
        await service.post("en", "A line")
        await expect(page.locator(".headline")).to_have_text("A line")
        state = await page.evaluate(
            """() => {
              const banner = document.querySelector("breaking-ticker");
              banner.pause();
              const paused = banner.paused;
              banner.resume();
              return [banner.lines.map((it) => it.headline), paused, banner.paused];
            }"""
        )
        assert state == [["A line"], True, False]


async def test_a_policy_that_forbids_us_is_said_once(
    each_browser: Browser, service: Running
) -> None:
    """On a page that lets nothing through to the service, its own words stay, and the console says why."""
    page = await each_browser.new_page()
    said: list[str] = []
    page.on("console", lambda it: said.append(it.text) if it.type == "error" else None)
    policy = f"default-src 'none'; script-src {service.url}; style-src 'unsafe-inline'"
    html = embed(service).replace("></breaking-ticker>", ">All lines</breaking-ticker>")
    async with elsewhere(html, policy) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_attribute("status", "stopped")
        await expect(banner.locator(".state")).to_have_text("Not connected")
        await expect(page.get_by_text("All lines")).to_be_visible()
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    ours = [text for text in said if text.startswith("connect-src of this page forbids")]
    assert ours == [f"connect-src of this page forbids {service.url}/v1/en"]
    await page.close()


async def test_two_versions_of_the_script_and_a_base_elsewhere(
    page: Page, service: Running
) -> None:
    """A page may have the script twice, and addresses that begin at another site."""
    snippet = (await service.get("/embed")).body.decode()
    [pinned] = set(re.findall(r"/ticker-[\w.-]+\.js", snippet))
    head = '<base href="https://elsewhere.example/news/">'
    old = f'<script type="module" src="{service.url}{pinned}"></script>'
    async with elsewhere(head + old + embed(service)) as address:
        await page.goto(address)
        await service.post("en", "A line")
        await expect(page.locator(".headline")).to_have_text(["A line"])


async def test_clones_and_banners_made_by_script_are_banners(page: Page, service: Running) -> None:
    """A copy says its own status, and one that was made before the script came has what it was given."""
    await service.post("en", "A line")
    made = """<script>
      const early = document.createElement("breaking-ticker");
      Object.assign(early, { edition: "en", mode: "stack", max: 3, tag: ["a", "b"], paused: true });
      early.id = "early";
    </script>"""
    async with elsewhere(made + embed(service, "id=first")) as address:
        await page.goto(address)
        first = page.locator("#first")
        await expect(first).to_have_attribute("status", "live")
        await page.evaluate(
            """() => {
              document.body.append(early);
              const copy = document.querySelector("#first").cloneNode(true);
              copy.id = "copy";
              window.copied = [copy.status];
              copy.addEventListener("status", () => window.copied.push(copy.getAttribute("status")));
              copy.edition = "nowhere";
              document.body.append(copy);
            }"""
        )
        copy, early = page.locator("#copy"), page.locator("#early")
        await expect(copy).to_have_attribute("status", "stopped")
        assert (await page.evaluate("copied"))[:2] == ["", "connecting"]
        for name, value in {"mode": "stack", "max": "3", "tag": "a,b", "edition": "en"}.items():
            await expect(early).to_have_attribute(name, value)
        await expect(early.get_by_role("button", name="Resume")).to_be_visible()


@pytest.mark.parametrize("value", ['"false"', "false", "null", "undefined"])
async def test_a_property_is_taken_back(page: Page, service: Running, value: str) -> None:
    """What a framework means by "not" ends a pause, takes an attribute away, and brings the edition's lines back."""
    await service.post("en", "A line")
    async with elsewhere(embed(service, 'mode="stack" paused')) as address:
        await page.goto(address)
        await expect(page.get_by_role("button", name="Resume")).to_be_visible()
        line = {
            "id": "a",
            "version": 1,
            "headline": "Fixed",
            "firstcreated": "2026-11-27T12:00:00Z",
        }
        await page.evaluate(
            "(line) => document.querySelector('breaking-ticker').lines = [line]", line
        )
        await expect(page.locator(".headline")).to_have_text("Fixed")
        await page.evaluate(
            f"Object.assign(document.querySelector('breaking-ticker'), {{ mode: {value}, paused: {value} }}).lines = null"
        )
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()
        await expect(page.locator(".box")).to_have_attribute("data-mode", "rotate")
        await expect(page.locator(".headline")).to_have_text("A line")


async def test_the_status_is_a_state_at_once(each_browser: Browser, service: Running) -> None:
    """A style or a script of the site sees the status at once; the attribute comes when the page has settled."""
    page = await each_browser.new_page()
    style = "<style>breaking-ticker:state(live) { outline: 3px solid rgb(1, 2, 3) }</style>"
    seen = """<script>
      addEventListener("status", ({ target, detail }) => (window.seen ??= []).push(
        [detail, target.status, target.matches(`:state(${detail})`), target.hasAttribute("status")]));
    </script>"""
    async with elsewhere(style + seen + embed(service)) as address:
        await page.goto(address)
        banner = page.locator("breaking-ticker")
        await expect(banner).to_have_css("outline-color", "rgb(1, 2, 3)")
        await expect(banner).to_have_attribute("status", "live")
        seen_first = await page.evaluate("seen[0]")
        assert seen_first == ["connecting", "connecting", True, False]
    await page.close()


def test_the_manifest_says_what_the_element_has() -> None:
    """The custom-elements manifest names each attribute, event, slot and part that there is."""
    manifest = json.loads((static_dir() / "custom-elements.json").read_text("utf-8"))
    [element] = manifest["modules"][0]["declarations"]
    folder = static_dir() / "ticker"
    source = "".join(path.read_text("utf-8") for path in folder.glob("*.js"))
    guide = (static_dir().parent / "docs" / "embed.md").read_text("utf-8")
    assert element["tagName"] == "breaking-ticker"
    for kind in ("attributes", "events", "slots", "cssParts", "cssProperties"):
        for entry in element[kind]:
            name = entry["name"]
            assert name in source, name
            assert not name or f"`{name}`" in guide, name
    fields = {it["name"]: it for it in element["members"] if it["kind"] == "field"}
    for attribute in element["attributes"]:
        own = attribute["name"] not in {"lang", "dir"}
        assert not own or attribute["name"] == fields[attribute["fieldName"]].get("attribute", "")


async def test_no_name_that_becomes_a_letter_is_the_browsers(each_browser: Browser) -> None:
    """The names that the script shortens mean nothing to a browser."""
    page = await each_browser.new_page()
    names = set(await page.evaluate(PLATFORM))
    assert {"addEventListener", "currentTime", "getItem", "toLocaleDateString"} <= names
    assert names & set(INTERNAL) == set()
    await page.close()
