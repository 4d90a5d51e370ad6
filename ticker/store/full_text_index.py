"""Full-text index of the logs (inverted index): which lines have which terms.

A line's place is the offset of its first entry. Places come in blocks, and a posting list is a
string in which each character is a line's place in its block, so that adding is an `APPEND` and
reading a block is one `GET`, however long the log is. A list may name a line twice or late.

It follows the log, some time after the entries (`jobs/full_text`), and is made of the log alone,
anew where it is of another log (a new generation). `full_text` reads it, and what it lacks yet.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ticker.news.event import GENESIS, Cursor, Record
from ticker.news.search_terms import terms_of
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from ticker.store.client import Store

_log = logging.getLogger(__name__)
_SCRIPT: Final = (Path(__file__).parent / "full_text.lua").read_text(encoding="utf-8")
# Places in a block: each is one character, of at most three bytes, and below the surrogates.
BLOCK_BITS: Final = 15
# Of terms and folding: an index of an older one is made anew.
_FORMAT: Final = 1
_BATCH: Final = 100
_LEASE_MS: Final = 10_000
_SWEPT: Final = 500
# Of the event loop at once.
_SLICE_SECONDS: Final = 0.005


class IndexState(NamedTuple):
    """How far an index is.

    Attributes:
        generation: Its name.
        cursor: The entry of the log up to which it has all.
    """

    generation: str
    cursor: Cursor


class FullTextIndex:
    """Full-text indexes of all editions, to add to. Every method raises `StoreUnavailableError`.

    Args:
        store: Where they are.
        name: Of this process: one of them adds at a time.
        bits: Binary digits of a place in a block.
    """

    def __init__(self, store: Store, name: str = "", bits: int = BLOCK_BITS) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._house = store.house
        self._script = store.script(_SCRIPT)
        self._name = name
        self._bits = bits

    async def state(self, edition: str) -> IndexState | None:
        """How far the index is; None: there is none of this format."""
        with store_errors():
            generation, position = await self._commands.hmget(
                self._keys(edition).full_text, ["generation", "position"]
            )
        cursor = Cursor.parse(position or "")
        if cursor is None or not generation or int(generation.partition("-")[0]) < _FORMAT:
            return None
        return IndexState(generation, cursor)

    async def extend(self, edition: str) -> IndexState | None:
        """Add the next entries of the log, some hundred at most; how far it is then.

        None: another process adds to it, or has done so just now.
        """
        if not await self._leased(edition):
            return None
        state = await self.state(edition)
        if state is None or not await self._stands(edition, state.cursor):
            state = await self._begin(edition, state)
        entries = await self._entries(edition, state.cursor)
        if not entries:
            return state
        return await self._add(edition, state, entries)

    async def _leased(self, edition: str) -> bool:
        """Lease: whether it is ours to add; for as long as we go on asking."""
        key = self._keys(edition).full_text_lease
        with store_errors():
            if await self._commands.set(key, self._name, nx=True, px=_LEASE_MS):
                return True
            if await self._commands.get(key) != self._name:
                return False
            await self._commands.set(key, self._name, px=_LEASE_MS)
        return True

    async def _begin(self, edition: str, old: IndexState | None) -> IndexState:
        """Begin anew; what is left of older generations goes."""
        state = IndexState(f"{_FORMAT}-{secrets.token_hex(2)}", GENESIS)
        with store_errors():
            await self._commands.hset(
                self._keys(edition).full_text,
                mapping={"generation": state.generation, "position": str(GENESIS)},
            )
        if old is not None:
            _log.warning("edition %s: its search index is of another log; making it anew", edition)
            await self._sweep(edition, state.generation)
        return state

    async def _sweep(self, edition: str, generation: str) -> None:
        """Delete the keys of other generations."""
        gone: list[str] = []
        with store_errors():
            async for name in self._commands.scan_iter(
                match=self._house.pattern("words:"), count=_SWEPT
            ):
                found = self._house.split(name)
                if found and found[0] == edition and found[1].split(":")[1] != generation:
                    gone.append(name)
                if len(gone) == _SWEPT:
                    await self._commands.delete(*gone)
                    gone.clear()
            if gone:
                await self._commands.delete(*gone)

    async def _stands(self, edition: str, cursor: Cursor) -> bool:
        """Whether the log has this entry: then it is the one that the index is of."""
        if cursor == GENESIS:
            return True
        place = f"{cursor.offset}-0"
        with store_errors():
            found = await self._commands.xrange(self._keys(edition).wire, min=place, max=place)
        return bool(found) and found[0][1]["tag"] == cursor.tag

    async def _entries(self, edition: str, after: Cursor) -> list[tuple[Cursor, str]]:
        with store_errors():
            found = await self._commands.xrange(
                self._keys(edition).wire, min=f"({after.offset}-0", count=_BATCH
            )
        return [
            (Cursor(int(entry_id.partition("-")[0]), fields["tag"]), fields["record"])
            for entry_id, fields in found
        ]

    async def _add(
        self, edition: str, state: IndexState, entries: list[tuple[Cursor, str]]
    ) -> IndexState | None:
        keys, generation = self._keys(edition), state.generation
        records = [(cursor.offset, it) for cursor, text in entries if (it := decoded(text))]
        places = await self._places(edition, generation, (it.flash.id for _, it in records))
        terms = await self._earlier_terms(
            edition, [it for _, it in records if it.flash.id in places]
        )
        new: list[str | int] = []
        for offset, record in records:
            if record.flash.id not in places:
                places[record.flash.id] = offset
                new += [record.flash.id, offset]
        postings: dict[str, list[str]] = defaultdict(list)
        async for flash_id, added in _new_terms(terms, [it for _, it in records]):
            block, within = divmod(places[flash_id], 1 << self._bits)
            for term in added:
                postings[keys.postings(generation, block, term)].append(chr(within))
        reached = entries[-1][0]
        with store_errors():
            done = await self._script(
                [keys.full_text, keys.places(generation), *postings],
                [
                    *(generation, str(state.cursor), str(reached), len(new) // 2, *new),
                    *("".join(some) for some in postings.values()),
                ],
            )
        return IndexState(generation, reached) if done else None

    async def _places(self, edition: str, generation: str, ids: Iterable[str]) -> dict[str, int]:
        """Places of lines that are in the index."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        with store_errors():
            found = await self._commands.hmget(self._keys(edition).places(generation), wanted)
        return {flash_id: int(it) for flash_id, it in zip(wanted, found, strict=True) if it}

    async def _earlier_terms(self, edition: str, records: list[Record]) -> dict[str, set[str]]:
        """Terms of the versions before these; all were on the log."""
        first = {record.flash.id: record.flash.version for record in reversed(records)}
        wanted = [(flash_id, version) for flash_id, version in first.items() if version > 1]
        if not wanted:
            return {}
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for flash_id, version in wanted:
                    pipe.lindex(self._keys(edition).versions(flash_id), version - 2)
                texts = await pipe.execute()
        return {
            flash_id: terms_of(record)
            for (flash_id, _), text in zip(wanted, texts, strict=True)
            if text and (record := decoded(text))
        }


async def _new_terms(
    terms: dict[str, set[str]], records: list[Record]
) -> AsyncIterator[tuple[str, set[str]]]:
    """Id of each record's flash, and its terms that the version before did not have."""
    began = time.thread_time()
    for record in records:
        flash_id, found = record.flash.id, terms_of(record)
        yield flash_id, found - terms.get(flash_id, set())
        terms[flash_id] = found
        if time.thread_time() - began > _SLICE_SECONDS:
            await asyncio.sleep(time.thread_time() - began)
            began = time.thread_time()


def decoded(text: str) -> Record | None:
    """A record; None: `ticker verify` says where the log is broken."""
    try:
        return Record.decode(text)
    except (KeyError, ValueError, TypeError):
        return None
