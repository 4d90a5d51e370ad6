"""Search over HTTP: `GET /v1/{edition}/flashes?q=`. Readers find what they may see, editors all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from ticker.accounts.rights import covers
from ticker.news import document
from ticker.news.document import utcnow
from ticker.store.full_text import NoSuchPlaceError
from ticker.web.caching import LIVE_CACHE, NO_STORE
from ticker.web.problems import no_such_flash, problem_at
from ticker.web.query import is_number, parameters
from ticker.web.rendered import Made
from ticker.web.search import for_readers, is_search, search_request
from ticker.web.security import cors, desk_edition_of, edition_of, legible

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.accounts.principal import Principal
    from ticker.news.newsroom import Newsroom
    from ticker.store.full_text import FullText, Hit, Results
    from ticker.web.api.flashes import Flashes
    from ticker.web.authentication import Authenticator
    from ticker.web.reading import Reading
    from ticker.web.render_queue import RenderQueue
    from ticker.web.rendered import RenderedPages
    from ticker.web.search import SearchRequest

LIMIT: Final = 50
LIMIT_MAX: Final = 100
# A cache must not hand the one to the other.
_VARY: Final = "Authorization, Cookie"


class SearchApi:
    """The listing, where it is asked for lines by what they say."""

    def __init__(
        self,
        flashes: Flashes,
        reading: Reading,
        full_text: FullText,
        authenticator: Authenticator,
        newsroom: Newsroom,
        renders: RenderQueue,
        rendered: RenderedPages,
    ) -> None:
        self._flashes = flashes
        self._reading = reading
        self._full_text = full_text
        self._authenticator = authenticator
        self._newsroom = newsroom
        self._renders = renders
        self._rendered = rendered

    async def listing(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes` → what is found, newest first, or else the board."""
        with legible():
            if not is_search(request.url.query):
                return await self._flashes.board(request)
            code = request.path_params["edition"]
            principal = await self._principal(request, code)
            if principal is None:
                return await self._readers(request, code)
        return await self._editors(request, code, principal)

    async def _principal(self, request: Request, code: str) -> Principal | None:
        """Whoever has rights in the edition; None: a reader, as anybody is elsewhere."""
        is_known = "authorization" in request.headers
        if not is_known and await self._authenticator.session(request) is None:
            return None
        principal = await self._authenticator.authenticate(request)
        return principal if covers(principal, code) else None

    async def _editors(self, request: Request, code: str, principal: Principal) -> Response:
        edition = desk_edition_of(self._newsroom, code).code
        asked, limit = search_request(self._newsroom, edition, request.url.query), _limit(request)
        self._reading.check_store(edition)
        # People who wait while they type go before pages that nobody asked for yet.
        async with self._renders.turn(f"editor {principal.name}", first=True):
            found = await self._find(edition, asked, limit, everything=True)
        body = {
            "cursor": str(self._reading.position(edition)),
            "flashes": [document.full(hit.newest.flash) for hit in found.hits],
            "matches": [_match(asked, hit) | _hands(hit) for hit in found.hits],
            "complete": found.complete,
        }
        headers = {**NO_STORE, "Vary": _VARY, **_link(request, asked, limit, found)}
        return _json(body, headers)

    async def _readers(self, request: Request, code: str) -> Response:
        edition = edition_of(self._newsroom, code)
        asked, limit = search_request(self._newsroom, code, request.url.query), _limit(request)
        for_readers(asked)
        self._reading.check_store(code)

        async def render() -> Made:
            # Cursor before data, as everywhere.
            cursor = self._reading.position(code)
            found = await self._find(code, asked, limit)
            body = {
                "cursor": str(cursor),
                "flashes": [document.public(hit.newest.flash) for hit in found.hits],
                "matches": [_match(asked, hit) for hit in found.hits],
                "complete": found.complete,
            }
            headers = {"Cache-Control": LIVE_CACHE, **_link(request, asked, limit, found)}
            return Made(_json(body, headers), None if found.complete else utcnow())

        page = await self._rendered.get(
            request,
            ("found", code, asked.pairs, limit, asked.before),
            lambda: self._reading.revision(code),
            render,
        )
        headers = cors(edition, request.headers.get("origin"))
        vary = ", ".join(filter(None, (_VARY, headers.get("Vary"))))
        return page.answer(request, {**headers, "Vary": vary})

    async def _find(
        self, edition: str, asked: SearchRequest, limit: int, *, everything: bool = False
    ) -> Results:
        try:
            return await self._full_text.find(
                edition, asked.query, asked.before, limit, everything=everything
            )
        except NoSuchPlaceError as error:
            raise no_such_flash(str(error), "before") from error


def _match(asked: SearchRequest, hit: Hit) -> dict[str, Any]:
    """Which version was found, and where its line says so."""
    flash = hit.matched.flash
    return {
        "id": flash.id,
        "version": flash.version,
        "headline": flash.headline,
        "ranges": asked.query.ranges(flash.headline),
    }


def _hands(hit: Hit) -> dict[str, Any]:
    """Who wrote the line, and who did what to it last."""
    newest = hit.newest
    return {
        "author": hit.author,
        "action": newest.action,
        "by": newest.by,
        "at": document.format_time(newest.at),
        "reason": newest.reason,
    }


def _link(request: Request, asked: SearchRequest, limit: int, found: Results) -> dict[str, str]:
    """`Link` to the next page (RFC 8288), if there is one."""
    if found.more is None:
        return {}
    page = asked.href(request.url.path, found.more, limit=str(limit))
    return {"Link": f'<{page}>; rel="next"'}


def _limit(request: Request) -> int:
    text = parameters(request.url.query).get("limit", [str(LIMIT)])[-1]
    limit = int(text) if is_number(text) else 0
    if not 1 <= limit <= LIMIT_MAX:
        raise problem_at(422, "limit", f"must be an integer from 1 to {LIMIT_MAX}")
    return limit


def _json(body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(document.dumps(body), 200, headers, media_type="application/json")
