"""JSON Schemas of the protocol's messages, made from its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker.protocol.messages import MESSAGES
from ticker.web.description.schemas import (
    COUNT,
    FLAG,
    POSITION,
    TEXT,
    TIME,
    many,
    or_null,
    shape,
)

if TYPE_CHECKING:
    from ticker.protocol.messages import Member
    from ticker.web.description.operation import Schema

_LINE: Final[Schema] = {
    "anyOf": [{"$ref": "#/components/schemas/Flash"}, {"$ref": "#/components/schemas/Tombstone"}]
}
_TYPES: Final[dict[str, Schema]] = {
    "string": TEXT,
    "boolean": FLAG,
    "number": {"type": "number"},
    "time": TIME,
    "flash": _LINE,
    "array of flashes": many(_LINE),
    "array of strings": many(TEXT),
    "array of integers": {**many(COUNT), "minItems": 2, "maxItems": 2},
    "board": shape("A board's bounds.", lines=COUNT, hours={"type": "number"}),
    "titles": {"type": "object", "additionalProperties": or_null(TEXT)},
}


def payload(name: str) -> Schema:
    """Of a message of this type."""
    message = MESSAGES[name]
    kind = {"type": "string", "const": name}
    needed = {it: _member(of) for it, of in message.members.items() if not of.is_optional}
    others = {it: _member(of) for it, of in message.members.items() if of.is_optional}
    return shape(message.meaning, others, type=kind, cursor=POSITION, **needed)


def _member(member: Member) -> Schema:
    return {**_TYPES[member.type], "description": member.meaning}
