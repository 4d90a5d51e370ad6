"""Permalink page of one line: how it stands now, its corrections, its canonical URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ticker.news import document
from ticker.news.document import utcnow
from ticker.news.flash import PubStatus
from ticker.news.newsroom import Newsroom
from ticker.store.faults import StoreUnavailableError
from ticker.web.pages.lines import LinePages
from ticker.web.problems import no_such_line
from ticker.web.reading import published
from ticker.web.rendered import Made
from ticker.web.security import edition_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.event import Record
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition

# More versions than that few lines have: a page costs the same whatever was done to the line.
_VERSIONS_MAX: Final = 50
# Share links instead of share buttons: no third-party script runs on our pages.
_SHARES: Final = (
    ("mail", "mailto:?subject={text}&body={text}%0A%0A{url}"),
    ("whatsapp", "https://wa.me/?text={text}%20{url}"),
    ("telegram", "https://t.me/share/url?url={url}&text={text}"),
    ("x", "https://x.com/intent/post?text={text}&url={url}"),
    ("facebook", "https://www.facebook.com/sharer/sharer.php?u={url}"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """A link that shares a line.

    Attributes:
        name: Where to.
        href: The link.
        pattern: The same with `{text}` in place of the line, for when it is corrected.
    """

    name: str
    href: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Step:
    """A point in a line's public history.

    Attributes:
        time: RFC 3339.
        note: What readers were told about the correction.
        first: Whether it is the first publication.
    """

    time: str
    note: str | None
    first: bool


class Permalinks(LinePages):
    """`/{edition}/f/{id}`."""

    async def page(self, request: Request) -> Response:
        """The line's page; a tombstone (410, without its words) for a killed one, 404 for none."""
        edition = edition_of(self._newsroom, request.path_params["edition"])
        flash_id = request.path_params["id"]
        base = self._templates.base(request)
        page = await self._rendered.get(
            request,
            ("permalink", edition.code, base, flash_id),
            self._versions.revision,
            lambda: self._render(edition, flash_id, base),
        )
        return page.answer(request)

    async def _render(self, edition: Edition, flash_id: str, base: str) -> Made:
        # Cursor before data: what changes while we read is then sent to the page (no race).
        cursor = self._reading.position(edition.code)
        flash = published(await self._reading.find(edition.code, flash_id), no_such_line())
        if flash.pubstatus is PubStatus.CANCELED:
            return Made(self._templates.page("withdrawn.html", edition, {}, status=410))
        context = self._context(edition, flash, base)
        records = await self._records(flash)
        versions = await self._versions.of_line(flash)
        context |= {
            "versions": versions.found,
            "cursor": str(cursor),
            "history": history(records or [], flash),
            "is_cut": records is not None and bool(records) and records[0].flash.version > 1,
        }
        page = self._templates.page("permalink.html", edition, context)
        is_whole = records is not None and versions.complete
        return Made(page, until=None if is_whole else utcnow())

    async def _records(self, flash: Flash) -> list[Record] | None:
        """The last versions, and the one before them; None while the store is away (degraded)."""
        try:
            return await self._archive.last_versions(flash.edition, flash.id, _VERSIONS_MAX + 1)
        except StoreUnavailableError:
            return None

    def _context(self, edition: Edition, flash: Flash, base: str) -> dict[str, Any]:
        canonical = f"{base}/{edition.code}/f/{flash.id}"
        sections = Newsroom.labels(self._newsroom.sections, edition.lang)
        return {
            "base": base,
            "canonical": canonical,
            "line": document.public(flash),
            "titles": self._reading.titles(edition.code),
            "sections": sections,
            "regions": Newsroom.labels(self._newsroom.regions, edition.lang),
            "shares": shares(flash.headline, canonical),
            "metadata": self._metadata.of_line(edition, flash, base),
        }


def shares(headline: str, url: str) -> list[Share]:
    """The links that share a line, in the order shown."""
    found = []
    for name, template in _SHARES:
        pattern = template.replace("{url}", quote(url, safe=""))
        found.append(Share(name, pattern.replace("{text}", quote(headline, safe="")), pattern))
    return found


def history(records: Iterable[Record], flash: Flash) -> list[Step]:
    """Public correction history: first publication, and each change of the words or the note.

    The words of earlier versions are not in it, nor what was never public.
    """
    steps = [Step(document.format_time(flash.firstcreated), None, first=True)]
    before: Flash | None = None
    for after in (record.flash for record in records):
        if after.pubstatus is not PubStatus.USABLE:
            continue
        if before and (before.headline, before.correction) != (after.headline, after.correction):
            note = after.correction if after.correction != before.correction else None
            steps.append(Step(document.format_time(after.versioncreated), note, first=False))
        before = after
    return steps
