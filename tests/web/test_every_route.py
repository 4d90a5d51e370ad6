"""Every URL of the service, and who may use it: a new one that nobody thought of fails here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from tests.support.desk import hire, log_in
from ticker.accounts.principal import Role
from ticker.app import build
from ticker.web.api.routes import _NotAllowed

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.settings import Settings

PUBLIC = {
    "GET /openapi.json", "GET /asyncapi.json", "GET /docs", "GET /llms.txt", "GET /.well-known/security.txt",
    "GET /healthz", "GET /readyz", "GET /readyz/readers", "GET /metrics", "GET /ticker.js", "GET /ticker-{name}.js", "GET /ticker.css", "GET /desk.js",
    "MOUNT /static", "GET /v1/editions", "WS /v1/{edition}/live", "GET /v1/{edition}/live",
    "OPTIONS /v1/{edition}/live", "GET /v1/{edition}/flashes", "OPTIONS /v1/{edition}/flashes",
    "GET /v1/{edition}/flashes/{id}.ninjs", "GET /v1/{edition}/flashes/{id}.newsml",
    "GET /v1/{edition}/flashes/{id}", "OPTIONS /v1/{edition}/flashes/{id}",
    "POST /v1/{edition}/flashes/{id}/clicks", "POST /v1/{edition}/flashes/{id}/screens", "GET /favicon.ico", "GET /robots.txt", "GET /sitemap-news.xml",
    "GET /{edition}/feed.{kind}", "GET /{edition}/section/{code}/feed.{kind}", "GET /{edition}/region/{code}/feed.{kind}",
    "GET /{edition}/coverage/{slug}/feed.{kind}", "GET /{edition}/app.webmanifest", "GET /{edition}/picture.png", "GET /{edition}/f/{id}.v{version:int}.png",
    "GET /{edition}/coverage/{slug}/picture.png",
    "GET /oembed", "GET /embed", "GET /embed/{edition}.fragment", "GET /embed/{edition}", "GET /", "GET /{edition}/f/{id}",
    "GET /{edition}/coverage/{slug}", "GET /{edition}/section/{code}", "GET /{edition}/region/{code}",
    "GET /newsroom.css", "GET /{edition}", "GET /desk/login", "POST /desk/login",
    "POST /desk/login/passkey", "POST /desk/login/passkey/options", "GET /desk/sign-on", "GET /desk/sign-on/back",
}  # fmt: skip
# What takes a role of the edition, and the least one.
EDITORIAL = {
    "POST /v1/flashes": Role.REPORTER,
    "POST /v1/{edition}/flashes": Role.REPORTER,
    "PATCH /v1/{edition}/flashes/{id}": Role.REPORTER,
    "DELETE /v1/{edition}/flashes/{id}": Role.REPORTER,
    "GET /v1/{edition}/flashes/{id}/versions": Role.REPORTER,
    "POST /v1/{edition}/flashes/{id}/release": Role.REPORTER,
    "GET /v1/{edition}/flashes/{id}/landing": Role.REPORTER,
    "GET /v1/{edition}/coverages/{slug}": Role.REPORTER,
    "PUT /v1/{edition}/coverages/{slug}": Role.EDITOR,
    "GET /v1/{edition}/queue": Role.REPORTER,
    "GET /v1/{edition}/readers": Role.REPORTER,
    "GET /v1/{edition}/board": Role.REPORTER,
    "GET /v1/{edition}/log": Role.EDITOR,
    "POST /desk/{edition}/lint": Role.REPORTER,
    "POST /desk/{edition}/checked/{id}": Role.REPORTER,
    "GET /desk/{edition}/stories/{key}": Role.REPORTER,
    "POST /desk/{edition}/writing": Role.REPORTER,
    "GET /v1/audit": Role.ADMIN,
}
# The line in these tests is another's: reporters change their own alone.
OTHERS = {"PATCH /v1/{edition}/flashes/{id}", "DELETE /v1/{edition}/flashes/{id}"}
# Pages that send strangers to the login.
PAGES = {
    "GET /desk": Role.REPORTER,
    "GET /desk/{edition}": Role.REPORTER,
    "GET /desk/{edition}/timeline": Role.REPORTER,
    "GET /desk/{edition}/timeline/{id}": Role.REPORTER,
    "GET /desk/account": Role.REPORTER,
    "POST /desk/account": Role.REPORTER,
    "POST /desk/account/sessions": Role.REPORTER,
    "POST /desk/account/passkeys/remove": Role.REPORTER,
    "GET /desk/staff": Role.ADMIN,
    "POST /desk/staff": Role.ADMIN,
    "POST /desk/logout": Role.REPORTER,
}
# Have tests of their own.
SOCKETS = {"WS /desk/{edition}/live"}
# Of a line that reached nobody, of a desk that is not open.
UNREADY = {"GET /v1/{edition}/flashes/{id}/landing", "POST /desk/{edition}/writing"}
SCRIPTED = {"POST /desk/account/passkeys", "POST /desk/account/passkeys/options"}
BODIES = {"POST /v1/{edition}/flashes", "PATCH /v1/{edition}/flashes/{id}",
          "POST /desk/{edition}/lint", "POST /desk/{edition}/writing"}  # fmt: skip
TITLES = {"PUT /v1/{edition}/coverages/{slug}"}
LISTS = {"POST /v1/flashes"}


def test_every_route_is_known(settings: Settings) -> None:
    """No URL exists that this file does not judge."""
    found = set()
    app = build(settings).asgi.app
    assert isinstance(app, Starlette)
    for route in app.routes:
        if isinstance(route, Route):
            if isinstance(route.endpoint, _NotAllowed):
                continue  # it refuses every method, whoever asks
            assert route.methods is not None, f"{route.path} takes any method"
            found |= {f"{it} {route.path}" for it in route.methods - {"HEAD"}}
        elif isinstance(route, WebSocketRoute):
            found.add(f"WS {route.path}")
        else:
            assert isinstance(route, Mount)
            found.add(f"MOUNT {route.path}")
    assert found == PUBLIC | EDITORIAL.keys() | PAGES.keys() | SOCKETS | SCRIPTED


def url(route: str, flash_id: str, edition: str = "en") -> tuple[str, str]:
    method, _, path = route.partition(" ")
    path = path.replace("{edition}", edition).replace("{id}", flash_id)
    path = path.replace("{key}", flash_id).replace("{slug}", "flood")
    query = {"DELETE": "?reason=x"}.get(method, "")
    return method, path + (query or ("?at=2026-01-01T00:00:00Z" if path.endswith("board") else ""))


def body_of(route: str) -> Any:
    line = {"headline": "x", "urgency": 3}
    if route in LISTS:
        return [{"edition": "en", **line}]
    if route in TITLES:
        return {"title": "The flood"}
    return line if route in BODIES else None


@pytest.mark.parametrize("route", EDITORIAL)
async def test_editors_urls_are_for_editors(service: Running, route: str) -> None:
    """Nobody without a role, of a lower role or of another edition; never to scripts of other sites."""
    flash_id = (await service.post("en", "A line", coverage="flood"))["id"]
    method, path = url(route, flash_id)
    body = body_of(route)
    least = EDITORIAL[route]

    async def status(token: str | None) -> int:
        answer = await service.request(
            method, path, body=body, token=token, headers={"Origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        return answer.status

    assert await status(None) == 401
    assert await status("tkr_unknown") == 401
    for role in Role:
        mine = await status(await service.token_for(role))
        refused = role < least or (role is Role.REPORTER and route in OTHERS)
        assert (mine == 403) is refused, role
        assert mine != 401
        if "{edition}" in route:
            assert await status(await service.token_for(role, ["ar"])) == 403


@pytest.mark.parametrize("route", EDITORIAL)
async def test_sessions_prove_their_intent(service: Running, route: str) -> None:
    """With a cookie alone, as another site could send it, nothing is changed anywhere."""
    flash_id = (await service.post("en", "A line", coverage="flood"))["id"]
    await hire(service, "adm", Role.ADMIN)
    editor = await log_in(service, "adm")
    method, path = url(route, flash_id)
    body = body_of(route)
    bare = await editor.ask(method, path, body, csrf="")
    assert (bare.status == 403) is (method != "GET")
    assert (await editor.ask(method, path, body)).status < 300 or route in UNREADY


@pytest.mark.parametrize("route", PAGES)
async def test_pages_of_the_desk_are_behind_the_login(service: Running, route: str) -> None:
    """Strangers go to the login; others see what their role and edition allow; nobody frames it."""
    flash_id = (await service.post("en", "A line", coverage="flood"))["id"]
    method, path = url(route, flash_id)
    stranger = await service.request(method, path, token=None)
    assert stranger.status == 303
    assert stranger.headers["location"].startswith("/desk/login")
    await hire(service, "rosa", Role.REPORTER, "en")
    rosa = await log_in(service, "rosa")
    mine = await rosa.ask(method, path)
    assert mine.headers["x-frame-options"] == "DENY"
    if method == "POST" or PAGES[route] > Role.REPORTER:
        assert mine.status == 403
    else:
        assert mine.status in {200, 303}
    if "{edition}" in route:
        assert (await rosa.ask(*url(route, flash_id, "ar"))).status == 403
