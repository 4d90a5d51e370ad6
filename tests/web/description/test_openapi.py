"""The OpenAPI description: all that there is, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from tests.support.description import DESCRIPTION, UNDESCRIBED
from ticker.app import build
from ticker.protocol.frames import CloseCode
from ticker.web.api.routes import _NotAllowed
from ticker.web.description.openapi import OPERATIONS
from ticker.web.description.operation import PROBLEMS

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.settings import Settings


def test_every_route_is_described(settings: Settings) -> None:
    """Whoever adds a URL for programs describes it; the desk's own pages are for people."""
    app = build(settings).asgi.app
    assert isinstance(app, Starlette)
    found = set()
    for route in app.routes:
        if isinstance(route, WebSocketRoute | Mount):
            continue
        assert isinstance(route, Route)
        if isinstance(route.endpoint, _NotAllowed) or route.path.startswith("/desk"):
            continue
        path = re.sub(r":\w+}", "}", route.path)
        found |= {f"{it} {path}" for it in (route.methods or set()) - {"HEAD"}}
    assert found - UNDESCRIBED == OPERATIONS.keys()
    assert found >= UNDESCRIBED


def test_every_problem_is_in_the_manual() -> None:
    """The manual and the description know the same statuses."""
    manual = Path("docs/api.md").read_text("utf-8").partition("### Errors")[2].partition("\n## ")[0]
    statuses = {int(it) for it in re.findall(r"^\| (\d{3}) \|", manual, re.MULTILINE)}
    assert statuses | {501} == PROBLEMS.keys()


def test_names_are_told_apart() -> None:
    """A generated client has a function for each operation."""
    names = [it.id for it in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert set(DESCRIPTION["components"]["securitySchemes"]) == {"token", "session"}


async def test_programs_of_any_site_read_it(service: Running) -> None:
    """It is one document, cached, for scripts of every site."""
    answer = await service.get("/openapi.json", Accept_Encoding="gzip")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-encoding"] == "gzip"
    assert "max-age" in answer.headers["cache-control"]
    etag = answer.headers["etag"]
    again = await service.get("/openapi.json", Accept_Encoding="gzip", If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert (await service.get("/openapi.json")).json == DESCRIPTION


async def test_a_language_model_finds_the_way(service: Running) -> None:
    """`llms.txt` names the editions, and every link in it leads somewhere."""
    answer = await service.get("/llms.txt")
    text = answer.body.decode()
    assert text.startswith("# ")
    assert "`ar` (ar)" in text
    links = re.findall(r"\]\((/[^)]*)\)", text)
    assert len(links) >= 7
    for link in links:
        assert (await service.get(link)).status == 200, link


async def test_people_read_the_reference_without_a_script(service: Running) -> None:
    """The page has every operation and message, and nothing to run."""
    answer = await service.get("/docs", Accept="text/html")
    html = answer.body.decode()
    assert "<script" not in html
    assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
    for operation in OPERATIONS.values():
        assert f'id="{operation.id}"' in html
    ids = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids
    for code in CloseCode:
        assert f">{int(code)}<" in html
