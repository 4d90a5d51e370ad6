"""What is to be said of a field of a flash besides its Python type; `flash.FIELDS` is the table.

To add a field:

1. Give `Flash` an attribute whose annotation holds a `Field`, and a default unless it is required.
   JSON documents, drafts, `ticker post` and `ticker correct` and the desk's scripts follow.
2. Give it a row in docs/api.md if editors set it, and in docs/protocol.md;
   tests/news/test_fields.py says what is missing or wrong.
3. If editors are to type it at the desk: an input of its name in desk.html.

A new `Kind` needs a rule in `draft`, too; a new JSON type also a way to be given in
`commands.options` and static/desk/form.js.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, dataclass, replace
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What a value is: how JSON has it, and by which rule a draft is read.

    line: one line of text, 1 to `max` grapheme clusters, bounded in bytes too. lines: at most
    `items` of them.
    slug: a line of letters and digits, joined by hyphens. key: 1 to `max` characters of an id.
    code: a member of a vocabulary. url: http or https, at most `max` bytes.
    urgency: 1 to `max`. number: from 1. flag: true or false. time: RFC 3339.
    """

    LINE = "line"
    LINES = "lines"
    SLUG = "slug"
    KEY = "key"
    CODE = "code"
    URL = "url"
    URGENCY = "urgency"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"


_TYPES: Final[Mapping[Kind, str]] = {
    Kind.LINES: "array of strings",
    Kind.URGENCY: "integer",
    Kind.NUMBER: "integer",
    Kind.FLAG: "boolean",
    Kind.TIME: "time",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a flash.

    Attributes:
        meaning: What it says, as manual and `--help` put it.
        kind: What a value is.
        max: Bound of a value, as its kind counts; 0: it has none.
        items: Values at most, where it is an array.
        is_editable: An editor sets it, else the service.
        is_correction: It says something of a change, so a new line cannot have it.
        in_tombstone: Readers see it of a killed flash too.
        is_optional: A document has it only where it says something.
        option: Its option of the command line, where that is not its name.
        metavar: What a value is called there, where the name says less.
        name: As `Flash` has it; the table fills in this and what follows.
        is_required: A new flash must be given it.
        default: What else it is where nothing was said.
        is_nullable: It may be null (None).
    """

    meaning: str
    kind: Kind
    _: dataclasses.KW_ONLY
    max: int = 0
    items: int = 0
    is_editable: bool = True
    is_correction: bool = False
    in_tombstone: bool = False
    is_optional: bool = False
    option: str = ""
    metavar: str = ""
    name: str = ""
    is_required: bool = False
    default: Any = None
    is_nullable: bool = False

    @property
    def type(self) -> str:
        """In JSON, as the manual says it: string, integer, boolean, time, array of strings."""
        return _TYPES.get(self.kind, "string")

    @property
    def is_clearable(self) -> bool:
        """Whether null takes back what it says: a flash may be without (RFC 7396)."""
        return not self.is_required and self.default in (None, ())


def by_service(meaning: str, kind: Kind) -> Field:
    """A field that the service sets; readers get it of a killed flash too."""
    return Field(meaning, kind, is_editable=False, in_tombstone=True)


def table(flash: type) -> Mapping[str, Field]:
    """The fields of a dataclass by their names, in its order.

    Raises:
        ValueError: An attribute is not annotated with a `Field`.
    """
    fields = {}
    for attribute in dataclasses.fields(flash):
        value_type, field = get_args(attribute.type)
        fields[attribute.name] = replace(
            field,
            name=attribute.name,
            is_required=attribute.default is MISSING,
            default=None if attribute.default is MISSING else attribute.default,
            is_nullable=NoneType in get_args(value_type),
        )
    return fields
