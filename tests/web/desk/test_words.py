"""Words of the desk: the same ones in every language, and those that readers see for the same thing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ticker.accounts.principal import Role

STATIC = Path(__file__).parents[3] / "static"
DESK: dict[str, dict[str, Any]] = json.loads((STATIC / "desk/words.json").read_text())
ACCOUNTS: dict[str, dict[str, Any]] = json.loads((STATIC / "desk/accounts.json").read_text())
READER: dict[str, dict[str, str]] = json.loads((STATIC / "reader/words.json").read_text())
# Plural forms are the language's own (CLDR).
_FORMS = {"zero", "one", "two", "few", "many", "other"}


def shape(words: Any) -> Any:
    """Names of all words, and what is put into each."""
    if isinstance(words, str):
        return frozenset(re.findall(r"\{(\w+)\}", words))
    if "other" in words and set(words) <= _FORMS:
        return shape(words["other"])
    return {name: shape(it) for name, it in words.items()}


@pytest.mark.parametrize("lang", sorted(set(DESK) - {"en"}))
def test_each_language_says_everything(lang: str) -> None:
    """No word is missing, none is left over, and each takes the same values."""
    free = {"wrong_fields", "shortcuts"}
    own, english = (
        {name: shape(it) for name, it in DESK[it].items() if name not in free}
        for it in (lang, "en")
    )
    assert own == english
    assert list(DESK[lang]["shortcuts"]) == list(DESK["en"]["shortcuts"])


@pytest.mark.parametrize("lang", sorted(set(DESK) - {"en"}))
def test_accounts_are_spoken_of_in_the_same_languages(lang: str) -> None:
    """Whoever reads the desk in a language logs in, and is refused, in it."""
    assert shape(ACCOUNTS[lang]) == shape(ACCOUNTS["en"])
    assert ACCOUNTS.keys() == DESK.keys()


@pytest.mark.parametrize("lang", sorted(DESK))
def test_urgency_is_called_the_same_at_the_desk_and_on_pages(lang: str) -> None:
    """An editor and a reader have one word for one thing, whatever its case."""
    for number in (1, 2, 3):
        name = f"urgency_{number}"
        assert DESK[lang][name].casefold() == READER[lang][name].casefold()


def leaves(words: Any) -> list[str]:
    """All sentences there are."""
    if isinstance(words, str):
        return [words]
    return [text for it in words.values() for text in leaves(it)]


@pytest.mark.parametrize("words", [DESK, ACCOUNTS, READER], ids=["desk", "accounts", "reader"])
def test_french_marks_have_their_narrow_space(words: dict[str, Any]) -> None:
    """No line begins with a colon, and no mark stands on a word: a narrow no-break space is between."""
    for text in leaves(words["fr"]):
        for mark in re.finditer(r"(?<![0-9a-z])(?<!https)[:;?!»](?!//)|«.", text):
            before = text[mark.start() - 1] if mark[0][0] != "«" else mark[0][1]
            assert before == "\u202f", text
        assert not re.search(r"[a-zé][;?!»]", text), text
        assert not re.search(r"[a-zé}]:(?![a-z0-9/])", text), text


@pytest.mark.parametrize("words", [DESK, ACCOUNTS, READER], ids=["desk", "accounts", "reader"])
def test_spanish_says_usted(words: dict[str, Any]) -> None:
    """A newsroom is spoken to in one tone, and nobody changes it in the middle of a page."""
    familiar = r"\b(tú|tus?|t[ei]|contigo|vuestr\w+|escribes|mira|envía(lo|la)|espera un|permite|inténtalo)\b"
    for text in leaves(words["es"]):
        assert not re.search(familiar, text, re.IGNORECASE), text


@pytest.mark.parametrize("lang", sorted(DESK))
def test_every_role_has_a_word(lang: str) -> None:
    """Whoever looks after the staff reads what a role is called in their language."""
    assert ACCOUNTS[lang]["roles"].keys() == {role.word for role in Role}
