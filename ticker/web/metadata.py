"""Metadata of a page's head: structured data, and the picture of it for where it is shared.

What it says is said on the page too; nothing here outlives a kill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ticker.formats.json_ld import Image, Place, Publisher, live_blog, news_article
from ticker.formats.picture import HEIGHT, WIDTH, is_possible
from ticker.news.newsroom import Newsroom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition
    from ticker.web.templating import Templates

ICON: Final = "/static/icons/icon-512.png"
ICON_PIXELS: Final = 512
PLAIN: Final = "/static/icons/picture.png"


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page's head says to machines.

    Attributes:
        image: The picture that stands for the page.
        document: Its structured data (JSON-LD); None: it has nothing to tell.
    """

    image: Image
    document: dict[str, Any] | None


class Metadata:
    """Makes it.

    Args:
        templates: Know the newsroom's name.
        newsroom: Its editions, sections and logo.
    """

    def __init__(self, templates: Templates, newsroom: Newsroom) -> None:
        self._templates = templates
        self._newsroom = newsroom

    def of_line(self, edition: Edition, flash: Flash, base: str) -> PageMetadata:
        """Of a line's own page."""
        image = self._image(base, f"/{edition.code}/f/{flash.id}.v{flash.version}.png")
        place = self._place(edition, base, permalink(edition, flash), image)
        return PageMetadata(image, news_article(flash, place))

    def of_story(
        self,
        edition: Edition,
        path: str,
        title: str,
        lines: Sequence[Flash],
        base: str,
        *,
        whole: bool,
    ) -> PageMetadata:
        """Of a running story's newest page; `whole`: it has no other."""
        image = self._image(base, f"{path}/picture.png")
        return self._blog(edition, path, title, lines, base, image, whole=whole)

    def of_board(
        self, edition: Edition, path: str, title: str, lines: Sequence[Flash], base: str
    ) -> PageMetadata:
        """Of an edition's board, or of a part of it."""
        image = self._image(base, f"/{edition.code}/picture.png")
        return self._blog(edition, path, title, lines, base, image, whole=True)

    def of_edition(self, edition: Edition, base: str) -> PageMetadata:
        """Of any other page of an edition."""
        return PageMetadata(self._image(base, f"/{edition.code}/picture.png"), None)

    def publisher(self, edition: Edition, base: str) -> Publisher:
        """The newsroom, as it is called in an edition."""
        return Publisher(self._templates.site(edition), f"{base}/{edition.code}", self._logo(base))

    def _blog(
        self,
        edition: Edition,
        path: str,
        title: str,
        lines: Sequence[Flash],
        base: str,
        image: Image,
        *,
        whole: bool,
    ) -> PageMetadata:
        if not lines:
            return PageMetadata(image, None)
        place = self._place(edition, base, path, image)
        urls = {it.id: base + permalink(edition, it) for it in lines}
        return PageMetadata(image, live_blog(lines, place, title, urls, whole=whole))

    def _place(self, edition: Edition, base: str, path: str, image: Image) -> Place:
        sections = Newsroom.labels(self._newsroom.sections, edition.lang)
        return Place(edition.lang, base + path, image, self.publisher(edition, base), sections)

    def _image(self, base: str, path: str) -> Image:
        """Made by the service where it can; else a plain one without words."""
        return Image(base + (path if is_possible() else PLAIN), WIDTH, HEIGHT)

    def _logo(self, base: str) -> Image:
        logo = self._newsroom.masthead.logo
        if logo is None:
            return Image(base + ICON, ICON_PIXELS, ICON_PIXELS)
        return Image(absolute(base, logo.src), logo.width, logo.height)


def permalink(edition: Edition, flash: Flash) -> str:
    """Path of a line's own page."""
    return f"/{edition.code}/f/{quote(flash.id, safe='')}"


def absolute(base: str, place: str) -> str:
    """An address that may be a path on this host."""
    return base + place if place.startswith("/") else place
