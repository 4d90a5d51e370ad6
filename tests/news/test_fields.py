"""The table of a flash's fields, and what follows from it: documents, rules, the manual."""

from __future__ import annotations

import json
import re
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.flashes import NOON, flash
from ticker.news import document
from ticker.news.draft import Rules
from ticker.news.faults import InvalidError
from ticker.news.fields import Field, Kind, table
from ticker.news.flash import CHANGEABLE, FIELDS

DOCS: Final = Path(__file__).parents[2] / "docs"
RULES: Final = Rules(sections=["politics"], regions=["politics"])
# A value of each kind as an editor sends it, and the longest or highest there may be.
SAID: Final[dict[Kind, Any]] = {
    Kind.CODE: "politics", Kind.FLAG: True, Kind.KEY: "k", Kind.LINE: "x", Kind.LINES: ["x"],
    Kind.SLUG: "s", Kind.TIME: "2026-11-24T12:00:00.000Z", Kind.URGENCY: 1, Kind.URL: "http://a.example/",
}  # fmt: skip
JSON: Final = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "time": str,
    "array of strings": list,
}


def limits(field: Field) -> tuple[Any, Any]:
    """A value that is just within the bounds of a field, and one just beyond."""
    match field.kind:
        case Kind.URGENCY:
            return field.max, field.max + 1
        case Kind.LINES:
            tags = [f"{number:0{field.max}}" for number in range(field.items)]
            return tags, [*tags, "x"]
        case kind:
            longest = SAID[kind].ljust(field.max, "x")
            return longest, longest + "x"


def rows(page: str, before: str) -> dict[str, list[str]]:
    """The cells of each field's row, of the first table after some words of the manual."""
    text = (DOCS / page).read_text("utf-8").partition(before)[2]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert lines is not None
    cells = [line.strip("|").split(" | ") for line in lines[0].splitlines()[2:]]
    return {name: row for row in cells for name in re.findall(r"`(\w+)`", row[0])}


def test_a_document_has_the_fields_in_their_order() -> None:
    """Programs find every field, of the type that the manual says, and null where nothing is said."""
    said = {name: RULES.changes({name: SAID[it.kind]})[name] for name, it in CHANGEABLE.items()}
    whole = json.loads(document.dumps(document.full(flash(**said))))
    assert list(whole) == list(FIELDS)
    for name, field in FIELDS.items():
        assert isinstance(whole[name], JSON[field.type]), name
    bare = document.full(flash())
    assert bare.keys() == {name for name, field in FIELDS.items() if not field.is_optional}
    assert {name for name, value in bare.items() if value is None} == {
        name for name, field in FIELDS.items() if field.is_nullable and not field.is_optional
    }


@pytest.mark.parametrize(
    "field", [it for it in CHANGEABLE.values() if it.max], ids=lambda field: field.name
)
def test_bounds_are_what_they_say(field: Field) -> None:
    """The longest value that the manual allows is taken, and the next one is not."""
    within, beyond = limits(field)
    assert field.name in RULES.changes({field.name: within})
    with pytest.raises(InvalidError):
        RULES.changes({field.name: beyond})


@pytest.mark.parametrize("field", CHANGEABLE.values(), ids=CHANGEABLE)
def test_null_and_nothing(field: Field) -> None:
    """What a line can be without is taken back by null; what it needs is asked for."""
    if field.is_clearable:
        assert RULES.changes({field.name: None}) == {field.name: field.default}
    else:
        with pytest.raises(InvalidError):
            RULES.changes({field.name: None})
    if field.is_required:
        with pytest.raises(InvalidError):
            RULES.publication({}, NOON)
    else:
        assert RULES.publication({"headline": "x"}, NOON)[field.name] == field.default


def test_a_field_says_what_it_is() -> None:
    """A field of which nothing is said never gets as far as a reader."""
    with pytest.raises(ValueError, match="unpack"):
        table(make_dataclass("Silent", [("mood", str)]))


def test_the_manual_for_editors_has_every_field() -> None:
    """An editor's program finds each field it may set with its type, bounds and default, and no other."""
    manual = rows("api.md", "These fields may be set")
    assert manual.keys() == CHANGEABLE.keys()
    for name, field in CHANGEABLE.items():
        _, type_, rule = manual[name]
        assert type_ == field.type + (", required" if field.is_required else ""), name
        bounds = {field.max, field.items} - {0}
        numbers = {int(number) for number in re.findall(r"\b\d+", rule)}
        assert bounds <= numbers, name
        assert max(bounds, default=0) == max(numbers, default=0), name
        assert ("in a PATCH only" in rule) == field.is_correction, name
        assert (f"{field.default} if not given" in rule) == bool(field.default), name
    kept = {name for name, field in CHANGEABLE.items() if not field.is_clearable}
    of_null = re.findall(r"`null` (?:counts|clears).*", (DOCS / "api.md").read_text("utf-8"))
    named = [set(re.findall(r"`(\w+)`", sentence)) for sentence in of_null]
    assert named == [kept | {"null"}] * 2


def test_the_manual_for_readers_has_every_field() -> None:
    """A reader's program finds each field with its type and meaning, and no other."""
    manual = rows("protocol.md", "A flash has these fields")
    assert list(manual) == list(FIELDS)
    for name, field in FIELDS.items():
        _, type_, meaning = manual[name]
        null = " or null" if field.is_nullable and not field.is_optional else ""
        assert type_ == field.type + null, name
        assert field.meaning in meaning.replace("`", ""), name
        assert ("only where it is set" in meaning) == field.is_optional, name
    tombstone = re.search(r"as a tombstone: (.*)", (DOCS / "protocol.md").read_text("utf-8"))
    assert tombstone is not None
    assert re.findall(r"(?<!\()`(\w+)`", tombstone[1]) == list(document.TOMBSTONE)
