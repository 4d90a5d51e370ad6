"""The editors' HTTP: publish, correct, kill, and the versions of a flash. JSON in and out."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

from starlette.responses import JSONResponse

from ticker import document
from ticker.flash import PubStatus
from ticker.intake import Intake, Request as Asked
from ticker.web.admission import parameters
from ticker.web.problems import EXPECTED, at, problem_of
from ticker.web.security import Guard, edition_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.flash import Flash
    from ticker.hub import Hub
    from ticker.metrics import Metrics
    from ticker.settings import Newsroom

BODY_MOST: Final = 16 * 1024
_SHOWN_SECONDS: Final = 1.0
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_JSON_TYPES: Final = frozenset({"application/json"})
_PATCH_TYPES: Final = frozenset({"application/json", "application/merge-patch+json"})


class Editors:
    """The editors' endpoints."""

    def __init__(
        self, intake: Intake, hub: Hub, guard: Guard, newsroom: Newsroom, metrics: Metrics
    ) -> None:
        self._intake = intake
        self._hub = hub
        self._guard = guard
        self._newsroom = newsroom
        self._metrics = metrics

    async def publish(self, request: Request) -> Response:
        """`POST /v1/{edition}/flashes` → 201."""
        with self._counted("publish", 201):
            asked = await self._ask(request)
            flash = await self._intake.publish(asked, await _body(request, _JSON_TYPES))
            await self._shown(flash)
        where = request.url_for("flash", edition=flash.edition, id=flash.id).path
        return _answer(flash, 201, Location=where)

    async def correct(self, request: Request) -> Response:
        """`PATCH /v1/{edition}/flashes/{id}` → 200 (JSON Merge Patch, RFC 7396)."""
        with self._counted("correct", 200):
            asked = await self._ask(request)
            data = await _body(request, _PATCH_TYPES)
            flash = await self._intake.correct(asked, request.path_params["id"], data)
            await self._shown(flash)
        return _answer(flash, 200)

    async def kill(self, request: Request) -> Response:
        """`DELETE /v1/{edition}/flashes/{id}?reason=…` → 200, the canceled flash."""
        with self._counted("kill", 200):
            asked = await self._ask(request)
            reasons = parameters(request.url.query).get("reason", [])
            if len(reasons) != 1:
                raise at(422, "reason", "is required, once, in the query")
            flash = await self._intake.kill(asked, request.path_params["id"], reasons[0])
            await self._shown(flash)
        return _answer(flash, 200)

    async def versions(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes/{id}/versions` → every version with who and when."""
        asked = await self._ask(request)
        records = await self._intake.versions(
            asked.principal, asked.edition, request.path_params["id"]
        )
        body = {"versions": [record.as_document() for record in records]}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def _shown(self, flash: Flash) -> None:
        """What an editor reads here next includes what they have just been told."""
        was_held = self._hub.get(flash.edition, flash.id) is None
        if flash.pubstatus is PubStatus.USABLE or not was_held:
            await self._hub.shown(flash, _SHOWN_SECONDS)

    @contextmanager
    def _counted(self, verb: str, success: int) -> Iterator[None]:
        """Count how a request ends."""
        status = 500
        try:
            yield
            status = success
        except EXPECTED as error:
            status = problem_of(error).status
            raise
        finally:
            self._metrics.count("ticker_writes_total", verb=verb, status=str(status))

    async def _ask(self, request: Request) -> Asked:
        edition = edition_of(self._newsroom, request.path_params["edition"])
        return Asked(
            principal=await self._guard.admit(request),
            edition=edition.code,
            if_match=_if_match(request),
            key=_key(request),
        )


def _answer(flash: Flash, status: int, **headers: str) -> Response:
    return JSONResponse(
        document.full(flash),
        status,
        headers={"ETag": f'"{flash.version}"', "Cache-Control": "no-store", **headers},
    )


def _if_match(request: Request) -> Collection[str] | None:
    """The versions of `If-Match` (RFC 9110 §13.1.1); a weak tag never matches."""
    field = request.headers.get("if-match")
    if field is None or field.strip() == "*":
        return None
    return {tag.strip().removeprefix('"').removesuffix('"') for tag in field.split(",")}


def _key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise at(422, "Idempotency-Key", "must be 1 to 255 visible ASCII characters")
    return key


async def _body(request: Request, media_types: Collection[str]) -> dict[str, Any]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise at(
            415,
            "Content-Type",
            f"must be {' or '.join(sorted(media_types))}",
            Accept="application/json",
        )
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_MOST:
            raise at(413, "body", f"must be at most {BODY_MOST} bytes", Connection="close")
    return _parse(bytes(raw))


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise at(400, "body", f"is not JSON (RFC 8259): {error}") from error
    if not isinstance(data, dict):
        raise at(422, "body", "must be a JSON object")
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the name {name!r} stands twice")
    return dict(pairs)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON value")
