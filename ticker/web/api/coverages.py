"""Running stories (coverages) over HTTP: their titles, for those with a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from ticker.editing.context import EditContext
from ticker.editing.coverages import NoSuchCoverageError
from ticker.web.authentication import address_of
from ticker.web.body import json_object
from ticker.web.caching import NO_STORE
from ticker.web.problems import ProblemError, problem_at
from ticker.web.security import desk_edition_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.editing.coverages import Coverages
    from ticker.hub.hub import Hub
    from ticker.news.newsroom import Newsroom
    from ticker.store.coverage_titles import CoverageTitles
    from ticker.web.authentication import Authenticator

_JSON: Final = frozenset({"application/json"})


class CoveragesApi:
    """`/v1/{edition}/coverages/{slug}`."""

    def __init__(
        self,
        coverages: Coverages,
        titles: CoverageTitles,
        hub: Hub,
        authenticator: Authenticator,
        newsroom: Newsroom,
    ) -> None:
        self._newsroom = newsroom
        self._coverages = coverages
        self._titles = titles
        self._hub = hub
        self._authenticator = authenticator

    async def read(self, request: Request) -> Response:
        """`GET` → {"edition", "coverage", "title"}; the title is null where nobody gave one."""
        context, slug = await self._context(request), request.path_params["slug"]
        try:
            title = await self._coverages.title(context, slug)
        except NoSuchCoverageError as error:
            raise _no_such(slug) from error
        return _answer(context.edition, slug, title)

    async def entitle(self, request: Request) -> Response:
        """`PUT` {"title"} → 200, the same; this process's readers have it when it returns."""
        context, slug = await self._context(request), request.path_params["slug"]
        data = await json_object(request, _JSON)
        try:
            title = await self._coverages.entitle(context, slug, data)
        except NoSuchCoverageError as error:
            raise _no_such(slug) from error
        self._hub.entitle(context.edition, await self._titles.all(context.edition))
        return _answer(context.edition, slug, title)

    async def _context(self, request: Request) -> EditContext:
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        principal = await self._authenticator.authenticate(request)
        return EditContext(principal, edition.code, address=address_of(request) or None)


def _answer(edition: str, slug: str, title: str | None) -> Response:
    body = {"edition": edition, "coverage": slug, "title": title}
    return JSONResponse(body, headers=NO_STORE)


def _no_such(slug: str) -> ProblemError:
    return problem_at(404, "coverage", f"There is no story {slug!r} here.")
