"""Holds answers of the service against its own OpenAPI description."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import jsonschema_rs

from ticker.settings import load_newsroom
from ticker.web.description.openapi import openapi

if TYPE_CHECKING:
    from tests.support.service import Answer

# For people and their browsers alone: the builder, and what pages load.
UNDESCRIBED: Final = {"GET /embed", "GET /newsroom.css", "GET /favicon.ico"}
DESCRIPTION: Final = openapi(load_newsroom(""))
# What every answer has, of HTTP itself and of our security headers, or what some server adds.
_UNSAID: Final = {
    *("date", "server", "content-type", "content-length", "content-encoding", "connection"),
    *("transfer-encoding", "x-content-type-options", "referrer-policy", "content-security-policy"),
    *("cross-origin-resource-policy", "permissions-policy", "content-language"),
    *("x-accel-buffering", "accept-ranges", "x-robots-tag", "strict-transport-security"),
}


def resolved(it: dict[str, Any]) -> dict[str, Any]:
    """What a reference means."""
    while "$ref" in it:
        found: Any = DESCRIPTION
        for part in it["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        it = found
    return it


def operation_of(method: str, target: str) -> dict[str, Any] | None:
    """The operation that a request is one of, if it is described."""
    path = unquote(target.partition("?")[0])
    described = DESCRIPTION["paths"]
    if path.startswith("/desk"):
        return None
    # The one that says most of it to the letter.
    for template in sorted(described, key=lambda it: -len(re.sub(r"\{\w+\}", "", it))):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            found: dict[str, Any] | None = described[template].get(
                method.lower().replace("head", "get")
            )
            return found
    return None


def check(method: str, target: str, answer: Answer) -> None:
    """The answer's status, media type, header fields and JSON are those of the description."""
    operation = operation_of(method, target)
    if operation is None or f"{method} {target.partition('?')[0]}" in UNDESCRIBED:
        return
    name = f"{method} {target}: {answer.status}"
    assert str(answer.status) in operation["responses"], name
    response = resolved(operation["responses"][str(answer.status)])
    said = {it.lower() for it in response["headers"]}
    assert answer.headers.keys() <= said | _UNSAID, name
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    content = response.get("content", {})
    if not answer.body:
        return
    assert media_type in content, name
    if media_type.endswith(("/json", "+json")) and answer.headers.get("content-encoding") != "gzip":
        problems = [
            it.message
            for it in validator(json.dumps(content[media_type]["schema"])).iter_errors(answer.json)
        ]
        assert not problems, f"{name}: {problems[:3]}"


@cache
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """Of a schema, in which no object has members that are not described."""
    components = deepcopy(DESCRIPTION["components"]["schemas"])
    whole = {**json.loads(schema), "components": {"schemas": components}}
    _close(whole)
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _close(schema: Any) -> None:
    if isinstance(schema, dict):
        if "properties" in schema and "required" in schema:
            schema.setdefault("additionalProperties", False)
        for it in schema.values():
            _close(it)
    elif isinstance(schema, list):
        for it in schema:
            _close(it)
