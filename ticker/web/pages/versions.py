"""Language versions of a line or a running story that are on the air: "Also in", `hreflang`.

Killed and withheld ones are never among them: what is asked for is read from the store each time
anything changes in any edition.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ticker.hub.room import Revision
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.store.archive import Archive
    from ticker.store.stories import StoryVersions
    from ticker.web.reading import Reading

# Lines whose versions show which story in another edition is the same one.
_LOOKED: Final = 20


@dataclass(frozen=True, slots=True)
class Version:
    """The same in another edition.

    Attributes:
        edition: Whose it is.
        path: Of its page.
    """

    edition: Edition
    path: str


@dataclass(frozen=True, slots=True)
class Versions:
    """What is found.

    Attributes:
        found: In the order of the editions, without the one that is asked from.
        complete: Whether all editions could be asked: none of their stores is away.
    """

    found: list[Version]
    complete: bool


class LanguageVersions:
    """Finds them.

    Args:
        reading: Knows when something changes.
        archive: Has the running stories.
        versions: Has the lines of a story.
        newsroom: Has the editions.
    """

    def __init__(
        self, reading: Reading, archive: Archive, versions: StoryVersions, newsroom: Newsroom
    ) -> None:
        self._reading = reading
        self._archive = archive
        self._versions = versions
        self._newsroom = newsroom

    def revision(self) -> tuple[Revision, ...]:
        """Validator of what is made from all editions."""
        return tuple(self._reading.revision(code) for code in self._newsroom.editions)

    async def of_line(self, flash: Flash) -> Versions:
        """Of a line: those that share its story key."""

        async def path(edition: Edition) -> str | None:
            found = await self._versions.usable(edition.code, [flash.story_key])
            return f"/{edition.code}/f/{found[0].id}" if found else None

        return await self._each(flash.edition, path)

    async def of_story(self, home: str, slug: str, lines: Sequence[Flash]) -> Versions:
        """Of a running story: that of its slug, else that of most versions of its lines."""
        keys = [line.story_key for line in lines[:_LOOKED]]

        async def path(edition: Edition) -> str | None:
            if await self._archive.coverage(edition.code, slug, 1):
                return _story(edition, slug)
            versions = await self._versions.usable(edition.code, keys)
            slugs = Counter(it.coverage for it in versions if it.coverage is not None)
            return _story(edition, slugs.most_common(1)[0][0]) if slugs else None

        return await self._each(home, path)

    async def _each(self, home: str, path: Callable[[Edition], Awaitable[str | None]]) -> Versions:
        found, complete = [], True
        for edition in self._newsroom.editions.values():
            if edition.code == home:
                continue
            try:
                there = await path(edition)
            except StoreUnavailableError:
                complete = False
                continue
            if there is not None:
                found.append(Version(edition, there))
        return Versions(found, complete)


def _story(edition: Edition, slug: str) -> str:
    return f"/{edition.code}/coverage/{quote(slug, safe='')}"
