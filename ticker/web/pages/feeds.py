"""Web feeds of an edition, a section, a region, a running story, and of any filter of a board."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import Response

from ticker.formats import atom, json_feed, ninjs, rss
from ticker.formats.feed import TOMBSTONES_MAX, Feed, entry, tombstone
from ticker.formats.ninjs import ninjs_feed
from ticker.news.document import utcnow
from ticker.web.admission import subscribe
from ticker.web.caching import LIVE_CACHE
from ticker.web.filter_links import Filters, feed_path
from ticker.web.metadata import ICON, absolute, permalink
from ticker.web.pages.lines import LinePages
from ticker.web.problems import problem_at
from ticker.web.query import parameters
from ticker.web.rendered import Made, earliest
from ticker.web.security import cors, edition_of, legible
from ticker.web.templating import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.news.subscription import Subscription
    from ticker.store.archive import Archive
    from ticker.web.agency import AgencyItems
    from ticker.web.pages.versions import LanguageVersions
    from ticker.web.reading import Reading
    from ticker.web.rendered import Key, Render, RenderedPages, State
    from ticker.web.templating import Templates

_STORY_LINES: Final = 100
# By the end of the address: how it is written, and what it is.
_KINDS: Final[Mapping[str, tuple[Callable[[Feed], str], str]]] = {
    "json": (json_feed.json_feed, json_feed.MEDIA_TYPE),
    "rss": (rss.rss, rss.MEDIA_TYPE),
    "atom": (atom.atom, atom.MEDIA_TYPE),
}
# Not for readers of feeds: agencies' items, each with its versions in other editions.
_AGENCY: Final = "ninjs"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which feed is asked for, and under which name of this service."""

    edition: Edition
    kind: str
    base: str


class Feeds(LinePages):
    """`/{edition}/feed.{kind}`, and the same under its sections, regions and stories."""

    def __init__(
        self,
        templates: Templates,
        reading: Reading,
        archive: Archive,
        newsroom: Newsroom,
        rendered: RenderedPages,
        versions: LanguageVersions,
        agency: AgencyItems,
    ) -> None:
        super().__init__(templates, reading, archive, newsroom, rendered, versions)
        self._agency = agency

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
            asked, slug = self._asked(request), request.path_params["slug"]
            return await self._answer(
                request, asked, ("story", slug), lambda: self._story(asked, slug)
            )

    async def _part(
        self, request: Request, name: str, vocabulary: Mapping[str, Mapping[str, str]]
    ) -> Response:
        with legible():
            code = request.path_params["code"]
            if code not in vocabulary:
                raise problem_at(404, name, f"There is no {name} {code!r}.")
            return await self._board(request, {**parameters(request.url.query), name: [code]})

    async def _board(self, request: Request, given: dict[str, list[str]]) -> Response:
        asked = self._asked(request)
        subscription = subscribe(self._newsroom, asked.edition.code, given)
        filters = Filters.of(f"/{asked.edition.code}", given)
        return await self._answer(
            request,
            asked,
            ("board", filters.pairs),
            lambda: self._of_board(asked, subscription, filters),
            first=not filters.pairs,
        )

    def _asked(self, request: Request) -> _Asked:
        edition = edition_of(self._newsroom, request.path_params["edition"])
        kind = request.path_params["kind"]
        if kind not in _KINDS and kind != _AGENCY:
            known = ", ".join([*_KINDS, _AGENCY])
            raise problem_at(404, "kind", f"There is no such feed; there are {known}.")
        return _Asked(edition, kind, self._templates.base(request))

    async def _answer(
        self, request: Request, asked: _Asked, key: Key, render: Render, *, first: bool = False
    ) -> Response:
        code = asked.edition.code

        def state() -> State:
            # Items name their versions in other editions.
            return (
                self._agency.revision() if asked.kind == _AGENCY else self._reading.revision(code)
            )

        key = ("feed", code, asked.base, asked.kind, *key)
        page = await self._rendered.get(request, key, state, render, first=first, base=asked.base)
        return page.answer(request, cors(asked.edition, request.headers.get("origin")))

    async def _of_board(self, page: _Asked, subscription: Subscription, filters: Filters) -> Made:
        edition = page.edition
        until = self._reading.until(edition.code)
        _, lines = self._reading.board(subscription)
        lines.sort(key=lambda it: it.order, reverse=True)
        title = self._templates.feed_title(edition, filters)
        made = await self._made(page, title, page.base + filters.href, lines)
        return replace(made, until=earliest(made.until, until))

    async def _story(self, page: _Asked, slug: str) -> Made:
        edition = page.edition
        lines = await self._archive.coverage(edition.code, slug, _STORY_LINES)
        killed = self._reading.killed(edition.code, TOMBSTONES_MAX)
        title = self._reading.titles(edition.code).get(slug) if lines else None
        # Who follows a story whose last line was killed must hear of that.
        if not lines and all(it.coverage != slug for it in killed):
            raise problem_at(404, "coverage", "There is no story of that name here.")
        title = " · ".join([title or spelled(slug), self._templates.site(edition), edition.name])
        home = f"{page.base}/{edition.code}/coverage/{quote(slug, safe='')}"
        return await self._made(page, title, home, lines)

    async def _made(self, page: _Asked, title: str, home: str, lines: list[Flash]) -> Made:
        """The feed of some lines, newest first, and of what was killed."""
        edition, kind = page.edition, page.kind
        killed = self._reading.killed(edition.code, TOMBSTONES_MAX)
        moments = [it.versioncreated for it in (*lines, *killed)]
        feed = Feed(
            title=title,
            home=home,
            url=feed_path(home, kind),
            place=(place := self._agency.place(edition, lines, page.base)),
            author=self._templates.site(edition),
            icon=absolute(page.base, self._newsroom.masthead.icon or ICON),
            updated=max(moments, default=utcnow()),
            entries=[entry(it, page.base + permalink(edition, it), place) for it in lines],
            tombstones=[tombstone(it) for it in killed],
        )
        headers = {"Cache-Control": LIVE_CACHE, "Content-Language": edition.lang}
        if kind != _AGENCY:
            write, media_type = _KINDS[kind]
            return Made(Response(write(feed), 200, headers, media_type), is_dated=True)
        items, complete = await self._agency.of(edition, [*lines, *killed], page.base)
        response = Response(ninjs_feed(feed, items), 200, headers, ninjs.MEDIA_TYPE)
        return Made(response, until=None if complete else utcnow(), is_dated=True)
