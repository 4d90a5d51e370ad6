"""Pages of lines that are stored, on show or not: what the permalink and coverage pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.web.metadata import Metadata

if TYPE_CHECKING:
    from ticker.news.newsroom import Newsroom
    from ticker.store.archive import Archive
    from ticker.web.pages.versions import LanguageVersions
    from ticker.web.reading import Reading
    from ticker.web.rendered import RenderedPages
    from ticker.web.templating import Templates


class LinePages:
    """What they are made of.

    Args:
        templates: Render them.
        reading: Finds lines that readers may see.
        archive: Has those that the hub let go.
        newsroom: The editions and vocabularies.
        rendered: Keeps what was made until it changes.
        versions: Finds the same in other editions.
    """

    def __init__(
        self,
        templates: Templates,
        reading: Reading,
        archive: Archive,
        newsroom: Newsroom,
        rendered: RenderedPages,
        versions: LanguageVersions,
    ) -> None:
        self._templates = templates
        self._reading = reading
        self._archive = archive
        self._newsroom = newsroom
        self._rendered = rendered
        self._versions = versions
        self._metadata = Metadata(templates, newsroom)
