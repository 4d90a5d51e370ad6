"""Write API of editors: publish, correct, release, kill; versions and queue. JSON in and out."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from ticker.accounts.rights import sees_address
from ticker.editing.context import EditContext
from ticker.news import cleaning, document
from ticker.news.stages import NOW, PublishOptions
from ticker.protocol.networks import client_network
from ticker.settings import HOLD_MAX
from ticker.web.authentication import address_of
from ticker.web.body import json_object
from ticker.web.caching import NO_STORE
from ticker.web.problems import EXPECTED, problem_at, problem_of, unavailable
from ticker.web.query import Parameters, stated
from ticker.web.security import desk_edition_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.principal import Principal
    from ticker.editing.intake import Intake
    from ticker.hub.hub import Hub
    from ticker.metrics import Metrics
    from ticker.news.event import Record, RecordDocument
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Newsroom
    from ticker.store.refusals import Refusals
    from ticker.web.authentication import Authenticator
    from ticker.web.render_queue import RenderQueue

_SHOWN_SECONDS: Final = 1.0
_SECONDS: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_JSON_TYPES: Final = frozenset({"application/json"})
_PATCH_TYPES: Final = frozenset({"application/json", "application/merge-patch+json"})


class Editors:
    """The editors' endpoints."""

    def __init__(
        self,
        intake: Intake,
        hub: Hub,
        authenticator: Authenticator,
        newsroom: Newsroom,
        metrics: Metrics,
        refusals: Refusals,
        queue: RenderQueue,
    ) -> None:
        self._intake = intake
        self._hub = hub
        self._authenticator = authenticator
        self._newsroom = newsroom
        self._metrics = metrics
        self._refusals = refusals
        self._queue = queue

    async def publish(self, request: Request) -> Response:
        """`POST /v1/{edition}/flashes?draft=&hold=&clean=` → 201; safe to retry under a key."""
        with self._counted("publish", 201):
            context = await self._context(request)
            given = stated(request.url.query, "draft", "hold", "clean")
            options = options_of(given)
            data, done = await _draft(request, given, _JSON_TYPES)
            flash = await self._intake.publish(context, data, options)
            await self._hub.shown(flash, _SHOWN_SECONDS)
        where = request.url_for("flash", edition=flash.edition, id=flash.id).path
        return _answer(flash, 201, done, Location=where)

    async def correct(self, request: Request) -> Response:
        """`PATCH /v1/{edition}/flashes/{id}?refile=&clean=` → 200 (JSON Merge Patch, RFC 7396)."""
        with self._counted("correct", 200):
            context = await self._context(request)
            given = stated(request.url.query, "refile", "clean")
            silently = switch_of(given, "refile")
            data, done = await _draft(request, given, _PATCH_TYPES)
            flash = await self._intake.correct(
                context, request.path_params["id"], data, silently=silently
            )
            await self._hub.shown(flash, _SHOWN_SECONDS)
        return _answer(flash, 200, done)

    async def release(self, request: Request) -> Response:
        """`POST /v1/{edition}/flashes/{id}/release?hold=` → 200, the flash as it stands then."""
        with self._counted("release", 200):
            context = await self._context(request)
            options = options_of(stated(request.url.query, "hold"))
            flash = await self._intake.release(context, request.path_params["id"], options)
            await self._hub.shown(flash, _SHOWN_SECONDS)
        return _answer(flash, 200)

    async def kill(self, request: Request) -> Response:
        """`DELETE /v1/{edition}/flashes/{id}?reason=…&clean=` → 200, the canceled flash."""
        with self._counted("kill", 200):
            context = await self._context(request)
            reason, done = _reason(stated(request.url.query, "reason", "clean"))
            flash = await self._intake.kill(context, request.path_params["id"], reason)
            await self._hub.shown(flash, _SHOWN_SECONDS)
        return _answer(flash, 200, done)

    async def versions(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes/{id}/versions` → every version with who and when."""
        who, edition = await self._admitted(request)
        async with self._queue.turn(client_network(address_of(request))):
            records = await self._intake.versions(who, edition, request.path_params["id"])
            return JSONResponse({"versions": _documents(who, records)}, headers=NO_STORE)

    async def queue(self, request: Request) -> Response:
        """`GET /v1/{edition}/queue` → the withheld lines, in the order they were filed."""
        who, edition = await self._admitted(request)
        async with self._queue.turn(client_network(address_of(request))):
            records = await self._intake.queue(who, edition)
            return JSONResponse({"queue": _documents(who, records)}, headers=NO_STORE)

    @contextmanager
    def _counted(self, verb: str, success: int) -> Iterator[None]:
        """Metric: count a write by its status, refused or done."""
        status = 500
        try:
            yield
            status = success
            if self._refusals.unconfirmed:
                self._refusals.taken()
        except EXPECTED as error:
            status = problem_of(error).status
            raise
        finally:
            self._metrics.count("ticker_writes_total", verb=verb, status=str(status))

    async def _admitted(self, request: Request) -> tuple[Principal, str]:
        """Who asks, and for which edition."""
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        if not self._hub.is_open(edition.code):
            raise unavailable("The board is not loaded, or a backup is being put into the store.")
        return await self._authenticator.authenticate(request), edition.code

    async def _context(self, request: Request) -> EditContext:
        principal, edition = await self._admitted(request)
        return EditContext(
            principal=principal,
            edition=edition,
            if_match=_if_match(request),
            key=key_of(request),
            address=address_of(request) or None,
        )


async def _draft(
    request: Request, given: Parameters, media_types: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the request carries, cleaned if its query says so, and what to say of that."""
    wanted = switch_of(given, "clean")
    data = await json_object(request, media_types)
    return cleaning.clean_fields(data) if wanted else (data, {})


def _reason(given: Parameters) -> tuple[str, dict[str, Any]]:
    """The same of the reason of a kill."""
    reasons = given.get("reason", [])
    if len(reasons) != 1:
        raise problem_at(422, "reason", "is required, once, in the query")
    if not switch_of(given, "clean"):
        return reasons[0], {}
    done = cleaning.clean(reasons[0])
    return done.text, cleaning.told([("reason", "#/reason", done)])


def _answer(
    flash: Flash, status: int, done: Mapping[str, Any] | None = None, **headers: str
) -> Response:
    return JSONResponse(
        {**document.full(flash), **(done or {})},
        status,
        headers={"ETag": f'"{flash.version}"', **NO_STORE, **headers},
    )


def _documents(principal: Principal, records: Iterable[Record]) -> list[RecordDocument]:
    return [it.as_document(with_address=sees_address(principal, it)) for it in records]


def _if_match(request: Request) -> Collection[str] | None:
    """Conditional request: versions of `If-Match` (RFC 9110 §13.1.1); a weak ETag matches none."""
    field = request.headers.get("if-match")
    if field is None or field.strip() == "*":
        return None
    return {tag.strip().removeprefix('"').removesuffix('"') for tag in field.split(",")}


def options_of(given: Parameters) -> PublishOptions:
    """Publish options of a query: draft and hold."""
    if not given:
        return NOW
    hold = given.get("hold", ["0"])[-1]
    if not _SECONDS.fullmatch(hold) or float(hold) > HOLD_MAX:
        raise problem_at(422, "hold", f"must be a number of seconds from 0 to {HOLD_MAX}")
    return PublishOptions(draft=switch_of(given, "draft"), hold=float(hold))


def switch_of(given: Parameters, name: str) -> bool:
    """A parameter that is true or false, false if it is not given."""
    word = given.get(name, ["false"])[-1]
    if word not in {"true", "false"}:
        raise problem_at(422, name, "must be true or false")
    return word == "true"


def key_of(request: Request) -> str | None:
    """The client's `Idempotency-Key`, if it has one."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise problem_at(422, "Idempotency-Key", "must be 1 to 255 visible ASCII characters")
    return key
