"""Pages of other sites, for banners to be embedded in; an editor at the desk; what axe finds."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.support.desk import PASSWORD, session
from tests.support.listening import listening
from tests.support.service import Remote

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.process import Serving
    from tests.support.service import Running


def embed(service: Running, *widgets: str, edition: str = "en") -> str:
    """HTML that embeds banners with these attributes; one without any by default."""
    tags = (
        f'<breaking-ticker edition="{edition}" {attributes}></breaking-ticker>'
        for attributes in widgets or ("",)
    )
    return f'<script type="module" src="{service.url}/ticker.js"></script>{"".join(tags)}'


@asynccontextmanager
async def elsewhere(html: str, policy: str = "") -> AsyncIterator[str]:
    """Another site: one page with a policy of its own, on an origin of its own."""

    async def answer(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await incoming.readuntil(b"\r\n\r\n")
        body = f'<!doctype html><html lang="en"><title>Host</title>{html}'.encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
        if policy:
            head += f"Content-Security-Policy: {policy}\r\n"
        outgoing.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await outgoing.drain()

    async with listening(answer) as port:
        yield f"http://127.0.0.1:{port}/"


@asynccontextmanager
async def desk(
    browser: Browser,
    service: Running | Serving,
    name: str,
    path: str = "/desk/en",
    *,
    before: str = "",
    by_keyboard: bool = False,
) -> AsyncIterator[Page]:
    """Somebody at the desk, who is logged in already, or types name and password.

    `before` is a script that the page finds run.
    """
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    await context.add_init_script(before)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if not by_keyboard:
        remote = service if isinstance(service, Remote) else service.remote
        key, _, value = (await session(remote, name)).partition("=")
        await context.add_cookies([{"name": key, "value": value, "url": service.url}])
    await page.goto(f"{service.url}{path}")
    if by_keyboard:
        await expect(page.locator("[name=name]")).to_be_focused()
        await page.keyboard.type(name)
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
    await expect(page.locator("#status")).to_have_attribute("data-status", "live")
    yield page
    assert errors == []
    await context.close()


async def violations(page: Page) -> list[str]:
    """What axe finds on a page (WCAG 2.2 A and AA, best practices): rule, element and why."""
    await page.evaluate(
        """() => Promise.all([...document.querySelectorAll("breaking-ticker")]
          .flatMap((it) => it.shadowRoot.getAnimations())
          .filter((it) => it.animationName).map((it) => it.finished))"""
    )
    report = await Axe().run(page)
    return [
        f"{rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in report.response["violations"]
        for node in rule["nodes"]
    ]
