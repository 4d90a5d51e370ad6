"""Full-text search of all that an edition has published, newest line first.

The index (`full_text_index`) names lines that may be what is sought, and what the log has more than
the index is read itself. Whether a line is found is judged on what the store has of it now: so a
kill or a correction holds from the moment it is stored, wherever the index is.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ticker.news.event import GENESIS, Record
from ticker.news.flash import PubStatus
from ticker.news.hands import Hands
from ticker.store.faults import store_errors
from ticker.store.full_text_index import BLOCK_BITS, FullTextIndex, IndexState, decoded

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from ticker.news.event import Cursor
    from ticker.news.search_query import SearchQuery
    from ticker.store.client import Store

# Of one search: it ends wherever it is, and goes on when it is asked again.
LOOKED_MAX: Final = 200
# Entries that the index may lack without anything being missed.
UNINDEXED_MAX: Final = 200
# Versions of one line that are looked through, newest first.
_VERSIONS_MAX: Final = 20
_BLOCKS_AT_ONCE: Final = 4
_PAGE_MIN: Final = 20
_PAGE_MAX: Final = 50
_NONE: Final = IndexState("", GENESIS)
# The newest record of each flash whose first entry is at these offsets.
_NEWEST: Final = """
local found = {}
for number, place in ipairs(ARGV) do
  local entry = redis.call('XRANGE', KEYS[1], place .. '-0', place .. '-0')[1]
  local id = entry and string.match(entry[2][4], '"id":"([^"]+)"')
  found[number] = id and redis.call('HGET', KEYS[2], id) or ''
end
return found
"""


class NoSuchPlaceError(Exception):
    """The line before which a search was to go on is not one that was published."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that was found.

    Attributes:
        newest: The line as it is now.
        matched: The version that has what was sought.
        author: Who changed last what it says.
    """

    newest: Record
    matched: Record
    author: str


@dataclass(frozen=True, slots=True)
class Results:
    """A page of a search.

    Attributes:
        hits: Newest line first.
        more: Id of the line before which it goes on; None: there are no more.
        complete: Whether the index has all of the log, but for what was read as well.
    """

    hits: list[Hit]
    more: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a search looks.

    Attributes:
        state: How far the index is.
        extra: Places of lines that entries behind it are about, and that may be found.
        end: Place before which it looks; None: it begins with the newest line.
        complete: Whether no entries are left out.
    """

    state: IndexState
    extra: frozenset[int]
    end: int | None
    complete: bool

    @property
    def newest(self) -> int:
        """The newest place that can be found."""
        return max(self.state.cursor.offset, *self.extra, 0)


class FullText:
    """Searches. Every method raises `StoreUnavailableError`.

    Args:
        store: Where lines and indexes are.
        bits: As the index was made with.
    """

    def __init__(self, store: Store, bits: int = BLOCK_BITS) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._index = FullTextIndex(store)
        self._newest = store.script(_NEWEST)
        self._bits = bits

    async def find(
        self,
        edition: str,
        query: SearchQuery,
        before: str | None,
        limit: int,
        *,
        everything: bool = False,
    ) -> Results:
        """The next lines that a search finds, looking at `LOOKED_MAX` at most.

        Args:
            edition: Whose lines.
            query: What is sought; it must ask for something.
            before: Id of the line before which it goes on; None: from the newest on.
            limit: How many at most.
            everything: Killed lines and earlier versions too, as for those with rights.

        Raises:
            NoSuchPlaceError: `before` was never published.
        """
        scope = await self._scope(edition, query, before)
        hits: list[Hit] = []
        looked, last = 0, None
        async with aclosing(self._candidates(edition, query, scope, limit)) as pages:
            async for places in pages:
                lines = await self._lines(edition, places)
                for newest, matched in await self._judged(edition, query, lines, everything):
                    if len(hits) == limit:
                        return await self._results(edition, scope, hits, hits[-1].newest.flash.id)
                    hits.append(Hit(newest, matched, newest.by))
                looked, last = looked + len(places), lines[-1].flash.id if lines else last
                if looked >= LOOKED_MAX:
                    return await self._results(edition, scope, hits, last)
        return await self._results(edition, scope, hits, None)

    async def _results(
        self, edition: str, scope: _Scope, hits: list[Hit], more: str | None
    ) -> Results:
        """With their authors, which are kept beside versions that are not the first."""
        if changed := [it.newest.flash.id for it in hits if it.newest.flash.version > 1]:
            with store_errors():
                texts = await self._commands.hmget(self._keys(edition).hands, changed)
            authors = {
                flash_id: Hands.decode(text).author
                for flash_id, text in zip(changed, texts, strict=True)
                if text
            }
            hits = [replace(it, author=authors.get(it.newest.flash.id, it.author)) for it in hits]
        return Results(hits, more, scope.complete)

    async def _scope(self, edition: str, query: SearchQuery, before: str | None) -> _Scope:
        state = await self._index.state(edition) or _NONE
        found = await self._behind(edition, state.cursor)
        if state.cursor != GENESIS and len(found) <= UNINDEXED_MAX + 1:
            at_cursor = found.pop() if found else None
            if at_cursor is None or at_cursor[1]["tag"] != state.cursor.tag:
                # It is of another log; whoever adds to it will see that, too.
                state, found = _NONE, await self._behind(edition, GENESIS)
        tail = [
            (int(entry_id.partition("-")[0]), record)
            for entry_id, fields in found[: UNINDEXED_MAX + 1]
            if (record := decoded(fields["record"]))
        ]
        # Newest first: the oldest entry of each has the last word.
        first = {record.flash.id: offset for offset, record in tail}
        wanted = {it.flash.id: first[it.flash.id] for _, it in tail if query.matches(it)}
        if before is not None:
            wanted[before] = first.get(before, 0)
        places = await self._known_places(edition, state, wanted)
        end = None
        if before is not None:
            end = places.pop(before)
            if not end:
                raise NoSuchPlaceError(before)
        return _Scope(state, frozenset(places.values()), end, len(tail) <= UNINDEXED_MAX)

    async def _behind(self, edition: str, cursor: Cursor) -> list[tuple[str, dict[str, str]]]:
        """The newest entries from this one on, newest first; it is the last one, if it is there."""
        with store_errors():
            found: list[tuple[str, dict[str, str]]] = await self._commands.xrevrange(
                self._keys(edition).wire, min=f"{cursor.offset}-0", count=UNINDEXED_MAX + 2
            )
        return found

    async def _known_places(
        self, edition: str, state: IndexState, lines: Mapping[str, int]
    ) -> dict[str, int]:
        """Places of these lines: those of the index, or else the ones that are given."""
        if not lines or not state.generation:
            return {**lines}
        with store_errors():
            found = await self._commands.hmget(
                self._keys(edition).places(state.generation), list(lines)
            )
        return {
            flash_id: int(it or place)
            for (flash_id, place), it in zip(lines.items(), found, strict=True)
        }

    async def _candidates(
        self, edition: str, query: SearchQuery, scope: _Scope, limit: int
    ) -> AsyncGenerator[list[int]]:
        """Places of lines that may be what is sought, newest first, a page at a time."""
        end = scope.end or scope.newest + 1
        block, size = (end - 1) >> self._bits, min(max(limit + 1, _PAGE_MIN), _PAGE_MAX)
        waiting: list[int] = []
        some = 1
        while block >= 0:
            blocks = range(block, max(block - some, -1), -1)
            for found in await self._read_blocks(edition, query, scope, blocks):
                waiting += sorted((it for it in found if it < end), reverse=True)
                while len(waiting) >= size:
                    yield waiting[:size]
                    del waiting[:size]
            block, some = blocks[-1] - 1, _BLOCKS_AT_ONCE
        if waiting:
            yield waiting

    async def _read_blocks(
        self, edition: str, query: SearchQuery, scope: _Scope, blocks: range
    ) -> list[set[int]]:
        """Places in each of these blocks: of lines that have a term of each choice, and others."""
        keys, choices = self._keys(edition), query.terms
        names = [
            keys.postings(scope.state.generation, block, term)
            for block in blocks
            for choice in choices
            for term in choice
        ]
        with store_errors():
            texts = iter(await self._commands.mget(names))
        found = []
        for block in blocks:
            lists = ["".join(next(texts) or "" for _ in choice) for choice in choices]
            first = block << self._bits
            extra = {it for it in scope.extra if it >> self._bits == block}
            found.append(extra.union(first + ord(it) for it in _intersection(lists)))
        return found

    async def _lines(self, edition: str, places: list[int]) -> list[Record]:
        """The lines at these places, as they are now."""
        keys = self._keys(edition)
        with store_errors():
            texts = await self._newest([keys.wire, keys.flashes], places)
        return [it for text in texts if text and (it := decoded(text))]

    async def _judged(
        self, edition: str, query: SearchQuery, lines: list[Record], everything: bool
    ) -> list[tuple[Record, Record]]:
        """Those that are found, as they are now, each with the version that is what is sought."""
        if not everything:
            shown = [it for it in lines if it.flash.pubstatus is PubStatus.USABLE]
            return [(it, it) for it in shown if query.matches(it)]
        found = {it.flash.id: it for it in lines if query.matches(it)}
        rest = [it for it in lines if it.flash.id not in found and it.flash.version > 1]
        if rest:
            with store_errors():
                async with self._commands.pipeline(transaction=False) as pipe:
                    for line in rest:
                        key = self._keys(edition).versions(line.flash.id)
                        pipe.lrange(key, -_VERSIONS_MAX, -1)
                    answers = await pipe.execute()
            for line, texts in zip(rest, answers, strict=True):
                versions = filter(None, map(decoded, reversed(texts)))
                version = next(filter(query.matches, versions), None)
                if version is not None:
                    found[line.flash.id] = version
        return [(it, found[it.flash.id]) for it in lines if it.flash.id in found]


def _intersection(lists: list[str]) -> set[str]:
    """The characters that all of these have."""
    lists.sort(key=len)
    found = set(lists[0])
    for text in lists[1:]:
        if not found:
            break
        found.intersection_update(text)
    return found
