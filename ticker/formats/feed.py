"""Web feed, whatever its format: an edition's lines, or some of them, for those who read feeds.

None of the three formats has a direction, so texts with right-to-left letters are isolated
(UAX 9 §2.4.2): a reader in another language then sets them as the edition does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ticker.formats.uri import as_uri
from ticker.news.document import format_time
from ticker.news.ids import uri_of
from ticker.news.text import has_rtl, isolated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticker.news.flash import Flash

# Newest kills that a feed tells of, as far as the hub remembers them.
TOMBSTONES_MAX: Final = 100
_BETWEEN: Final = " · "
# What only we have; the rest of a line has its place in each format.
_OURS: Final = ("id", "version", "urgency", "pinned", "source", "located", "section", "region")


@dataclass(frozen=True, slots=True)
class Category:
    """What an entry is about.

    Attributes:
        term: Code in its vocabulary, or a keyword.
        label: What readers see.
        scheme: Address of the vocabulary, absolute; empty: a keyword of no vocabulary.
    """

    term: str
    label: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        uri: Its name for the world, the same in all its versions.
        url: Of its own page.
        title: The line.
        summary: Its correction, place and source; empty: it has none.
        published: First publication.
        updated: When this version was made.
        categories: Section, region, running story, keywords.
        lang: BCP 47 language.
        related: The article; None: there is none.
        source: Who says so.
        ours: Fields that no format has.
    """

    uri: str
    url: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    categories: tuple[Category, ...]
    lang: str
    related: str | None
    source: str | None
    ours: Mapping[str, Any]

    @property
    def content(self) -> str:
        """All that there is to read; the line is its own text."""
        return "\n\n".join(filter(None, [self.title, self.summary]))


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A line that was killed: that it was, and nothing of what it said.

    Attributes:
        uri: Its name for the world.
        when: It was killed.
    """

    uri: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where the lines of a feed stand.

    Attributes:
        base: Of absolute URLs.
        edition: Code of their edition.
        lang: Its language.
        dir: Its direction.
        corrected: Its word for "Corrected".
        sections: Code → label.
        regions: Code → label.
        titles: Slug → title of running stories, or the slug spelled out.
    """

    base: str
    edition: str
    lang: str
    dir: str
    corrected: str
    sections: Mapping[str, str]
    regions: Mapping[str, str]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed.

    Attributes:
        title: Of its page.
        home: Its page.
        url: Its own address.
        place: Where its lines stand.
        author: The newsroom's name.
        icon: A square picture.
        updated: When anything of it was changed last.
        entries: Newest first.
        tombstones: Newest first.
    """

    title: str
    home: str
    url: str
    place: Place
    author: str
    icon: str
    updated: datetime
    entries: Sequence[Entry]
    tombstones: Sequence[Tombstone]


def entry(flash: Flash, url: str, place: Place) -> Entry:
    """A usable line as an entry; `url` is that of its page."""
    return Entry(
        uri=uri_of(flash.id),
        url=url,
        title=isolated(flash.headline, place.dir),
        summary=_summary(flash, place),
        published=flash.firstcreated,
        updated=flash.versioncreated,
        categories=tuple(_categories(flash, place)),
        lang=place.lang,
        related=as_uri(flash.url) if flash.url else None,
        source=flash.source,
        ours=_ours(flash, place),
    )


def tombstone(flash: Flash) -> Tombstone:
    """A killed line."""
    return Tombstone(uri_of(flash.id), flash.versioncreated)


def _summary(flash: Flash, place: Place) -> str:
    note = flash.correction and f"{place.corrected}: {flash.correction}"
    parts = [it for it in (note, flash.located, flash.source) if it]
    if any(map(has_rtl, [place.corrected, *parts])):
        parts = [isolated(it, "auto") for it in parts]
    return isolated(_BETWEEN.join(parts), place.dir)


def _categories(flash: Flash, place: Place) -> list[Category]:
    vocabularies = {
        "section": (flash.section, place.sections),
        "region": (flash.region, place.regions),
        "coverage": (flash.coverage, place.titles),
    }
    return [
        Category(code, labels.get(code, code), f"{place.base}/{place.edition}/{name}")
        for name, (code, labels) in vocabularies.items()
        if code is not None
    ] + [Category(tag, tag) for tag in flash.tags]


def _ours(flash: Flash, place: Place) -> dict[str, Any]:
    ends = flash.expires and format_time(flash.expires)
    values = {name: getattr(flash, name) for name in _OURS}
    values |= {"coverage": flash.coverage, "story": flash.story_key, "expires": ends}
    values |= {"correction": flash.correction, "dir": place.dir}
    return {name: value for name, value in values.items() if value not in (None, False)}
