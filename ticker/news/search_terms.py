"""Terms of a line: what the full-text index files it under (inverted index).

Each word is a term, and so is each of its beginnings (edge n-grams), which is what is there while
somebody types. Scripts without spaces have their letters and pairs of letters (bigrams) instead.
A facet is a term too: section, tag, author, day and so on.

The index only proposes: whether a line is found is judged by `search_query` on the line itself, so
a term may stand for more than what is sought, and never for less.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ticker.news.folding import fold, found_as, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticker.news.event import Record
    from ticker.news.flash import Flash

# Letters of the longest beginning that is a term of its own, and of a word.
GRAM_MAX: Final = 8
WORD_MAX: Final = 32


def texts_of(flash: Flash) -> Iterator[str]:
    """What is searched of a line: all that readers see in words."""
    yield flash.headline
    yield from flash.tags
    for text in (flash.source, flash.located, flash.correction, flash.coverage):
        if text is not None:
            yield text


def terms_of(record: Record) -> set[str]:
    """Every term of a version of a line."""
    flash, found = record.flash, set[str]()
    for text in texts_of(flash):
        for word in found_as(text):
            found |= set(unspaced(word.text)) if word.unspaced else _beginnings(word.text)
    found |= {facet("tag", fold(tag)) for tag in flash.tags}
    found |= {facet("source", word.text) for word in words(flash.source or "")}
    facets = {
        "by": fold(record.by),
        "day": flash.firstcreated.date().isoformat(),
        "section": flash.section,
        "region": flash.region,
        "coverage": flash.coverage,
        "urgency": str(flash.urgency),
    }
    return found | {facet(name, value) for name, value in facets.items() if value is not None}


def whole(word: str) -> str:
    """The term of a whole word."""
    return f"{word[:WORD_MAX]}."


def beginning(word: str) -> str:
    """The term of all words that begin so."""
    return word[:GRAM_MAX]


def unspaced(text: str) -> list[str]:
    """The terms of a text without spaces: its letters, and each two of them that are neighbours."""
    return [*text, *(a + b for a, b in pairwise(text))]


def facet(name: str, value: str) -> str:
    """The term of a facet: no word has its sign."""
    return f"{name}={value}"


def _beginnings(word: str) -> set[str]:
    return {word[:end] for end in range(1, min(len(word), GRAM_MAX) + 1)} | {whole(word)}
