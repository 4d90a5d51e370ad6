"""The tokens of programs: bearer tokens (RFC 6750) in the store, by their SHA-256.

A token is 256 random bits, so a fast hash of it is as safe at rest as a slow one (OWASP ASVS 2.9);
it is shown once and never stored.
"""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.principal import Principal, Role
from ticker.news.document import dumps, format_time, parse_time
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.store.client import Store

_PREFIX: Final = "tkr_"
TOKENS_MAX: Final = 1000


class NameTakenError(Exception):
    """The name is taken, by a token among tokens, by a user among users."""


class TooManyNamesError(Exception):
    """There are as many tokens, or users, as there may be."""


class Tokens:
    """Tokens in the store. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._house = store.house

    async def create(self, principal: Principal) -> str:
        """Make a token; the only time it is seen.

        Raises:
            NameTakenError: There is one of that name.
            TooManyNamesError: There are `TOKENS_MAX`.
        """
        if len(await self.list()) >= TOKENS_MAX:
            raise TooManyNamesError(f"there are {TOKENS_MAX} tokens; revoke some")
        token = _PREFIX + secrets.token_urlsafe(32)
        digest = _digest(token)
        with store_errors():
            if not await self._commands.hsetnx(self._house.tokens, principal.name, digest):
                raise NameTakenError(principal.name)
            await self._commands.hset(self._house.digests, digest, _encode(principal, digest))
        return token

    async def verify(self, token: str, now: datetime) -> Principal | None:
        """Whose token it is, compared in constant time; None if unknown, revoked or expired."""
        digest = _digest(token)
        with store_errors():
            text = await self._commands.hget(self._house.digests, digest)
        if text is None or not compare_digest(json.loads(text)["digest"], digest):
            return None
        principal = _decode(text)
        if principal.expires is not None and principal.expires <= now:
            return None
        return principal

    async def list(self) -> list[Principal]:
        """All tokens that were made and not revoked, by name."""
        with store_errors():
            texts = await self._commands.hvals(self._house.digests)
        return sorted((_decode(text) for text in texts), key=lambda principal: principal.name)

    async def revoke(self, name: str) -> bool:
        """End a token at once; False if there is none of that name."""
        with store_errors():
            digest = await self._commands.hget(self._house.tokens, name)
            if digest is None:
                return False
            await self._commands.hdel(self._house.digests, digest)
            await self._commands.hdel(self._house.tokens, name)
        return True


def _digest(token: str) -> str:
    return sha256(token.encode(errors="surrogatepass")).hexdigest()


def _encode(principal: Principal, digest: str) -> str:
    expires = principal.expires
    return dumps(
        {
            "digest": digest,
            "name": principal.name,
            "role": principal.role.word,
            "editions": sorted(principal.editions),
            "created": format_time(principal.created),
            "expires": format_time(expires) if expires else None,
        }
    )


def _decode(text: str) -> Principal:
    values = json.loads(text)
    return Principal(
        name=values["name"],
        role=Role[values["role"].upper()],
        editions=frozenset(values["editions"]),
        created=parse_time(values["created"]),
        expires=parse_time(values["expires"]) if values["expires"] else None,
    )
