"""`/desk/{edition}`: the editors' page, and its endpoints for lint and for checked stories."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, RedirectResponse, Response

from ticker.news import artefacts, document, lint
from ticker.news.document import utcnow
from ticker.news.flash import CHANGEABLE, HEADLINE_MAX
from ticker.news.newsroom import DRILL_PREFIX, Newsroom
from ticker.news.subscription import Subscription
from ticker.web.body import json_object
from ticker.web.caching import NO_STORE
from ticker.web.desk.login import behind_login, theirs
from ticker.web.problems import no_such_flash, problem_at

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.accounts.sessions import Session
    from ticker.hub.hub import Hub
    from ticker.news.newsroom import Edition
    from ticker.settings import Settings
    from ticker.store.archive import Archive
    from ticker.store.stories import Stories
    from ticker.web.authentication import Authenticator
    from ticker.web.templating import Templates

_JSON: Final = frozenset({"application/json"})
_LATELY: Final = timedelta(minutes=30)


class Desk:
    """The desk's page and its own endpoints."""

    def __init__(
        self,
        templates: Templates,
        authenticator: Authenticator,
        hub: Hub,
        archive: Archive,
        stories: Stories,
        settings: Settings,
    ) -> None:
        self._templates = templates
        self._authenticator = authenticator
        self._hub = hub
        self._archive = archive
        self._stories = stories
        self._settings = settings
        self._newsroom = settings.newsroom

    @behind_login
    async def home(self, _: Request, session: Session) -> Response:
        """`GET /desk` → redirect to the first edition that is theirs, or to the login."""
        return RedirectResponse(f"/desk/{theirs(session.principal, self._newsroom)[0].code}", 303)

    @behind_login
    async def page(self, request: Request, session: Session) -> Response:
        """`GET /desk/{edition}` → the desk."""
        edition = self._authenticator.edition_for(request, session)
        context = {
            "session": session,
            "editions": self._theirs(session),
            "base_code": edition.code.removeprefix(DRILL_PREFIX),
            "desk": self._about(edition, session),
            "sections": Newsroom.labels(self._newsroom.sections, edition.lang),
            "regions": Newsroom.labels(self._newsroom.regions, edition.lang),
            "targets": {**self._newsroom.targets, "max": HEADLINE_MAX},
            "templates": self._newsroom.templates_in(edition.lang),
        }
        return self._templates.desk("desk/desk.html", edition, context)

    async def lint(self, request: Request) -> Response:
        """`POST /desk/{edition}/lint` {"headline", "urgency", "source"} → warnings while typing."""
        edition = await self._authenticator.edition_of(request)
        data = await json_object(request, _JSON)
        headline, urgency, source = (data.get(name) for name in ("headline", "urgency", "source"))
        if not isinstance(headline, str) or not isinstance(urgency, int):
            raise problem_at(422, "headline", "and urgency are required, as a string and a number")
        others = await self._lately(edition.code, except_for=data.get("id"))
        source = source if isinstance(source, str) else None
        remarks = lint.look(headline[: HEADLINE_MAX * 4], urgency, source, others)
        return JSONResponse(
            {
                "warnings": [
                    {
                        "kind": it.kind,
                        "id": it.flash and it.flash.id,
                        "line": it.flash and it.flash.headline,
                    }
                    for it in remarks
                ]
            },
            headers=NO_STORE,
        )

    async def story(self, request: Request) -> Response:
        """`GET /desk/{edition}/stories/{key}` → each edition's version, wherever it is."""
        await self._authenticator.edition_of(request)
        versions = await self._stories.versions(request.path_params["key"])
        return JSONResponse({"versions": versions}, headers=NO_STORE)

    async def check(self, request: Request) -> Response:
        """`POST /desk/{edition}/checked/{id}` → 204: acknowledged, it is right as it is."""
        edition = await self._authenticator.edition_of(request)
        flash_id = request.path_params["id"]
        if await self._archive.get(edition.code, flash_id) is None:
            raise no_such_flash(flash_id)
        await self._stories.check(edition.code, flash_id, utcnow())
        return Response(status_code=204)

    async def _lately(self, edition: str, except_for: object) -> list[Any]:
        """Lines that a new one may be a duplicate of."""
        since = utcnow() - _LATELY
        _, board = self._hub.lines(Subscription(edition))
        waiting = [record.flash for record in await self._archive.queue(edition)]
        return [
            flash
            for flash in [*waiting, *board]
            if flash.firstcreated > since and flash.id != except_for
        ]

    def _theirs(self, session: Session) -> list[Edition]:
        """Without drills."""
        return [it for it in theirs(session.principal, self._newsroom) if not it.is_drill]

    def _about(self, edition: Edition, session: Session) -> dict[str, Any]:
        """Data for the page's scripts: edition, CSRF token, role, settings."""
        return {
            "edition": edition.code,
            "lang": edition.lang,
            "dir": edition.dir,
            "label": edition.label,
            "drill": edition.is_drill,
            "followUpMinutes": edition.follow_up_minutes,
            "editions": [
                {
                    "code": it.code,
                    "name": it.name,
                    "lang": it.lang,
                    "label": it.label,
                    "breakingBudget": it.breaking_budget,
                }
                for it in self._newsroom.editions.values()
            ],
            "fields": {
                name: {"type": field.type, "default": field.default}
                for name, field in CHANGEABLE.items()
            },
            "artefacts": artefacts.as_data(),
            "theirs": [it.code for it in self._theirs(session)],
            "csrf": session.csrf,
            "user": session.principal.name,
            "role": session.principal.role.word,
            "hold": self._settings.hold,
            "twoKey": self._settings.two_key,
            "now": document.format_time(utcnow()),
        }
