"""Federated identities: what a provider's groups may do here, and users who come from there.

A name from the provider never stands for somebody who has it already: a local user, a token, or
another subject. Whoever was let in once is known by issuer and subject, and keeps their name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ticker.accounts.audit import entered
from ticker.accounts.principal import Principal, Role, clean_name
from ticker.accounts.tokens import NameTakenError
from ticker.accounts.users import User, alike
from ticker.news.document import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ticker.accounts.audit import Audit
    from ticker.accounts.sessions import Sessions
    from ticker.accounts.tokens import Tokens
    from ticker.accounts.users import Users
    from ticker.news.newsroom import Group


class NoGroupError(Exception):
    """None of somebody's groups may do anything here."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as their provider says.

    Attributes:
        subject: Issuer and subject, which together are one person for ever.
        name: What the provider calls them; people may be able to choose it.
        groups: That they are in.
        hint: The ID token, by which the provider knows the login that is to end.
    """

    subject: str
    name: str
    groups: frozenset[str]
    hint: str = ""


def rights_of(groups: Iterable[str], table: Iterable[Group]) -> tuple[Role, frozenset[str]] | None:
    """Role and editions (empty: all) of who is in these groups; None: they have no rights.

    The highest role counts, in the editions of those groups that give it, and in no others: nobody
    is an editor where they are a reporter.
    """
    given = [it for it in table if it.group in set(groups)]
    if not given:
        return None
    role = max(Role[it.role.upper()] for it in given)
    places = [it.editions for it in given if it.role == role.word]
    return role, frozenset() if () in places else frozenset().union(*places)


class Federation:
    """Just-in-time provisioning. Every method raises `StoreUnavailableError`."""

    def __init__(
        self,
        users: Users,
        tokens: Tokens,
        sessions: Sessions,
        audit: Audit,
        table: Iterable[Group],
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._sessions = sessions
        self._audit = audit
        self._table = tuple(table)
        self._clock = clock

    async def admit(self, identity: Identity, address: str) -> User:
        """The user who somebody is here, made or given the rights of this moment.

        Raises:
            NoGroupError: They have none; who was a user until now is none any more.
            NameTakenError: Somebody else has the name.
            TooManyNamesError: There are as many users as there may be.
            TextError: What the provider calls them is no name.
        """
        known = {it.subject: it for it in await self._users.list() if it.subject}
        user = known.get(identity.subject)
        rights = rights_of(identity.groups, self._table)
        if rights is None:
            if user is not None:
                await self._dismiss(user, address)
            raise NoGroupError(identity.subject)
        role, editions = rights
        if user is None:
            return await self._make(identity, role, editions, address)
        if (user.principal.role, user.principal.editions) == rights:
            return user
        principal = replace(user.principal, role=role, editions=editions)
        changed = replace(user, principal=principal)
        await self._users.put_federated(changed)
        await self._note(changed, "change user", address)
        return changed

    async def _make(
        self, identity: Identity, role: Role, editions: frozenset[str], address: str
    ) -> User:
        name = clean_name(identity.name)
        taken = {alike(it.name) for it in await self._users.list()}
        taken |= {alike(it.name) for it in await self._tokens.list()}
        if alike(name) in taken:
            raise NameTakenError(name)
        user = User(Principal(name, role, editions, self._clock(), None), "", identity.subject)
        await self._users.put_federated(user)
        await self._note(user, "add user", address)
        return user

    async def _dismiss(self, user: User, address: str) -> None:
        await self._users.remove(user.name)
        await self._sessions.end_all(user.name)
        name, why = user.name, "in no group any more"
        await entered(
            self._audit.note(name, "remove user", name, address, why), f"remove user {name}, {why}"
        )

    async def _note(self, user: User, action: str, address: str) -> None:
        where = ",".join(sorted(user.principal.editions)) or "all"
        detail = f"{user.principal.role.word} of {where}, by single sign-on"
        entry = self._audit.note(user.name, action, user.name, address, detail)
        await entered(entry, f"{action} {user.name}, {detail}")
