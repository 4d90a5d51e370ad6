"""Web feeds of an edition, a section, a region, a running story, and of any filter of a board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import Response

from ticker.formats import atom, json_feed, rss
from ticker.formats.feed import TOMBSTONES_MAX, Feed, Place, entry, tombstone
from ticker.news.document import utcnow
from ticker.news.newsroom import Newsroom
from ticker.web.admission import subscribe
from ticker.web.caching import LIVE_CACHE
from ticker.web.filter_links import Filters, feed_path
from ticker.web.metadata import ICON, absolute, permalink
from ticker.web.pages.lines import LinePages
from ticker.web.problems import problem_at
from ticker.web.query import parameters
from ticker.web.rendered import Made
from ticker.web.security import cors, edition_of, legible
from ticker.web.templating import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition
    from ticker.news.subscription import Subscription

_STORY_LINES: Final = 100
# By the end of the address: how it is written, and what it is.
_KINDS: Final[Mapping[str, tuple[Callable[[Feed], str], str]]] = {
    "json": (json_feed.json_feed, json_feed.MEDIA_TYPE),
    "rss": (rss.rss, rss.MEDIA_TYPE),
    "atom": (atom.atom, atom.MEDIA_TYPE),
}


class Feeds(LinePages):
    """`/{edition}/feed.{kind}`, and the same under its sections, regions and stories."""

    async def edition(self, request: Request) -> Response:
        """The lines on the board, by the same filters in the query."""
        with legible():
            return await self._board(request, parameters(request.url.query))

    async def section(self, request: Request) -> Response:
        """Those of a section; 404 for none."""
        return await self._part(request, "section", self._newsroom.sections)

    async def region(self, request: Request) -> Response:
        """Those of a region; 404 for none."""
        return await self._part(request, "region", self._newsroom.regions)

    async def story(self, request: Request) -> Response:
        """The newest lines of a running story, of all days; 404 for no such story."""
        with legible():
            edition, kind = self._asked(request)
            slug, base = request.path_params["slug"], self._templates.base(request)
            page = await self._rendered.get(
                request,
                ("story feed", edition.code, base, slug, kind),
                lambda: self._reading.revision(edition.code),
                lambda: self._story(edition, slug, kind, base),
            )
            return page.answer(request, cors(edition, request.headers.get("origin")))

    async def _part(
        self, request: Request, name: str, vocabulary: Mapping[str, Mapping[str, str]]
    ) -> Response:
        with legible():
            code = request.path_params["code"]
            if code not in vocabulary:
                raise problem_at(404, name, f"There is no {name} {code!r}.")
            return await self._board(request, {**parameters(request.url.query), name: [code]})

    async def _board(self, request: Request, given: dict[str, list[str]]) -> Response:
        edition, kind = self._asked(request)
        subscription = subscribe(self._newsroom, edition.code, given)
        filters = Filters.of(f"/{edition.code}", given)
        base = self._templates.base(request)
        page = await self._rendered.get(
            request,
            ("feed", edition.code, base, filters.pairs, kind),
            lambda: self._reading.revision(edition.code),
            lambda: self._of_board(edition, subscription, filters, kind, base),
            first=not filters.pairs,
            base=base,
        )
        return page.answer(request, cors(edition, request.headers.get("origin")))

    def _asked(self, request: Request) -> tuple[Edition, str]:
        kind = request.path_params["kind"]
        if kind not in _KINDS:
            raise problem_at(404, "kind", f"There is no such feed; there are {', '.join(_KINDS)}.")
        return edition_of(self._newsroom, request.path_params["edition"]), kind

    async def _of_board(
        self, edition: Edition, subscription: Subscription, filters: Filters, kind: str, base: str
    ) -> Made:
        until = self._reading.until(edition.code)
        _, lines = self._reading.board(subscription)
        lines.sort(key=lambda it: it.order, reverse=True)
        title = self._templates.feed_title(edition, filters)
        response = self._response(edition, kind, title, base + filters.href, lines, base)
        return Made(response, until, is_dated=True)

    async def _story(self, edition: Edition, slug: str, kind: str, base: str) -> Made:
        lines = await self._archive.coverage(edition.code, slug, _STORY_LINES)
        killed = self._reading.killed(edition.code, TOMBSTONES_MAX)
        title = self._reading.titles(edition.code).get(slug) if lines else None
        # Who follows a story whose last line was killed must hear of that.
        if not lines and all(it.coverage != slug for it in killed):
            raise problem_at(404, "coverage", "There is no story of that name here.")
        title = " · ".join([title or spelled(slug), self._templates.site(edition), edition.name])
        home = f"{base}/{edition.code}/coverage/{quote(slug, safe='')}"
        response = self._response(edition, kind, title, home, lines, base)
        return Made(response, is_dated=True)

    def _response(
        self, edition: Edition, kind: str, title: str, home: str, lines: list[Flash], base: str
    ) -> Response:
        write, media_type = _KINDS[kind]
        place = self._place(edition, lines, base)
        killed = self._reading.killed(edition.code, TOMBSTONES_MAX)
        moments = [it.versioncreated for it in (*lines, *killed)]
        feed = Feed(
            title=title,
            home=home,
            url=feed_path(home, kind),
            place=place,
            author=self._templates.site(edition),
            icon=absolute(base, self._newsroom.masthead.icon or ICON),
            updated=max(moments, default=utcnow()),
            entries=[entry(it, base + permalink(edition, it), place) for it in lines],
            tombstones=[tombstone(it) for it in killed],
        )
        headers = {"Cache-Control": LIVE_CACHE, "Content-Language": edition.lang}
        return Response(write(feed), 200, headers, media_type)

    def _place(self, edition: Edition, lines: list[Flash], base: str) -> Place:
        titles, newsroom = self._reading.titles(edition.code), self._newsroom
        slugs = {it.coverage for it in lines if it.coverage is not None}
        return Place(
            base=base,
            edition=edition.code,
            lang=edition.lang,
            dir=edition.dir,
            corrected=self._templates.words(edition.lang)["corrected"],
            sections=Newsroom.labels(newsroom.sections, edition.lang),
            regions=Newsroom.labels(newsroom.regions, edition.lang),
            titles={it: titles.get(it) or spelled(it) for it in slugs},
        )
