"""Every URL of the service, in one visible list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from ticker.settings import static_dir
from ticker.web.security import ASSET_HEADERS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from ticker.web.api.clicks import Clicked
    from ticker.web.api.editors import Editors
    from ticker.web.api.flashes import Flashes
    from ticker.web.api.health import Health
    from ticker.web.api.history import Blackbox
    from ticker.web.api.reach import Meter
    from ticker.web.desk.live import DeskLive
    from ticker.web.desk.login import Login
    from ticker.web.desk.page import Desk
    from ticker.web.desk.staff import Staff
    from ticker.web.embed.builder import Builder
    from ticker.web.embed.frame import Embed
    from ticker.web.embed.oembed import Oembed
    from ticker.web.embed.widget import Widget
    from ticker.web.live import Live
    from ticker.web.pages.board import Pages
    from ticker.web.pages.coverage import Coverage
    from ticker.web.pages.permalinks import Permalinks

Endpoint: TypeAlias = "Callable[[Request], Awaitable[Response]]"

_FLASHES = "/v1/{edition}/flashes"
_FLASH = _FLASHES + "/{id}"
_LIVE = "/v1/{edition}/live"


@dataclass(frozen=True, slots=True)
class Faces:
    """The parts of the edge that have URLs."""

    login: Login
    staff: Staff
    desk: Desk
    desk_live: DeskLive
    meter: Meter
    blackbox: Blackbox
    editors: Editors
    flashes: Flashes
    health: Health
    live: Live
    pages: Pages
    permalinks: Permalinks
    coverage: Coverage
    clicked: Clicked
    widget: Widget
    embed: Embed
    oembed: Oembed
    builder: Builder


def routes(faces: Faces) -> list[BaseRoute]:
    """The routes, most specific first."""
    return [
        Route("/healthz", faces.health.healthz),
        Route("/readyz", faces.health.readyz),
        Route("/metrics", faces.health.metrics),
        Route("/ticker.js", faces.widget.newest),
        Route("/ticker-{name}.js", faces.widget.pinned),
        Mount("/static", _Assets(directory=static_dir())),
        Route("/v1/audit", faces.staff.log),
        Route("/v1/editions", faces.flashes.editions),
        WebSocketRoute(_LIVE, faces.live.websocket),
        Route(_LIVE, _LiveHttp(faces), methods=["GET", "OPTIONS"]),
        _resource(
            _FLASHES,
            "flashes",
            GET=faces.flashes.board,
            POST=faces.editors.publish,
            OPTIONS=faces.flashes.preflight,
        ),
        _resource(
            _FLASH,
            "flash",
            GET=faces.flashes.flash,
            PATCH=faces.editors.correct,
            DELETE=faces.editors.kill,
            OPTIONS=faces.flashes.preflight,
        ),
        Route(_FLASH + "/versions", faces.editors.versions),
        Route(_FLASH + "/release", faces.editors.release, methods=["POST"]),
        Route(_FLASH + "/landing", faces.meter.landed),
        Route("/v1/{edition}/queue", faces.editors.queue),
        Route("/v1/{edition}/readers", faces.meter.readers),
        Route("/v1/{edition}/board", faces.blackbox.board),
        Route("/v1/{edition}/log", faces.blackbox.log),
        Route(_FLASH + "/clicks", faces.clicked.count, methods=["POST"]),
        Route("/favicon.ico", faces.pages.favicon),
        Route("/robots.txt", faces.pages.robots),
        Route("/oembed", faces.oembed.answer),
        Route("/embed", faces.builder.page),
        Route("/embed/{edition}", faces.embed.page, name="embed"),
        *_desk(faces),
        Route("/", faces.pages.home),
        Route("/{edition}/f/{id}", faces.permalinks.page, name="permalink"),
        Route("/{edition}/coverage/{slug}", faces.coverage.page, name="coverage"),
        Route("/{edition}", faces.pages.edition, name="edition"),
    ]


def _desk(faces: Faces) -> list[BaseRoute]:
    """What is behind a login."""
    return [
        Route("/desk", faces.desk.home),
        Route("/desk/login", faces.login.page, name="login"),
        Route("/desk/login", faces.login.login, methods=["POST"]),
        Route("/desk/logout", faces.login.logout, methods=["POST"]),
        Route("/desk/account", faces.staff.account),
        Route("/desk/account", faces.staff.change_password, methods=["POST"]),
        Route("/desk/staff", faces.staff.page),
        Route("/desk/staff", faces.staff.act, methods=["POST"]),
        WebSocketRoute("/desk/{edition}/live", faces.desk_live.websocket),
        Route("/desk/{edition}/lint", faces.desk.lint, methods=["POST"]),
        Route("/desk/{edition}/checked/{id}", faces.desk.check, methods=["POST"]),
        Route("/desk/{edition}/timeline", faces.blackbox.timeline),
        Route("/desk/{edition}/timeline/{id}", faces.blackbox.flash),
        Route("/desk/{edition}", faces.desk.page),
    ]


def _resource(path: str, name: str, **methods: Endpoint) -> Route:
    """One URL whose methods are answered by different faces; a 405 names them all."""

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await methods[method](request)

    return Route(path, endpoint, name=name, methods=list(methods))


class _Assets(StaticFiles):
    """Static files that other sites may load."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(ASSET_HEADERS)
        return response


class _LiveHttp:
    """The live URL over plain HTTP, as a raw ASGI endpoint: a stream ends when its reader does."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream events, or answer a preflight."""
        if scope["method"] == "OPTIONS":
            response = await self._faces.flashes.preflight(Request(scope))
            await response(scope, receive, send)
        else:
            await self._faces.live.sse(scope, receive, send)
