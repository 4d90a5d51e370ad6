"""`/desk/{edition}/writing`: a desk's page says which line is written on there, for colleagues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ticker.accounts.principal import Role
from ticker.accounts.rights import authorise
from ticker.web.body import json_object
from ticker.web.problems import problem_at
from ticker.web.security import desk_edition_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.news.newsroom import Newsroom
    from ticker.store.archive import Archive
    from ticker.store.desks import Desks
    from ticker.web.authentication import Authenticator

_JSON: Final = frozenset({"application/json"})
_FIELDS: Final = ("desk", "id")
_ID_MAX: Final = 64


class Writing:
    """Who writes on what. It locks nobody out."""

    def __init__(
        self, authenticator: Authenticator, newsroom: Newsroom, archive: Archive, desks: Desks
    ) -> None:
        self._authenticator = authenticator
        self._newsroom = newsroom
        self._archive = archive
        self._desks = desks

    async def write(self, request: Request) -> Response:
        """`POST /desk/{edition}/writing` {"desk", "id"} → 204.

        `desk` is the id that the desk heard on its socket, `id` the line or null. 409: no such desk
        of theirs is open.
        """
        edition = desk_edition_of(self._newsroom, request.path_params["edition"]).code
        principal = await self._authenticator.authenticate(request)
        authorise(principal, edition, Role.REPORTER)
        data = await json_object(request, _JSON)
        for name in data:
            if name not in _FIELDS:
                raise problem_at(422, name, "is not known here.")
        desk, flash_id = data.get("desk"), data.get("id", "")
        if not isinstance(desk, str):
            raise problem_at(422, "desk", "must be the id of an open desk.")
        if flash_id is not None and not await self._is_line(edition, flash_id):
            raise problem_at(422, "id", "must be the id of a line of this edition, or null.")
        if not await self._desks.write(edition, desk, principal.name, flash_id):
            raise problem_at(409, "desk", "You have no such desk open.")
        return Response(status_code=204)

    async def _is_line(self, edition: str, flash_id: object) -> bool:
        if not isinstance(flash_id, str) or not 0 < len(flash_id) <= _ID_MAX:
            return False
        return await self._archive.get(edition, flash_id) is not None
