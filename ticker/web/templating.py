"""HTML templates (Jinja) with autoescape against XSS, and the headers of a page."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from ticker.formats.web_app import DARK, LIGHT
from ticker.news.text import direction_of
from ticker.settings import static_dir
from ticker.web.caching import LIVE_CACHE, NO_STORE
from ticker.web.filter_links import feed_path
from ticker.web.modules import imports_of, parts_of
from ticker.web.security import page_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.newsroom import Edition, Newsroom
    from ticker.web.filter_links import Filters
    from ticker.web.problems import ProblemError

_SAY_THEMSELVES: Final = ("section", "region")


class Templates:
    """Renders the templates of this package.

    Args:
        public_url: Base of absolute URLs, as configured; empty: as each request says.
        newsroom: Whose pages they are.

    Attributes:
        sheet: Style sheet of the newsroom's own colours; empty where it has none.
    """

    def __init__(self, public_url: str, newsroom: Newsroom) -> None:
        self._public_url = public_url
        self._newsroom = newsroom
        self.sheet = newsroom.masthead.sheet
        self._sheet_tag = sha256(self.sheet.encode()).hexdigest()[:12] if self.sheet else ""
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._environment.globals |= {"imports_of": imports_of, "parts_of": parts_of}
        self._environment.filters["clock"] = lambda time: time[11:16]
        self._environment.filters["direction"] = direction_of
        self._environment.filters["day"] = lambda time: time[:10]
        self._environment.filters["spelled"] = spelled
        self._environment.filters["of"] = _titles_of
        self._environment.filters["feed"] = feed_path
        words = (static_dir() / "reader" / "words.json").read_text(encoding="utf-8")
        self._words: dict[str, dict[str, str]] = json.loads(words)
        desk = (static_dir() / "desk" / "words.json").read_text(encoding="utf-8")
        self._desk_words: dict[str, dict[str, Any]] = json.loads(desk)
        accounts = (static_dir() / "desk" / "accounts.json").read_text(encoding="utf-8")
        self._accounts_words: dict[str, dict[str, Any]] = json.loads(accounts)

    def base(self, request: Request) -> str:
        """Base of absolute URLs, without a slash at the end: as configured, or as requested."""
        return self._public_url or str(request.base_url).rstrip("/")

    def words(self, lang: str) -> dict[str, str]:
        """Localisation: the pages' words in a language, with English as fallback."""
        return self._words["en"] | self._words.get(lang.partition("-")[0], {})

    def site(self, edition: Edition) -> str:
        """What the pages of an edition call the site: the newsroom's name, else "Breaking news"."""
        named = self._newsroom.masthead.names.get(edition.code)
        return named or self.words(edition.lang)["title"]

    def feed_title(self, edition: Edition, filters: Filters) -> str:
        """What the feed of a board is called: what it is filtered by, and whose it is."""
        words, chosen = self.words(edition.lang), []
        for row in filters.rows(self._newsroom, edition):
            name = "" if row.name in _SAY_THEMSELVES else words[f"filter_{row.name}"] + ": "
            chosen += [name + choice.label for choice in row.choices if choice.chosen]
        return " · ".join([*chosen, self.site(edition), edition.name])

    def problem(self, edition: Edition, problem: ProblemError) -> Response:
        """A problem as an HTML error page."""
        return self.page(
            "problem.html",
            edition,
            {"status": problem.status, "detail": problem.detail},
            status=problem.status,
            headers={**NO_STORE, **problem.headers},
        )

    def page(
        self,
        template: str,
        edition: Edition,
        context: dict[str, Any],
        *,
        status: int = 200,
        frame_ancestors: str = "'self'",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """One page of an edition.

        Args:
            template: File in `templates/`.
            edition: Whose page it is; templates know it as `edition`, and its `words`, beside the
                name of the `site`, its `masthead` and all `editions`.
            context: What else the template needs.
            status: HTTP status.
            frame_ancestors: Clickjacking: who may put the page in a frame (CSP 3, 6.4.2).
            headers: Further headers; they win.
        """
        html = self._environment.get_template(template).render(
            edition=edition,
            editions=list(self._newsroom.editions.values()),
            words=self.words(edition.lang),
            site=self.site(edition),
            masthead=self._newsroom.masthead,
            sheet_tag=self._sheet_tag,
            theme={"light": LIGHT, "dark": DARK},
            **context,
        )
        images = self._newsroom.masthead.origins
        return HTMLResponse(
            html,
            status,
            headers={
                "Content-Security-Policy": page_policy(frame_ancestors, images),
                "Cache-Control": LIVE_CACHE,
                "Content-Language": edition.lang,
                **(headers or {}),
            },
        )

    def desk(
        self,
        template: str,
        edition: Edition,
        context: dict[str, Any],
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """One page of the desk, in the language of an edition where we know it.

        Templates know its words as `words`, and those of accounts, which need no script, as `own`.
        """
        known = self._desk_words
        lang = edition.lang if edition.lang.partition("-")[0] in known else "en"
        short = lang.partition("-")[0]
        words = known["en"] | known[short]
        own = self._accounts_words["en"] | self._accounts_words[short]
        dir_ = edition.dir if lang == edition.lang else "ltr"
        html = self._environment.get_template(template).render(
            edition=edition, words=words, own=own, lang=lang, dir=dir_, **context
        )
        return HTMLResponse(html, status, headers=headers)


def _titles_of(titles: Mapping[str, str], lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Those titles of running stories that some lines are of."""
    slugs = [line["coverage"] for line in lines]
    return {slug: titles[slug] for slug in slugs if slug in titles}


def spelled(slug: str) -> str:
    """A slug as words: hyphens are spaces, and the first letter is a capital."""
    text = slug.replace("-", " ")
    return text[:1].upper() + text[1:]
