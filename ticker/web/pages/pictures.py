"""Pictures of lines, running stories and editions, for previews of links (Open Graph `og:image`).

A line's has the number of its version in its address: a corrected line has another, and the one
before leads there. Each is drawn in a thread, in its turn among pages that are rendered.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from ticker.formats import picture
from ticker.formats.picture import Card
from ticker.news.document import format_time
from ticker.news.flash import PubStatus
from ticker.news.text import direction_of
from ticker.web.caching import LIVE_CACHE
from ticker.web.metadata import PLAIN
from ticker.web.pages.lines import LinePages
from ticker.web.problems import ProblemError, no_such_line, problem_at
from ticker.web.reading import published
from ticker.web.rendered import Made
from ticker.web.security import edition_of
from ticker.web.templating import spelled

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition

_NAMED_URGENCY: Final = 3
# As long as pages: nobody on the way keeps the picture of a killed line longer than its page.
_HEADERS: Final = {"Cache-Control": LIVE_CACHE}


class Pictures(LinePages):
    """`/{edition}/f/{id}.v{version}.png`, and `picture.png` of editions and stories."""

    async def line(self, request: Request) -> Response:
        """A line's, at its newest version; 410 for a killed one, 404 for none or one to come."""
        edition = self._edition(request)
        flash_id, version = request.path_params["id"], request.path_params["version"]
        page = await self._rendered.get(
            request,
            ("picture", edition.code, "line", flash_id, version),
            lambda: self._reading.revision(edition.code),
            lambda: self._line(edition, flash_id, version),
        )
        return page.answer(request)

    async def story(self, request: Request) -> Response:
        """A running story's title; 404 for no such story."""
        edition = self._edition(request)
        slug = request.path_params["slug"]
        page = await self._rendered.get(
            request,
            ("picture", edition.code, "story", slug),
            lambda: self._reading.revision(edition.code),
            lambda: self._story(edition, slug),
        )
        return page.answer(request)

    async def edition(self, request: Request) -> Response:
        """An edition's name."""
        edition = self._edition(request)
        words = self._templates.site(edition)
        page = await self._rendered.get(
            request,
            ("picture", edition.code),
            tuple,
            lambda: self._made(edition, self._card(edition, words, edition.label)),
        )
        return page.answer(request)

    def _edition(self, request: Request) -> Edition:
        edition = edition_of(self._newsroom, request.path_params["edition"])
        if not picture.is_possible():
            raise ProblemError(404, "No pictures are made here.")
        return edition

    async def _line(self, edition: Edition, flash_id: str, version: int) -> Made:
        flash = published(await self._reading.find(edition.code, flash_id), no_such_line())
        if flash.pubstatus is PubStatus.CANCELED:
            raise ProblemError(410, "This line was withdrawn.")
        if version > flash.version or version < 1:
            raise problem_at(404, "version", "The line has no such version.")
        if version < flash.version:
            newest = f"/{edition.code}/f/{flash.id}.v{flash.version}.png"
            return Made(RedirectResponse(newest, 302, _HEADERS))
        return await self._made(edition, self._card_of(edition, flash))

    async def _story(self, edition: Edition, slug: str) -> Made:
        if not await self._archive.coverage(edition.code, slug, 1):
            raise problem_at(404, "coverage", "There is no story of that name here.")
        title = self._reading.titles(edition.code).get(slug) or spelled(slug)
        label = self._templates.words(edition.lang)["filter_coverage"]
        return await self._made(edition, self._card(edition, title, label))

    def _card_of(self, edition: Edition, flash: Flash) -> Card:
        words = self._templates.words(edition.lang)
        published_at = format_time(flash.firstcreated)
        return Card(
            words=flash.headline,
            site=self._templates.site(edition),
            dir=edition.dir,
            words_dir=direction_of(flash.headline, edition.dir),
            lang=edition.lang,
            label=words[f"urgency_{flash.urgency}"] if flash.urgency <= _NAMED_URGENCY else "",
            moment=f"{published_at[:10]} {published_at[11:16]} UTC",
            mark=words["corrected"] if flash.correction else "",
            source=flash.source or "",
        )

    def _card(self, edition: Edition, words: str, label: str) -> Card:
        return Card(
            words=words,
            site=edition.name,
            dir=edition.dir,
            words_dir=direction_of(words, edition.dir),
            lang=edition.lang,
            label=label,
        )

    @staticmethod
    async def _made(edition: Edition, card: Card) -> Made:
        content, seconds = await asyncio.to_thread(partial(_timed, card))
        if not content:
            return Made(RedirectResponse(PLAIN, 302, _HEADERS), elsewhere=seconds)
        headers = {**_HEADERS, "Content-Language": edition.lang}
        return Made(Response(content, 200, headers, "image/png"), elsewhere=seconds)


def _timed(card: Card) -> tuple[bytes, float]:
    """A picture, empty where its words cannot be set, and the CPU that it took."""
    started = time.thread_time()
    content = picture.draw(card) if picture.can_set(card.words) else b""
    return content, time.thread_time() - started
