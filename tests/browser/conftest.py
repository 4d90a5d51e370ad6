"""Real browsers, one of each for the session, with a fresh context or session for each test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.engines import PlaywrightEngine, WebKitEngine
from tests.browser.firefox import find as find_firefox, wrapped
from tests.browser.install import find
from tests.browser.webkit import driven, find as find_webkit
from tests.support.desk import hire
from tests.support.service import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, BrowserContext, Page

    from tests.browser.engines import Engine
    from tests.browser.webkit import WebKit
    from tests.support.service import Running
    from ticker.settings import Settings

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Longer than a test may take: such a hold ends by hand alone.
FOREVER = 90.0
# All our pages are of one machine: a process for each, and one kept ready, take long to start.
FEW_PROCESSES: dict[str, str | float | bool] = {
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "fission.autostart": False,
}
# A guard against hanging for ever, never a measure of speed.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = find(playwright.chromium.executable_path)
        assert path is not None, "run `make test`, which installs a Chromium"
        launched = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
async def firefox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A real Firefox, where there is one; continuous integration has it."""
    if find_firefox() is None:
        pytest.skip("no Firefox here")
    program = wrapped(tmp_path_factory.mktemp("firefox"))
    async with async_playwright() as playwright:
        launched = await playwright.firefox.launch(
            channel="moz-firefox", executable_path=program, firefox_user_prefs=FEW_PROCESSES
        )
        yield launched
        await launched.close()


@pytest.fixture(
    params=["chromium", pytest.param("firefox", marks=pytest.mark.xdist_group("firefox"))]
)
def each_browser(request: pytest.FixtureRequest) -> Browser:
    """Chromium and Firefox in turn."""
    name = {"chromium": "browser"}.get(request.param, request.param)
    opened: Browser = request.getfixturevalue(name)
    return opened


@pytest.fixture(scope="session")
def webkit_driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebKit]:
    """A real WebKit, where there is one; continuous integration has it."""
    if not find_webkit():
        pytest.skip("no WebKit here")
    with driven(tmp_path_factory.mktemp("webkit")) as started:
        yield started


@pytest.fixture
async def webkit(webkit_driver: WebKit) -> AsyncIterator[WebKit]:
    """A session in it."""
    await webkit_driver.begin()
    yield webkit_driver
    await webkit_driver.end()


@pytest.fixture(
    params=[
        "chromium",
        pytest.param("firefox", marks=pytest.mark.xdist_group("firefox")),
        pytest.param("webkit", marks=pytest.mark.xdist_group("webkit")),
    ]
)
def each_engine(request: pytest.FixtureRequest) -> Engine:
    """Chromium, Firefox and WebKit in turn, to be asked the same."""
    if request.param == "webkit":
        return WebKitEngine(request.getfixturevalue("webkit"))
    name = {"chromium": "browser"}.get(request.param, request.param)
    return PlaywrightEngine(request.getfixturevalue(name))


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    opened = await browser.new_context()
    yield opened
    await opened.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page on which an error of ours fails the test."""
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}"))
    yield opened
    assert errors == []


@pytest.fixture
async def slow(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """A service with two editors, two keys for a flash, and a hold that ends only by hand."""
    monkeypatch.setattr("ticker.web.api.editors.HOLD_MAX", FOREVER)
    async with running(replace(settings, hold=FOREVER, two_key=True)) as service:
        for name in ("amal", "ben"):
            await hire(service, name)
        yield service
