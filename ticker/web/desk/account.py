"""`/desk/account`: one's own password, passkeys and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse

from ticker.accounts.audit import entered
from ticker.accounts.login_limits import TooManyTriesError, Visitor
from ticker.accounts.passwords import WeakPasswordError
from ticker.settings import has_sign_on
from ticker.web.authentication import address_of
from ticker.web.desk.agents import browser_of
from ticker.web.desk.login import behind_login, read_form, theirs
from ticker.web.language import kept, spoken
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.login_limits import LoginLimits
    from ticker.accounts.passkeys import Passkeys
    from ticker.accounts.repeated_entries import RepeatedEntries
    from ticker.accounts.sessions import Session, Sessions
    from ticker.accounts.users import Users
    from ticker.settings import Settings
    from ticker.web.authentication import Authenticator
    from ticker.web.desk.device_cookies import DeviceCookies
    from ticker.web.templating import Templates

# Of a session's digest: tells the sessions of one user apart.
_MARK: Final = 16


class AccountView:
    """The page of an account.

    Args:
        passkeys: None: there are none, as settings are.
    """

    def __init__(
        self,
        templates: Templates,
        users: Users,
        sessions: Sessions,
        passkeys: Passkeys | None,
        settings: Settings,
    ) -> None:
        self._templates = templates
        self._users = users
        self._sessions = sessions
        self._passkeys = passkeys
        self._newsroom = settings.newsroom
        self._public_url = settings.public_url

    async def render(
        self, request: Request, session: Session, fault: str = "", status: int = 200
    ) -> Response:
        """What there is to say of a session's user, and what went wrong with a form."""
        user = await self._users.get(session.principal.name)
        is_local = user is not None and not user.subject
        context: dict[str, Any] = {
            "session": session,
            "fault": fault,
            "is_local": is_local,
            "sign_on": self._newsroom.sign_on,
            "sessions": [
                {
                    "mark": it.digest[:_MARK],
                    "created": it.created,
                    "seen": it.seen,
                    "address": it.address,
                    "browser": browser_of(it.agent),
                    "is_this": it.digest == session.digest,
                }
                for it in await self._sessions.of(session.principal.name)
            ],
            "has_passkeys": is_local and has_sign_on(),
            "passkeys": None,
            "origin": self._public_url,
        }
        if user is not None and is_local and self._passkeys is not None:
            context["passkeys"] = await self._passkeys.of(user)
        edition = spoken(request, theirs(session.principal, self._newsroom))
        return self._templates.desk("desk/account.html", edition, context, status=status)


class Account:
    """A user's own account, with plain forms."""

    def __init__(
        self,
        authenticator: Authenticator,
        users: Users,
        sessions: Sessions,
        login_limits: LoginLimits,
        device_cookies: DeviceCookies,
        entries: RepeatedEntries,
        view: AccountView,
    ) -> None:
        self._authenticator = authenticator
        self._users = users
        self._sessions = sessions
        self._login_limits = login_limits
        self._device_cookies = device_cookies
        self._entries = entries
        self._view = view

    @behind_login
    async def page(self, request: Request, session: Session) -> Response:
        """`GET /desk/account` → one's password, passkeys and sessions."""
        return await self._view.render(request, session)

    @behind_login
    async def change_password(self, request: Request, session: Session) -> Response:
        """`POST /desk/account` {"old", "new"} → password change; ends all sessions of the user.

        A new password makes strangers of all browsers, but for the one that it was given in.
        """
        form = await self._form(request, session)
        name = session.principal.name
        visitor = Visitor(address_of(request), session.digest, request.is_disconnected)
        try:
            if await self._login_limits.attempt(name, form.get("old", ""), visitor) is None:
                return await self._view.render(request, session, "wrong", 401)
            await self._users.set_password(name, form.get("new", ""))
        except TooManyTriesError:
            return await self._view.render(request, session, "later", 429)
        except WeakPasswordError:
            return await self._view.render(request, session, "weak", 422)
        await self._sessions.end_all(name)
        await self._entries.note(name, "password changed", visitor.address)
        response = RedirectResponse(kept("/desk/login", request), 303)
        await self._device_cookies.give(request, response, name)
        return response

    @behind_login
    async def end_sessions(self, request: Request, session: Session) -> Response:
        """`POST /desk/account/sessions` {"end": one of one's own, or "others"} → they are over."""
        form = await self._form(request, session)
        name, wanted = session.principal.name, form.get("end", "")
        own = {it.digest[:_MARK]: it.digest for it in await self._sessions.of(name)}
        if wanted == "others":
            await self._sessions.end_others(session)
        elif wanted in own:
            await self._sessions.end(own[wanted], name)
        else:
            raise problem_at(404, "end", "You have no such session; it may be over.")
        entry = self._entries.note(name, "session ended", address_of(request))
        await entered(entry, f"session of {name} ended")
        return RedirectResponse(kept("/desk/account", request), 303)

    async def _form(self, request: Request, session: Session) -> dict[str, str]:
        form = await read_form(request)
        self._authenticator.check_intent(request, session, form.get("csrf", ""))
        await self._sessions.touch(session)
        return form
