"""The pages that readers open, with their lines already in the HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker import document
from ticker.hub import utcnow
from ticker.settings import Newsroom
from ticker.subscription import Subscription
from ticker.web.problems import RETRY_SECONDS, ProblemError
from ticker.web.security import edition_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.hub import Hub
    from ticker.settings import Edition, Settings
    from ticker.web.html import Html


class Pages:
    """`/` and `/{edition}`."""

    def __init__(self, html: Html, hub: Hub, settings: Settings) -> None:
        self._html = html
        self._hub = hub
        self._newsroom = settings.newsroom

    async def home(self, _: Request) -> Response:
        """The reader page of the first edition."""
        return self._page(next(iter(self._newsroom.editions.values())))

    async def edition(self, request: Request) -> Response:
        """The reader page of an edition."""
        return self._page(edition_of(self._newsroom, request.path_params["edition"]))

    def _page(self, edition: Edition) -> Response:
        if not self._hub.is_loaded(edition.code):
            raise ProblemError(
                503, "The board is not loaded yet.", headers={"Retry-After": RETRY_SECONDS}
            )
        return self._html.page("reader.html", edition, self._context(edition))

    def _context(self, edition: Edition) -> dict[str, Any]:
        _, lines = self._hub.lines(Subscription(edition.code))
        return {
            "editions": list(self._newsroom.editions.values()),
            "lines": [document.public(flash) for flash in lines],
            "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
            "regions": Newsroom.labels(self._newsroom.regions, edition.lang),
            "now": document.format_time(utcnow()),
        }
