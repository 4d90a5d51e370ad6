"""History over HTTP: the board at a point in time, and an export of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, StreamingResponse

from ticker.accounts.principal import Role
from ticker.news import document
from ticker.news.event import GENESIS, Cursor
from ticker.protocol.networks import client_network
from ticker.web import query
from ticker.web.authentication import address_of
from ticker.web.caching import NO_STORE
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.store.history import Entry, History
    from ticker.store.past import Past
    from ticker.web.authentication import Authenticator
    from ticker.web.render_queue import RenderQueue

# Entries of a page of the log: some 6 MB.
_LIMIT_MAX: Final = 10_000


class HistoryApi:
    """`/v1/{edition}/board` and `/v1/{edition}/log`, for those with a token, in turns."""

    def __init__(
        self,
        authenticator: Authenticator,
        history: History,
        past: Past,
        queue: RenderQueue,
    ) -> None:
        self._authenticator = authenticator
        self._history = history
        self._past = past
        self._queue = queue

    async def board(self, request: Request) -> Response:
        """`GET /v1/{edition}/board?at=` → the board exactly as it was shown then."""
        edition = await self._authenticator.edition_of(request)
        moment = query.moment("at", query.parameters(request.url.query).get("at", [""])[-1])
        async with self._queue.turn(client_network(address_of(request))):
            cursor, lines = await self._past.board_at(edition.code, moment)
            body = {
                "at": document.format_time(moment),
                "cursor": str(cursor),
                "flashes": [document.public(flash) for flash in lines],
            }
            return JSONResponse(body, headers=NO_STORE)

    async def log(self, request: Request) -> Response:
        """`GET /v1/{edition}/log?after=&limit=` → the log as JSON Lines, as it is stored, by pages.

        `Link: rel="next"` (RFC 8288) names the next page, as long as there is one.
        """
        edition = (await self._authenticator.edition_of(request, Role.EDITOR)).code
        given = query.parameters(request.url.query)
        after = Cursor.parse(given.get("after", [str(GENESIS)])[-1])
        limit = given.get("limit", [str(_LIMIT_MAX)])[-1]
        if after is None:
            raise problem_at(422, "after", "must be a cursor")
        if not query.is_number(limit) or not 0 < int(limit) <= _LIMIT_MAX:
            raise problem_at(422, "limit", f"must be a number from 1 to {_LIMIT_MAX}")
        if await self._history.cursor_at(edition, after.offset) != after:
            raise problem_at(422, "after", "must be a cursor of this log")
        end = await self._history.head(edition)
        headers = {**NO_STORE}
        if end.offset > after.offset + int(limit):
            # Whoever reads on from there gets every entry, once.
            end = await self._history.cursor_at(edition, after.offset + int(limit)) or end
            page = f"{request.url.path}?after={end}&limit={limit}"
            headers["Link"] = f'<{page}>; rel="next"'
        client = client_network(address_of(request))
        pages = self._history.pages(edition, after.offset, end.offset)
        # The first page is there before the answer begins: until then it may be refused.
        async with self._queue.turn(client):
            first = await _text(pages)
        lines = self._lines(first, pages, client)
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)

    async def _lines(
        self, page: str, pages: AsyncIterator[list[Entry]], client: str
    ) -> AsyncIterator[str]:
        while page:
            yield page
            async with self._queue.turn(client, begun=True):
                page = await _text(pages)


async def _text(pages: AsyncIterator[list[Entry]]) -> str:
    """The next page as JSON Lines; nothing behind the last."""
    async for page in pages:
        # The record as a string: the hash chain is over its very bytes.
        return "".join(
            document.dumps({"cursor": str(entry.cursor), "record": entry.text}) + "\n"
            for entry in page
        )
    return ""
