"""Click counter (beacon): a line's link was followed; nothing about the reader is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from ticker.news.flash import PubStatus
from ticker.web.authentication import address_of
from ticker.web.caching import NO_STORE
from ticker.web.problems import RETRY_SECONDS, ProblemError, problem_at
from ticker.web.security import edition_of, is_own, scheme_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.hub.hub import Hub
    from ticker.news.newsroom import Edition
    from ticker.settings import Settings
    from ticker.store.clicks import Clicks


class ClicksApi:
    """`POST /v1/{edition}/flashes/{id}/clicks`, as `navigator.sendBeacon` sends it."""

    def __init__(self, clicks: Clicks, hub: Hub, settings: Settings) -> None:
        self._clicks = clicks
        self._hub = hub
        self._newsroom = settings.newsroom
        self._public_url = settings.public_url

    async def count(self, request: Request) -> Response:
        """Count one click → 204; the body is not read.

        Raises:
            ProblemError: 403 it is no page of ours or of a site that the edition names, 404 no such
                line is on show or was lately, 429 too many (rate limit).
        """
        edition = edition_of(self._newsroom, request.path_params["edition"])
        self._check_site(request, edition)
        flash = self._hub.get(edition.code, request.path_params["id"])
        if flash is None or flash.pubstatus is not PubStatus.USABLE or flash.url is None:
            raise problem_at(404, "id", "There is no line with a link of that id on show.")
        if not self._clicks.count(edition.code, flash.id, address_of(request)):
            raise ProblemError(
                429, "Too many clicks at once.", headers={"Retry-After": RETRY_SECONDS}
            )
        return Response(status_code=204, headers=NO_STORE)

    def _check_site(self, request: Request, edition: Edition) -> None:
        """By Sec-Fetch-Site, else by Origin, which browsers send with every POST."""
        site = request.headers.get("sec-fetch-site")
        ours = self._is_own(request) if site is None else site == "same-origin"
        if not ours and request.headers.get("origin") not in edition.origins:
            raise problem_at(
                403, "Origin", "Clicks count on our pages and on the sites that the edition names."
            )

    def _is_own(self, request: Request) -> bool:
        headers = request.headers
        scheme = scheme_of(request.url.scheme, headers.get("x-forwarded-proto"))
        return is_own(headers.get("origin"), headers.get("host"), scheme, self._public_url)
