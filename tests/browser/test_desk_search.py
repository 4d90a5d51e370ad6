"""Search at the desk: in everything that was published, as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import desk
from tests.support.desk import hire

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.support.service import Running


async def test_lines_are_found_as_one_types(each_browser: Browser, service: Running) -> None:
    """By key; what is found is marked, killed lines say so, and the board is back afterwards."""
    await hire(service, "amal")
    await service.post("en", "Café bombing in the old town", source="Police")
    wrong = await service.post("en", "Bombardier sells its rail arm")
    await service.kill("en", wrong["id"])
    await service.post("en", "Something else")
    async with desk(each_browser, service, "amal") as page:
        await page.locator("#status").click()
        await page.keyboard.press("/")
        await page.keyboard.type("bomb")
        found = page.locator("#found-lines .row")
        await expect(found).to_have_count(2)
        await expect(page.locator("#shown")).to_be_hidden()
        await expect(found.locator("mark")).to_have_text(["Bombardier", "bombing"])
        await expect(found.first.locator(".state")).to_have_text("Killed")
        await page.locator("#search").fill("cafe source:police")
        await expect(found.locator("mark")).to_have_text(["Café"])
        await page.locator("#search").fill("author:nobody")
        await expect(page.locator("#found-lines")).to_have_text("Nothing found.")
        await page.locator("#search").fill("day:yesterday")
        await expect(page.locator("#found-said")).to_contain_text("day")
        await page.keyboard.press("Escape")
        await expect(page.locator("#lines .row")).to_have_count(2)
        await expect(page.locator("#found")).to_be_hidden()


@pytest.mark.parametrize(
    ("edition", "searches"),
    [
        (
            "en",
            {
                "day:yesterday": "Write the day like this: day:2026-11-27",
                "author:": "Write it without a space: author:amal",
            },
        ),
        (
            "es",
            {
                "day:ayer": "Escriba el día así: day:2026-11-27",
                "tag:": "Escríbalo sin espacio: author:amal",
                "day:xx": "Escriba el día así: day:2026-11-27",
            },
        ),
        (
            "ar",
            {
                "day:2026-13-01": "اكتب اليوم هكذا: \u2066day:2026-11-27\u2069",
                "author: ": "اكتبه بلا مسافة: \u2066author:amal\u2069",
                "section:none": "لا يوجد قسم بهذا الاسم. الأقسام: \u2066politics, ",
                "!": "اكتب كلمات من حروف أو أرقام، 12 على الأكثر.",
            },
        ),
    ],
    ids=["en", "es", "ar"],
)
async def test_what_is_typed_wrong_is_said_as_it_is_typed_right(
    browser: Browser, service: Running, edition: str, searches: dict[str, str]
) -> None:
    """In the desk's language, and nobody reads that nothing was found where nothing was sought."""
    await hire(service, "amal")
    async with desk(browser, service, "amal", f"/desk/{edition}") as page:
        for typed, said in searches.items():
            await page.locator("#search").fill(typed)
            await expect(page.locator("#found-said")).to_contain_text(said)
            await expect(page.locator("#found-lines")).to_be_hidden()


async def test_a_search_says_how_much_it_found(browser: Browser, service: Running) -> None:
    """In the form that the number wants; of more than a page, that there is more."""
    await hire(service, "amal")
    for number in range(51):
        await service.post("ar", f"خبر عن الميناء {number}", urgency=5 if number else 4)
    async with desk(browser, service, "amal", "/desk/ar") as page:
        await page.locator("#search").fill("الميناء")
        await expect(page.locator("#found-said")).to_have_text("أحدث 50؛ وهناك المزيد.")
        await page.locator("#search").fill("الميناء 7 ")
        await expect(page.locator("#found-said")).to_have_text("خبر واحد")
        await expect(page.locator("#found .zone")).to_have_text("UTC")
