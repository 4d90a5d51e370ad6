"""History over HTTP: the board at a point in time, and an export of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, StreamingResponse

from ticker.accounts.principal import Role
from ticker.news import document
from ticker.news.event import Cursor
from ticker.web import query
from ticker.web.caching import NO_STORE
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.store.history import History
    from ticker.store.past import Past
    from ticker.web.authentication import Authenticator

_LIMIT_MAX: Final = 100_000


class HistoryApi:
    """`/v1/{edition}/board` and `/v1/{edition}/log`, for those with a token."""

    def __init__(
        self,
        authenticator: Authenticator,
        history: History,
        past: Past,
    ) -> None:
        self._authenticator = authenticator
        self._history = history
        self._past = past

    async def board(self, request: Request) -> Response:
        """`GET /v1/{edition}/board?at=` → the board exactly as it was shown then."""
        edition = await self._authenticator.edition_of(request)
        moment = query.moment("at", query.parameters(request.url.query).get("at", [""])[-1])
        cursor, lines = await self._past.board_at(edition.code, moment)
        body = {
            "at": document.format_time(moment),
            "cursor": str(cursor),
            "flashes": [document.public(flash) for flash in lines],
        }
        return JSONResponse(body, headers=NO_STORE)

    async def log(self, request: Request) -> Response:
        """`GET /v1/{edition}/log?after=&limit=` → the log as JSON Lines, as it is stored."""
        edition = await self._authenticator.edition_of(request, Role.EDITOR)
        given = query.parameters(request.url.query)
        after = given.get("after", ["0.0000000000000000"])[-1]
        limit = given.get("limit", [str(_LIMIT_MAX)])[-1]
        cursor = Cursor.parse(after)
        if cursor is None:
            raise problem_at(422, "after", "must be a cursor")
        if not query.is_number(limit) or not 0 < int(limit) <= _LIMIT_MAX:
            raise problem_at(422, "limit", f"must be a number from 1 to {_LIMIT_MAX}")
        lines = self._lines(edition.code, cursor.offset, int(limit))
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=NO_STORE)

    async def _lines(self, edition: str, after: int, limit: int) -> AsyncIterator[str]:
        async for entry in self._history.entries(edition, after):
            # The record as a string: the hash chain is over its very bytes.
            yield document.dumps({"cursor": str(entry.cursor), "record": entry.text}) + "\n"
            limit -= 1
            if not limit:
                return
