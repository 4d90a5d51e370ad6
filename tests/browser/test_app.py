"""An edition as an app on a home screen, as a browser sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.support.service import Running


@pytest.mark.parametrize("edition", ["en", "ar"])
async def test_a_browser_takes_the_manifest(page: Page, service: Running, edition: str) -> None:
    """The page's policy lets the browser have the manifest, and it finds nothing wrong with it."""
    await page.goto(f"{service.url}/{edition}")
    browser = await page.context.new_cdp_session(page)
    found = await browser.send("Page.getAppManifest")
    assert found["url"] == f"{service.url}/{edition}/app.webmanifest"
    assert found["errors"] == []
    assert json.loads(found["data"])["lang"] == edition
