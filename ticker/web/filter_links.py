"""Faceted filters as links: each puts one value into the page's URL or takes it out again.

The grammar is that of the live URL (docs/protocol.md), so that a page's query is also its feed's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from ticker.news.newsroom import Newsroom

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ticker.news.newsroom import Edition

Pair = tuple[str, str]

_NAMES: Final = ("section", "region", "tag", "coverage", "urgency")
# Filters whose values are pages: a vocabulary of the newsroom's has each of them.
_PAGES: Final = ("section", "region")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, as a link that toggles it.

    Attributes:
        label: The value in the reader's language.
        href: The page with this value put in or, if it is chosen, taken out.
        chosen: Whether the page is filtered by it.
    """

    label: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One filter (facet) and its values.

    Attributes:
        name: As in the URL.
        clear: The page without this filter.
        choices: Of the newsroom's vocabulary, or only the chosen ones where there is none.
    """

    name: str
    clear: str
    choices: list[Choice]

    @property
    def chosen(self) -> bool:
        """Whether the page is filtered by any of them."""
        return any(choice.chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of a page's URL in canonical form: in one order and without repeats.

    Attributes:
        path: The page, without a query.
        pairs: Names and values.
    """

    path: str
    pairs: tuple[Pair, ...]

    @staticmethod
    def of(path: str, given: Mapping[str, list[str]]) -> Filters:
        """The filters among the fields of a query."""
        pairs = [(name, value) for name in _NAMES for value in given.get(name, ())]
        return Filters(path, tuple(dict.fromkeys(pairs)))

    @property
    def query(self) -> str:
        """Query string, as the live URL takes it too."""
        return urlencode(self.pairs)

    @property
    def href(self) -> str:
        """Canonical path of the page with these filters."""
        return _href(self.path, self.pairs)

    def feed(self, kind: str) -> str:
        """Path of its feed of a kind."""
        return feed_path(self.href, kind)

    @property
    def page(self) -> Pair | None:
        """The section or region that has a page of its own, if this is that page."""
        return self.pairs[0] if len(self.pairs) == 1 and self.pairs[0][0] in _PAGES else None

    @property
    def search(self) -> str:
        """The page with an empty box to search in, within these filters."""
        return f"{self.path}?{urlencode([('q', ''), *self.pairs])}"

    def before(self, flash_id: str) -> str:
        """Pagination: the page of the past that begins before a flash (keyset cursor)."""
        return _href(self.path, [*self.pairs, ("before", flash_id)])

    def values(self, name: str) -> str:
        """A filter's values, as an attribute of the banner takes them."""
        return ",".join(value for other, value in self.pairs if other == name)

    def attributes(self) -> dict[str, str]:
        """All filters as attributes of the banner."""
        return {name: self.values(name) for name in _NAMES if self.values(name)}

    def rows(self, newsroom: Newsroom, edition: Edition) -> list[Row]:
        """Sections and regions, and whatever else the URL asks for."""
        vocabularies = {"section": newsroom.sections, "region": newsroom.regions}
        rows = []
        for name in _NAMES:
            labels = Newsroom.labels(vocabularies.get(name, {}), edition.lang)
            values = labels or dict.fromkeys(value for n, value in self.pairs if n == name)
            if values:
                choices = [self._choice((name, value), labels) for value in values]
                rows.append(Row(name, self._without(name), choices))
        return rows

    def _choice(self, pair: Pair, labels: Mapping[str, str]) -> Choice:
        chosen = pair in self.pairs
        others = [other for other in self.pairs if other != pair]
        label = labels.get(pair[1], pair[1])
        href = _href(self.path, others if chosen else [*others, pair])
        return Choice(label, href, chosen)

    def _without(self, name: str) -> str:
        return _href(self.path, [pair for pair in self.pairs if pair[0] != name])


def feed_path(href: str, kind: str) -> str:
    """Path of the feed of a page: beside it, with the same filters."""
    path, mark, query = href.partition("?")
    return f"{path}/feed.{kind}{mark}{query}"


def _href(path: str, pairs: Iterable[Pair]) -> str:
    """A section or region alone is a page with an address of its own."""
    pairs = list(pairs)
    filters = [name for name, _ in pairs if name != "before"]
    if len(filters) == 1 and filters[0] in _PAGES:
        name, value = pairs.pop(0)
        path = f"{path}/{name}/{quote(value, safe='')}"
    query = urlencode(pairs)
    return f"{path}?{query}" if query else path
