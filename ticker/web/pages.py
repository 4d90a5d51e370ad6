"""The pages that readers open, with their lines already in the HTML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from ticker import __version__, document
from ticker.hub import utcnow
from ticker.settings import Newsroom, static_dir
from ticker.subscription import Subscription
from ticker.web.problems import RETRY_SECONDS, ProblemError
from ticker.web.security import PAGE_POLICY, edition_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.hub import Hub
    from ticker.settings import Edition, Settings


class Pages:
    """`/` and `/{edition}`."""

    def __init__(self, hub: Hub, settings: Settings) -> None:
        self._hub = hub
        self._newsroom = settings.newsroom
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._templates.filters["clock"] = lambda time: time[11:16]
        words = (static_dir() / "reader" / "words.json").read_text(encoding="utf-8")
        self._words: dict[str, dict[str, str]] = json.loads(words)

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
        html = self._templates.get_template("reader.html").render(self._context(edition))
        return HTMLResponse(
            html,
            headers={
                "Content-Security-Policy": PAGE_POLICY,
                "Cache-Control": "public, max-age=1, stale-while-revalidate=5",
                "Content-Language": edition.lang,
            },
        )

    def _context(self, edition: Edition) -> dict[str, Any]:
        cursor, lines = self._hub.lines(Subscription(edition.code))
        return {
            "edition": edition,
            "editions": list(self._newsroom.editions.values()),
            "lines": [document.public(flash) for flash in lines],
            "cursor": str(cursor),
            "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
            "regions": Newsroom.labels(self._newsroom.regions, edition.lang),
            "words": self._words["en"] | self._words.get(edition.lang.partition("-")[0], {}),
            "now": document.format_time(utcnow()),
            "version": __version__,
        }
