"""Passkeys at the desk: made and removed at `/desk/account`, used at `/desk/login`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, RedirectResponse, Response

from ticker.accounts.audit import entered
from ticker.accounts.login_limits import TooManyTriesError, Visitor
from ticker.accounts.passkeys import PasskeyError, TooManyPasskeysError
from ticker.news.text import TextError
from ticker.web.authentication import address_of
from ticker.web.body import json_object
from ticker.web.desk.login import behind_login, read_form
from ticker.web.desk.session_cookies import desk_path
from ticker.web.language import kept
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.accounts.login_limits import LoginLimits
    from ticker.accounts.passkeys import Passkeys
    from ticker.accounts.refused_logins import RefusedLogins
    from ticker.accounts.repeated_entries import RepeatedEntries
    from ticker.accounts.sessions import Session
    from ticker.accounts.users import User, Users
    from ticker.web.authentication import Authenticator
    from ticker.web.desk.device_cookies import DeviceCookies
    from ticker.web.desk.session_cookies import SessionCookies

_JSON: Final = ("application/json",)


class PasskeyPages:
    """WebAuthn ceremonies with scripts of ours.

    A session alone makes no passkey, which would outlive it: the password is asked for.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        users: Users,
        passkeys: Passkeys | None,
        login_limits: LoginLimits,
        session_cookies: SessionCookies,
        device_cookies: DeviceCookies,
        refused_logins: RefusedLogins,
        entries: RepeatedEntries,
    ) -> None:
        self._authenticator = authenticator
        self._users = users
        self._given = passkeys
        self._login_limits = login_limits
        self._session_cookies = session_cookies
        self._device_cookies = device_cookies
        self._refused_logins = refused_logins
        self._entries = entries

    @behind_login
    async def offer(self, request: Request, session: Session) -> Response:
        """`POST /desk/account/passkeys/options` {"password"} → options to make a passkey with."""
        user, passkeys = await self._owner(request, session), self._passkeys()
        password = _text(await json_object(request, _JSON), "password")
        visitor = Visitor(address_of(request), session.digest, request.is_disconnected)
        try:
            if await self._login_limits.attempt(user.name, password, visitor) is None:
                raise problem_at(403, "password", "The password is wrong.")
        except TooManyTriesError as error:
            wait = str(error.seconds)
            detail = "There were too many tries."
            raise problem_at(429, "password", detail, Retry_After=wait) from error
        return JSONResponse(await passkeys.offer(user, _use(session)))

    @behind_login
    async def add(self, request: Request, session: Session) -> Response:
        """`POST /desk/account/passkeys` {"name", "credential"} → 204, it is kept."""
        user, passkeys = await self._owner(request, session), self._passkeys()
        fields = await json_object(request, _JSON)
        name, credential = _text(fields, "name"), _object(fields, "credential")
        try:
            await passkeys.add(user, _use(session), name, credential)
        except PasskeyError as error:
            raise problem_at(422, "credential", f"It is not accepted: {error}") from error
        except TooManyPasskeysError as error:
            raise problem_at(409, "credential", str(error)) from error
        except TextError as error:
            raise problem_at(422, "name", str(error)) from error
        entry = self._entries.note(user.name, "passkey added", address_of(request))
        await entered(entry, f"passkey of {user.name} added")
        return Response(status_code=204)

    @behind_login
    async def remove(self, request: Request, session: Session) -> Response:
        """`POST /desk/account/passkeys/remove` {"id"} → the account page, without it."""
        form = await read_form(request)
        user = await self._owner(request, session, form.get("csrf", ""))
        if not await self._passkeys().remove(user, form.get("id", "")):
            raise problem_at(404, "id", "You have no such passkey.")
        entry = self._entries.note(user.name, "passkey removed", address_of(request))
        await entered(entry, f"passkey of {user.name} removed")
        return RedirectResponse(kept("/desk/account", request), 303)

    async def ask(self, request: Request) -> Response:
        """`POST /desk/login/passkey/options` → options to log in with."""
        self._authenticator.check_own(request)
        return JSONResponse(await self._passkeys().ask())

    async def login(self, request: Request) -> Response:
        """`POST /desk/login/passkey` {"credential", "next"} → a session, and where to go on."""
        self._authenticator.check_own(request)
        passkeys = self._passkeys()
        fields = await json_object(request, _JSON)
        credential, address = _object(fields, "credential"), address_of(request)
        onward = desk_path(_text({"next": "", **fields}, "next"))
        try:
            user = await passkeys.check(credential)
        except PasskeyError as error:
            if error.name:
                await self._refused_logins.note(error.name, address, "wrong")
            raise problem_at(401, "credential", "The passkey is not accepted.") from error
        response = JSONResponse({"next": onward})
        await self._device_cookies.give(request, response, user.name)
        await self._session_cookies.begin(request, response, user.name)
        return response

    def _passkeys(self) -> Passkeys:
        if self._given is None:
            raise problem_at(404, "passkeys", "There are no passkeys here.")
        return self._given

    async def _owner(self, request: Request, session: Session, token: str | None = None) -> User:
        """The local user of a session, who means it."""
        given = request.headers.get("x-csrf-token", "") if token is None else token
        self._authenticator.check_intent(request, session, given)
        user = await self._users.get(session.principal.name)
        if user is None or user.subject:
            raise problem_at(409, "name", "You log in with single sign-on.")
        return user


def _use(session: Session) -> str:
    return f"add {session.digest}"


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise problem_at(422, name, "must be a text")
    return value


def _object(fields: dict[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise problem_at(422, name, "must be an object")
    return value
