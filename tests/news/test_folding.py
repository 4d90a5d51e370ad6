"""Which spellings are the same word to who searches."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from ticker.news.folding import REMEMBERED_MAX, fold, found_as, words

SAME = {
    "case": ("PRESIDENT Lula", "president lula"),
    "sharp s": ("Straße STRASSE", "strasse strasse"),
    "Greek sigma": ("ΣΟΦΌΣ σοφός", "σοφοσ σοφοσ"),
    "Turkish dots": ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
    "accents": ("café Zürich São Łódź Đà", "cafe zurich sao lodz da"),
    "accents apart": ("cafe\u0301 Zu\u0308rich", "cafe zurich"),
    "letters of the north": ("Ærø Þór Sœur", "aero thor soeur"),
    "eñe stays a letter": ("Año ESPAÑA an\u0303o", "año españa año"),
    "Russian yo and stress": ("Ёлка мой замо\u0301к", "елка мой замок"),
    "Vietnamese": ("Việt Nam Nguyễn", "viet nam nguyen"),
    "full width": ("ＴＯＫＹＯ ２０２６", "tokyo 2026"),
    "half-width kana": ("ﾄｳｷｮｳ ｶﾞ", "トウキョウ ガ"),
    "voiced kana stay": ("が か パリ", "が か パリ"),
    "ligatures": ("ﬁnance Nº", "finance no"),
    "Hangul": ("한국 \u1112\u1161\u11ab", "한국 한"),
    "Arabic vowels": ("مُحَمَّدٌ", "محمد"),
    "tatweel": ("محـــمد", "محمد"),
    "alef and hamza": ("أحمد إيران آمال ٱلله", "احمد ايران امال الله"),
    "hamza on its seat": ("مسؤول رئيس", "مسوول رييس"),
    "ya and alef maqsura": ("على علي ایران", "علي علي ايران"),
    "ta marbuta": ("غزة القاهرة", "غزه القاهره"),
    "Persian kaf and ya": ("کیهان ياري", "كيهان ياري"),
    "Urdu he": ("ہم", "هم"),
    "presentation forms": ("ﻣﺤﻤﺪ ﻻ", "محمد لا"),
    "Arabic-Indic digits": ("٢٠٢٦", "2026"),
    "Persian digits": ("۲۰۲۶", "2026"),
    "Devanagari digits": ("२०२६", "2026"),
    "Devanagari vowels stay": ("किताब", "किताब"),
    "Hebrew points and final letters": ("שָׁלוֹם", "שלומ"),
    "Thai marks stay": ("ประเทศไทย ก่อน", "ประเทศไทย ก่อน"),
    "superscript": ("km²", "km2"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "folded"), SAME.values(), ids=SAME)
def test_spellings_that_are_one(given: str, folded: str) -> None:
    """Who searches need not know how a word was typed, in any script."""
    assert fold(given) == folded


@given(st.text(max_size=40))
def test_folding_is_done_once(text: str) -> None:
    """What is folded stays as it is, so that a word and its search meet."""
    once = fold(text)
    assert fold(once) == once


def said(text: str) -> list[str]:
    return [it.text for it in words(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bridge closed: 3–2, l’Iran (COVID-19)", ["bridge", "closed", "3", "2", "l", "iran", "covid", "19"]),
        ("می‌خواهم", ["مي", "خواهم"]),
        ("東京都 Tokyo5区", ["東京都", "tokyo5", "区"]),
        ("ประเทศไทย2026", ["ประเทศไทย", "2026"]),
        ("한국 대통령", ["한국", "대통령"]),
        ("क्‍षमा ½", ["क्", "षमा", "1", "2"]),
        ("— 👩🏽‍🚒 …", []),
        ("", []),
    ],
    ids=["Latin", "Persian", "Japanese", "Thai", "Korean", "joiners", "no words", "empty"],
)  # fmt: skip
def test_a_line_has_words(text: str, found: list[str]) -> None:
    """Words end where letters and digits do, and where a script without spaces begins."""
    assert said(text) == found


def test_words_know_their_places() -> None:
    """What was found can be marked in the line as it was written."""
    text = "Der Ministerpräsident “Straße” 東京"
    assert [text[it.start : it.end] for it in words(text)] == [
        "Der", "Ministerpräsident", "Straße", "東京"]  # fmt: skip
    assert [it.unspaced for it in words(text)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("año", {"ano"}),
        ("الحرب", {"حرب"}),
        ("والحرب", {"الحرب", "حرب"}),
        ("وبالأمم", {"الامم", "امم"}),
        ("للشرق", {"الشرق", "شرق"}),
        ("الو", set()),
        ("می‌خواهم", {"ميخواهم"}),
        ("president", set()),
    ],
)
def test_a_word_is_found_as_others_write_it(text: str, others: set[str]) -> None:
    """A word is found without its article, without its tilde, and as one where it was joined."""
    assert {it.text for it in found_as(text)} == {*said(text), *others}


def test_what_is_remembered_is_bounded() -> None:
    """Whatever is searched for and looked at takes no more memory after a day than after an hour."""
    for number in range(2 * REMEMBERED_MAX):
        found_as(f"é{number}")
    assert found_as.cache_info().currsize == REMEMBERED_MAX
