"""One story in several editions: which versions there are, and which must be looked at again.

Nothing is stored but each edition's own index and when somebody checked a line: what is to be
checked follows from the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict

from ticker.news.document import format_time, milliseconds
from ticker.news.event import Record
from ticker.news.flash import PubStatus
from ticker.store.archive import Archive
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from ticker.news.flash import Flash
    from ticker.store.archive import Revision
    from ticker.store.client import Store
    from ticker.store.keys import Keys

_CHECK: Final = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local changes = redis.call('HGET', KEYS[2], 'changes')
redis.call('HSET', KEYS[2], 'changes', string.format('%.0f', tonumber(changes or 0) + 1))
"""


@dataclass(frozen=True, slots=True)
class Member:
    """An edition's version of a story.

    Attributes:
        flash: At its newest version.
        changed: When it was last corrected or killed, in ms; 0: never.
        seen: When it was last written or checked, in ms.
    """

    flash: Flash
    changed: int
    seen: int


class StoryVersion(TypedDict):
    """An edition's version of a story, as desks see it.

    `check` names the editions that were corrected or killed since anybody looked at this one.
    """

    id: str
    version: int
    pubstatus: str
    firstcreated: str
    check: list[str]


class StoryVersions:
    """Versions of stories that are on the air, to read. Raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._archive = Archive(store)
        self._keys = store.keys

    async def usable(self, edition: str, keys: Sequence[str]) -> list[Flash]:
        """An edition's usable versions of some stories, by their keys."""
        if not keys:
            return []
        with store_errors():
            ids = await self._commands.hmget(self._keys(edition).stories, list(keys))
        # Who began a story carries its key as an id, and no `story`.
        wanted = [flash_id or key for flash_id, key in zip(ids, keys, strict=True)]
        flashes = [record.flash for record in await self._archive.records(edition, wanted)]
        return [flash for flash in flashes if flash.pubstatus is PubStatus.USABLE]


class Stories:
    """Versions of stories. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, editions: Iterable[str]) -> None:
        self._commands: Any = store.commands
        self._archive = Archive(store)
        self._keys = store.keys
        self._editions = list(editions)
        self._check = store.script(_CHECK)

    async def of(self, flashes: Collection[Flash]) -> dict[str, dict[str, StoryVersion]]:
        """Story key → edition → its version, for stories with a version in another edition."""
        keys = list(dict.fromkeys(flash.story_key for flash in flashes))
        found = await self._gather(keys)
        return {key: _described(some) for key, some in found.items() if len(some) > 1}

    async def versions(self, key: str) -> dict[str, StoryVersion]:
        """Edition → its version of a story, though there may be one alone."""
        return _described((await self._gather([key]))[key])

    async def check(self, edition: str, flash_id: str, now: datetime) -> None:
        """Somebody has looked at a line, and it is right as it stands."""
        keys = self._keys(edition)
        with store_errors():
            await self._check([keys.checked, keys.head], [flash_id, milliseconds(now)])

    async def revision(self) -> Revision:
        """Validator of every story: it is another after each change and check in any edition."""
        return await self._archive.revision(*self._editions)

    async def _gather(self, keys: list[str]) -> dict[str, dict[str, Member]]:
        """Story key → edition → its version."""
        members: dict[str, dict[str, Member]] = {key: {} for key in keys}
        for edition in self._editions if keys else ():
            for key, member in (await self._members(edition, keys)).items():
                members[key][edition] = member
        return members

    async def _members(self, edition: str, keys: list[str]) -> dict[str, Member]:
        names = self._keys(edition)
        with store_errors():
            ids = await self._commands.hmget(names.stories, keys)
            # Who began a story carries its key as an id, and no `story`.
            wanted = [flash_id or key for flash_id, key in zip(ids, keys, strict=True)]
            texts = await self._commands.hmget(names.flashes, wanted)
        found = {key: Record.decode(text) for key, text in zip(keys, texts, strict=True) if text}
        return {key: await self._member(names, record) for key, record in found.items()}

    async def _member(self, names: Keys, newest: Record) -> Member:
        flash = newest.flash
        with store_errors():
            checked = await self._commands.hget(names.checked, flash.id)
        changed = (await self._archive.hands(newest)).told
        seen = max(milliseconds(flash.versioncreated), int(checked or 0))
        return Member(flash, changed, seen)


def _described(members: dict[str, Member]) -> dict[str, StoryVersion]:
    return {
        edition: {
            "id": member.flash.id,
            "version": member.flash.version,
            "pubstatus": member.flash.pubstatus,
            "firstcreated": format_time(member.flash.firstcreated),
            "check": [
                other
                for other, version in members.items()
                if other != edition and version.changed > member.seen
            ],
        }
        for edition, member in members.items()
    }
