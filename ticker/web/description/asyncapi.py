"""AsyncAPI 3.1 description of the live URL, made from the protocol's table of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ticker
from ticker.protocol.messages import CLOSE_CODES, MESSAGES
from ticker.web.description import samples
from ticker.web.description.messages import payload
from ticker.web.description.parameters import FILTERS, parameters
from ticker.web.description.schemas import schemas

if TYPE_CHECKING:
    from ticker.news.newsroom import Newsroom

_SCHEMAS: Final = {"Flash", "Tombstone", "SectionCode", "RegionCode"}
_PATH: Final = "/v1/{edition}/live"
_ABOUT: Final = (
    "A reader opens one connection and sends nothing. It gets a `hello`, then a message for every "
    "change, each with a `cursor`; after a break it comes back with the last one and gets what it "
    "missed. Over WebSocket each message is a text frame; over Server-Sent Events, at the same "
    "URL, an event with the message as `data` and its cursor as `id`."
)
_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "hello": {
        "reset": True,
        "flashes": [samples.FLASH],
        "now": "2026-11-23T22:51:30.000Z",
        "beat": 50.0,
        "board": {"lines": 50, "hours": 24.0},
        "lang": "en",
        "dir": "ltr",
    },
    "flash": {"flash": samples.FLASH},
    "drop": {"id": samples.FLASH["id"]},
    "titles": {"titles": {"harbour-bridge": "Harbour bridge"}},
    "beat": {},
}


def asyncapi(newsroom: Newsroom, public_url: str) -> dict[str, Any]:
    """The description.

    Args:
        newsroom: Whose editions and vocabularies these are.
        public_url: Where the service is, as configured; empty: the host is left open.
    """
    names = list(MESSAGES)
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Ticker",
            "version": ticker.__version__,
            "description": _ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(public_url),
        "channels": {"live": _channel(newsroom, names)},
        "operations": {
            "follow": {
                "action": "send",
                "summary": "What the service tells a reader",
                "channel": {"$ref": "#/channels/live"},
                "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in names],
            }
        },
        "components": {
            "messages": {name: _message(name) for name in names},
            "schemas": {
                name: schema for name, schema in schemas(newsroom).items() if name in _SCHEMAS
            },
        },
    }


def _servers(public_url: str) -> dict[str, Any]:
    is_safe = not public_url.startswith("http:")
    where: dict[str, Any] = {"host": public_url.partition("://")[2]}
    if not public_url:
        where = {"host": "{host}", "variables": {"host": {"description": "Where this was read."}}}
    return {
        "websocket": {**where, "protocol": "wss" if is_safe else "ws"},
        "events": {**where, "protocol": "https" if is_safe else "http"},
    }


def _channel(newsroom: Newsroom, names: list[str]) -> dict[str, Any]:
    known = parameters()
    query = {
        name: {**known[name]["schema"], "description": known[name]["description"]}
        for name in ("cursor", *FILTERS)
    }
    return {
        "address": _PATH,
        "title": "An edition, live",
        "parameters": {
            "edition": {"description": "Code of an edition.", "enum": list(newsroom.editions)}
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {"type": "object", "properties": query},
                "bindingVersion": "0.1.0",
            }
        },
        # AsyncAPI has no place for them.
        "x-close-codes": {
            str(int(code)): {"reason": code.reason, "description": meaning}
            for code, meaning in CLOSE_CODES.items()
        },
    }


def _message(name: str) -> dict[str, Any]:
    example = {"type": name, "cursor": samples.CURSOR, **_EXAMPLES[name]}
    return {
        "name": name,
        "summary": MESSAGES[name].meaning,
        "payload": payload(name),
        "examples": [{"name": name, "payload": example}],
    }
