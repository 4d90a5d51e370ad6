"""Operations of readers' programs, and of those who look after the service."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ticker.formats import newsml, ninjs
from ticker.web.description import samples
from ticker.web.description.operation import Operation, Operations, Reply, Tag
from ticker.web.description.parameters import FILTERS, SEARCH
from ticker.web.description.schemas import ref

_NOT_MODIFIED: Final = Reply("What a cache has is still right.", None, "", headers=("ETag",))
_PREFLIGHT: Final = Reply("What scripts of other sites may do.", None, "")
_READY: Final = {"status": "ready"}


def _preflight(name: str) -> Operation:
    return Operation(
        id=f"preflight_{name}",
        summary="CORS preflight",
        tag=Tag.READING,
        parameters=("Origin",),
        replies={204: _PREFLIGHT},
        problems=(404,),
    )


def _item(name: str, summary: str, media_type: str) -> Operation:
    dated = ("ETag", "Last-Modified")
    return Operation(
        id=name,
        summary=summary,
        tag=Tag.READING,
        parameters=("If-None-Match", "If-Modified-Since"),
        replies={
            200: Reply(summary, None, media_type, dated),
            304: Reply(_NOT_MODIFIED.meaning, None, "", dated),
            410: Reply("It was killed: the item is canceled.", None, media_type, dated),
        },
        problems=(404,),
    )


READING: Final[Operations] = MappingProxyType(
    {
        "GET /v1/editions": Operation(
            id="editions",
            summary="The editions and their vocabularies",
            tag=Tag.READING,
            replies={200: Reply("In their order.", "Editions", example=samples.EDITIONS)},
        ),
        "GET /v1/{edition}/flashes": Operation(
            id="flashes",
            summary="The board, a page of the past, what is found, or what comes after a position",
            tag=Tag.READING,
            parameters=(
                *("limit", "before", "poll", "listing_after", "wait"),
                *(*FILTERS, *SEARCH, "If-None-Match"),
            ),
            query={"limit": "1"},
            replies={
                200: Reply(
                    "Lines; with `after` or `wait` a `hello`, as /asyncapi.json has it.",
                    {"anyOf": [ref("Listing"), ref("Hello")]},
                    headers=("ETag", "Link"),
                    example=samples.LISTING,
                ),
                304: _NOT_MODIFIED,
            },
            # A token may be given: editors find killed lines, too. `after` has 403 as live has it.
            problems=(401, 403, 404, 422),
        ),
        "OPTIONS /v1/{edition}/flashes": _preflight("flashes"),
        "GET /v1/{edition}/flashes/{id}": Operation(
            id="flash",
            summary="One line",
            tag=Tag.READING,
            parameters=("If-None-Match",),
            replies={
                200: Reply("The line.", "Flash", headers=("ETag",), example=samples.FLASH),
                304: _NOT_MODIFIED,
                410: Reply("It was killed.", "Tombstone", headers=("ETag",), example=samples.TOMB),
            },
            problems=(404,),
        ),
        "GET /v1/{edition}/flashes/{id}.ninjs": _item(
            "ninjs", "One line as ninjs", ninjs.MEDIA_TYPE
        ),
        "GET /v1/{edition}/flashes/{id}.newsml": _item(
            "newsml", "One line as NewsML-G2", newsml.MEDIA_TYPE
        ),
        "OPTIONS /v1/{edition}/flashes/{id}": _preflight("flash"),
        "GET /v1/{edition}/live": Operation(
            id="live",
            summary="Follow an edition: Server-Sent Events, or WebSocket when upgraded",
            tag=Tag.READING,
            parameters=("cursor", *FILTERS, "Last-Event-ID", "Origin"),
            replies={
                200: Reply("Messages as /asyncapi.json has them.", None, "text/event-stream"),
            },
            problems=(403, 404, 422),
        ),
        "OPTIONS /v1/{edition}/live": _preflight("live"),
        "POST /v1/{edition}/flashes/{id}/screens": Operation(
            id="report",
            summary="Say what became of a version on a screen, where a message asked",
            tag=Tag.READING,
            parameters=("asked_version", "state", "Origin"),
            query={"version": "1", "state": "painted"},
            replies={204: Reply("It is counted.", None, "")},
            problems=(403, 404, 422),
        ),
        "POST /v1/{edition}/flashes/{id}/clicks": Operation(
            id="click",
            summary="Count that a reader followed the line's link",
            tag=Tag.READING,
            parameters=("Origin",),
            replies={204: Reply("It is counted.", None, "")},
            problems=(403, 404),
        ),
    }
)
HEALTH: Final[Operations] = MappingProxyType(
    {
        "GET /healthz": Operation(
            id="healthz",
            summary="Liveness",
            tag=Tag.HEALTH,
            replies={200: Reply("It answers.", "Ready", example={"status": "ok"})},
        ),
        "GET /readyz": Operation(
            id="readyz",
            summary="Readiness for editors",
            tag=Tag.HEALTH,
            replies={200: Reply("The store takes lines.", "Ready", example=_READY)},
        ),
        "GET /readyz/readers": Operation(
            id="readyz_readers",
            summary="Readiness for readers",
            tag=Tag.HEALTH,
            parameters=("unready",),
            replies={200: Reply("It takes readers.", "Ready", example=_READY)},
            problems=(404,),
        ),
        "GET /metrics": Operation(
            id="metrics",
            summary="Metrics of this process, for Prometheus",
            tag=Tag.HEALTH,
            replies={200: Reply("Prometheus text format.", None, "text/plain")},
        ),
    }
)
