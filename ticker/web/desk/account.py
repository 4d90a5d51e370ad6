"""`/desk/account`: one's own password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from ticker.accounts.login_limits import TooManyTriesError, Visitor
from ticker.accounts.passwords import WeakPasswordError
from ticker.web.authentication import address_of
from ticker.web.desk.login import behind_login, read_form

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.login_limits import LoginLimits
    from ticker.accounts.repeated_entries import RepeatedEntries
    from ticker.accounts.sessions import Session, Sessions
    from ticker.accounts.users import Users
    from ticker.news.newsroom import Newsroom
    from ticker.web.authentication import Authenticator
    from ticker.web.desk.device_cookies import DeviceCookies
    from ticker.web.templating import Templates


class Account:
    """A user's own account, with a plain form."""

    def __init__(
        self,
        templates: Templates,
        authenticator: Authenticator,
        users: Users,
        sessions: Sessions,
        login_limits: LoginLimits,
        device_cookies: DeviceCookies,
        entries: RepeatedEntries,
        newsroom: Newsroom,
    ) -> None:
        self._templates = templates
        self._authenticator = authenticator
        self._users = users
        self._sessions = sessions
        self._login_limits = login_limits
        self._device_cookies = device_cookies
        self._entries = entries
        self._newsroom = newsroom

    @behind_login
    async def page(self, request: Request, session: Session) -> Response:
        """`GET /desk/account` → the form to change one's password."""
        return self._page(request, session)

    @behind_login
    async def change_password(self, request: Request, session: Session) -> Response:
        """`POST /desk/account` {"old", "new"} → password change; ends all sessions of the user.

        A new password makes strangers of all browsers, but for the one that it was given in.
        """
        form = await read_form(request)
        self._authenticator.check_intent(request, session, form.get("csrf", ""))
        await self._sessions.touch(session)
        name = session.principal.name
        visitor = Visitor(address_of(request), session.digest, request.is_disconnected)
        try:
            if await self._login_limits.attempt(name, form.get("old", ""), visitor) is None:
                return self._page(request, session, "wrong", 401)
            await self._users.set_password(name, form.get("new", ""))
        except TooManyTriesError:
            return self._page(request, session, "later", 429)
        except WeakPasswordError:
            return self._page(request, session, "weak", 422)
        await self._sessions.end_all(name)
        await self._entries.note(name, "password changed", visitor.address)
        response = RedirectResponse("/desk/login", 303)
        await self._device_cookies.give(request, response, name)
        return response

    def _page(
        self, request: Request, session: Session, fault: str = "", status: int = 200
    ) -> Response:
        edition = self._templates.spoken(request, self._newsroom)
        context = {"session": session, "fault": fault}
        return self._templates.desk("desk/account.html", edition, context, status=status)
