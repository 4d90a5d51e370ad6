"""Embed builder: a site configures its banner, previews it, and copies the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from ticker.news.newsroom import Newsroom
from ticker.web.embed.banner import LABEL_MAX, NARROW_PX, ROWS_MAX, Banner
from ticker.web.embed.contrast import PALETTES, contrasts
from ticker.web.embed.snippets import KINDS, Script, Site
from ticker.web.problems import problem_at
from ticker.web.query import parameters
from ticker.web.rendered import Made
from ticker.web.security import page_policy

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.settings import Settings
    from ticker.web.rendered import RenderedPages
    from ticker.web.templating import Templates

_LANG: Final = "en"
_CACHE: Final = "public, max-age=60"


class Builder:
    """`/embed`."""

    def __init__(
        self, templates: Templates, script: Script, settings: Settings, rendered: RenderedPages
    ) -> None:
        self._templates = templates
        self._rendered = rendered
        self._script = script
        self._newsroom = settings.newsroom

    async def page(self, request: Request) -> Response:
        """`GET /embed?kind=&edition=&mode=…` → the builder with these choices made."""
        given = parameters(request.url.query)
        kind = given.get("kind", ["script"])[-1]
        if kind not in KINDS:
            raise problem_at(422, "kind", f"must be one of {', '.join(KINDS)}")
        first = next(iter(self._newsroom.editions))
        banner = Banner.of(self._newsroom, given.get("edition", [first])[-1], given)
        base = self._templates.base(request)
        page = await self._rendered.get(
            request,
            ("builder", kind, banner.edition.code, base, tuple(banner.pairs)),
            lambda: (),
            lambda: self._render(banner, kind, base, first),
            first=not given,
            base=base,
        )
        return page.answer(request)

    async def _render(self, banner: Banner, kind: str, base: str, first: str) -> Made:
        title = f"{self._templates.words(banner.edition.lang)['title']} · {banner.edition.name}"
        context = {
            **self._choices(banner),
            "kind": kind,
            "base": base,
            "title": title,
            "canonical": base + _address(banner, kind, first),
            "height": banner.height(NARROW_PX + 1),
            "snippets": KINDS[kind](banner, Site(base, title, self._script)),
        }
        headers = {
            "Content-Security-Policy": f"{page_policy()}; frame-src 'self'",
            "Content-Language": _LANG,
            "Cache-Control": _CACHE,
        }
        page = self._templates.page("builder.html", banner.edition, context, headers=headers)
        return Made(page)

    def _choices(self, banner: Banner) -> dict[str, Any]:
        chosen = dict(banner.colours)
        theme = "dark" if banner.theme == "dark" else "light"
        return {
            "banner": banner,
            "vocabularies": {
                "section": Newsroom.labels(self._newsroom.sections, _LANG),
                "region": Newsroom.labels(self._newsroom.regions, _LANG),
            },
            "urgency": banner.subscription.urgency,
            "colours": {**PALETTES[theme], **chosen},
            "chosen": chosen,
            "own": PALETTES[theme],
            "contrasts": contrasts(banner.theme, chosen),
            "label_max": LABEL_MAX,
            "rows_max": ROWS_MAX,
        }


def _address(banner: Banner, kind: str, first: str) -> str:
    """Canonical path of the builder with these choices, to share."""
    pairs = [("kind", kind)] if kind != "script" else []
    if banner.edition.code != first:
        pairs.append(("edition", banner.edition.code))
    query = urlencode([*pairs, *banner.pairs])
    return f"/embed{'?' if query else ''}{query}"
