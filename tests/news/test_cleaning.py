"""What is pasted becomes a line that the strict judge takes, and no letter is lost by it."""

# ruff: noqa: RUF001 - letters of other scripts beside escapes are what this is about

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.support.pasted import ALL, LOST, Pasted
from ticker.news import characters, text
from ticker.news.artefacts import RULES, Level
from ticker.news.cleaning import CHANGES_MAX, TEXT_MAX, clean, clean_fields

MOST = 10_000
ids = [f"{it.lang}-{n}" for n, it in enumerate(ALL)]


def is_accepted(line: str) -> bool:
    try:
        return text.line(line, MOST) != ""
    except text.TextError:
        return False


@pytest.mark.parametrize("it", ALL, ids=ids)
def test_the_strict_judge_is_exact(it: Pasted) -> None:
    """Letters that a language needs are taken as they are; what means nothing is refused."""
    assert is_accepted(it.text) is it.accepted
    if it.accepted:
        assert text.line(it.text, MOST) == unicodedata.normalize("NFC", it.text.strip())


@pytest.mark.parametrize("it", ALL, ids=ids)
def test_what_is_certain_is_cleaned_and_the_rest_is_named(it: Pasted) -> None:
    """Nothing but artefacts goes, and an editor is shown what may be one."""
    done = clean(it.text)
    assert done.text == it.left
    assert bool(done.changes) == (it.text != it.left)
    assert tuple(change.rule for change in done.doubts) == it.doubts
    assert is_accepted(done.text) is (it not in LOST)


def test_what_was_done_is_told_with_its_place() -> None:
    """A program learns what stood where, in the text as it sent it."""
    done = clean("Head\tof\ufeff Beyonc&eacute;  \ufffd")
    assert [(it.position, it.rule, it.what, it.replacement) for it in done.changes] == [
        (4, "break", "U+0009", " "),
        (7, "invisible", "U+FEFF ZERO WIDTH NO-BREAK SPACE", ""),
        (15, "entity", "&eacute;", "é"),
    ]
    assert [(it.position, it.rule, it.what, it.replacement) for it in done.doubts] == [
        (24, "spaces", "U+0020 SPACE", ""),
        (25, "lost", "�", None),
    ]


def test_each_text_of_a_draft_is_cleaned() -> None:
    """Tags, source and link too; what is no text stays for the judge."""
    data = {
        "headline": "A\tline", "source": "Reuters\ufeff", "tags": ["a", "b\u200b", 5], "coverage": "sea\u00ad",
        "url": "https://news.example/a\n?b&amp;c", "urgency": "\t", "mood": "\t", "located": None,
    }  # fmt: skip
    cleaned, told = clean_fields(data)
    assert cleaned == data | {
        "headline": "A line", "source": "Reuters", "tags": ["a", "b", 5], "coverage": "sea",
        "url": "https://news.example/a?b&c",
    }  # fmt: skip
    assert [(it["field"], it["pointer"]) for it in told["cleaned"]] == [
        ("headline", "#/headline"), ("source", "#/source"), ("tags", "#/tags/1"),
        ("coverage", "#/coverage"), ("url", "#/url"), ("url", "#/url"),
    ]  # fmt: skip
    assert told["doubtful"] == []


def test_what_is_told_is_bounded() -> None:
    """A text of nothing but artefacts has no endless answer."""
    _, told = clean_fields({"headline": "a\u200b" * 1000 + "b  " * 500})
    assert (len(told["cleaned"]), len(told["doubtful"])) == (CHANGES_MAX, CHANGES_MAX)
    far_too_long = "a\u200b" * TEXT_MAX
    assert clean(far_too_long).text == far_too_long


def test_a_text_made_to_be_cleaned_for_ever_is_left() -> None:
    """An entity in an entity in an entity is refused, and costs little."""
    nested = "&sh" * 900 + "&shy;" + "y;" * 900
    assert clean(nested).text == nested


# Everything that rules speak of, side by side.
PIECES = [
    *"\t\n\r\v\x00\x07\x1e\x1f\x7f\x85\x92\x9d\u00a0\u00ad\u034f\u061c\u115f\u180b\u180e\u200b\u200c\u200d\u200e\u200f",
    *"\u2028\u202a\u202b\u202c\u202d\u202e\u202f\u2060\u2066\u2067\u2068\u2069\u3164\ufe00\ufe0f\ufeff\ufff9\ufffc\U000e0067\U000e0100",
    *"ab É.5  &;#<>«»“\"'-", *"هنیە", "\u064b", "۵", *"क्रि", *"ന്", *"กิ", *"កុ", *"ၠက", *"葛", *"👩🚒🏽🏴❤", "\u0301",
    "&amp;", "&#39;", "&shy;", "&zwnj;", "&#10;", "&#x200b;", "&rlm;", "amp;", "&sh", "â€", "™", "Ã", "¤", "Â", "ï»¿", "<b>", "  ",
]  # fmt: skip
rubbish = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=30).map("".join)


@settings(max_examples=1500)
@given(rubbish)
def test_a_cleaned_line_is_accepted_and_at_rest(line: str) -> None:
    """Whatever is pasted: what is left is taken, unless a letter is lost, and cleaned no more."""
    done = clean(line)
    assert clean(done.text).text == done.text
    assert clean(done.text).changes == []
    lost = any(it.rule in {"lost", "symbol"} for it in done.doubts)
    piled = any(len(it) > 16 for it in text._CLUSTER.findall(done.text))
    if done.text.strip() and not lost and not piled:
        taken = text.line(done.text, MOST)
        assert text.line(taken, MOST) == taken


@settings(max_examples=1500)
@given(rubbish)
def test_cleaning_touches_only_what_is_marked(line: str) -> None:
    """A line that the judge takes, and that no rule finds anything in, is left as it is."""
    done = clean(line)
    if is_accepted(line) and not done.changes:
        assert done.text == line
    if not done.changes and not done.doubts and line.strip():
        assert is_accepted(line) or any(len(it) > 16 for it in text._CLUSTER.findall(line))


@given(rubbish)
def test_positions_are_of_what_was_sent(line: str) -> None:
    """Where something was done or is in doubt is found in the text that the program has."""
    done = clean(line)
    assert all(0 <= it.position < len(line) for it in [*done.changes, *done.doubts])


def test_every_rule_is_met() -> None:
    """No rule of the list is there for nothing."""
    met: set[tuple[str, Level]] = set()
    levels: dict[str, Any] = {
        "changes": (Level.CERTAIN, Level.ON_REQUEST),
        "doubts": (Level.DOUBTFUL,),
    }
    for it in ALL:
        done = clean(it.text)
        for name, of in levels.items():
            met |= {(change.rule, level) for change in getattr(done, name) for level in of}
    assert {(rule.name, rule.level) for rule in RULES} <= met


def test_characters_are_named_as_unicode_names_them() -> None:
    """Whoever looks for a character finds it."""
    assert characters.label("\u00ad") == "U+00AD SOFT HYPHEN"
    assert characters.label("\t") == "U+0009"
