"""Lines as items of agencies' formats: what stands beside each, its versions elsewhere too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.formats.agency import Item, Sibling
from ticker.formats.feed import Place
from ticker.news.flash import PubStatus
from ticker.news.newsroom import Newsroom
from ticker.store.faults import StoreUnavailableError
from ticker.web.templating import spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.hub.room import Revision
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition
    from ticker.store.stories import StoryVersions
    from ticker.web.reading import Reading
    from ticker.web.templating import Templates


class AgencyItems:
    """Makes them.

    Args:
        templates: Know what the newsroom is called.
        reading: Knows titles of running stories, and when something changes.
        versions: Has the lines of a story.
        newsroom: Has the editions.
    """

    def __init__(
        self, templates: Templates, reading: Reading, versions: StoryVersions, newsroom: Newsroom
    ) -> None:
        self._templates = templates
        self._reading = reading
        self._versions = versions
        self._newsroom = newsroom

    def revision(self) -> tuple[Revision, ...]:
        """Validator of what is made from all editions."""
        return tuple(self._reading.revision(code) for code in self._newsroom.editions)

    async def of(
        self, edition: Edition, lines: Sequence[Flash], base: str
    ) -> tuple[list[Item], bool]:
        """Lines of an edition as items, and whether all other editions could be asked."""
        place, publisher = self.place(edition, lines, base), self._templates.site(edition)
        keys = [it.story_key for it in lines if it.pubstatus is not PubStatus.CANCELED]
        siblings: dict[str, list[Sibling]] = {}
        complete = True
        for other in self._newsroom.editions.values():
            if other.code == edition.code:
                continue
            try:
                found = await self._versions.usable(other.code, list(dict.fromkeys(keys)))
            except StoreUnavailableError:
                complete = False
                continue
            for flash in found:
                sibling = Sibling(flash, other.name, other.lang)
                siblings.setdefault(flash.story_key, []).append(sibling)
        items = [Item(it, place, publisher, siblings.get(it.story_key, ())) for it in lines]
        return items, complete

    def place(self, edition: Edition, lines: Sequence[Flash], base: str) -> Place:
        """Where lines of an edition stand, with the words that are needed for them."""
        titles, newsroom = self._reading.titles(edition.code), self._newsroom
        slugs = {it.coverage for it in lines if it.coverage is not None}
        return Place(
            base=base,
            edition=edition.code,
            lang=edition.lang,
            dir=edition.dir,
            corrected=self._templates.words(edition.lang)["corrected"],
            sections=Newsroom.labels(newsroom.sections, edition.lang),
            regions=Newsroom.labels(newsroom.regions, edition.lang),
            titles={it: titles.get(it) or spelled(it) for it in slugs},
        )
