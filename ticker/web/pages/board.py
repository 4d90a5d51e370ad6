"""Board pages of an edition, and of its past, rendered on the server (no script needed)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from ticker.news import document
from ticker.news.document import utcnow
from ticker.news.newsroom import Newsroom
from ticker.news.subscription import Subscription
from ticker.web.admission import subscribe
from ticker.web.filter_links import Filters
from ticker.web.metadata import Metadata
from ticker.web.pages.running import running_stories
from ticker.web.problems import no_such_line, problem_at
from ticker.web.query import parameters
from ticker.web.reading import published
from ticker.web.rendered import Made, earliest
from ticker.web.security import edition_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from starlette.requests import Request

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition
    from ticker.store.clicks import Clicks
    from ticker.store.search import Search
    from ticker.web.pages.search import SearchPages
    from ticker.web.reading import Reading
    from ticker.web.rendered import RenderedPages
    from ticker.web.templating import Templates

_PAGE_LINES: Final = 50
_MOST_READ: Final = 5
_NEWEST: Final = "now"
_SHEET_SECONDS: Final = 86_400
_IS_NOW: Final = timedelta(hours=1)


class Pages:
    """`/`, `/{edition}`, its sections and regions."""

    def __init__(
        self,
        templates: Templates,
        reading: Reading,
        search: Search,
        clicks: Clicks,
        newsroom: Newsroom,
        rendered: RenderedPages,
        found: SearchPages,
    ) -> None:
        self._templates = templates
        self._reading = reading
        self._search = search
        self._clicks = clicks
        self._newsroom = newsroom
        self._rendered = rendered
        self._found = found
        self._metadata = Metadata(templates, newsroom)

    async def home(self, request: Request) -> Response:
        """The reader page of the first edition."""
        edition = next(iter(self._newsroom.editions.values()))
        return await self._answer(request, edition, parameters(request.url.query))

    async def edition(self, request: Request) -> Response:
        """`GET /{edition}?section=…&before=&q=` → the reader page, the past, or what is found."""
        edition = edition_of(self._newsroom, request.path_params["edition"])
        if self._found.is_meant(request):
            return await self._found.page(request, edition)
        return await self._answer(request, edition, parameters(request.url.query))

    async def section(self, request: Request) -> Response:
        """`GET /{edition}/section/{code}?before=` → the page of a section; 404 for none."""
        return await self._part(request, "section", self._newsroom.sections)

    async def region(self, request: Request) -> Response:
        """`GET /{edition}/region/{code}?before=` → the page of a region; 404 for none."""
        return await self._part(request, "region", self._newsroom.regions)

    async def sheet(self, _: Request) -> Response:
        """`/newsroom.css`: the newsroom's own colours."""
        headers = {"Cache-Control": f"public, max-age={_SHEET_SECONDS}"}
        return Response(self._templates.sheet, 200, headers, "text/css")

    async def _part(
        self, request: Request, name: str, vocabulary: Mapping[str, Mapping[str, str]]
    ) -> Response:
        edition = edition_of(self._newsroom, request.path_params["edition"])
        code = request.path_params["code"]
        if code not in vocabulary:
            raise problem_at(404, name, f"There is no {name} {code!r}.")
        given = {**parameters(request.url.query), name: [code]}
        return await self._answer(request, edition, given)

    async def _answer(
        self, request: Request, edition: Edition, given: dict[str, list[str]]
    ) -> Response:
        subscription = subscribe(self._newsroom, edition.code, given)
        filters = Filters.of(f"/{edition.code}", given)
        base = self._templates.base(request)
        if "before" in given:
            before = given["before"][-1]
            page = await self._rendered.get(
                request,
                ("past", edition.code, base, filters.pairs, before),
                lambda: self._reading.revision(edition.code),
                lambda: self._past(edition, subscription, before, filters, base),
            )
        else:
            page = await self._rendered.get(
                request,
                ("board", edition.code, base, filters.pairs),
                lambda: (self._reading.revision(edition.code), self._clicks.ranked(edition.code)),
                lambda: self._board(edition, subscription, filters, base),
                first=not filters.pairs,
                base=base,
            )
        return page.answer(request)

    def _context(self, edition: Edition, filters: Filters, base: str) -> dict[str, Any]:
        name, code = filters.page or ("", "")
        vocabulary = {"section": self._newsroom.sections, "region": self._newsroom.regions}
        return {
            "base": base,
            "filters": filters,
            "feed": filters.href,
            "feed_title": self._templates.feed_title(edition, filters),
            "part": Newsroom.labels(vocabulary.get(name, {}), edition.lang).get(code, ""),
            "tail": f"/{name}/{code}" if name else "",
            "titles": self._reading.titles(edition.code),
            "rows": filters.rows(self._newsroom, edition),
            "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
        }

    async def _board(
        self, edition: Edition, subscription: Subscription, filters: Filters, base: str
    ) -> Made:
        # End before lines, and both before the page: what ends meanwhile ends the page.
        until, now = self._reading.until(edition.code), utcnow()
        _, lines = self._reading.board(subscription)
        stories = running_stories(lines, now) if not filters.pairs else []
        last = lines[-1].id if lines and not lines[-1].pinned else _NEWEST
        context = self._context(edition, filters, base)
        title = " · ".join(
            filter(None, [context["part"], self._templates.site(edition), edition.name])
        )
        context |= {
            "now": document.format_time(now),
            "title": title,
            "metadata": self._metadata.of_board(edition, filters.href, title, lines, base),
            "lines": [document.public(flash) for flash in lines],
            "stories": stories,
            "most_read": [document.public(flash) for flash in self._most_read(edition)],
            "canonical": base + filters.href,
            "earlier": filters.before(last),
        }
        return Made(
            self._templates.page("reader.html", edition, context),
            earliest(regrouped(lines, now), until, *(it.until for it in stories)),
        )

    def _most_read(self, edition: Edition) -> list[Flash]:
        """Most read by clicks, of lines on show only: a page hears of a kill of those."""
        _, board = self._reading.board(Subscription(edition.code))
        linked = {flash.id: flash for flash in board if flash.url is not None}
        ranked = [linked[it] for it in self._clicks.ranked(edition.code) if it in linked]
        return ranked[:_MOST_READ]

    async def _past(
        self,
        edition: Edition,
        subscription: Subscription,
        before: str,
        filters: Filters,
        base: str,
    ) -> Made:
        # Cursor before data: what changes while we read is then sent to the page (no race).
        cursor, _ = self._reading.board(subscription)
        start = None
        if before != _NEWEST:
            start = published(
                await self._reading.find(edition.code, before), no_such_line("before")
            )
        lines, last = await self._search.find(subscription, start, _PAGE_LINES)
        context = self._context(edition, filters, base) | {
            "cursor": str(cursor),
            "metadata": self._metadata.of_edition(edition, base),
            "lines": [document.public(flash) for flash in lines],
            "canonical": base + filters.before(before),
            "earlier": filters.before(last) if last else None,
        }
        return Made(self._templates.page("past.html", edition, context))


def regrouped(lines: Iterable[Flash], now: datetime) -> datetime:
    """When the next line leaves its group ("now", "today"), as the template has them, in UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [midnight + timedelta(days=1)]
    for line in lines:
        leaves = line.firstcreated.replace(second=0, microsecond=0) + _IS_NOW
        if line.firstcreated >= midnight and leaves > now:
            moments.append(leaves)
    return min(moments)
