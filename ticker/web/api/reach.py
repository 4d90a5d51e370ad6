"""Whom lines have reached, and who reads now: for editors, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from ticker.web.problems import problem_at
from ticker.web.query import is_number, parameters
from ticker.web.security import desk_edition_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.newsroom import Newsroom
    from ticker.store.archive import Archive
    from ticker.store.deliveries import Deliveries
    from ticker.store.presence import Presence
    from ticker.web.authentication import Authenticator

_NO_STORE = {"Cache-Control": "no-store"}


class Reach:
    """Deliveries (the landing meter) and presence, for those with a token."""

    def __init__(
        self,
        authenticator: Authenticator,
        archive: Archive,
        deliveries: Deliveries,
        presence: Presence,
        newsroom: Newsroom,
    ) -> None:
        self._authenticator = authenticator
        self._archive = archive
        self._deliveries = deliveries
        self._presence = presence
        self._newsroom = newsroom

    async def landed(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes/{id}/landing?version=` → whom a version has reached."""
        edition = await self._edition(request)
        flash_id = request.path_params["id"]
        flash = await self._archive.get(edition, flash_id)
        given = parameters(request.url.query).get("version", [])
        if flash is None:
            raise problem_at(404, "id", f"There is no flash {flash_id!r} here.")
        if given and not is_number(given[-1]):
            raise problem_at(422, "version", "must be a whole number")
        version = int(given[-1]) if given else flash.version
        landing = await self._deliveries.read(edition, flash_id, version)
        if landing is None:
            raise problem_at(
                404, "version", f"No hub has told of version {version} in the last 24 hours."
            )
        return JSONResponse(landing, headers=_NO_STORE)

    async def readers(self, request: Request) -> Response:
        """`GET /v1/{edition}/readers` → who reads now, by transport, embedding site and hub."""
        edition = await self._edition(request)
        return JSONResponse(await self._presence.of(edition), headers=_NO_STORE)

    async def _edition(self, request: Request) -> str:
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        principal = await self._authenticator.authenticate(request)
        if not principal.covers(edition.code):
            raise problem_at(403, "edition", f"You have no rights in edition {edition.code!r}.")
        return edition.code
