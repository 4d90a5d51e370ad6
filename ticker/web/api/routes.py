"""Routes of programs: the API under `/v1`, live stream, health checks, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute

from ticker.editing.coverages import Coverages
from ticker.web.api.audit import AuditApi
from ticker.web.api.batches import Batches
from ticker.web.api.clicks import ClicksApi
from ticker.web.api.coverages import CoveragesApi
from ticker.web.api.description import Descriptions
from ticker.web.api.editors import Editors
from ticker.web.api.flashes import Flashes
from ticker.web.api.health import Health
from ticker.web.api.history import HistoryApi
from ticker.web.api.items import Items
from ticker.web.api.long_polls import LongPolls
from ticker.web.api.reach import Reach
from ticker.web.api.screens import ScreensApi
from ticker.web.api.search import SearchApi
from ticker.web.shared import Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from ticker.core import Core
    from ticker.web.live import Live
    from ticker.web.shared import Shared

Endpoint: TypeAlias = "Callable[[Request], Awaitable[Response]]"

_FLASHES = "/v1/{edition}/flashes"
_FLASH = _FLASHES + "/{id}"
_COVERAGE = "/v1/{edition}/coverages/{slug}"
_LIVE = "/v1/{edition}/live"


def api(shared: Shared) -> Visitor:
    """Programs, with a token or as readers."""
    core, authenticator, newsroom = shared.core, shared.authenticator, shared.newsroom
    live, queue = shared.live, shared.render_queue
    flashes = Flashes(shared.reading, core.archive, authenticator, newsroom, shared.rendered)
    editors = Editors(
        core.intake, core.hub, authenticator, newsroom, core.metrics, core.refusals, queue
    )
    batches = Batches(core, authenticator, newsroom)
    reach = Reach(authenticator, core.archive, core.deliveries, core.presence)
    history = HistoryApi(authenticator, core.history, core.past, queue)
    titles = core.coverage_titles
    coverages = CoveragesApi(
        Coverages(titles, core.archive, core.audit), titles, core.hub, authenticator, newsroom
    )
    return Visitor(
        [
            *(*_probes(core), *_descriptions(shared)),
            Route("/v1/audit", AuditApi(authenticator, core.audit).log),
            Route("/v1/editions", flashes.editions),
            Route("/v1/flashes", batches.publish, methods=["POST"]),
            WebSocketRoute(_LIVE, live.websocket),
            Route(_LIVE, _LiveHttp(live, flashes), methods=["GET", "OPTIONS"]),
            *_resource(
                _FLASHES,
                "flashes",
                GET=_listing(shared, flashes).listing,
                POST=editors.publish,
                OPTIONS=flashes.preflight,
            ),
            *_items(shared, flashes),
            *_resource(
                _FLASH,
                "flash",
                GET=flashes.flash,
                PATCH=editors.correct,
                DELETE=editors.kill,
                OPTIONS=flashes.preflight,
            ),
            Route(_FLASH + "/versions", editors.versions),
            Route(_FLASH + "/release", editors.release, methods=["POST"]),
            Route(_FLASH + "/landing", reach.landed),
            *_beacons(core),
            *_resource(_COVERAGE, "titled", GET=coverages.read, PUT=coverages.entitle),
            Route("/v1/{edition}/queue", editors.queue),
            Route("/v1/{edition}/readers", reach.readers),
            Route("/v1/{edition}/board", history.board),
            Route("/v1/{edition}/log", history.log),
        ]
    )


def _items(shared: Shared, flashes: Flashes) -> list[Route]:
    """One line in agencies' formats; before the line itself, whose id would match the whole."""
    parts = shared.agency, shared.reading, shared.newsroom, shared.rendered, shared.templates
    items = Items(flashes, *parts)
    return [Route(_FLASH + ".ninjs", items.ninjs), Route(_FLASH + ".newsml", items.newsml)]


def _listing(shared: Shared, flashes: Flashes) -> LongPolls:
    core, search = shared.core, _search(shared, flashes)
    return LongPolls(core.hub, shared.live, core.receipts, core.metrics, search.listing)


def _search(shared: Shared, flashes: Flashes) -> SearchApi:
    return SearchApi(
        flashes,
        shared.reading,
        shared.full_text,
        shared.authenticator,
        shared.newsroom,
        shared.render_queue,
        shared.rendered,
    )


def _descriptions(shared: Shared) -> list[Route]:
    described = Descriptions(shared.settings, shared.templates)
    return [
        Route("/openapi.json", described.openapi),
        Route("/asyncapi.json", described.asyncapi),
        Route("/docs", described.docs),
        Route("/llms.txt", described.llms),
    ]


def _beacons(core: Core) -> list[Route]:
    clicks = ClicksApi(core.clicks, core.hub, core.settings)
    screens = ScreensApi(core.screens, core.settings)
    return [
        Route(_FLASH + "/clicks", clicks.count, methods=["POST"]),
        Route(_FLASH + "/screens", screens.report, methods=["POST"]),
    ]


def _probes(core: Core) -> list[Route]:
    health = Health(core.hub, core.refusals, core.inspector, core.metrics)
    return [
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/readyz/readers", health.readers),
        Route("/metrics", health.metrics),
    ]


def _resource(path: str, name: str, **methods: Endpoint) -> list[Route]:
    """Method routing: one URL, whose methods different classes answer; a 405 names them all."""
    some = [Route(path, endpoint, name=name, methods=[it]) for it, endpoint in methods.items()]
    allowed = [method for it in some for method in it.methods or ()]
    return [*some, Route(path, _NotAllowed(allowed))]


class _NotAllowed:
    """405 for every method but these (RFC 9110 §15.5.6), as a raw ASGI endpoint."""

    def __init__(self, methods: Iterable[str]) -> None:
        self._headers = {"Allow": ", ".join(methods)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse."""
        raise HTTPException(405, headers=self._headers)


class _LiveHttp:
    """The live URL over plain HTTP, as a raw ASGI endpoint: a stream ends when its reader does."""

    def __init__(self, live: Live, flashes: Flashes) -> None:
        self._live = live
        self._flashes = flashes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream events, or answer a CORS preflight."""
        if scope["method"] == "OPTIONS":
            response = await self._flashes.preflight(Request(scope))
            await response(scope, receive, send)
        else:
            await self._live.sse(scope, receive, send)
