"""Operations of editors' programs: what they do to lines, and what they are told of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ticker.web.description import samples
from ticker.web.description.operation import Access, Body, Operation, Operations, Reply, Tag
from ticker.web.description.parameters import CONDITIONAL, RETRIED

_LINES: Final = "application/x-ndjson"
_EDITORIAL: Final = Access.EDITORIAL
_MERGE: Final = "application/merge-patch+json"
_CHANGED: Final = (409, 412)


def _filed(meaning: str, example: object, *headers: str) -> Reply:
    return Reply(meaning, "FiledFlash", headers=("ETag", *headers), example=example)


WRITING: Final[Operations] = MappingProxyType(
    {
        "POST /v1/{edition}/flashes": Operation(
            id="publish",
            summary="Publish a line, or file it as a draft",
            tag=Tag.WRITING,
            access=_EDITORIAL,
            parameters=("draft", "hold", "clean", *RETRIED),
            body=Body("Draft", samples.DRAFT),
            replies={201: _filed("The line, stored.", samples.FLASH, "Location")},
            problems=(409,),
        ),
        "PATCH /v1/{edition}/flashes/{id}": Operation(
            id="correct",
            summary="Correct a line",
            tag=Tag.WRITING,
            access=_EDITORIAL,
            parameters=("refile", "clean", *CONDITIONAL),
            body=Body("Patch", samples.PATCH, ("application/json", _MERGE)),
            replies={200: _filed("The line at its newest version.", samples.CORRECTED)},
            problems=_CHANGED,
        ),
        "DELETE /v1/{edition}/flashes/{id}": Operation(
            id="kill",
            summary="Kill a line: it disappears from every screen",
            tag=Tag.WRITING,
            access=_EDITORIAL,
            parameters=("reason", "clean", *CONDITIONAL),
            query={"reason": "Wrong bridge"},
            replies={200: _filed("The canceled line, with its words.", samples.CANCELED)},
            problems=_CHANGED,
        ),
        "POST /v1/{edition}/flashes/{id}/release": Operation(
            id="release",
            summary="Release a draft, turn a second key, or end a hold or an embargo",
            tag=Tag.WRITING,
            access=_EDITORIAL,
            parameters=("draft", "hold", *CONDITIONAL),
            replies={200: Reply("The line.", "Flash", headers=("ETag",), example=samples.FLASH)},
            problems=_CHANGED,
        ),
        "POST /v1/flashes": Operation(
            id="publish_many",
            summary="Publish lines in several editions at once",
            tag=Tag.WRITING,
            access=_EDITORIAL,
            parameters=("draft", "hold", "clean", "linked", *RETRIED),
            body=Body(
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 20,
                    "items": {"$ref": "#/components/schemas/BatchLine"},
                },
                samples.BATCH,
            ),
            replies={207: Reply("A result for each line.", "Results", example=samples.RESULTS)},
            problems=(409,),
        ),
        "PUT /v1/{edition}/coverages/{slug}": Operation(
            id="entitle",
            summary="Give a running story its title",
            tag=Tag.WRITING,
            access=_EDITORIAL,
            parameters=("X-CSRF-Token",),
            body=Body("Title", {"title": "Harbour bridge"}),
            replies={200: Reply("As stored.", "Coverage", example=samples.COVERAGE)},
            problems=(409,),
        ),
    }
)
NEWSROOM: Final[Operations] = MappingProxyType(
    {
        "GET /v1/{edition}/coverages/{slug}": Operation(
            id="coverage",
            summary="The title of a running story",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            replies={200: Reply("Its title.", "Coverage", example=samples.COVERAGE)},
        ),
        "GET /v1/{edition}/flashes/{id}/versions": Operation(
            id="versions",
            summary="Every version of a line, with who, when and why",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            replies={
                200: Reply("Oldest first.", "Versions", example={"versions": [samples.RECORD]})
            },
        ),
        "GET /v1/{edition}/queue": Operation(
            id="queue",
            summary="Lines that wait: drafts, holds, second keys, embargoes",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            replies={
                200: Reply("As they were filed.", "Queue", example={"queue": [samples.WAITING]})
            },
        ),
        "GET /v1/{edition}/flashes/{id}/landing": Operation(
            id="landing",
            summary="Whom a version has reached",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            parameters=("version",),
            replies={200: Reply("Readers and times.", "Landing", example=samples.LANDING)},
        ),
        "GET /v1/{edition}/readers": Operation(
            id="readers",
            summary="Who reads now",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            replies={200: Reply("By transport, site, hub.", "Readers", example=samples.READERS)},
        ),
        "GET /v1/{edition}/board": Operation(
            id="past_board",
            summary="The board as it was shown at a time",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            parameters=("at",),
            query={"at": "2026-11-23T22:51:30Z"},
            replies={
                200: Reply(
                    "The board then.",
                    "PastBoard",
                    example={
                        "at": "2026-11-23T22:51:30.000Z",
                        "cursor": samples.CURSOR,
                        "flashes": [samples.FLASH],
                    },
                )
            },
        ),
        "GET /v1/{edition}/log": Operation(
            id="log",
            summary="The wire as JSON Lines, for editors",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            parameters=("after", "log_limit"),
            replies={
                200: Reply('A page of {"cursor", "record"}.', None, _LINES, headers=("Link",))
            },
        ),
        "GET /v1/audit": Operation(
            id="audit",
            summary="The audit log as JSON Lines, for admins",
            tag=Tag.NEWSROOM,
            access=_EDITORIAL,
            replies={200: Reply('Every {"cursor", "entry"}.', None, _LINES)},
        ),
    }
)
