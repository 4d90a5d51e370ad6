"""Examples of the API descriptions; the tests ask for each, and the service answers so."""

from __future__ import annotations

from typing import Any, Final

from ticker.news.document import TOMBSTONE
from ticker.web.description.operation import EXAMPLE_ID

CURSOR: Final = "13.1d46739b5a8f5f7d"
_FIRST: Final = "2026-11-23T22:51:28.935Z"
_SECOND: Final = "2026-11-23T22:51:28.986Z"
DRAFT: Final[dict[str, Any]] = {
    "headline": "Harbour bridge closed after a ship strikes a pier",
    "urgency": 2,
    "source": "Port authority",
    "located": "Hamburg",
    "tags": ["bridge", "shipping"],
    "coverage": "harbour-bridge",
    "url": "https://news.example/bridge",
}
PATCH: Final[dict[str, Any]] = {
    "headline": "Harbour bridge closed after a ferry strikes a pier",
    "correction": "It was a ferry, not a cargo ship",
    "located": None,
}
FLASH: Final[dict[str, Any]] = {
    "id": EXAMPLE_ID,
    "edition": "en",
    "version": 1,
    "pubstatus": "usable",
    "urgency": 2,
    **{name: DRAFT[name] for name in ("headline", "source", "located")},
    "section": None,
    "region": None,
    **{name: DRAFT[name] for name in ("tags", "coverage", "url")},
    "pinned": False,
    "correction": None,
    "firstcreated": _FIRST,
    "versioncreated": _FIRST,
    "expires": None,
    "embargoed": None,
}
CORRECTED: Final[dict[str, Any]] = {**FLASH, **PATCH, "version": 2, "versioncreated": _SECOND}
CANCELED: Final[dict[str, Any]] = {**CORRECTED, "version": 3, "pubstatus": "canceled"}
TOMB: Final[dict[str, Any]] = {name: CANCELED[name] for name in TOMBSTONE}
LISTING: Final[dict[str, Any]] = {
    "cursor": CURSOR,
    "flashes": [FLASH],
    "lang": "en",
    "dir": "ltr",
}
RECORD: Final[dict[str, Any]] = {
    "flash": FLASH,
    "action": "publish",
    "by": "demo",
    "at": _FIRST,
    "reason": None,
    "address": "192.0.2.7",
    "stage": None,
    "due": None,
}
WAITING: Final[dict[str, Any]] = {
    **RECORD,
    "flash": {**FLASH, "pubstatus": "withheld"},
    "action": "draft",
    "stage": "draft",
}
LANDING: Final[dict[str, Any]] = {
    "id": EXAMPLE_ID,
    "version": 1,
    "killed": False,
    "readers": 1,
    "written": 1,
    "left": 0,
    "confirmed": 1,
    "p50": 4,
    "p99": 9,
    "last": 9,
    "screens": None,
    "transports": {"websocket": {"readers": 1, "written": 1, "confirmed": 1, "left": 0}},
    "hubs": {"a1b2": {"readers": 1, "written": 1, "confirmed": 1}},
}
READERS: Final[dict[str, Any]] = {
    "readers": 1,
    "transports": {"websocket": 1},
    "origins": {"direct": 1},
    "hubs": {"a1b2": 1},
}
EDITIONS: Final[dict[str, Any]] = {
    "editions": [
        {
            "code": "en",
            "lang": "en",
            "dir": "ltr",
            "name": "English",
            "label": "Breaking",
            "sections": {"politics": "Politics"},
            "regions": {"europe": "Europe"},
        }
    ]
}
COVERAGE: Final[dict[str, Any]] = {
    "edition": "en",
    "coverage": "harbour-bridge",
    "title": "Harbour bridge",
}
BATCH: Final[list[dict[str, Any]]] = [
    {"edition": "en", "headline": "Harbour bridge closed", "urgency": 3},
    {"edition": "es", "headline": "Cerrado el puente del puerto", "urgency": 3, "draft": True},
]
RESULTS: Final[dict[str, Any]] = {"results": [{"status": 201, "flash": FLASH}]}
OEMBED: Final[dict[str, Any]] = {
    "type": "rich",
    "version": "1.0",
    "title": "Breaking news · English",
    "provider_name": "Breaking news",
    "provider_url": "https://ticker.example",
    "cache_age": 3600,
    "width": 800,
    "height": 48,
    "html": '<iframe src="https://ticker.example/embed/en"></iframe>',
}
PROBLEM: Final[dict[str, Any]] = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "urgency must be an integer from 1 (flash) to 9",
    "errors": [
        {
            "field": "urgency",
            "detail": "must be an integer from 1 (flash) to 9",
            "pointer": "#/urgency",
        }
    ],
}
