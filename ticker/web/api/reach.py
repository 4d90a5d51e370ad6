"""Deliveries and presence over HTTP: whom lines have reached, and who reads now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from ticker.web.caching import NO_STORE
from ticker.web.problems import no_such_flash, problem_at
from ticker.web.query import is_number, parameters

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.store.archive import Archive
    from ticker.store.deliveries import Deliveries
    from ticker.store.presence import Presence
    from ticker.web.authentication import Authenticator


class Reach:
    """Deliveries (the landing meter) and presence, for those with a token."""

    def __init__(
        self,
        authenticator: Authenticator,
        archive: Archive,
        deliveries: Deliveries,
        presence: Presence,
    ) -> None:
        self._authenticator = authenticator
        self._archive = archive
        self._deliveries = deliveries
        self._presence = presence

    async def landed(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes/{id}/landing?version=` → deliveries of a version."""
        edition = (await self._authenticator.edition_of(request)).code
        flash_id = request.path_params["id"]
        flash = await self._archive.get(edition, flash_id)
        given = parameters(request.url.query).get("version", [])
        if flash is None:
            raise no_such_flash(flash_id)
        if given and not is_number(given[-1]):
            raise problem_at(422, "version", "must be a whole number")
        version = int(given[-1]) if given else flash.version
        landing = await self._deliveries.read(edition, flash_id, version)
        if landing is None:
            raise problem_at(
                404, "version", f"No hub has told of version {version} in the last 24 hours."
            )
        return JSONResponse(landing, headers=NO_STORE)

    async def readers(self, request: Request) -> Response:
        """`GET /v1/{edition}/readers` → presence: readers by transport, embedding site and hub."""
        edition = (await self._authenticator.edition_of(request)).code
        return JSONResponse(await self._presence.of(edition), headers=NO_STORE)
