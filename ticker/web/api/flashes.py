"""Read API over plain HTTP, with ETag and CORS: board, pages of the past, flash, editions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from ticker.accounts.rights import covers
from ticker.news import document
from ticker.news.flash import PubStatus
from ticker.news.newsroom import Newsroom
from ticker.web.admission import site_of, subscribe
from ticker.web.caching import LIVE_CACHE, is_fresh
from ticker.web.problems import ProblemError, no_such_flash, problem_at
from ticker.web.query import is_number, parameters
from ticker.web.reading import published
from ticker.web.rendered import Made
from ticker.web.security import ANY_SITE, cors, edition_of, is_allowed, legible

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition
    from ticker.news.subscription import Subscription
    from ticker.store.archive import Archive
    from ticker.web.authentication import Authenticator
    from ticker.web.reading import Reading
    from ticker.web.rendered import RenderedPages

LIMIT_MAX: Final = 200


class Flashes:
    """The readers' HTTP endpoints. The hub's memory answers; only the past asks the store."""

    def __init__(
        self,
        reading: Reading,
        archive: Archive,
        authenticator: Authenticator,
        newsroom: Newsroom,
        rendered: RenderedPages,
    ) -> None:
        self._reading = reading
        self._archive = archive
        self._authenticator = authenticator
        self._newsroom = newsroom
        self._rendered = rendered

    async def editions(self, _: Request) -> Response:
        """`GET /v1/editions` → the editions and vocabularies."""
        body = {
            "editions": [
                {
                    "code": edition.code,
                    "lang": edition.lang,
                    "dir": edition.dir,
                    "name": edition.name,
                    "label": edition.label,
                    "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
                    "regions": Newsroom.labels(self._newsroom.regions, edition.lang),
                }
                for edition in self._newsroom.editions.values()
            ]
        }
        headers = {"Cache-Control": "public, max-age=60", **ANY_SITE}
        return _json(body, 200, headers)

    async def board(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes?limit=&before=&poll=` → the board, or a page of the past."""
        with legible():
            return await self._board(request)

    async def _board(self, request: Request) -> Response:
        edition = edition_of(self._newsroom, request.path_params["edition"])
        given = parameters(request.url.query)
        limit = _limit(given)
        subscription = subscribe(self._newsroom, edition.code, given)
        before = given["before"][-1] if "before" in given else None
        page = await self._rendered.get(
            request,
            ("flashes", edition.code, subscription, limit, before),
            lambda: self._reading.revision(edition.code),
            lambda: self._listing(subscription, limit, before),
            first=given.keys() <= {"poll"},
        )
        self._count(request, edition, given)
        return page.answer(request, cors(edition, request.headers.get("origin")))

    def _count(self, request: Request, edition: Edition, given: dict[str, list[str]]) -> None:
        """Presence of those who poll: `poll` says in how many seconds they ask again."""
        interval = given.get("poll", [""])[-1]
        origin = request.headers.get("origin")
        # Of a page of ours, which sends no Origin with a GET, browsers say that it is.
        own = request.headers.get("sec-fetch-site") == "same-origin"
        if is_number(interval) and is_allowed(edition, origin, is_own=own):
            self._reading.polled(edition.code, site_of(origin, is_own=own), int(interval))

    async def _listing(self, subscription: Subscription, limit: int, before: str | None) -> Made:
        edition = subscription.edition
        until = self._reading.until(edition) if before is None else None
        cursor, lines = self._reading.board(subscription)
        if before is not None:
            start = await self._reading.find(edition, before)
            start = published(start, no_such_flash(before, "before"))
            lines = await self._archive.before(start, limit)
        body = {
            "cursor": str(cursor),
            "flashes": [document.public(flash) for flash in lines[:limit]],
            "lang": self._newsroom.editions[edition].lang,
            "dir": self._newsroom.editions[edition].dir,
        }
        return Made(_json(body, 200, {"Cache-Control": LIVE_CACHE}), until)

    async def flash(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes/{id}` → one flash; 410 and a tombstone for a killed one."""
        edition = edition_of(self._newsroom, request.path_params["edition"])
        flash_id = request.path_params["id"]
        found = await self._reading.find(edition.code, flash_id)
        if found is not None and await self.may_see(request, found):
            headers = {"ETag": f'"{found.version}"', "Cache-Control": "private, no-store"}
            return _json(document.full(found), 200, headers)
        flash = published(found, no_such_flash(flash_id))
        headers = {
            "ETag": f'"{flash.version}"',
            "Cache-Control": LIVE_CACHE,
            **cors(edition, request.headers.get("origin")),
        }
        if flash.pubstatus is PubStatus.CANCELED:
            return _json(document.public(flash), 410, headers)
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return _json(document.public(flash), 200, headers)

    async def preflight(self, request: Request) -> Response:
        """`OPTIONS` on a public URL: CORS preflight (Fetch standard)."""
        edition = edition_of(self._newsroom, request.path_params["edition"])
        headers = {
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID",
            "Access-Control-Max-Age": "86400",
            **cors(edition, request.headers.get("origin")),
        }
        return Response(status_code=204, headers=headers)

    async def may_see(self, request: Request, flash: Flash) -> bool:
        """Authorisation: whether it is withheld (embargo), and the token is for its edition."""
        if flash.pubstatus is not PubStatus.WITHHELD or "authorization" not in request.headers:
            return False
        try:
            return covers(await self._authenticator.authenticate(request), flash.edition)
        except ProblemError as problem:
            # A 401 would tell a stranger that there is such a line.
            if problem.status == HTTPStatus.UNAUTHORIZED:
                return False
            raise


def _limit(given: dict[str, list[str]]) -> int:
    text = given.get("limit", [str(LIMIT_MAX)])[-1]
    limit = int(text) if is_number(text) else 0
    if not 1 <= limit <= LIMIT_MAX:
        raise problem_at(422, "limit", f"must be an integer from 1 to {LIMIT_MAX}")
    return limit


def _json(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    return Response(document.dumps(body), status, headers, media_type="application/json")
