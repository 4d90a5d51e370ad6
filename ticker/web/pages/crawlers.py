"""What crawlers and devices ask a site for: robots.txt, news sitemap, web app manifest, icon."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ticker.formats.news_sitemap import HOURS_MAX, URLS_MAX, Entry, news_sitemap
from ticker.formats.web_app import manifest
from ticker.news import document
from ticker.news.document import format_time, utcnow
from ticker.news.flash import PubStatus
from ticker.web.caching import LIVE_CACHE
from ticker.web.metadata import permalink
from ticker.web.pages.lines import LinePages
from ticker.web.rendered import Made
from ticker.web.security import edition_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.news.flash import Flash

_DAY: Final = {"Cache-Control": "public, max-age=86400"}
_HOUR: Final = {"Cache-Control": "public, max-age=3600"}
_RECENT: Final = timedelta(hours=HOURS_MAX)
_ROBOTS: Final = (
    "User-agent: *\nDisallow: /v1/\nDisallow: /desk\nDisallow: /*?*q=\n\n"
    "Sitemap: {base}/sitemap-news.xml\n"
)


class Crawlers(LinePages):
    """`/robots.txt`, `/sitemap-news.xml`, `/{edition}/app.webmanifest`, `/favicon.ico`."""

    async def favicon(self, _: Request) -> Response:
        """`/favicon.ico` → redirect to the SVG, for pages that name no icon."""
        return RedirectResponse("/static/favicon.svg", 301, _DAY)

    async def robots(self, request: Request) -> Response:
        """Robots Exclusion Protocol (RFC 9309): all pages but API, desk and searches."""
        return PlainTextResponse(_ROBOTS.format(base=self._templates.base(request)), headers=_DAY)

    async def manifest(self, request: Request) -> Response:
        """Web application manifest (W3C): an edition on a home screen."""
        edition = edition_of(self._newsroom, request.path_params["edition"])
        body = manifest(edition, self._templates.site(edition), self._newsroom.masthead)
        headers = {**_HOUR, "Content-Language": edition.lang}
        return Response(document.dumps(body), 200, headers, "application/manifest+json")

    async def sitemap(self, request: Request) -> Response:
        """All editions' lines of the last 48 hours, at most 1,000; killed ones are out at once."""
        base = self._templates.base(request)
        page = await self._rendered.get(
            request, ("sitemap", "", base), self._versions.revision, lambda: self._sitemap(base)
        )
        return page.answer(request)

    async def _sitemap(self, base: str) -> Made:
        now = utcnow()
        lines = [
            line
            for code in self._newsroom.editions
            for line in await self._archive.recent(code, now - _RECENT, URLS_MAX)
            if line.pubstatus is PubStatus.USABLE and line.firstcreated > now - _RECENT
        ]
        lines = sorted(lines, key=lambda it: it.order, reverse=True)[:URLS_MAX]
        text = news_sitemap(self._entries(lines, base))
        response = Response(text, 200, {"Cache-Control": LIVE_CACHE}, "application/xml")
        return Made(response, _oldest_leaves(lines))

    def _entries(self, lines: list[Flash], base: str) -> list[Entry]:
        editions = self._newsroom.editions
        stories: dict[str, tuple[tuple[str, str], ...]] = {}
        for key, versions in groupby(
            sorted(lines, key=lambda it: it.story_key), key=lambda it: it.story_key
        ):
            links = {
                editions[it.edition].lang: base + permalink(editions[it.edition], it)
                for it in versions
            }
            stories[key] = tuple(links.items()) if len(links) > 1 else ()
        return [
            Entry(
                url=base + permalink(edition, line),
                site=self._templates.site(edition),
                lang=edition.lang,
                published=format_time(line.firstcreated),
                modified=format_time(line.versioncreated),
                title=line.headline,
                alternates=stories[line.story_key],
            )
            for line in lines
            for edition in (editions[line.edition],)
        ]


def _oldest_leaves(lines: list[Flash]) -> datetime | None:
    return lines[-1].firstcreated + _RECENT if lines else None
