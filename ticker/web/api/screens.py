"""Screen reports (beacon): a line was painted, or a killed one is gone; nothing else is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from ticker.news.reach import ScreenState
from ticker.web.admission import site_of
from ticker.web.authentication import address_of
from ticker.web.caching import NO_STORE
from ticker.web.problems import RETRY_SECONDS, ProblemError, problem_at
from ticker.web.query import is_number, parameters
from ticker.web.security import cors, edition_of, is_allowed, is_own, legible, scheme_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.hub.screens import Screens
    from ticker.settings import Settings


class ScreensApi:
    """`POST /v1/{edition}/flashes/{id}/screens?version=&state=`, as banners send it when asked."""

    def __init__(self, screens: Screens, settings: Settings) -> None:
        self._screens = screens
        self._newsroom = settings.newsroom
        self._public_url = settings.public_url

    async def report(self, request: Request) -> Response:
        """Count one report → 204; the body is not read.

        Raises:
            ProblemError: 403 it is no page that may show the edition, 404 nobody is asked about
                that now, 422 no such version or state, 429 too many (rate limit).
        """
        with legible():
            return self._report(request)

    def _report(self, request: Request) -> Response:
        edition = edition_of(self._newsroom, request.path_params["edition"])
        headers, flash_id = request.headers, request.path_params["id"]
        origin = headers.get("origin")
        scheme = scheme_of(request.url.scheme, headers.get("x-forwarded-proto"))
        own = is_own(origin, headers.get("host"), scheme, self._public_url)
        if origin is None or not is_allowed(edition, origin, is_own=own):
            raise problem_at(403, "Origin", "Reports come from pages that show the edition.")
        version, state = _said(request)
        if not self._screens.is_asked(edition.code, flash_id, version, state):
            raise problem_at(404, "version", "Nobody is asked about that version now.")
        site = site_of(origin, is_own=own)
        address = address_of(request)
        if not self._screens.count(edition.code, flash_id, version, state, site, address):
            raise ProblemError(
                429, "Too many reports at once.", headers={"Retry-After": RETRY_SECONDS}
            )
        return Response(status_code=204, headers={**NO_STORE, **cors(edition, origin)})


def _said(request: Request) -> tuple[int, ScreenState]:
    given = parameters(request.url.query)
    version, state = (given.get(name, [""])[-1] for name in ("version", "state"))
    if not is_number(version):
        raise problem_at(422, "version", "must be a whole number")
    if state not in list(ScreenState):
        raise problem_at(422, "state", f"must be one of {', '.join(ScreenState)}")
    return int(version), ScreenState(state)
