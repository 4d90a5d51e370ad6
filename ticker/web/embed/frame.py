"""Iframe page of a banner, rendered on the server (progressive enhancement, JSON-LD)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.news import document
from ticker.news.document import utcnow
from ticker.web.embed.banner import Banner
from ticker.web.metadata import Metadata
from ticker.web.query import parameters
from ticker.web.rendered import Made, earliest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.web.reading import Reading
    from ticker.web.rendered import RenderedPages
    from ticker.web.templating import Templates


class EmbedFrame:
    """`/embed/{edition}`."""

    def __init__(
        self,
        templates: Templates,
        reading: Reading,
        newsroom: Newsroom,
        rendered: RenderedPages,
    ) -> None:
        self._templates = templates
        self._reading = reading
        self._newsroom = newsroom
        self._rendered = rendered
        self._metadata = Metadata(templates, newsroom)

    async def page(self, request: Request) -> Response:
        """`GET /embed/{edition}?mode=&theme=…&section=…` → the banner, for the allowed origins."""
        given = parameters(request.url.query)
        banner = Banner.of(self._newsroom, request.path_params["edition"], given)
        base = self._templates.base(request)
        edition = banner.edition.code
        page = await self._rendered.get(
            request,
            ("embed", edition, base, tuple(banner.pairs)),
            lambda: self._reading.revision(edition),
            lambda: self._render(banner, base),
            first=not banner.pairs,
            base=base,
        )
        return page.answer(request)

    async def _render(self, banner: Banner, base: str) -> Made:
        edition, until = banner.edition, self._reading.until(banner.edition.code)
        _, board = self._reading.board(banner.subscription)
        lines = banner.shown(board, utcnow())
        title = self._title(banner, lines)
        context = {
            "base": base,
            "title": title,
            "address": base + banner.path,
            "canonical": base + banner.filters.href,
            "attributes": {
                "lang": edition.lang,
                "dir": edition.dir,
                "mode": banner.mode,
                **banner.attributes(),
            },
            "lines": [document.public(flash) for flash in lines],
            "metadata": self._metadata.of_board(edition, banner.filters.href, title, lines, base),
        }
        ancestors = frame_ancestors(edition)
        return Made(
            self._templates.page("embed.html", edition, context, frame_ancestors=ancestors),
            earliest(banner.until(lines), until),
        )

    def _title(self, banner: Banner, lines: Sequence[Flash]) -> str:
        """Of the running story that it shows alone, as long as that has lines; else of the site."""
        edition = banner.edition
        site = f"{self._templates.site(edition)} · {edition.name}"
        titles = self._reading.titles(edition.code) if lines else {}
        story = titles.get(banner.filters.values("coverage"))
        return f"{story} · {site}" if story else site


def frame_ancestors(edition: Edition) -> str:
    """CSP frame-ancestors (clickjacking): any site, or we and the edition's allowed origins."""
    return " ".join(["'self'", *edition.origins]) if edition.origins else "*"
