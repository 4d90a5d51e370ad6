"""JSON Schemas (2020-12) of what is sent and answered, made from the table of a flash's fields.

What such a schema refuses the service refuses; the service refuses more: characters that are
invisible, slugs that are none, lines that are too long in bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.editing.coverages import TITLE_MAX
from ticker.news.document import TOMBSTONE
from ticker.news.event import CURSOR
from ticker.news.fields import Kind
from ticker.news.flash import CHANGEABLE, FIELDS, PubStatus, Stage
from ticker.news.reach import ScreenState
from ticker.news.text import BYTES_PER_CLUSTER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.news.fields import Field
    from ticker.news.newsroom import Newsroom
    from ticker.web.description.operation import Schema

TIME: Final[Schema] = {"type": "string", "format": "date-time"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
POSITION: Final[Schema] = {
    "type": "string",
    "pattern": f"^{CURSOR.pattern}$",
    "description": "A position on the wire, `<offset>.<tag>`; opaque to clients.",
}
_COUNTS: Final[Schema] = {"type": "object", "additionalProperties": COUNT}
_NAMES: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
_STATUS: Final[Schema] = {"type": "integer", "minimum": 100, "maximum": 599}


def ref(name: str) -> Schema:
    """Reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(items: Schema) -> Schema:
    """An array of these."""
    return {"type": "array", "items": items}


def shape(meaning: str, optional: Mapping[str, Schema] | None = None, **members: Schema) -> Schema:
    """An object that has all of these members, and may have the optional ones."""
    schema: Schema = {"type": "object", "description": meaning, "required": list(members)}
    return {**schema, "properties": {**members, **(optional or {})}}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    nullable = {**schema, "type": [schema["type"], "null"]}
    return nullable | {"enum": [*schema["enum"], None]} if "enum" in schema else nullable


def _told(field: Field) -> Schema:
    """A field of a flash as it is answered."""
    schema = _value(field)
    return or_null(schema) if field.is_nullable and not field.is_optional else schema


def _value(field: Field) -> Schema:
    """Its value, where it has one."""
    schemas: dict[Kind, Schema] = {
        Kind.TIME: TIME,
        Kind.FLAG: FLAG,
        Kind.LINES: many(TEXT),
        Kind.NUMBER: {"type": "integer", "minimum": 1},
        Kind.URGENCY: {"type": "integer", "minimum": 1, "maximum": field.max},
    }
    schema = {**schemas.get(field.kind, TEXT), "description": field.meaning}
    if field.name == "pubstatus":
        schema["enum"] = list(PubStatus)
    return schema


def _given(field: Field) -> Schema:
    """A field of a flash as an editor may give it."""
    # Counted in grapheme clusters, of which each may have many code points.
    line = {"type": "string", "minLength": 1, "maxLength": field.max * BYTES_PER_CLUSTER}
    schemas: dict[Kind, Schema] = {
        Kind.CODE: ref(f"{field.name.capitalize()}Code"),
        Kind.LINE: line,
        Kind.SLUG: line,
        Kind.LINES: {**many(line), "maxItems": field.items},
        Kind.KEY: {"type": "string", "pattern": f"^[0-9A-Za-z_-]{{1,{field.max}}}$"},
        Kind.URL: {"type": "string", "format": "iri", "maxLength": field.max},
    }
    schema = schemas.get(field.kind, _value(field))
    return {**(or_null(schema) if field.is_clearable else schema), "description": field.meaning}


def _codes(newsroom: Newsroom) -> dict[str, Schema]:
    found = {
        "EditionCode": newsroom.editions,
        "DeskEditionCode": newsroom.all_editions,
        "SectionCode": newsroom.sections,
        "RegionCode": newsroom.regions,
    }
    return {name: {"type": "string", "enum": list(codes)} for name, codes in found.items()}


def _flashes() -> dict[str, Schema]:
    always = {name: _told(it) for name, it in FIELDS.items() if not it.is_optional}
    sometimes = {name: _told(it) for name, it in FIELDS.items() if it.is_optional}
    given = {name: _given(field) for name, field in CHANGEABLE.items()}
    draft = {name: it for name, it in given.items() if not FIELDS[name].is_correction}
    headline = ["headline"]
    places = {"cleaned": many(ref("Change")), "doubtful": many(ref("Change"))}
    closed = {"type": "object", "additionalProperties": False}
    return {
        "Flash": shape("One version of one line.", sometimes, **always),
        "FiledFlash": shape("The line as stored.", {**sometimes, **places}, **always),
        "Tombstone": shape(
            "What is left of a killed line.", **{name: _told(FIELDS[name]) for name in TOMBSTONE}
        ),
        "Draft": {**closed, "required": headline, "properties": draft},
        "Patch": {**closed, "properties": given},
        "BatchLine": {
            **closed,
            "required": ["edition", *headline],
            "properties": {**draft, "edition": ref("DeskEditionCode"), "draft": or_null(FLAG)},
        },
    }


def _listings() -> dict[str, Schema]:
    spoken: dict[str, Schema] = {"lang": TEXT, "dir": {"type": "string", "enum": ["ltr", "rtl"]}}
    match = shape(
        "Which version was found, and where its headline has the words, in code points.",
        {"author": TEXT, "action": TEXT, "by": TEXT, "at": TIME, "reason": or_null(TEXT)},
        id=TEXT,
        version=COUNT,
        headline=TEXT,
        ranges=many({**many(COUNT), "minItems": 2, "maxItems": 2}),
    )
    lines = many(ref("Flash"))
    return {
        "Match": match,
        "Listing": shape(
            "The board, a page of the past (both say `lang` and `dir`), or what was found.",
            {**spoken, "matches": many(ref("Match")), "complete": FLAG},
            cursor=POSITION,
            flashes=lines,
        ),
        "PastBoard": shape("The board as it was then.", at=TIME, cursor=POSITION, flashes=lines),
        "Editions": shape("The editions.", editions=many(ref("Edition"))),
        "Edition": shape(
            "An edition and its vocabulary, code to name.",
            **dict.fromkeys(("code", "lang", "dir", "name", "label"), TEXT),
            sections=_NAMES,
            regions=_NAMES,
        ),
    }


def _record() -> Schema:
    return shape(
        "What the log keeps of a version.",
        flash=ref("Flash"),
        action=TEXT,
        by=TEXT,
        at=TIME,
        reason=or_null(TEXT),
        address=or_null(TEXT),
        stage=or_null({"type": "string", "enum": list(Stage)}),
        due=or_null(TIME),
    )


def _screens() -> Schema:
    counted = dict.fromkeys(("asked", *ScreenState), COUNT)
    sites = {"type": "object", "additionalProperties": shape("Of a site.", **counted)}
    return shape("What became of it on screens.", one_in=COUNT, **counted, sites=sites)


def _newsroom() -> dict[str, Schema]:
    reached: dict[str, Schema] = {"readers": COUNT, "written": COUNT, "confirmed": COUNT}
    return {
        "Record": _record(),
        "Versions": shape("Every version, oldest first.", versions=many(ref("Record"))),
        "Queue": shape("Lines that wait.", queue=many(ref("Record"))),
        "Landing": shape(
            "Whom a version has reached, in readers and milliseconds.",
            id=TEXT,
            version=COUNT,
            killed=FLAG,
            readers=COUNT,
            written=COUNT,
            left=COUNT,
            confirmed=or_null(COUNT),
            **{name: or_null(COUNT) for name in ("p50", "p99", "last")},
            screens=or_null(_screens()),
            transports={
                "type": "object",
                "additionalProperties": shape("Of a transport.", **reached, left=COUNT),
            },
            hubs={"type": "object", "additionalProperties": shape("Of a hub.", **reached)},
        ),
        "Readers": shape(
            "Who reads now.", readers=COUNT, transports=_COUNTS, origins=_COUNTS, hubs=_COUNTS
        ),
        "Coverage": shape(
            "A running story's title.", edition=TEXT, coverage=TEXT, title=or_null(TEXT)
        ),
        "Title": {
            "type": "object",
            "additionalProperties": False,
            "required": ["title"],
            "properties": {
                "title": or_null(
                    {"type": "string", "minLength": 1, "maxLength": TITLE_MAX * BYTES_PER_CLUSTER}
                )
            },
        },
        "Results": shape("One for each line, in their order.", results=many(ref("Result"))),
        "Result": shape(
            "`flash` where it was filed, `problem` where not.",
            {"flash": ref("FiledFlash"), "problem": ref("Problem")},
            status=_STATUS,
        ),
    }


def _errors() -> dict[str, Schema]:
    place: dict[str, Schema] = {"field": TEXT, "pointer": TEXT}
    return {
        "Change": shape(
            "A place of a text that was cleaned, or may want it.",
            **place,
            position=COUNT,
            rule=TEXT,
            what=TEXT,
            replacement=or_null(TEXT),
        ),
        "Fault": shape("A field that is wrong.", {"remedy": TEXT}, **place, detail=TEXT),
        "Problem": shape(
            "A problem document (RFC 9457).",
            {"errors": many(ref("Fault"))},
            type=TEXT,
            title=TEXT,
            status=_STATUS,
            detail=TEXT,
        ),
        "Ready": shape("It works.", {"warnings": many(TEXT)}, status=TEXT),
        "Oembed": shape(
            "oEmbed 1.0, of type rich.",
            **dict.fromkeys(("type", "version", "title", "provider_name"), TEXT),
            **dict.fromkeys(("provider_url", "html"), TEXT),
            **dict.fromkeys(("cache_age", "width", "height"), COUNT),
        ),
        "Manifest": {"type": "object", "description": "Web application manifest (W3C)."},
    }


def schemas(newsroom: Newsroom) -> dict[str, Any]:
    """All of them by name, in this newsroom's editions and vocabularies."""
    return {**_codes(newsroom), **_flashes(), **_listings(), **_newsroom(), **_errors()}
