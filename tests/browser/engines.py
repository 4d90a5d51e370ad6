"""What a test asks of a page in any browser: Playwright drives two engines, WebDriver the third."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.browser.webkit import WebKit

# What Firefox says itself of a connection that is lost counts as an error of the page.
_OWN: Final = (
    "can’t establish a connection to",
    "was interrupted while",
    "CORS request did not succeed",
)
_OFTEN_S: Final = 0.1
# A guard against hanging for ever, never a measure of speed.
_LONG_S: Final = 60.0


class Tab(Protocol):
    """A page."""

    async def goto(self, url: str, *, framed: bool = False) -> None:
        """Load a page; `framed`: what follows is about the first frame on it."""

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""

    async def screenshot(self, path: Path) -> None:
        """Keep a picture of what is on the screen."""


class Engine(Protocol):
    """A browser."""

    def tab(self) -> AbstractAsyncContextManager[Tab]:
        """A page that shares nothing with others but the browser."""


async def until(tab: Tab, expression: str) -> None:
    """Wait until an expression is true in the page."""
    try:
        async with asyncio.timeout(_LONG_S):
            while True:
                if await tab.evaluate(f"Boolean({expression})"):
                    return
                await asyncio.sleep(_OFTEN_S)
    except TimeoutError:
        raise AssertionError(f"never true: {expression}") from None


@dataclass(slots=True)
class PlaywrightTab:
    """One of Chromium or Firefox."""

    page: Page
    framed: bool = False

    async def goto(self, url: str, *, framed: bool = False) -> None:
        await self.page.goto(url)
        self.framed = framed

    async def evaluate(self, expression: str) -> Any:
        return await (self.page.frames[1] if self.framed else self.page).evaluate(expression)

    async def screenshot(self, path: Path) -> None:
        await self.page.screenshot(path=path)


@dataclass(frozen=True, slots=True)
class PlaywrightEngine:
    """Chromium or Firefox."""

    browser: Browser

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        context = await self.browser.new_context()
        page = await context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield PlaywrightTab(page)
        await context.close()
        ours = [error for error in errors if not any(own in error for own in _OWN)]
        assert not ours, ours


@dataclass(frozen=True, slots=True)
class WebKitEngine:
    """WebKit, in a session of the test's own."""

    browser: WebKit

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        yield await self.browser.window()
