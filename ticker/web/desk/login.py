"""`/desk/login` and `/desk/logout`: session cookies, by forms that work without scripts."""

from __future__ import annotations

from asyncio import Semaphore, sleep
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse

from ticker.accounts.login_limits import NAME_FREE, TooManyTriesError
from ticker.accounts.passwords import BusyError
from ticker.accounts.principal import Role
from ticker.accounts.rights import covers
from ticker.web.body import read
from ticker.web.desk.session_cookies import desk_path
from ticker.web.language import kept, spoken
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.login_limits import LoginLimits
    from ticker.accounts.principal import Principal
    from ticker.accounts.refused_logins import RefusedLogins
    from ticker.accounts.sessions import Session
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.web.authentication import Authenticator
    from ticker.web.desk.device_cookies import DeviceCookies
    from ticker.web.desk.session_cookies import SessionCookies
    from ticker.web.desk.sign_on import SignOn
    from ticker.web.templating import Templates

_BODY_MAX: Final = 8 * 1024
_FIELDS_MAX: Final = 20
_KEPT: Final = frozenset({"at", "before", "edition"})
# Tarpit: who asks again as soon as they are refused would take a core for it. For some at once.
PAUSE_SECONDS: Final = 1.0
PAUSED_MAX: Final = 1000
# Bulkhead: tries ask the store several times each, and must leave connections to it for all others.
TRIES_MAX: Final = 32


class _Pages(Protocol):
    _authenticator: Authenticator


_P = TypeVar("_P", bound=_Pages)


def behind_login(
    page: Callable[[_P, Request, Session], Awaitable[Response]],
) -> Callable[[_P, Request], Awaitable[Response]]:
    """Decorator of a page that needs a session: whoever has none logs in and comes back."""

    @wraps(page)
    async def guarded(self: _P, request: Request) -> Response:
        session = await self._authenticator.session(request)
        if session is None:
            # Only what pages of ours ask: anything else in a query may be somebody's secret.
            kept = [it for it in request.query_params.multi_items() if it[0] in _KEPT]
            onward = f"{request.url.path}?{urlencode(kept, safe=':')}" if kept else request.url.path
            return RedirectResponse(f"/desk/login?{urlencode({'next': onward})}", 303)
        return await page(self, request, session)

    return guarded


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways to log in besides a password.

    Attributes:
        sign_on: At the provider, and out again.
        passkeys: Whether there are passkeys.
        admins_only: Whether passwords are for admins alone.
    """

    sign_on: SignOn
    passkeys: bool
    admins_only: bool


class Login:
    """Begins and ends sessions; tries are limited, and in the audit log."""

    def __init__(
        self,
        templates: Templates,
        authenticator: Authenticator,
        login_limits: LoginLimits,
        session_cookies: SessionCookies,
        device_cookies: DeviceCookies,
        refused_logins: RefusedLogins,
        newsroom: Newsroom,
        ways: Ways,
    ) -> None:
        self._refused_logins = refused_logins
        self._device_cookies = device_cookies
        self._templates = templates
        self._authenticator = authenticator
        self._login_limits = login_limits
        self._session_cookies = session_cookies
        self._newsroom = newsroom
        self._editions = list(newsroom.all_editions.values())
        self._paused = 0
        self._tries = Semaphore(TRIES_MAX)
        self._sign_on = ways.sign_on
        self._passkeys = ways.passkeys
        self._admins_only = ways.admins_only

    async def page(self, request: Request) -> Response:
        """`GET /desk/login?next=` → the form, or on to the desk for who is logged in."""
        if await self._authenticator.session(request):
            return RedirectResponse(desk_path(request.query_params.get("next", "")), 303)
        return self._form(request, request.query_params.get("next", ""))

    async def login(self, request: Request) -> Response:
        """`POST /desk/login` → a new session and on to the desk; 401 or 429 and the form again."""
        self._authenticator.check_own(request)
        form = await read_form(request)
        try:
            async with self._tries:
                return await self._try(request, form)
        except BusyError:
            await self._pause()
            raise

    async def _try(self, request: Request, form: Mapping[str, str]) -> Response:
        name, password = form.get("name", "").strip(), form.get("password", "")
        visitor = await self._device_cookies.visitor(request, name)
        address = visitor.address
        try:
            user = await self._login_limits.attempt(name, password, visitor)
        except TooManyTriesError as error:
            await self._refused_logins.note(await self._login_limits.known(name), address, "unread")
            return self._form(request, form.get("next", ""), name, 429, wait=error.seconds)
        if user is None:
            await self._refused_logins.note(await self._login_limits.known(name), address, "wrong")
            return self._form(request, form.get("next", ""), name, 401)
        if self._admins_only and user.principal.role < Role.ADMIN:
            return self._form(request, form.get("next", ""), name, 403)
        response = await self._welcome(request, user.name, desk_path(form.get("next", "")))
        await self._device_cookies.give(request, response, user.name)
        await self._session_cookies.begin(request, response, user.name)
        return response

    async def logout(self, request: Request) -> Response:
        """`POST /desk/logout` → the session is over, here and in the store."""
        session = await self._authenticator.session(request)
        if session is not None:
            form = await read_form(request)
            self._authenticator.check_intent(request, session, form.get("csrf", ""))
            await self._session_cookies.end(session)
        hint = session.hint if session is not None else ""
        response = await self._sign_on.logout(request, hint) if hint else None
        response = response or RedirectResponse(kept("/desk/login", request), 303)
        self._session_cookies.clear(request, response)
        return response

    async def _pause(self) -> None:
        """Let somebody wait before they are refused, unless too many do."""
        if self._paused >= PAUSED_MAX:
            return
        self._paused += 1
        try:
            await sleep(PAUSE_SECONDS)
        finally:
            self._paused -= 1

    async def _welcome(self, request: Request, name: str, onward: str) -> Response:
        """On to the desk, or first a page that says what strangers tried under the name."""
        refused = await self._refused_logins.tell(name)
        if refused is None or refused.count < NAME_FREE:
            return RedirectResponse(onward, 303)
        edition = spoken(request, self._editions, onward)
        context = {"onward": onward, "count": refused.count, "since": refused.since}
        return self._templates.desk("desk/attacked.html", edition, context)

    def _form(
        self, request: Request, onward: str, name: str = "", status: int = 200, wait: int = 0
    ) -> Response:
        context: dict[str, Any] = {
            "next": onward,
            "name": name,
            "status": status,
            "minutes": -(-wait // 60),
            "admins_only": self._admins_only,
            "sign_on": self._newsroom.sign_on,
            "sign_on_url": self._sign_on.url,
            "passkeys": self._passkeys,
        }
        headers = {"Retry-After": str(wait)} if wait else {}
        edition = spoken(request, self._editions, onward)
        return self._templates.desk(
            "desk/login.html", edition, context, status=status, headers=headers
        )


def theirs(principal: Principal, newsroom: Newsroom) -> list[Edition]:
    """Authorisation: editions, and then drills, that somebody has a desk in.

    Raises:
        ProblemError: 403, there is none.
    """
    found = [it for it in newsroom.all_editions.values() if covers(principal, it.code)]
    if not found:
        raise problem_at(403, "edition", "You have no rights in any edition.")
    return found


async def read_form(request: Request) -> dict[str, str]:
    """Fields of a form (`application/x-www-form-urlencoded`), with limits of size and number.

    Raises:
        ProblemError: 413 too big, 422 too many fields.
    """
    raw = await read(request, _BODY_MAX)
    try:
        text = raw.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError as error:
        raise problem_at(422, "body", f"must have at most {_FIELDS_MAX} fields") from error
