"""Routes of editors in a browser: everything under `/desk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route, WebSocketRoute

from ticker.web.desk.account import Account
from ticker.web.desk.device_cookies import DeviceCookies
from ticker.web.desk.live import DeskLive
from ticker.web.desk.login import Login
from ticker.web.desk.page import Desk
from ticker.web.desk.staff import Staff
from ticker.web.desk.timeline import Timeline
from ticker.web.desk.writing import Writing
from ticker.web.shared import Visitor

if TYPE_CHECKING:
    from ticker.web.shared import Shared


def desk(shared: Shared) -> Visitor:
    """Who is behind a login."""
    core, templates, authenticator = shared.core, shared.templates, shared.authenticator
    page = Desk(templates, authenticator, core.hub, core.archive, core.stories, shared.settings)
    live = DeskLive(authenticator, shared.live, core.desk_feed, core.buffers, core.refusals.add)
    timeline = Timeline(
        templates, authenticator, core.history, core.past, core.archive, core.deliveries
    )
    writing = Writing(authenticator, shared.newsroom, core.archive, core.desks)
    return Visitor(
        [
            Route("/desk", page.home),
            *_accounts(shared),
            WebSocketRoute("/desk/{edition}/live", live.websocket),
            Route("/desk/{edition}/lint", page.lint, methods=["POST"]),
            Route("/desk/{edition}/checked/{id}", page.check, methods=["POST"]),
            Route("/desk/{edition}/writing", writing.write, methods=["POST"]),
            Route("/desk/{edition}/timeline", timeline.page),
            Route("/desk/{edition}/timeline/{id}", timeline.versions),
            Route("/desk/{edition}", page.page),
        ]
    )


def _accounts(shared: Shared) -> list[Route]:
    """Who they are, and who else may be here."""
    core, templates, authenticator, newsroom = (
        shared.core,
        shared.templates,
        shared.authenticator,
        shared.newsroom,
    )
    device_cookies = DeviceCookies(core.devices, authenticator)
    login = Login(
        templates,
        authenticator,
        core.login_limits,
        core.sessions,
        device_cookies,
        core.refused_logins,
        core.repeated_entries,
        newsroom,
    )
    account = Account(
        templates,
        authenticator,
        core.users,
        core.sessions,
        core.login_limits,
        device_cookies,
        core.repeated_entries,
        newsroom,
    )
    staff = Staff(
        templates, authenticator, core.users, core.tokens, core.sessions, core.audit, newsroom
    )
    return [
        Route("/desk/login", login.page, name="login"),
        Route("/desk/login", login.login, methods=["POST"]),
        Route("/desk/logout", login.logout, methods=["POST"]),
        Route("/desk/account", account.page),
        Route("/desk/account", account.change_password, methods=["POST"]),
        Route("/desk/staff", staff.page),
        Route("/desk/staff", staff.act, methods=["POST"]),
    ]
