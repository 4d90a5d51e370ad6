"""Sessions, kept in the store, so that each ends when it is ended (OWASP ASVS 7)."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.memory import Memory
from ticker.news.document import dumps, format_time, parse_time
from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticker.accounts.principal import Principal
    from ticker.accounts.users import Users
    from ticker.store.client import Store

_SEEN_EVERY: Final = timedelta(minutes=1)
_AGENT_MAX: Final = 120
SESSIONS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that somebody logged in with.

    Attributes:
        digest: Of its id, which only the browser knows.
        principal: Who it is, with the rights of this moment.
        csrf: Token that the browser must send with each change, beside its cookie.
        created: When they logged in, UTC.
        seen: When they last did something, to the minute.
        address: From where they logged in.
        agent: What the browser calls itself.
        hint: ID token that it was begun with, to log out at the provider too; "": another way.
    """

    digest: str
    principal: Principal
    csrf: str
    created: datetime
    seen: datetime
    address: str
    agent: str
    hint: str = ""


class Sessions:
    """Sessions in the store. Every method raises `StoreUnavailableError`.

    Args:
        store: Where they are.
        users: Whose they are.
        idle: How long one lives in which nothing is done.
        lifetime: How long one lives at most.
        clock: Aware UTC.
    """

    def __init__(
        self,
        store: Store,
        users: Users,
        idle: timedelta,
        lifetime: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._commands: Any = store.commands
        self._house = store.house
        self._users = users
        self._idle = idle
        self._lifetime = lifetime
        self._clock = clock
        self._memory: Memory[Session] = Memory()

    async def start(self, name: str, address: str, agent: str, hint: str = "") -> str:
        """Begin a session under a new id (session fixation); returns the id, which is not kept.

        Of a user who has too many the oldest ends.
        """
        secret = secrets.token_urlsafe(32)
        now = format_time(self._clock())
        values = {
            "name": name,
            "csrf": secrets.token_urlsafe(32),
            "created": now,
            "seen": now,
            "address": address,
            "agent": agent[:_AGENT_MAX],
            "hint": hint,
        }
        digest = _digest(secret)
        await self._make_room(name)
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                pipe.set(self._house.session(digest), dumps(values), px=self._idle)
                pipe.sadd(self._house.sessions_of(name), digest)
                pipe.expire(self._house.sessions_of(name), self._lifetime)
                await pipe.execute()
        return secret

    async def find(self, secret: str) -> Session | None:
        """The session of an id that a browser sent; None if it is over or was never one of ours.

        While the store is away: what it said of it in the last `MEMORY_SECONDS`.
        """
        digest = _digest(secret)
        session = await self._memory.ask(digest, partial(self._read, digest))
        return session if session is not None and self._is_alive(session) else None

    async def confirm(self) -> None:
        """Have the store say again what it said of the sessions that are remembered.

        Those whose own shard is away stay as they are.
        """
        known = self._memory.known()
        try:
            await self._users.get("")
        except StoreUnavailableError:
            for digest in known:
                self._memory.postpone(digest)
            raise
        for digest in known:
            try:
                self._memory.confirm(digest, await self._read(digest))
            except StoreUnavailableError:
                self._memory.postpone(digest)

    async def _read(self, digest: str) -> Session | None:
        with store_errors():
            text = await self._commands.get(self._house.session(digest))
        if text is None:
            return None
        values = json.loads(text)
        user = await self._users.get(values["name"])
        session = _session(digest, values, user.principal) if user else None
        if session is None or not self._is_alive(session):
            await self.end(digest, values["name"])
            return None
        return session

    async def touch(self, session: Session) -> None:
        """Put the idle time-out off: somebody did something; an ended session stays ended."""
        now = self._clock()
        if now - session.seen < _SEEN_EVERY:
            return
        values = {
            "name": session.principal.name,
            "csrf": session.csrf,
            "created": format_time(session.created),
            "seen": format_time(now),
            "address": session.address,
            "agent": session.agent,
            "hint": session.hint,
        }
        # While its shard is away it is not put off, and what is asked for goes on.
        with suppress(StoreUnavailableError), store_errors():
            await self._commands.set(
                self._house.session(session.digest), dumps(values), xx=True, px=self._idle
            )

    async def is_open(self, session: Session) -> bool:
        """Whether a session found earlier still is one, with the same rights."""
        with store_errors():
            text = await self._commands.get(self._house.session(session.digest))
        user = await self._users.get(session.principal.name) if text else None
        if user is None or user.principal != session.principal:
            return False
        return self._is_alive(_session(session.digest, json.loads(text), user.principal))

    async def of(self, name: str) -> list[Session]:
        """Every session of a user that is not over, the one last seen first."""
        user = await self._users.get(name)
        if user is None:
            return []
        with store_errors():
            digests = await self._commands.smembers(self._house.sessions_of(name))
            texts = [(it, await self._commands.get(self._house.session(it))) for it in digests]
        found = [_session(it, json.loads(text), user.principal) for it, text in texts if text]
        living = [it for it in found if self._is_alive(it)]
        return sorted(living, key=lambda it: (it.seen, it.created), reverse=True)

    async def end_others(self, session: Session) -> None:
        """End every session of a user but this one."""
        name = session.principal.name
        for it in await self.of(name):
            if it.digest != session.digest:
                await self.end(it.digest, name)

    async def end(self, digest: str, name: str) -> None:
        """End one session of a user."""
        self._memory.forget(digest)
        with store_errors():
            await self._commands.delete(self._house.session(digest))
            await self._commands.srem(self._house.sessions_of(name), digest)

    async def end_all(self, name: str) -> None:
        """End every session of a user."""
        with store_errors():
            for digest in await self._commands.smembers(self._house.sessions_of(name)):
                self._memory.forget(digest)
                await self._commands.delete(self._house.session(digest))
            await self._commands.delete(self._house.sessions_of(name))

    async def _make_room(self, name: str) -> None:
        """Forget sessions that are over, and end the oldest of too many."""
        with store_errors():
            digests = await self._commands.smembers(self._house.sessions_of(name))
            texts = [(it, await self._commands.get(self._house.session(it))) for it in digests]
        living = sorted((json.loads(text)["created"], digest) for digest, text in texts if text)
        over = [digest for digest, text in texts if not text]
        oldest = [digest for _, digest in living[: max(0, len(living) - SESSIONS_MAX + 1)]]
        for digest in [*over, *oldest]:
            await self.end(digest, name)

    def _is_alive(self, session: Session) -> bool:
        now = self._clock()
        return now - session.created < self._lifetime and now - session.seen < self._idle


def _session(digest: str, values: dict[str, str], principal: Principal) -> Session:
    return Session(
        digest,
        principal,
        values["csrf"],
        parse_time(values["created"]),
        parse_time(values["seen"]),
        values["address"],
        values["agent"],
        values.get("hint", ""),
    )


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
