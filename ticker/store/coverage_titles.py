"""Titles of running stories (coverages), as editors wrote them; each edition has its own.

They are no part of the log: a title belongs to all lines of its story, and has no versions.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from ticker.store.faults import Reason, StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.store.client import Store

TITLES_MAX: Final = 10_000  # of an edition: five a day for as many years
_SET: Final = """
if redis.call('HEXISTS', KEYS[2], 'import') == 1 then return -1 end
local before = redis.call('HGET', KEYS[1], ARGV[1])
if (before or '') == ARGV[2] then return 0 end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  if not before and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return -2 end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('HSET', KEYS[2], 'titles', ARGV[3])
return 1
"""


class TooManyTitlesError(Exception):
    """An edition has as many titles as it may have."""


class CoverageTitles:
    """Titles of all editions' running stories. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._topology = store.topology
        self._keys = store.keys
        self._set = store.script(_SET)

    async def get(self, edition: str, slug: str) -> str | None:
        """The title of one story; None: nobody gave it one."""
        with store_errors():
            title: str | None = await self._commands.hget(self._keys(edition).titles, slug)
        return title

    async def all(self, edition: str) -> dict[str, str]:
        """Slug → title, of an edition."""
        with store_errors():
            titles: dict[str, str] = await self._commands.hgetall(self._keys(edition).titles)
        return titles

    async def revisions(self, editions: Sequence[str]) -> dict[str, str | None]:
        """Validator of each edition's titles: another one after each change."""
        asked = (["HGET", self._keys(it).head, "titles"] for it in editions)
        with store_errors():
            return dict(zip(editions, await self._topology.scattered(*asked), strict=True))

    async def set(self, edition: str, slug: str, title: str | None) -> bool:
        """Give a story a title, or take it away; False: it is that already.

        Raises:
            TooManyTitlesError: The edition has no room for another one.
        """
        keys = self._keys(edition)
        args: list[str | int] = [slug, title or "", token_hex(8), TITLES_MAX]
        with store_errors():
            outcome = await self._set([keys.titles, keys.head], args)
        if outcome == -1:
            raise StoreUnavailableError(reason=Reason.IMPORT)
        if outcome == -2:  # noqa: PLR2004
            raise TooManyTitlesError(
                f"An edition has {TITLES_MAX} titles of running stories at most; take one away."
            )
        return bool(outcome)

    async def restore(self, edition: str, slug: str, title: str) -> None:
        """Put one in from a backup."""
        keys = self._keys(edition)
        with store_errors():
            await self._commands.hset(keys.titles, slug, title)
            await self._commands.hset(keys.head, "titles", token_hex(8))
