# ruff: noqa: RUF001 - letters of all scripts are what this is about
"""Words as pictures: what can be set, how it is broken, and that it is read in its direction."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from tests.web.test_hostile import HOSTILE
from ticker.formats.picture import HEIGHT, WIDTH, Card, can_set, draw, is_possible

ENGLISH = Card(words="Harbour closed", site="Post", dir="ltr", words_dir="ltr", lang="en")
ARABIC = Card(words="إغلاق الميناء", site="بريد الميناء", dir="rtl", words_dir="rtl", lang="ar")


def opened(card: Card) -> Image.Image:
    return Image.open(BytesIO(draw(card))).convert("L")


def ink(card: Card, box: tuple[int, int, int, int] = (0, 170, WIDTH, 510)) -> tuple[int, ...]:
    """Box of what is drawn within a part of the picture; by default that of the words."""
    found = ImageChops.invert(opened(card)).crop(box).getbbox()
    return found or (0, 0, 0, 0)


def shape(text: str, card: Card = ARABIC) -> bytes:
    """The pixels of words alone, wherever they stand."""
    whole = opened(replace(card, words=text)).crop((0, 170, WIDTH, 510))
    return whole.crop(ImageChops.invert(whole).getbbox()).tobytes()


def test_a_picture_has_the_size_that_previews_want() -> None:
    """A PNG of 1200 by 630, small enough for those who fetch it for every message."""
    content = draw(ENGLISH)
    picture = Image.open(BytesIO(content))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    assert len(content) < 60_000
    assert is_possible()


def test_words_stand_where_their_language_begins() -> None:
    """English is set from the left, Arabic from the right, and so are label, name and source."""
    left, _, right, _ = ink(ENGLISH)
    assert (left < 80, right < WIDTH - 80) == (True, True)
    left, _, right, _ = ink(ARABIC)
    assert (left > 80, right > WIDTH - 80) == (True, True)
    head = (0, 0, WIDTH, 160)
    assert ink(replace(ENGLISH, label="Alert"), head)[0] < 80
    assert ink(replace(ARABIC, label="عاجل"), head)[2] > WIDTH - 80


def test_arabic_letters_are_joined() -> None:
    """A word is set in its joined forms, not letter by letter."""
    assert shape("عاجل") != shape("ع\u200cا\u200cج\u200cل")


def test_names_and_numbers_in_arabic_keep_their_order() -> None:
    """A Latin name and a number within an Arabic line are read from left to right."""
    assert shape("Hwasong-18", ENGLISH) == shape("Hwasong-18", replace(ENGLISH, words_dir="rtl"))
    assert shape("مدى 15,000 كم") != shape("مدى 000,51 كم")


@pytest.mark.parametrize("words", ["x" * 280, "word " * 56, "كلمة " * 56, "W" * 280, "a"])
@pytest.mark.parametrize("card", [ENGLISH, ARABIC], ids=["ltr", "rtl"])
def test_any_line_fits(card: Card, words: str) -> None:
    """The longest line is made small or cut, and nothing leaves the picture or covers the name."""
    whole = replace(card, words=words.strip(), label="Alert", moment="2026-11-23 12:00 UTC")
    left, _, right, _ = ink(whole, (0, 170, WIDTH, 525))
    assert left >= 60
    assert right <= WIDTH - 60
    assert ink(whole, (0, 515, WIDTH, 528)) == (0, 0, 0, 0)


def test_what_the_fonts_do_not_have_is_known() -> None:
    """Scripts that cannot be set are told from those that can; emoji are left out."""
    for text in (
        "Zürich, Łódź",
        "Москва",
        "Αθήνα",
        "خبر عاجل: France 24",
        "Storm 🌪️ hits",
        "کوردی ښ",
    ):
        assert can_set(text), text
    for text in ("日本語", "தமிழ்", "עברית", "👩‍👩‍👧‍👦", "𝕳𝖊𝖑𝖑𝖔", "خبر из Москвы"):
        assert not can_set(text), text
    assert shape("Storm 🌪️ hits", ENGLISH) == shape("Storm hits", ENGLISH)
    unset = replace(ENGLISH, site="日本語", source="日本語")
    assert ink(unset, (0, 540, WIDTH, HEIGHT)) == (0, 0, 0, 0)


@pytest.mark.parametrize("lang", ["ar", "AR-AE", "pt_BR", "ckb", "zh-Hant-TW", "x-none"])
def test_any_language_can_be_named(lang: str) -> None:
    """Whatever tag the newsroom file has, known or not, a picture comes of it."""
    assert draw(replace(ARABIC, lang=lang))


def test_hostile_words_are_drawn_as_they_are() -> None:
    """No accepted string breaks the drawing, or gets out of its place."""
    for said in HOSTILE:
        if can_set(said):
            left, _, right, _ = ink(replace(ENGLISH, words=said, source=said[:60]))
            assert (left >= 50, right <= WIDTH - 50) == (True, True), said
