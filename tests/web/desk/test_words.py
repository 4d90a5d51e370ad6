"""Words of the desk: the same ones in every language, and those that readers see for the same thing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

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
