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

from ticker.accounts.memory import Memory
from ticker.accounts.principal import Principal, Role
from ticker.news.document import dumps, format_time, parse_time
from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.store.client import Store

_PREFIX: Final = "tkr_"
TOKENS_MAX: Final = 1000
# One key and one script each: whatever breaks off, a token is there with its name or not at all.
_CREATE: Final = """
local tokens = redis.call('HVALS', KEYS[1])
for _, token in ipairs(tokens) do
  if cjson.decode(token).name == ARGV[1] then return 'taken' end
end
if #tokens >= tonumber(ARGV[4]) then return 'full' end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 'made'
"""
_REVOKE: Final = """
local ended = {}
local tokens = redis.call('HGETALL', KEYS[1])
for i = 1, #tokens, 2 do
  if cjson.decode(tokens[i + 1]).name == ARGV[1] then
    redis.call('HDEL', KEYS[1], tokens[i])
    table.insert(ended, tokens[i])
  end
end
return ended
"""


class NameTakenError(Exception):
    """The name is taken, by a token among tokens, by a user among users."""


class TooManyNamesError(Exception):
    """There are as many tokens, or users, as there may be."""


class Tokens:
    """Tokens in the store. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._digests = store.house.digests
        self._make = store.script(_CREATE)
        self._end = store.script(_REVOKE)
        self._memory: Memory[Principal] = Memory()

    async def create(self, principal: Principal) -> str:
        """Make a token; the only time it is seen.

        Raises:
            NameTakenError: There is one of that name.
            TooManyNamesError: There are `TOKENS_MAX`.
        """
        token = _PREFIX + secrets.token_urlsafe(32)
        digest = _digest(token)
        record = _encode(principal, digest)
        with store_errors():
            made = await self._make([self._digests], [principal.name, digest, record, TOKENS_MAX])
        if made == "taken":
            raise NameTakenError(principal.name)
        if made == "full":
            raise TooManyNamesError(f"there are {TOKENS_MAX} tokens; revoke some")
        return token

    async def verify(self, token: str, now: datetime) -> Principal | None:
        """Whose token it is, compared in constant time; None if unknown, revoked or expired.

        While the store is away: what it said of it in the last `MEMORY_SECONDS`.
        """
        digest = _digest(token)

        async def read() -> Principal | None:
            with store_errors():
                text = await self._commands.hget(self._digests, digest)
            values = json.loads(text) if text else {}
            known = compare_digest(values.get("digest", ""), digest)
            return _principal(values) if known else None

        principal = await self._memory.ask(digest, read)
        if principal is not None and principal.expires is not None and principal.expires <= now:
            return None
        return principal

    async def confirm(self) -> None:
        """Have the store say again what it said of the tokens that are remembered."""
        digests = self._memory.known()
        try:
            with store_errors():
                # Of none too: so it is known whether it answers.
                texts = await self._commands.hmget(self._digests, ["", *digests])
        except StoreUnavailableError:
            for digest in digests:
                self._memory.postpone(digest)
            raise
        for digest, text in zip(digests, texts[1:], strict=True):
            self._memory.confirm(digest, _decode(text) if text else None)

    async def list(self) -> list[Principal]:
        """All tokens that were made and not revoked, by name."""
        with store_errors():
            texts = await self._commands.hvals(self._digests)
        return sorted((_decode(text) for text in texts), key=lambda principal: principal.name)

    async def revoke(self, name: str) -> bool:
        """End a token at once; False if there is none of that name."""
        with store_errors():
            digests: list[str] = await self._end([self._digests], [name])
        for digest in digests:
            self._memory.forget(digest)
        return bool(digests)


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
    return _principal(json.loads(text))


def _principal(values: dict[str, Any]) -> Principal:
    return Principal(
        name=values["name"],
        role=Role[values["role"].upper()],
        editions=frozenset(values["editions"]),
        created=parse_time(values["created"]),
        expires=parse_time(values["expires"]) if values["expires"] else None,
    )
