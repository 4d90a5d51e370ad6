"""Parameters (OpenAPI 3.1) of paths, queries and header fields, each described once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.hub.long_poll import WAIT_MAX
from ticker.news.event import CURSOR
from ticker.news.flash import URGENCY_RANGE
from ticker.news.reach import ScreenState
from ticker.settings import HOLD_MAX
from ticker.web.description.operation import EXAMPLE_ID
from ticker.web.description.schemas import FLAG, POSITION, TEXT, TIME, many, ref

if TYPE_CHECKING:
    from ticker.news.newsroom import Newsroom
    from ticker.web.description.operation import Schema

URGENCY: Final = {"type": "integer", "minimum": URGENCY_RANGE[0], "maximum": URGENCY_RANGE[-1]}
FILTERS: Final = ("section", "region", "tag", "coverage", "urgency")
SEARCH: Final = ("q", "source", "day", "author")
RETRIED: Final = ("Idempotency-Key", "X-CSRF-Token")
CONDITIONAL: Final = ("If-Match", *RETRIED)
_WORD: Final = {"type": "string", "minLength": 1}
# Nothing is the beginning.
_POSITION: Final = {**POSITION, "pattern": f"^({CURSOR.pattern})?$"}
_PIXELS: Final = {"type": "integer", "minimum": 1, "maximum": 999_999_999}


def up_to(most: int, fewest: int = 1) -> Schema:
    """A whole number of this range."""
    return {"type": "integer", "minimum": fewest, "maximum": most}


def _query(name: str, schema: Schema, meaning: str, *, required: bool = False) -> dict[str, Any]:
    needed = {"required": True} if required else {}
    return {"name": name, "in": "query", "description": meaning, **needed, "schema": schema}


def _header(name: str, schema: Schema, meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": meaning, "schema": schema}


def _path(name: str, schema: Schema, meaning: str, example: object) -> dict[str, Any]:
    at = {"name": name, "in": "path", "required": True, "description": meaning}
    return {**at, "schema": schema, "example": example}


def _filters() -> dict[str, Any]:
    return {
        "section": _query("section", many(ref("SectionCode")), "Of any of these sections."),
        "region": _query("region", many(ref("RegionCode")), "Of any of these regions."),
        "tag": _query("tag", many(TEXT), "With any of these tags."),
        "coverage": _query("coverage", many(TEXT), "Of any of these running stories."),
        "urgency": _query("urgency", URGENCY, "Of this urgency number or a lower one."),
        "cursor": _query("cursor", TEXT, "Where the reader was; absent for a first visit."),
        "q": _query("q", TEXT, "Words that a line has, all of them; makes this a search."),
        "source": _query("source", many(TEXT), "Words of its source; makes this a search."),
        "day": _query(
            "day",
            many({"type": "string", "format": "date"}),
            "Published on any of these days, in UTC; makes this a search.",
        ),
        "author": _query("author", many(TEXT), "With a token: made by any of these; a search."),
    }


def _headers() -> dict[str, Any]:
    key = {"type": "string", "pattern": "^[!-~]{1,255}$"}
    return {
        "Idempotency-Key": _header(
            "Idempotency-Key", key, "The same request with it is done once in 24 hours."
        ),
        "If-Match": _header("If-Match", TEXT, 'Only if the version is still this: `"2"`.'),
        "If-None-Match": _header("If-None-Match", TEXT, "ETags that a cache has: 304."),
        "If-Modified-Since": _header("If-Modified-Since", TEXT, "Last-Modified of a cache: 304."),
        "X-CSRF-Token": _header(
            "X-CSRF-Token", TEXT, "Of the session, where a change has no bearer token."
        ),
        "Last-Event-ID": _header("Last-Event-ID", TEXT, "The same as `cursor`, and wins over it."),
        "Origin": _header("Origin", TEXT, "Site of the page that asks, as browsers say it."),
    }


def _pages() -> dict[str, Any]:
    return {
        "limit": _query("limit", up_to(200), "Lines at most; 100 of a search."),
        "log_limit": _query("limit", up_to(10_000), "Entries at most."),
        "before": _query("before", TEXT, "Id of a line: the page of those published before it."),
        "after": _query("after", _POSITION, "Position to go on from."),
        "at": _query("at", TIME, "When.", required=True),
        "listing_after": _query(
            "after", TEXT, "Position: what comes after it, as a message, once it does."
        ),
        "wait": _query("wait", up_to(WAIT_MAX, 0), "With `after`: seconds to wait for it at most."),
        "poll": _query("poll", TEXT, "In how many seconds you ask again: you count as a reader."),
        "version": _query("version", up_to(999_999_999, 0), "Which one; else the newest."),
        "asked_version": _query(
            "version", up_to(999_999_999, 0), "The one that was asked about.", required=True
        ),
        "state": _query(
            "state",
            {"type": "string", "enum": list(ScreenState)},
            "What became of it.",
            required=True,
        ),
        "draft": _query("draft", FLAG, "File it without publishing it."),
        "hold": _query(
            "hold",
            {"type": "number", "minimum": 0, "maximum": HOLD_MAX, "multipleOf": 0.125},
            "Publish it after so many seconds, in which a kill stops it.",
        ),
        "clean": _query("clean", FLAG, "Clean texts that were pasted, first."),
        "linked": _query("linked", FLAG, "They are versions of one story."),
        "refile": _query("refile", FLAG, "Mend a slip, without a note to readers."),
        "reason": _query("reason", _WORD, "Why, for the newsroom only.", required=True),
        "unready": _query("unready", TEXT, "`404`: say no with 404."),
        "url": _query("url", _WORD, "Address of a page of this service.", required=True),
        "format": _query("format", TEXT, "`json`."),
        "maxwidth": _query("maxwidth", _PIXELS, "CSS pixels at most."),
        "maxheight": _query("maxheight", _PIXELS, "CSS pixels at most."),
    }


def in_path(newsroom: Newsroom, path: str, name: str, *, drills: bool) -> dict[str, Any]:
    """One of a path.

    Args:
        newsroom: Whose editions and vocabularies they are.
        path: Whose it is.
        name: As the route has it.
        drills: Whether an edition may be one for exercises.
    """
    first = next(iter(newsroom.editions))
    vocabulary = list(newsroom.regions if "/region/" in path else newsroom.sections)
    kind = "RegionCode" if "/region/" in path else "SectionCode"
    known: dict[str, tuple[Schema, str, object]] = {
        "edition": (
            ref("DeskEditionCode" if drills else "EditionCode"),
            "Code of an edition.",
            first,
        ),
        "id": (_WORD, "Id of a line.", EXAMPLE_ID),
        "kind": (
            {"type": "string", "enum": ["json", "rss", "atom", "ninjs"]},
            "JSON Feed 1.1, RSS 2.0, Atom 1.0, or ninjs items.",
            "json",
        ),
        "slug": (_WORD, "Slug of a running story.", "harbour-bridge"),
        "version": (up_to(999_999_999), "Version of the line.", 1),
        "code": (
            ref(kind),
            "Code of the section or region.",
            next(iter(vocabulary), ""),
        ),
        "name": (_WORD, "Version of the script, as the snippet names it.", "0123456789ab"),
    }
    return _path(name, *known[name])


def parameters() -> dict[str, Any]:
    """Those of queries and header fields, by name."""
    return {**_filters(), **_headers(), **_pages()}
