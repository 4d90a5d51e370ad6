"""`/desk/staff`: user and token management by admins, and which names are under attack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse

from ticker.accounts.audit import entered
from ticker.accounts.passwords import generate
from ticker.accounts.principal import Principal, Role, clean_name
from ticker.accounts.rights import check_reach, check_role, covers, reaches
from ticker.accounts.tokens import NameTakenError
from ticker.news.document import utcnow
from ticker.news.text import TextError
from ticker.web.authentication import address_of
from ticker.web.desk.login import behind_login, read_form, theirs
from ticker.web.language import kept, spoken
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.audit import Audit
    from ticker.accounts.refused_logins import RefusedLogins
    from ticker.accounts.sessions import Session, Sessions
    from ticker.accounts.tokens import Tokens
    from ticker.accounts.users import Users
    from ticker.news.newsroom import Newsroom
    from ticker.web.authentication import Authenticator
    from ticker.web.templating import Templates


class Staff:
    """Account management with plain forms; every change is in the audit log."""

    def __init__(
        self,
        templates: Templates,
        authenticator: Authenticator,
        users: Users,
        tokens: Tokens,
        sessions: Sessions,
        audit: Audit,
        refused_logins: RefusedLogins,
        newsroom: Newsroom,
    ) -> None:
        self._templates = templates
        self._authenticator = authenticator
        self._users = users
        self._tokens = tokens
        self._sessions = sessions
        self._audit = audit
        self._refused_logins = refused_logins
        self._newsroom = newsroom

    @behind_login
    async def page(self, request: Request, session: Session) -> Response:
        """`GET /desk/staff` → users and tokens."""
        check_role(session.principal, Role.ADMIN)
        return await self._page(request, session)

    @behind_login
    async def act(self, request: Request, session: Session) -> Response:
        """`POST /desk/staff` {"do", "name", …} → the page again, with a secret shown once."""
        check_role(session.principal, Role.ADMIN)
        form = await self._form(request, session)
        does: dict[str, Callable[[dict[str, str], Principal], Awaitable[str]]] = {
            "add user": self._add_user,
            "renew password": self._renew,
            "remove user": self._remove,
            "create token": self._create,
            "revoke token": self._revoke,
        }
        do = form.get("do", "")
        if do not in does:
            raise problem_at(422, "do", f"must be one of {', '.join(does)}")
        secret = await does[do](form, session.principal)
        who, name = session.principal.name, form["name"]
        entry = self._audit.note(who, do, name, address_of(request), form.get("role", ""))
        is_entered = await entered(entry, f"{do} {name}, by {who}")
        if is_entered and not secret:
            return RedirectResponse(kept("/desk/staff", request), 303)
        return await self._page(request, session, name, secret, is_entered=is_entered)

    async def _add_user(self, form: dict[str, str], admin: Principal) -> str:
        secret = generate()
        with_rights = await self._principal(form, admin)
        try:
            await self._users.add(with_rights, secret)
        except NameTakenError as error:
            raise problem_at(409, "name", "There is a user of that name.") from error
        return secret

    async def _renew(self, form: dict[str, str], admin: Principal) -> str:
        name, secret = await self._user(form, admin), generate()
        if not await self._users.set_password(name, secret):
            raise problem_at(409, "name", "They log in with single sign-on.")
        # It may be because somebody else got in: nothing that they made there stays.
        await self._users.drop_passkeys(name)
        await self._sessions.end_all(name)
        return secret

    async def _remove(self, form: dict[str, str], admin: Principal) -> str:
        if form.get("name", "") == admin.name:
            raise problem_at(409, "name", "Nobody removes themselves; another admin does.")
        name = await self._user(form, admin)
        await self._users.remove(name)
        await self._sessions.end_all(name)
        return ""

    async def _create(self, form: dict[str, str], admin: Principal) -> str:
        try:
            return await self._tokens.create(await self._principal(form, admin))
        except NameTakenError as error:
            raise problem_at(409, "name", "There is a token of that name.") from error

    async def _revoke(self, form: dict[str, str], admin: Principal) -> str:
        found = await self._token(form.get("name", ""))
        if found is None:
            raise problem_at(404, "name", "There is no token of that name.")
        check_reach(admin, found)
        await self._tokens.revoke(found.name)
        return ""

    async def _user(self, form: dict[str, str], admin: Principal) -> str:
        """Name of the user whom a form is about, if the admin's rights reach that far."""
        found = await self._users.get(form.get("name", ""))
        if found is None:
            raise problem_at(404, "name", "There is no user of that name.")
        check_reach(admin, found.principal)
        return found.name

    async def _token(self, name: str) -> Principal | None:
        return next((it for it in await self._tokens.list() if it.name == name), None)

    async def _principal(self, form: dict[str, str], admin: Principal) -> Principal:
        """Whom a form is to make, if the admin's rights reach that far."""
        try:
            name = clean_name(form.get("name", ""))
        except TextError as error:
            raise problem_at(422, "name", str(error)) from error
        form["name"] = name
        roles = {role.word: role for role in Role}
        if form.get("role") not in roles:
            raise problem_at(422, "role", f"must be one of {', '.join(roles)}")
        edition = form.get("edition", "")
        if edition and edition not in self._newsroom.editions:
            raise problem_at(422, "edition", f"must be one of {', '.join(self._newsroom.editions)}")
        editions = frozenset({edition} - {""})
        made = Principal(name, roles[form["role"]], editions, utcnow(), None)
        check_reach(admin, made)
        # A user and a token of one name are one person to the log, and to the second key.
        user, token = await self._users.get(name), await self._token(name)
        if user is not None:
            check_reach(admin, user.principal)
        if token is not None:
            check_reach(admin, token)
        return made

    async def _form(self, request: Request, session: Session) -> dict[str, str]:
        form = await read_form(request)
        self._authenticator.check_intent(request, session, form.get("csrf", ""))
        await self._sessions.touch(session)
        return form

    async def _page(
        self,
        request: Request,
        session: Session,
        name: str = "",
        secret: str = "",
        *,
        is_entered: bool = True,
    ) -> Response:
        own = session.principal
        users = [it for it in await self._users.list() if reaches(own, it.principal)]
        attacked = await self._refused_logins.attacked()
        context: dict[str, Any] = {
            "session": session,
            "users": users,
            "attacked": {it.name: attacked[it.name] for it in users if it.name in attacked},
            "tokens": [token for token in await self._tokens.list() if reaches(own, token)],
            "roles": [role.word for role in Role],
            "editions": [it for it in self._newsroom.editions.values() if covers(own, it.code)],
            "names": {it.code: it.name for it in self._newsroom.editions.values()},
            "everywhere": not own.editions,
            "name": name,
            "secret": secret,
            "is_entered": is_entered,
        }
        edition = spoken(request, theirs(own, self._newsroom))
        return self._templates.desk("desk/staff.html", edition, context)
