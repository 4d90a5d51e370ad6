"""OpenAPI 3.1 description of the HTTP interface, made from the tables beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ticker
from ticker.web.description.messages import payload
from ticker.web.description.operation import PROBLEMS, Access, Operation, Reply, Tag
from ticker.web.description.parameters import in_path, parameters
from ticker.web.description.reading import HEALTH, READING
from ticker.web.description.samples import PROBLEM
from ticker.web.description.schemas import COUNT, TEXT, ref, schemas
from ticker.web.description.sites import SITES
from ticker.web.description.writing import NEWSROOM, WRITING
from ticker.web.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ticker.news.newsroom import Newsroom
    from ticker.web.description.operation import Schema

OPERATIONS: Final = {**WRITING, **NEWSROOM, **READING, **SITES, **HEALTH}
_ABOUT: Final = (
    "Editors write with a token (or a session of the desk), readers read without one. "
    "Bodies are JSON in UTF-8; times are RFC 3339, in answers always UTC with milliseconds. "
    "Errors are problem documents (RFC 9457); a browser, which asks for `text/html`, gets a page. "
    "`HEAD` is answered wherever `GET` is, and another method than those of a URL is 405 with "
    "`Allow`. Of the connection itself there may also be 400, 408, 413, 414 and 431. "
    "Every answer has `X-Content-Type-Options`, `Referrer-Policy` and `Content-Security-Policy`. "
    "Fields may be added to answers without notice: ignore those that you don't know. "
    "What is said here of a text is what JSON Schema can say: lines are counted in characters as "
    "readers see them, and invisible ones are refused."
)
# Header fields, by name: what they say, and their schema.
HEADERS: Final[Mapping[str, tuple[str, Schema]]] = {
    "Cache-Control": ("How long a cache may keep it.", TEXT),
    "ETag": ("Of this representation; of a line, its version.", TEXT),
    "Link": ('`rel="next"`: the page that goes on there, if there is one.', TEXT),
    "Location": ("Where it is.", TEXT),
    "Vary": ("Request fields that the answer depends on.", TEXT),
    "Allow": ("The methods that the URL has.", TEXT),
    "Accept": ("Media types that are taken.", TEXT),
    "WWW-Authenticate": ("How to authenticate (RFC 6750).", TEXT),
    "Retry-After": ("Seconds to wait.", COUNT),
    "Access-Control-Allow-Origin": ("Sites whose scripts may read it.", TEXT),
    "Access-Control-Allow-Methods": ("Of a preflight: what their scripts may do.", TEXT),
    "Access-Control-Allow-Headers": ("Of a preflight: what they may send.", TEXT),
    "Access-Control-Expose-Headers": ("Header fields that they may read.", TEXT),
    "Access-Control-Max-Age": ("Seconds that a browser may remember this.", COUNT),
    "Last-Modified": ("When it was last another one.", TEXT),
}
_EVERYWHERE: Final = ("Cache-Control", "Vary")
_SHARED: Final = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
_PREFLIGHT: Final = (
    *("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"),
)


def openapi(newsroom: Newsroom) -> dict[str, Any]:
    """The description, in this newsroom's editions and vocabularies."""
    paths: dict[str, dict[str, Any]] = {}
    for route, operation in OPERATIONS.items():
        method, _, path = route.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(newsroom, path, method, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ticker",
            "version": ticker.__version__,
            "summary": "Breaking lines, published and followed.",
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in Tag],
        "paths": paths,
        "components": {
            "schemas": {**schemas(newsroom), "Hello": payload("hello")},
            "parameters": parameters(),
            "headers": {
                name: {"description": meaning, "schema": schema}
                for name, (meaning, schema) in HEADERS.items()
            },
            "responses": {
                **{f"Problem{status}": _problem(status) for status in PROBLEMS},
                **{f"PageProblem{status}": _problem(status, page=True) for status in PROBLEMS},
            },
            "securitySchemes": _SCHEMES,
        },
    }


_SCHEMES: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "From `ticker token create`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "ticker-session",
        "description": (
            "A login at the desk (over TLS `__Host-ticker-session`); changes also take its "
            "`X-CSRF-Token`."
        ),
    },
}


def _operation(newsroom: Newsroom, path: str, method: str, it: Operation) -> dict[str, Any]:
    is_editorial = it.access is Access.EDITORIAL
    described: dict[str, Any] = {
        "operationId": it.id,
        "summary": it.summary,
        "tags": [it.tag],
        "security": [{"token": []}, {"session": []}] if is_editorial else [],
        "parameters": [
            *(in_path(newsroom, path, name, drills=is_editorial) for name in _names(path)),
            *({"$ref": f"#/components/parameters/{name}"} for name in it.parameters),
        ],
        "responses": dict(_responses(method, it)),
    }
    if it.query:
        described["x-example-query"] = dict(it.query)
    if it.body is not None:
        content = {"schema": _schema(it.body.schema), "example": it.body.example}
        media_types = dict.fromkeys(it.body.media_types, content)
        described["requestBody"] = {"required": True, "content": media_types}
    return described


def _names(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _responses(method: str, it: Operation) -> Iterator[tuple[str, Any]]:
    for status, reply in it.replies.items():
        yield str(status), _response(reply, _PREFLIGHT if method == "OPTIONS" else ())
    kind = "PageProblem" if it.tag is Tag.SITES else "Problem"
    for status in it.statuses:
        yield str(status), {"$ref": f"#/components/responses/{kind}{status}"}


def _response(reply: Reply, more: tuple[str, ...] = ()) -> dict[str, Any]:
    names = (*reply.headers, *_EVERYWHERE, *_SHARED, *more)
    described: dict[str, Any] = {"description": reply.meaning, "headers": _headers(*names)}
    if reply.media_type:
        schema = reply.schema or _schemaless(reply.media_type)
        content: dict[str, Any] = {"schema": _schema(schema)}
        if reply.example is not None:
            content["example"] = reply.example
        others = {it: {"schema": _schemaless(it)} for it in reply.others}
        described["content"] = {reply.media_type: content, **others}
    return described


def _problem(status: int, *, page: bool = False) -> dict[str, Any]:
    """A problem; where there are pages, a browser gets it as one."""
    meaning, header = PROBLEMS[status]
    example = {"example": PROBLEM} if status == PROBLEM["status"] else {}
    return {
        "description": meaning,
        "headers": _headers(*filter(None, (header, *_EVERYWHERE, *_SHARED))),
        "content": {
            MEDIA_TYPE: {"schema": ref("Problem"), **example},
            **({"text/html": {"schema": TEXT}} if page else {}),
        },
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _schemaless(media_type: str) -> Schema:
    """Of what has a description elsewhere: JSON of some format, or text."""
    return {"type": "object"} if media_type.endswith(("/json", "+json")) else TEXT


def _schema(schema: str | Schema) -> Schema:
    return ref(schema) if isinstance(schema, str) else schema
