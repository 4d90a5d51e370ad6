"""One line in agencies' formats: ninjs and NewsML-G2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from ticker.formats import newsml, ninjs
from ticker.news import document
from ticker.news.document import utcnow
from ticker.news.flash import PubStatus
from ticker.web.caching import LIVE_CACHE, NO_STORE
from ticker.web.problems import no_such_flash
from ticker.web.reading import published
from ticker.web.rendered import Made
from ticker.web.security import cors, edition_of, legible

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.formats.agency import Item
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.web.agency import AgencyItems
    from ticker.web.api.flashes import Flashes
    from ticker.web.reading import Reading
    from ticker.web.rendered import RenderedPages
    from ticker.web.templating import Templates


class Items:
    """`/v1/{edition}/flashes/{id}.ninjs`, `.newsml`."""

    def __init__(
        self,
        flashes: Flashes,
        items: AgencyItems,
        reading: Reading,
        newsroom: Newsroom,
        rendered: RenderedPages,
        templates: Templates,
    ) -> None:
        self._flashes = flashes
        self._items = items
        self._reading = reading
        self._newsroom = newsroom
        self._rendered = rendered
        self._templates = templates

    async def ninjs(self, request: Request) -> Response:
        """The line as a ninjs item; a killed one is 410 and an item that is canceled."""
        return await self._item(request, "ninjs")

    async def newsml(self, request: Request) -> Response:
        """The line as a newsItem; a killed one is 410 and an item that is canceled."""
        return await self._item(request, "newsml")

    async def _item(self, request: Request, kind: str) -> Response:
        with legible():
            edition = edition_of(self._newsroom, request.path_params["edition"])
            flash_id, base = request.path_params["id"], self._templates.base(request)
            if "authorization" in request.headers:
                found = await self._reading.find(edition.code, flash_id)
                if found is not None and await self._flashes.may_see(request, found):
                    # Nothing that one alone may see is kept for all.
                    made = await self._make(edition, found, kind, base)
                    made.response.headers.update(NO_STORE)
                    return made.response
            page = await self._rendered.get(
                request,
                (kind, edition.code, base, flash_id),
                self._items.revision,
                lambda: self._render(edition, flash_id, kind, base),
            )
            return page.answer(request, cors(edition, request.headers.get("origin")))

    async def _render(self, edition: Edition, flash_id: str, kind: str, base: str) -> Made:
        found = await self._reading.find(edition.code, flash_id)
        flash = published(found, no_such_flash(flash_id))
        return await self._make(edition, flash, kind, base)

    async def _make(self, edition: Edition, flash: Flash, kind: str, base: str) -> Made:
        (item,), complete = await self._items.of(edition, [flash], base)
        status = 410 if flash.pubstatus is PubStatus.CANCELED else 200
        response = _written(item, kind, status)
        return Made(response, until=None if complete else utcnow(), is_dated=True)


def _written(item: Item, kind: str, status: int) -> Response:
    headers = {"Cache-Control": LIVE_CACHE, "Content-Language": item.place.lang}
    if kind == "ninjs":
        body, media_type = document.dumps(ninjs.ninjs(item)), ninjs.MEDIA_TYPE
    else:
        body, media_type = newsml.newsml(item), newsml.MEDIA_TYPE
    return Response(body, status, headers, media_type)
