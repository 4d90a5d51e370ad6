"""The black box over HTTP: boards of the past, the log as it is stored, timelines for people."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, StreamingResponse

from ticker.accounts.rights import authorise
from ticker.accounts.tokens import Role
from ticker.news import document
from ticker.news.event import Cursor
from ticker.news.flash import CHANGEABLE
from ticker.web.admission import is_number, parameters
from ticker.web.desk.page import to_login
from ticker.web.problems import at
from ticker.web.security import desk_edition_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.event import Record
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.store.archive import Archive
    from ticker.store.deliveries import Landing
    from ticker.store.history import History
    from ticker.web.authentication import Guard
    from ticker.web.templating import Html

_FORM_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?", re.ASCII)
_PAGE_ENTRIES: Final = 50
_LIMIT_MOST: Final = 100_000
_NO_STORE: Final = {"Cache-Control": "no-store"}
_TOLD: Final = sorted(CHANGEABLE - {"headline", "correction"})


class Blackbox:
    """What was shown, by whom it was made, and when."""

    def __init__(
        self,
        html: Html,
        guard: Guard,
        history: History,
        archive: Archive,
        landing: Landing,
        newsroom: Newsroom,
    ) -> None:
        self._html = html
        self._guard = guard
        self._history = history
        self._archive = archive
        self._landing = landing
        self._newsroom = newsroom

    async def board(self, request: Request) -> Response:
        """`GET /v1/{edition}/board?at=` → the board exactly as it was shown then."""
        edition = await self._admit(request, Role.REPORTER)
        moment = _moment(request)
        cursor, lines = await self._history.board_at(edition.code, moment)
        body = {
            "at": document.format_time(moment),
            "cursor": str(cursor),
            "flashes": [document.public(flash) for flash in lines],
        }
        return JSONResponse(body, headers=_NO_STORE)

    async def log(self, request: Request) -> Response:
        """`GET /v1/{edition}/log?after=&limit=` → the wire as JSON Lines, as it is stored."""
        edition = await self._admit(request, Role.EDITOR)
        given = parameters(request.url.query)
        after = given.get("after", ["0.0000000000000000"])[-1]
        limit = given.get("limit", [str(_LIMIT_MOST)])[-1]
        cursor = Cursor.parse(after)
        if cursor is None:
            raise at(422, "after", "must be a cursor")
        if not is_number(limit) or not 0 < int(limit) <= _LIMIT_MOST:
            raise at(422, "limit", f"must be a number from 1 to {_LIMIT_MOST}")
        lines = self._lines(edition.code, cursor.offset, int(limit))
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=_NO_STORE)

    async def _lines(self, edition: str, after: int, limit: int) -> AsyncIterator[str]:
        async for entry in self._history.entries(edition, after):
            # The record stands as a string: its bytes are what the next tag is made of.
            yield document.dumps({"cursor": str(entry.cursor), "record": entry.text}) + "\n"
            limit -= 1
            if not limit:
                return

    async def timeline(self, request: Request) -> Response:
        """`GET /desk/{edition}/timeline?before=&at=` → what was done, newest first."""
        session = await self._guard.session(request)
        if session is None:
            return to_login(request)
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        authorise(session.principal, edition.code, Role.REPORTER)
        given = parameters(request.url.query)
        before = given.get("before", [""])[-1]
        if before and not is_number(before):
            raise at(422, "before", "must be an offset")
        entries = await self._history.newest(
            edition.code, int(before) if before else None, _PAGE_ENTRIES
        )
        shown: list[dict[str, Any]] | None = None
        moment = _moment(request) if given.get("at", [""])[-1] else None
        if moment is not None:
            _, lines = await self._history.board_at(edition.code, moment)
            shown = [document.public(flash) for flash in lines]
        context = {
            "session": session,
            "steps": [_step(entry.record) for entry in entries],
            "earlier": entries[-1].cursor.offset if len(entries) == _PAGE_ENTRIES else None,
            "at": document.format_time(moment) if moment else "",
            "shown": shown,
        }
        return self._html.desk("desk/timeline.html", edition, context)

    async def flash(self, request: Request) -> Response:
        """`GET /desk/{edition}/timeline/{id}` → every version of a line, and what changed."""
        session = await self._guard.session(request)
        if session is None:
            return to_login(request)
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        authorise(session.principal, edition.code, Role.REPORTER)
        flash_id = request.path_params["id"]
        records = await self._archive.versions(edition.code, flash_id)
        if not records:
            raise at(404, "id", f"There is no flash {flash_id!r} here.")
        steps = []
        for earlier, record in zip([None, *records], records, strict=False):
            step = _step(record, earlier.flash if earlier else None)
            step["landing"] = await self._landing.read(edition.code, flash_id, record.flash.version)
            steps.append(step)
        context = {"session": session, "steps": steps[::-1], "flash_id": flash_id}
        return self._html.desk("desk/versions.html", edition, context)

    async def _admit(self, request: Request, least: Role) -> Edition:
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        authorise(await self._guard.admit(request), edition.code, least)
        return edition


def _moment(request: Request) -> datetime:
    given = parameters(request.url.query).get("at", [""])[-1]
    # A form's field has no zone, and means the second: what was shown when it was over.
    seconds = _FORM_TIME.fullmatch(given)
    local = f"{seconds[1]}{seconds[2] or ':00'}.999Z" if seconds else given
    try:
        return document.parse_time(local)
    except ValueError as error:
        raise at(422, "at", "must be a time such as 2026-01-31T17:00:00Z") from error


def _step(record: Record, before: Flash | None = None) -> dict[str, Any]:
    """One version as a page tells it."""
    flash = record.flash
    changes = [
        (name, getattr(before, name), getattr(flash, name))
        for name in _TOLD
        if before is not None and getattr(before, name) != getattr(flash, name)
    ]
    return {
        **record.as_document(),
        "changes": changes,
        "diff": diff(before.headline if before else flash.headline, flash.headline),
    }


def diff(before: str, after: str) -> list[tuple[str, str]]:
    """What changed, word by word: pairs of "", del or ins, and the words."""
    old, new = before.split(" "), after.split(" ")
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("", " ".join(old[a:b])))
        if kind in {"replace", "delete"}:
            parts.append(("del", " ".join(old[a:b])))
        if kind in {"replace", "insert"}:
            parts.append(("ins", " ".join(new[c:d])))
    return parts
