"""Request body: media type, size limit, and strict JSON (RFC 8259)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

BODY_MAX: Final = 16 * 1024


async def json_object(request: Request, media_types: Collection[str]) -> dict[str, Any]:
    """The object that a request carries.

    Raises:
        ProblemError: 400 no JSON, 413 too big, 415 of another media type, 422 no object.
    """
    data = await _json(request, media_types, BODY_MAX)
    if not isinstance(data, dict):
        raise problem_at(422, "body", "must be a JSON object")
    return data


async def json_array(request: Request, media_types: Collection[str], limit: int) -> list[Any]:
    """The array that a request carries.

    Raises:
        ProblemError: 400 no JSON, 413 more than `limit` bytes, 415 of another media type, 422 no
            array.
    """
    data = await _json(request, media_types, limit)
    if not isinstance(data, list):
        raise problem_at(422, "body", "must be a JSON array")
    return data


async def _json(request: Request, media_types: Collection[str], limit: int) -> object:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise problem_at(
            415,
            "Content-Type",
            f"must be {' or '.join(sorted(media_types))}",
            Accept="application/json",
        )
    return _parse(await read(request, limit))


async def read(request: Request, limit: int) -> bytes:
    """The body, while it is not too big.

    Raises:
        ProblemError: 413, it is.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > limit:
            raise problem_at(413, "body", f"must be at most {limit} bytes", Connection="close")
    return bytes(raw)


def _parse(raw: bytes) -> object:
    try:
        data: object = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise problem_at(400, "body", f"is not JSON (RFC 8259): {error}") from error
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in pairs:
        if name in data:
            raise ValueError(f"the name {name!r} stands twice")
        data[name] = value
    return data


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON value")
