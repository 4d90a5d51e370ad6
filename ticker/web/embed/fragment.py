"""HTML fragment of a banner for server-side includes (SSI, ESI), as declarative shadow DOM."""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ticker.news import document
from ticker.news.document import utcnow
from ticker.web.caching import NO_STORE, is_fresh, takes_gzip
from ticker.web.embed.banner import ROWS, ROWS_MAX, Banner
from ticker.web.problems import ProblemError
from ticker.web.query import parameters
from ticker.web.rendered import Made, earliest
from ticker.web.security import ANY_SITE, ASSET_HEADERS, cors

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from ticker.news.newsroom import Newsroom
    from ticker.web.reading import Reading
    from ticker.web.rendered import Page, RenderedPages
    from ticker.web.templating import Templates

_SHEET: Final = re.compile(r"^(?:export )?const \w*CSS = `(.*?)`;$", re.MULTILINE | re.DOTALL)
_HTML: Final = "text/html; charset=utf-8"
_WRONG: Final = 422


class EmbedFragment:
    """`/embed/{edition}.fragment`."""

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

    async def answer(self, request: Request) -> Response:
        """`GET /embed/{edition}.fragment?mode=&section=…` → the element, its lines, its script.

        It lands inside another page, which must not show a problem of ours to its readers.
        """
        try:
            given = parameters(request.url.query)
            banner = Banner.of(self._newsroom, request.path_params["edition"], given)
            page = await self._page(request, banner)
        except ProblemError as problem:
            return _comment(problem)
        return page.answer(request, cors(banner.edition, request.headers.get("origin")))

    async def _page(self, request: Request, banner: Banner) -> Page:
        base, edition = self._templates.base(request), banner.edition.code
        chosen = tuple(banner.looks)
        return await self._rendered.get(
            request,
            ("fragment", edition, base, chosen),
            lambda: self._reading.revision(edition),
            lambda: self._render(banner, base),
            first=not chosen,
            base=base,
        )

    async def _render(self, banner: Banner, base: str) -> Made:
        edition = banner.edition
        until = self._reading.until(edition.code)
        _, board = self._reading.board(banner.subscription)
        lines = banner.shown(board, utcnow())
        context = {
            "base": base,
            "address": base + banner.filters.href,
            "title": f"{self._templates.site(edition)} · {edition.name}",
            "mode": banner.mode,
            "attributes": {
                "lang": edition.lang,
                "dir": edition.dir,
                "mode": banner.mode,
                **banner.attributes(),
                "src": base,
            },
            "lines": [document.public(flash) for flash in lines],
        }
        headers = {"X-Robots-Tag": "noindex"}
        page = self._templates.page("fragment.html", edition, context, headers=headers)
        return Made(page, earliest(banner.until(lines), until))


class BannerSheet:
    """`/ticker.css`: the widget's own style sheet, for a banner whose script has not come yet.

    Args:
        static: Folder that has the widget's modules, and what it lacks for lines that were served.
    """

    def __init__(self, static: Path) -> None:
        modules = sorted((static / "ticker").glob("*.js"))
        sheets = [it for path in modules for it in _SHEET.findall(path.read_text("utf-8"))]
        # How many rows it keeps a place for: the script sets it, and a strict policy lets no
        # attribute `style` do so.
        rows = [f".track {{ --_max: {ROWS}; }}"]
        rows += [f':host([max="{n}"]) .track {{ --_max: {n}; }}' for n in range(1, ROWS_MAX + 1)]
        served = (static / "embed" / "fragment.css").read_text("utf-8")
        self._plain = "\n".join([*sheets, *rows, served]).encode()
        self._squeezed = gzip.compress(self._plain, 9, mtime=0)
        self._etag = sha256(self._plain).hexdigest()[:32]

    async def answer(self, request: Request) -> Response:
        """`GET /ticker.css` → the style sheet, cached for minutes, as the script is."""
        squeezed = takes_gzip(request)
        etag = f'"{self._etag}-gzip"' if squeezed else f'"{self._etag}"'
        headers = {**ASSET_HEADERS, "ETag": etag, "Vary": "Accept-Encoding"}
        if is_fresh(request, etag):
            return Response(status_code=304, headers=headers)
        if squeezed:
            headers["Content-Encoding"] = "gzip"
        return Response(self._squeezed if squeezed else self._plain, 200, headers, "text/css")


def _comment(problem: ProblemError) -> Response:
    """A problem as an HTML comment: empty, or what the webmaster asked for that there is not."""
    wrong = problem.status == _WRONG
    # A comment ends at two hyphens.
    said = escape(problem.detail, quote=False).replace("-", "&#45;") if wrong else ""
    headers = {**NO_STORE, **problem.headers, **ANY_SITE}
    return Response(f"<!-- {said} -->", problem.status, headers, _HTML)
