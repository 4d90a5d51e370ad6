"""`/desk/{edition}/timeline`: history as a page, and every version of one line with its diff."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.rights import sees_address
from ticker.news import document
from ticker.news.flash import CHANGEABLE
from ticker.web.desk.login import behind_login
from ticker.web.problems import no_such_flash, problem_at
from ticker.web.query import is_number, moment, parameters

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.principal import Principal
    from ticker.accounts.sessions import Session
    from ticker.news.event import Record
    from ticker.news.flash import Flash
    from ticker.store.archive import Archive
    from ticker.store.deliveries import Deliveries
    from ticker.store.history import History
    from ticker.store.past import Past
    from ticker.web.authentication import Authenticator
    from ticker.web.templating import Templates

_PAGE_ENTRIES: Final = 50
_TOLD: Final = sorted(CHANGEABLE.keys() - {"headline", "correction"})


class Timeline:
    """History pages: what was done, by whom and when, and the board at a point in time."""

    def __init__(
        self,
        templates: Templates,
        authenticator: Authenticator,
        history: History,
        past: Past,
        archive: Archive,
        deliveries: Deliveries,
    ) -> None:
        self._templates = templates
        self._authenticator = authenticator
        self._history = history
        self._past = past
        self._archive = archive
        self._deliveries = deliveries

    @behind_login
    async def page(self, request: Request, session: Session) -> Response:
        """`GET /desk/{edition}/timeline?before=&at=` → history by pages, newest first."""
        edition = self._authenticator.edition_for(request, session)
        given = parameters(request.url.query)
        entries = await self._history.newest(edition.code, _before(request), _PAGE_ENTRIES)
        shown: list[dict[str, Any]] | None = None
        asked = given.get("at", [""])[-1]
        at_moment = moment("at", asked) if asked else None
        if at_moment is not None:
            _, lines = await self._past.board_at(edition.code, at_moment)
            shown = [document.public(flash) for flash in lines]
        context = {
            "session": session,
            "steps": [_step(session.principal, entry.record) for entry in entries],
            "earlier": entries[-1].cursor.offset if len(entries) == _PAGE_ENTRIES else None,
            "at": document.format_time(at_moment) if at_moment else "",
            "shown": shown,
        }
        return self._templates.desk("desk/timeline.html", edition, context)

    @behind_login
    async def versions(self, request: Request, session: Session) -> Response:
        """`GET /desk/{edition}/timeline/{id}?before=` → versions of a line by pages, with diffs."""
        edition = self._authenticator.edition_for(request, session)
        flash_id = request.path_params["id"]
        before = _before(request)
        # One more than is shown: the first of them is shown with its diff too.
        records = await self._archive.last_versions(
            edition.code, flash_id, _PAGE_ENTRIES + 1, before
        )
        if not records:
            raise no_such_flash(flash_id)
        steps = []
        shown = records[-_PAGE_ENTRIES:]
        base = None if len(shown) == len(records) else records[0]
        for earlier, record in zip([base, *shown], shown, strict=False):
            step = _step(session.principal, record, earlier.flash if earlier else None)
            step["landing"] = await self._deliveries.read(
                edition.code, flash_id, record.flash.version
            )
            steps.append(step)
        context = {
            "session": session,
            "steps": steps[::-1],
            "flash_id": flash_id,
            "earlier": shown[0].flash.version if base else None,
        }
        return self._templates.desk("desk/versions.html", edition, context)


def _before(request: Request) -> int | None:
    """Where a page of history ends: before an offset, or a version."""
    before = parameters(request.url.query).get("before", [""])[-1]
    if before and not is_number(before):
        raise problem_at(422, "before", "must be a number")
    return int(before) if before else None


def _step(principal: Principal, record: Record, before: Flash | None = None) -> dict[str, Any]:
    """One version for the template, with its diff to the one before."""
    flash = record.flash
    changes = [
        (name, getattr(before, name), getattr(flash, name))
        for name in _TOLD
        if before is not None and getattr(before, name) != getattr(flash, name)
    ]
    return {
        **record.as_document(with_address=sees_address(principal, record)),
        "changes": changes,
        "diff": diff(before.headline if before else flash.headline, flash.headline),
    }


def diff(before: str, after: str) -> list[tuple[str, str]]:
    """Word diff: pairs of an HTML tag ("", del or ins) and the words."""
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
