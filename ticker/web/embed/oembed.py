"""oEmbed 1.0 provider (https://oembed.com): from a URL of ours to the iframe that shows it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from starlette.responses import Response

from ticker.news import document
from ticker.web.embed.banner import Banner, iframe
from ticker.web.filter_links import Filters
from ticker.web.problems import ProblemError, problem_at
from ticker.web.query import is_number, parameters
from ticker.web.security import ANY_SITE, legible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from ticker.settings import Settings
    from ticker.web.templating import Templates

_WIDTH: Final = 800
_CACHE_SECONDS: Final = 3600


class Oembed:
    """`/oembed`."""

    def __init__(self, templates: Templates, settings: Settings) -> None:
        self._templates = templates
        self._newsroom = settings.newsroom

    async def answer(self, request: Request) -> Response:
        """`GET /oembed?url=&format=&maxwidth=&maxheight=` → the iframe for a page of ours."""
        with legible():
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        given = parameters(request.url.query)
        if given.get("format", ["json"])[-1] != "json":
            raise problem_at(501, "format", "must be json; no other is made here")
        base = self._templates.base(request)
        hosts = {request.headers.get("host", "").lower(), urlsplit(base).netloc.lower()}
        banner = self._banner(given, hosts)
        width = min(_WIDTH, _limit("maxwidth", given))
        height = min(banner.height(width), _limit("maxheight", given))
        provider = self._templates.site(banner.edition)
        title = f"{provider} · {banner.edition.name}"
        body = {
            "type": "rich",
            "version": "1.0",
            "title": title,
            "provider_name": provider,
            "provider_url": base,
            "cache_age": _CACHE_SECONDS,
            "width": width,
            "height": height,
            "html": _markup(banner, base, title, width, height),
        }
        headers = {"Cache-Control": f"public, max-age={_CACHE_SECONDS}", **ANY_SITE}
        return Response(document.dumps(body), 200, headers, "application/json")

    def _banner(self, given: Mapping[str, list[str]], hosts: set[str]) -> Banner:
        if "url" not in given:
            raise problem_at(422, "url", "must be the address of a page of this service")
        try:
            parts = urlsplit(given["url"][-1])
        except ValueError as error:
            raise problem_at(404, "url", "is no address") from error
        if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in hosts:
            raise problem_at(404, "url", "is not an address of this service")
        try:
            code, wanted = self._meaning(parts.path, parameters(parts.query))
            return Banner.of(self._newsroom, code, wanted)
        except ProblemError as problem:
            detail = f"is no page here that can be embedded: {problem.detail}"
            raise problem_at(404, "url", detail) from problem

    def _meaning(
        self, path: str, query: Mapping[str, list[str]]
    ) -> tuple[str, Mapping[str, list[str]]]:
        """Reverse routing: the edition of one of our pages, and its query as a banner takes it."""
        filters = parameters(Filters.of("", query).query)
        match [unquote(part) for part in path.strip("/").split("/")]:
            case [""]:
                return next(iter(self._newsroom.editions)), filters
            case [code]:
                return code, filters
            case ["embed", code]:
                return code, query
            case [code, ("coverage" | "section" | "region") as name, value]:
                return code, {name: [value]}
            case [code, "f", _]:
                return code, {}
            case _:
                raise problem_at(404, "path", "There is nothing here.")


def _markup(banner: Banner, base: str, title: str, width: int, height: int) -> str:
    """The frame, also for those who strip what they don't know.

    WordPress lets neither `style` nor `hidden` through: so the border goes by an attribute of old,
    and the quotation, which nobody else shows, is what readers have until the frame is there.
    """
    address = escape(base + banner.filters.href)
    instead = f'<blockquote hidden><a href="{address}">{escape(title)}</a></blockquote>'
    frame = iframe(base + banner.path, title, width, height, ' frameborder="0"')
    return instead + frame


def _limit(name: str, given: Mapping[str, list[str]]) -> int:
    """A limit (maxwidth, maxheight) in CSS pixels; practically none where none is given."""
    text = given.get(name, ["999999"])[-1]
    if not is_number(text) or int(text) < 1:
        raise problem_at(422, name, "must be a whole number of pixels above zero")
    return int(text)
