"""Routes of editors in a browser: everything under `/desk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route, WebSocketRoute

from ticker.web.desk.account import Account, AccountView
from ticker.web.desk.device_cookies import DeviceCookies
from ticker.web.desk.live import DeskLive
from ticker.web.desk.login import Login, Ways
from ticker.web.desk.page import Desk
from ticker.web.desk.passkeys import PasskeyPages
from ticker.web.desk.script import script
from ticker.web.desk.session_cookies import SessionCookies
from ticker.web.desk.sign_on import SignOn
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
            Route("/desk.js", script),
            Route("/desk", page.home),
            *_accounts(shared),
            WebSocketRoute("/desk/{edition}/live", live.websocket),
            Route("/desk/{edition}/lint", page.lint, methods=["POST"]),
            Route("/desk/{edition}/checked/{id}", page.check, methods=["POST"]),
            Route("/desk/{edition}/stories/{key}", page.story),
            Route("/desk/{edition}/writing", writing.write, methods=["POST"]),
            Route("/desk/{edition}/timeline", timeline.page),
            Route("/desk/{edition}/timeline/{id}", timeline.versions),
            Route("/desk/{edition}", page.page),
        ]
    )


def _accounts(shared: Shared) -> list[Route]:
    """Who they are, and who else may be here."""
    core, templates, authenticator, settings = (
        shared.core,
        shared.templates,
        shared.authenticator,
        shared.settings,
    )
    staff = Staff(
        templates,
        authenticator,
        core.users,
        core.tokens,
        core.sessions,
        core.audit,
        core.refused_logins,
        settings.newsroom,
    )
    device_cookies = DeviceCookies(core.devices, authenticator)
    account = Account(
        authenticator,
        core.users,
        core.sessions,
        core.login_limits,
        device_cookies,
        core.repeated_entries,
        AccountView(templates, core.users, core.sessions, core.passkeys, settings),
    )
    return [
        *_logins(shared, device_cookies),
        Route("/desk/account", account.page),
        Route("/desk/account", account.change_password, methods=["POST"]),
        Route("/desk/account/sessions", account.end_sessions, methods=["POST"]),
        Route("/desk/staff", staff.page),
        Route("/desk/staff", staff.act, methods=["POST"]),
    ]


def _logins(shared: Shared, device_cookies: DeviceCookies) -> list[Route]:
    """The ways in, and out."""
    core, templates, authenticator, settings = (
        shared.core,
        shared.templates,
        shared.authenticator,
        shared.settings,
    )
    session_cookies = SessionCookies(authenticator, core.sessions, core.repeated_entries)
    sign_on = SignOn(
        templates,
        authenticator,
        session_cookies,
        core.refused_logins,
        core.relying_party,
        core.federation,
        settings,
    )
    passkeys = PasskeyPages(
        authenticator,
        core.users,
        core.passkeys,
        core.login_limits,
        session_cookies,
        device_cookies,
        core.refused_logins,
        core.repeated_entries,
    )
    login = Login(
        templates,
        authenticator,
        core.login_limits,
        session_cookies,
        device_cookies,
        core.refused_logins,
        settings.newsroom,
        Ways(sign_on, core.passkeys is not None, settings.local_passwords == "admins"),
    )
    post = ["POST"]
    return [
        Route("/desk/login", login.page, name="login"),
        Route("/desk/login", login.login, methods=post),
        Route("/desk/login/passkey", passkeys.login, methods=post),
        Route("/desk/login/passkey/options", passkeys.ask, methods=post),
        Route("/desk/logout", login.logout, methods=post),
        Route("/desk/sign-on", sign_on.begin),
        Route("/desk/sign-on/back", sign_on.back),
        Route("/desk/account/passkeys", passkeys.add, methods=post),
        Route("/desk/account/passkeys/options", passkeys.offer, methods=post),
        Route("/desk/account/passkeys/remove", passkeys.remove, methods=post),
    ]
