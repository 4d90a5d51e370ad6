"""View model of the page that shows both descriptions: what its template goes through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Description = dict[str, Any]


def reference(http: Description, live: Description) -> dict[str, Any]:
    """Operations by what they are about, schemas and messages, as rows."""
    operations = list(_operations(http))
    return {
        "about": http["info"]["description"],
        "version": http["info"]["version"],
        "groups": [
            {
                "name": tag["name"],
                "operations": [it for it in operations if it["tag"] == tag["name"]],
            }
            for tag in http["tags"]
        ],
        "schemas": {
            name: {
                "meaning": schema.get("description", ""),
                "members": _members(schema),
                "values": spell(schema) if "enum" in schema else "",
            }
            for name, schema in http["components"]["schemas"].items()
        },
        "live": {
            "about": live["info"]["description"],
            "address": live["channels"]["live"]["address"],
            "codes": live["channels"]["live"]["x-close-codes"],
            "messages": [
                {
                    "name": name,
                    "meaning": it["summary"],
                    "members": _members(it["payload"]),
                    "example": _text(it["examples"][0]["payload"]),
                }
                for name, it in live["components"]["messages"].items()
            ],
        },
    }


def _operations(http: Description) -> Iterator[dict[str, Any]]:
    for path, methods in http["paths"].items():
        for method, it in methods.items():
            body = it.get("requestBody", {}).get("content", {})
            taken = [_resolved(http, found) for found in it["parameters"]]
            yield {
                "id": it["operationId"],
                "tag": it["tags"][0],
                "method": method.upper(),
                "path": path,
                "summary": it["summary"],
                "needs_token": bool(it["security"]),
                "parameters": [
                    {"required": False, **found, "type": spell(found["schema"])} for found in taken
                ],
                "media_types": list(body),
                "body": spell(next(iter(body.values()))["schema"]) if body else "",
                "curl": _curl(path, method.upper(), it, taken),
                "answers": [
                    _answer(status, _resolved(http, found))
                    for status, found in it["responses"].items()
                ],
            }


def _answer(status: str, response: Description) -> dict[str, Any]:
    content = response.get("content", {})
    media_type = next(iter(content), "")
    found = content.get(media_type, {})
    kind = spell(found["schema"]) if media_type.endswith("json") else media_type
    example = _text(found["example"]) if "example" in found else ""
    return {
        "status": status,
        "meaning": response["description"],
        "type": kind,
        "example": example if int(status) < 300 else "",  # noqa: PLR2004 - HTTP
    }


def _curl(path: str, method: str, it: Description, taken: list[Description]) -> str:
    for found in taken:
        if found["in"] == "path":
            path = path.replace(f"{{{found['name']}}}", str(found["example"]))
    query = urlencode(it.get("x-example-query", {}))
    parts = [f'curl "$TICKER_URL{path}{"?" if query else ""}{query}"']
    if method != "GET":
        parts.append(f"-X {method}")
    if it["security"]:
        parts.append('-H "Authorization: Bearer $TICKER_TOKEN"')
    for media_type, content in list(it.get("requestBody", {}).get("content", {}).items())[:1]:
        parts.append(f'-H "Content-Type: {media_type}"')
        parts.append(f"-d '{_text(content['example'])}'")
    return " \\\n  ".join(parts)


def _resolved(http: Description, it: Description) -> Description:
    if "$ref" not in it:
        return it
    found: Any = http
    for part in it["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: Description = found
    return resolved


def _members(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "type": spell(it),
            "meaning": it.get("description", ""),
            "is_optional": name not in needed,
        }
        for name, it in schema.get("properties", {}).items()
    ]


def spell(schema: Mapping[str, Any]) -> str:
    """A schema in words: `string or null`, `array of Flash`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(spell(it) for it in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join("null" if it is None else str(it) for it in schema["enum"])
    kinds = schema.get("type", "any")
    named = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if "array" in named:
        named = named.replace("array", f"array of {spell(schema['items'])}")
    if schema.get("format") == "date-time":
        named = named.replace("string", "time")
    if "minimum" in schema and "maximum" in schema:
        named += f", {schema['minimum']} to {schema['maximum']}"
    return named


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
