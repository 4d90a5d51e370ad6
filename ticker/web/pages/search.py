"""Search page of an edition: what readers may see of all that it has published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.news import document
from ticker.news.document import utcnow
from ticker.news.newsroom import Newsroom
from ticker.store.full_text import NoSuchPlaceError
from ticker.web.caching import NO_STORE
from ticker.web.filter_links import Filters
from ticker.web.problems import ProblemError, no_such_line
from ticker.web.query import parameters
from ticker.web.rendered import Made
from ticker.web.search import for_readers, search_request

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.newsroom import Edition
    from ticker.store.full_text import FullText
    from ticker.web.reading import Reading
    from ticker.web.rendered import RenderedPages
    from ticker.web.search import SearchRequest
    from ticker.web.templating import Templates

_PAGE_LINES: Final = 50


class SearchPages:
    """`/{edition}?q=`."""

    def __init__(
        self,
        templates: Templates,
        reading: Reading,
        full_text: FullText,
        newsroom: Newsroom,
        rendered: RenderedPages,
    ) -> None:
        self._templates = templates
        self._reading = reading
        self._full_text = full_text
        self._newsroom = newsroom
        self._rendered = rendered

    @staticmethod
    def is_meant(request: Request) -> bool:
        """Whether it is asked for: with words, or with an empty box."""
        return "q" in parameters(request.url.query, with_blank=True)

    async def page(self, request: Request, edition: Edition) -> Response:
        """What is found, 50 lines a page, or the box and why nothing was sought."""
        query = request.url.query
        text = parameters(query).get("q", [""])[-1]
        asked = None
        if text.strip():
            try:
                asked = search_request(self._newsroom, edition.code, query)
            except ProblemError as problem:
                if [it.field for it in problem.faults] != ["q"]:
                    raise
            else:
                for_readers(asked)
                self._reading.check_store(edition.code)
        filters = Filters.of(f"/{edition.code}", parameters(query))
        # What is chosen beside the words stays with them.
        filters = Filters(filters.path, (("q", text), *filters.pairs))
        base = self._templates.base(request)
        page = await self._rendered.get(
            request,
            ("search", edition.code, base, asked or filters.pairs),
            lambda: self._reading.revision(edition.code),
            lambda: self._render(edition, text, asked, filters),
        )
        return page.answer(request)

    async def _render(
        self, edition: Edition, text: str, asked: SearchRequest | None, filters: Filters
    ) -> Made:
        words = self._templates.words(edition.lang)
        context: dict[str, Any] = {
            "filters": filters,
            "rows": filters.rows(self._newsroom, edition),
            "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
            "titles": self._reading.titles(edition.code),
            "text": text,
            "query": None,
            "count": "",
            "lines": [],
            "earlier": None,
            "complete": True,
            "notice": words["search_bad"] if text.strip() else words["search_hint"],
        }
        if asked is None:
            status, headers = (422, {**NO_STORE}) if text.strip() else (200, {})
            page = self._templates.page(
                "search.html", edition, context, status=status, headers=headers
            )
            return Made(page)
        # Cursor before data: what changes while we read is then sent to the page (no race).
        cursor = self._reading.position(edition.code)
        try:
            found = await self._full_text.find(edition.code, asked.query, asked.before, _PAGE_LINES)
        except NoSuchPlaceError as error:
            raise no_such_line("before") from error
        context |= {
            "query": asked.query,
            "count": _counted(
                words, len(found.hits), is_all=asked.before is None and not found.more
            ),
            "cursor": str(cursor),
            "lines": [document.public(hit.newest.flash) for hit in found.hits],
            "earlier": asked.href(f"/{edition.code}", found.more) if found.more else None,
            "complete": found.complete,
            "notice": words["search_none"],
        }
        page = self._templates.page("search.html", edition, context)
        return Made(page, None if found.complete else utcnow())


def _counted(words: dict[str, str], count: int, *, is_all: bool) -> str:
    """How many lines were found, or that these are some of them."""
    return words["search_found" if is_all else "search_some"].replace("{count}", str(count))
