"""Sessions of browsers: begun by whatever way somebody logged in, ended here and in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.accounts.audit import entered
from ticker.web.authentication import address_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.repeated_entries import RepeatedEntries
    from ticker.accounts.sessions import Session, Sessions
    from ticker.web.authentication import Authenticator


class SessionCookies:
    """Begins and ends the session of a browser, and enters it in the audit log."""

    def __init__(
        self, authenticator: Authenticator, sessions: Sessions, entries: RepeatedEntries
    ) -> None:
        self._authenticator = authenticator
        self._sessions = sessions
        self._entries = entries

    async def begin(self, request: Request, response: Response, name: str, hint: str = "") -> None:
        """Log the browser of a request in, under a new id."""
        # Session fixation: a session that the browser had before, planted or not, ends here.
        session = await self._authenticator.session(request)
        if session is not None:
            await self._sessions.end(session.digest, session.principal.name)
        address, agent = address_of(request), request.headers.get("user-agent", "")
        secret = await self._sessions.start(name, address, agent, hint)
        await self._entries.note(name, "login", address)
        response.set_cookie(
            self._authenticator.cookie(request),
            secret,
            path="/",
            secure=self._authenticator.is_secure(request),
            httponly=True,
            samesite="strict",
        )

    async def end(self, session: Session) -> None:
        """Log out."""
        name = session.principal.name
        await self._sessions.end(session.digest, name)
        await entered(self._entries.note(name, "logout", session.address), f"logout of {name}")

    def clear(self, request: Request, response: Response) -> None:
        """Have the browser forget its cookie."""
        response.delete_cookie(self._authenticator.cookie(request), path="/")


def desk_path(path: str) -> str:
    """Open redirect: after the login only to a page of the desk."""
    is_ours = path == "/desk" or path.startswith(("/desk/", "/desk?"))
    return path if is_ours and "\\" not in path and path.isprintable() else "/desk"
