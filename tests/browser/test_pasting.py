"""What editors paste, in a real browser, by its own clipboard."""

# ruff: noqa: RUF001 - letters of other scripts beside escapes are what this is about

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.support import desk, violations
from tests.support.desk import hire
from tests.support.pasted import ALL
from ticker.news.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from tests.support.service import Running


@pytest.fixture
async def amal(each_browser: Browser, service: Running) -> AsyncIterator[Page]:
    """An editor at the English desk, in Chromium and in Firefox."""
    await hire(service, "amal")
    async with desk(each_browser, service, "amal") as page:
        yield page


async def copy(page: Page, text: str) -> None:
    """Put a text on the clipboard as a person does, out of a field of another program."""
    await page.evaluate(
        """(text) => {
          const other = document.createElement("textarea");
          other.id = "other-program";
          other.readOnly = true;
          document.body.append(other);
          other.value = text;
          other.select();
        }""",
        text,
    )
    await page.keyboard.press("Control+c")
    await page.evaluate("document.getElementById('other-program').remove()")


async def paste(page: Page, text: str, field: str = "#headline") -> None:
    await copy(page, text)
    await page.locator(field).focus()
    await page.keyboard.press("Control+v")


async def test_what_is_certain_is_cleaned_and_said(amal: Page) -> None:
    """A line out of a word processor goes in clean, the editor is told what went, and may have it back."""
    headline, said = amal.locator("#headline"), amal.locator(".pasting")
    await paste(amal, "Harbour\tbridge \nclo\u00adsed\ufeff by\u200b fog")
    await expect(headline).to_have_value("Harbour bridge closed by fog")
    await expect(said).to_contain_text(
        "Cleaned: line breaks or tabs (2) and invisible characters (3)."
    )
    await expect(amal.locator("#length .count")).to_have_text("28")
    await said.get_by_role("button", name="Undo").click()
    await expect(headline).to_have_value("Harbour\tbridge \nclo\u00adsed\ufeff by\u200b fog")
    await expect(headline).to_be_focused()
    await expect(said).not_to_contain_text("Cleaned")
    await expect(said.locator(".slip")).to_contain_text(["line breaks or tabs (2)", "invisible"])


async def test_the_browser_s_own_undo_takes_back_step_by_step(amal: Page) -> None:
    """Ctrl Z gives back what was on the clipboard, once more what was in the box before."""
    headline = amal.locator("#headline")
    await amal.keyboard.type("Now: ")
    await paste(amal, "two\nlines")
    await expect(headline).to_have_value("Now: two lines")
    await amal.keyboard.press("Control+z")
    await expect(headline).to_have_value("Now: two\nlines")
    await expect(amal.locator(".pasting")).not_to_contain_text("Cleaned")
    await amal.keyboard.press("Control+z")
    await expect(headline).to_have_value("Now: ")
    await expect(amal.locator(".pasting")).to_be_hidden()
    await amal.keyboard.press("Control+Shift+z")
    await amal.keyboard.press("Control+Shift+z")
    await expect(headline).to_have_value("Now: two lines")


async def test_only_what_was_pasted_is_cleaned(amal: Page) -> None:
    """In the middle of a line, over a selection, beside an emoji: what stood there stays as it was."""
    headline = amal.locator("#headline")
    await headline.fill("Fire 😀XX in  port")
    await headline.evaluate("(it) => it.setSelectionRange(7, 9)")
    await copy(amal, "😁\ufeff\n")
    await headline.evaluate("(it) => { it.focus(); it.setSelectionRange(7, 9); }")
    await amal.keyboard.press("Control+v")
    await expect(headline).to_have_value("Fire 😀😁 in  port")
    await amal.keyboard.type("!")
    await expect(headline).to_have_value("Fire 😀😁! in  port")


async def test_what_needs_no_cleaning_is_pasted_without_a_word(amal: Page) -> None:
    """Letters that a language needs arrive, and nobody is told anything."""
    for text in ("NGO\u200cها", "กรุงเทพ\u200bมหานคร", "👩🏽\u200d🚒", "Séisme\u202f: un mort"):
        await amal.locator("#headline").fill("")
        await paste(amal, text)
        await expect(amal.locator("#headline")).to_have_value(text)
        await expect(amal.locator(".pasting")).to_be_hidden()


async def test_what_may_be_meant_is_marked_and_mended_with_one_key(amal: Page) -> None:
    """An entity and two spaces are left, shown with what is meant, and mended by Alt F; Ctrl Z takes it back."""
    headline, marks = amal.locator("#headline"), amal.locator(".pasting .slip")
    await paste(amal, "R&amp;D  and &quot;M&amp;S&quot;")
    await expect(headline).to_have_value("R&amp;D  and &quot;M&amp;S&quot;")
    await expect(marks).to_have_count(2)
    await expect(marks.first).to_contain_text("HTML codes (4)")
    await expect(marks.first.locator("del")).to_have_text("&amp;")
    await expect(marks.first.locator("ins")).to_have_text("&")
    await expect(marks.first.locator("kbd")).to_have_text("Alt F")
    await amal.keyboard.press("Alt+f")
    await expect(headline).to_have_value('R&D  and "M&S"')
    await expect(marks).to_have_text(["double spacesFixAlt F"])
    await amal.keyboard.press("Alt+f")
    await expect(headline).to_have_value('R&D and "M&S"')
    await expect(amal.locator(".pasting")).to_be_hidden()
    await amal.keyboard.press("Control+z")
    await expect(headline).to_have_value('R&D  and "M&S"')
    await amal.keyboard.press("End")
    await amal.keyboard.type("!")
    await marks.get_by_role("button").click()
    await expect(headline).to_have_value('R&D and "M&S"!')


async def test_typing_is_looked_at_too(amal: Page) -> None:
    """What is typed is marked, never changed; the caret stays where it was when it is mended."""
    headline = amal.locator("#headline")
    await amal.keyboard.type("One  two  three")
    for _ in range(5):
        await amal.keyboard.press("ArrowLeft")
    await expect(amal.locator(".pasting .slip")).to_contain_text("double spaces (2)")
    await amal.keyboard.press("Alt+f")
    await amal.keyboard.type("<")
    await expect(headline).to_have_value("One two <three")


async def test_a_lost_letter_is_shown_not_mended(amal: Page) -> None:
    """Where a letter was lost on the way, the editor is led to it and types it."""
    await paste(amal, "Fans of Beyonc\ufffd")
    mark = amal.locator(".pasting .slip")
    await expect(mark).to_contain_text("lost letters")
    await amal.keyboard.press("Alt+f")
    await amal.keyboard.type("é")
    await expect(amal.locator("#headline")).to_have_value("Fans of Beyoncé")
    await expect(mark).to_have_count(0)


async def test_other_fields_and_rows_are_looked_after(amal: Page, service: Running) -> None:
    """Source, link and the reason of a kill in its row: wherever text is typed."""
    await paste(amal, "Reu\u00adters\ufeff", "[name=source]")
    await expect(amal.locator("[name=source]")).to_have_value("Reuters")
    await amal.locator("#more > summary").click()
    await paste(amal, "https://news.example/a?b&amp;c\u200b", "[name=url]")
    await expect(amal.locator("[name=url]")).to_have_value("https://news.example/a?b&amp;c")
    await amal.keyboard.press("Alt+f")
    await expect(amal.locator("[name=url]")).to_have_value("https://news.example/a?b&c")
    await service.post("en", "A line")
    await amal.locator("#lines .row").focus()
    await amal.keyboard.press("x")
    await paste(amal, "Wrong\tbridge", "#lines [name=reason]")
    await expect(amal.locator("#lines [name=reason]")).to_have_value("Wrong bridge")
    await expect(amal.locator("#lines .pasting")).to_contain_text("Cleaned")
    await amal.keyboard.type("  or so")
    await amal.keyboard.press("Alt+f")
    await expect(amal.locator("#lines [name=reason]")).to_have_value("Wrong bridge or so")


async def test_the_message_goes_with_the_line(amal: Page) -> None:
    """When the box is emptied nothing is said of what was in it."""
    await paste(amal, "A\tline &amp; more")
    await expect(amal.locator(".pasting")).to_be_visible()
    await amal.locator("#clear").click()
    await expect(amal.locator("#headline")).to_have_value("")
    await expect(amal.locator(".pasting")).to_be_hidden()


async def test_dropped_text_is_pasted_text(browser: Browser, service: Running) -> None:
    """What is dragged from elsewhere is cleaned as well."""
    await hire(service, "amal")
    async with desk(browser, service, "amal") as page:
        await page.evaluate(
            """() => {
              const other = document.createElement("p");
              other.id = "elsewhere";
              other.textContent = "Drop\\u00adped\\ufeff";
              document.getElementById("compose").prepend(other);
              getSelection().selectAllChildren(other);
            }"""
        )
        await page.locator("#elsewhere").drag_to(
            page.locator("#headline"), source_position={"x": 10, "y": 8}
        )
        await expect(page.locator("#headline")).to_have_value("Dropped")


@pytest.mark.parametrize(
    ("edition", "cleaned", "mark"),
    [("ar", "جرى تنظيف: محارف غير مرئية.", "علامات اتجاه"), ("es", "Limpiado: ", "marcas")],
)  # fmt: skip
async def test_it_is_said_in_the_editor_s_language(
    browser: Browser, service: Running, edition: str, cleaned: str, mark: str
) -> None:
    """Arabic and Spanish editors read it in theirs, and a mark beside Arabic letters is theirs to judge."""
    await hire(service, "amal")
    async with desk(browser, service, "amal", f"/desk/{edition}") as page:
        await paste(page, "شركة C++\u200f تعلن\ufeff")
        await expect(page.locator("#headline")).to_have_value("شركة C++\u200f تعلن")
        await expect(page.locator(".pasting")).to_contain_text(cleaned)
        await expect(page.locator(".pasting .slip")).to_contain_text(mark)
        assert await violations(page) == []
        await page.keyboard.press("Alt+f")
        await expect(page.locator("#headline")).to_have_value("شركة C++ تعلن")


_BOTH = """async (texts) => {
  const { Cleaning } = await import("/static/desk/cleaning.js");
  const cleaning = new Cleaning(JSON.parse(document.getElementById("desk").dataset.about).artefacts);
  const levels = ["certain", "on request"];
  return texts.map((text) => [cleaning.clean(text, { levels }).text, cleaning.clean(text).text]);
}"""


def rubbish(count: int) -> list[str]:
    """Texts of everything that the rules speak of, the same at every run."""
    dice = random.Random(15)
    pieces = [
        *{it for line in ALL for it in line.text},
        "&amp;",
        "&#39;",
        "&shy;",
        "&#x200b;",
        "amp;",
        "\r\n",
    ]
    pieces.sort()
    return ["".join(dice.choices(pieces, k=dice.randint(1, 12))) for _ in range(count)]


async def test_desk_and_service_clean_alike(amal: Page) -> None:
    """One list of rules, two languages: whatever is pasted, both leave the same."""
    # Lone halves of emoji can't be sent to a browser as they are.
    texts = [
        it
        for it in [*(line.text for line in ALL), *rubbish(4000)]
        if it.isprintable() or it.encode(errors="replace").decode() == it
    ]
    assert len(texts) > 3000
    done = await amal.evaluate(_BOTH, texts)
    different = [
        (text, both[0], clean(text).text)
        for text, both in zip(texts, done, strict=True)
        if both[0] != clean(text).text
    ]
    assert different == []
