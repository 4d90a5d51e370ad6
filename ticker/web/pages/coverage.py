"""Coverage page (topic page): all lines of a running story, newest first, by keyset pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ticker.news import document
from ticker.news.document import utcnow
from ticker.news.newsroom import Newsroom
from ticker.news.subscription import Subscription
from ticker.web.pages.lines import LinePages
from ticker.web.problems import no_such_line, problem_at
from ticker.web.query import parameters
from ticker.web.reading import published
from ticker.web.rendered import Made
from ticker.web.security import edition_of
from ticker.web.templating import spelled

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition

_PAGE_LINES: Final = 100


class Coverage(LinePages):
    """`/{edition}/coverage/{slug}`."""

    async def page(self, request: Request) -> Response:
        """The story's page, or with `?before=` its page before a line; 404 for no such story."""
        edition = edition_of(self._newsroom, request.path_params["edition"])
        slug = request.path_params["slug"]
        before = parameters(request.url.query).get("before", [""])[-1]
        base = self._templates.base(request)
        page = await self._rendered.get(
            request,
            ("coverage", edition.code, base, slug, before),
            self._versions.revision,
            lambda: self._render(edition, slug, before, base),
        )
        return page.answer(request)

    async def _render(self, edition: Edition, slug: str, before: str, base: str) -> Made:
        # Cursor before data: what changes while we read is then sent to the page (no race).
        cursor, _ = self._reading.board(Subscription(edition.code))
        titles = self._reading.titles(edition.code)
        start = await self._start(edition, before)
        lines = await self._archive.coverage(edition.code, slug, _PAGE_LINES + 1, start)
        if not lines:
            problem = problem_at(404, "coverage", "There is no story of that name here.")
            return Made(self._templates.problem(edition, problem))
        path = f"/{edition.code}/coverage/{quote(slug, safe='')}"
        versions = await self._versions.of_story(edition.code, slug, lines)
        context = self._context(edition, lines, path, base)
        context |= {"slug": slug, "cursor": str(cursor), "grows": start is None, "feed": path}
        context |= {"versions": versions.found, "titles": titles}
        context |= self._head(edition, slug, lines, path, base, is_first=start is None)
        context["canonical"] = base + path + (f"?before={start.id}" if start else "")
        page = self._templates.page("coverage.html", edition, context)
        return Made(page, until=None if versions.complete else utcnow())

    def _head(
        self,
        edition: Edition,
        slug: str,
        lines: list[Flash],
        path: str,
        base: str,
        *,
        is_first: bool,
    ) -> dict[str, Any]:
        """Its title, and what it says to machines: the whole of it on its first page alone."""
        title = self._reading.titles(edition.code).get(slug) or spelled(slug)
        shown = lines[:_PAGE_LINES] if is_first else []
        whole = len(lines) <= _PAGE_LINES
        metadata = self._metadata.of_story(edition, path, title, shown, base, whole=whole)
        feed_title = f"{title} · {self._templates.site(edition)} · {edition.name}"
        return {"title": title, "metadata": metadata, "feed_title": feed_title}

    async def _start(self, edition: Edition, before: str) -> Flash | None:
        if not before:
            return None
        return published(await self._reading.find(edition.code, before), no_such_line("before"))

    def _context(
        self, edition: Edition, lines: list[Flash], path: str, base: str
    ) -> dict[str, Any]:
        shown, more = lines[:_PAGE_LINES], len(lines) > _PAGE_LINES
        return {
            "base": base,
            "path": path,
            "lines": [document.public(flash) for flash in shown],
            "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
            "earlier": f"{path}?before={shown[-1].id}" if more else None,
        }
