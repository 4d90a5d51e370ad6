"""A search: what somebody typed and chose, as terms of the index and as a judge of lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ticker.news.folding import fold, found_as, words
from ticker.news.search_terms import beginning, facet, texts_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.news.event import Record
    from ticker.news.flash import Flash
    from ticker.news.folding import Word

# Code points of what is typed, and words in it.
QUERY_MAX: Final = 200
WORDS_MAX: Final = 12
# Terms that are looked up; more of them would narrow the choice no further.
_TERMS_MAX: Final = 24
_PAIRS_MAX: Final = 8


class SearchQueryError(ValueError):
    """What was typed cannot be searched for; the message says why."""


class Match(StrEnum):
    """How a word is to be in a line: whole, begun (typed last), or anywhere in an unspaced text."""

    WHOLE = "whole"
    BEGUN = "begun"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a search, folded."""

    text: str
    match: Match

    @property
    def terms(self) -> list[str]:
        """All terms that a line must have."""
        if self.match is Match.WHOLE:
            return [whole(self.text)]
        if self.match is Match.BEGUN:
            return [beginning(self.text)]
        return [a + b for a, b in pairwise(self.text)][:_PAIRS_MAX] or [self.text]

    def finds(self, word: Word) -> bool:
        """Whether a word of a line is what is sought."""
        if word.unspaced:
            return self.match is Match.WITHIN and self.text in word.text
        if self.match is Match.BEGUN:
            return word.text.startswith(self.text)
        return self.match is Match.WHOLE and word.text == self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """All that a line must have. Values of one facet are a choice; an empty one asks for nothing.

    Attributes:
        words: Each somewhere in what readers see of it.
        source: Words of its source.
        tags, authors: Folded. An author is who made a version of it.
        days: Of first publication, in UTC (ISO 8601).
        sections, regions, coverages: As they are.
        urgency: At most this number.
    """

    words: tuple[Wanted, ...] = ()
    source: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    coverages: frozenset[str] = frozenset()
    urgency: int | None = None

    @property
    def terms(self) -> list[list[str]]:
        """Terms that a line must have, one of each list."""
        levels = [str(level) for level in range(1, (self.urgency or 0) + 1)]
        choices = {
            "tag": self.tags,
            "by": self.authors,
            "day": self.days,
            "section": self.sections,
            "region": self.regions,
            "coverage": self.coverages,
            "urgency": levels,
        }
        found = [[term] for word in self.words for term in word.terms]
        found += [[facet("source", word)] for word in self.source]
        found += [
            [facet(name, it) for it in sorted(some)] for name, some in choices.items() if some
        ]
        return found[-_TERMS_MAX:]

    def matches(self, record: Record) -> bool:
        """Predicate: whether a version of a line is found."""
        flash = record.flash
        return (
            self._chooses(flash)
            and (not self.authors or fold(record.by) in self.authors)
            and (not self.tags or not self.tags.isdisjoint(fold(tag) for tag in flash.tags))
            and self._is_said(flash)
        )

    def _chooses(self, flash: Flash) -> bool:
        return (
            (not self.sections or flash.section in self.sections)
            and (not self.regions or flash.region in self.regions)
            and (not self.coverages or flash.coverage in self.coverages)
            and (self.urgency is None or flash.urgency <= self.urgency)
            and (not self.days or flash.firstcreated.date().isoformat() in self.days)
        )

    def _is_said(self, flash: Flash) -> bool:
        if self.source and not set(self.source) <= {it.text for it in words(flash.source or "")}:
            return False
        if not self.words:
            return True
        said = [word for text in texts_of(flash) for word in found_as(text)]
        return all(any(wanted.finds(word) for word in said) for wanted in self.words)

    def ranges(self, text: str) -> list[tuple[int, int]]:
        """Where a text has what was found: start and end in code points, in order."""
        spans = set[tuple[int, int]]()
        for word in found_as(text):
            for wanted in self.words:
                if wanted.finds(word):
                    spans.update(_spans(wanted, word))
        return _merged(sorted(spans))

    def parts(self, text: str) -> Iterable[tuple[str, bool]]:
        """A text in parts, each with whether it is what was sought; together they are the text."""
        at = 0
        for start, end in self.ranges(text):
            yield text[at:start], False
            yield text[start:end], True
            at = end
        yield text[at:], False


def typed(text: str) -> tuple[Wanted, ...]:
    """The words that somebody typed; the last one may go on, unless something follows it.

    Raises:
        SearchQueryError: There is none, or there are too many.
    """
    if not text.strip():
        raise SearchQueryError("must not be empty")
    if len(text) > QUERY_MAX:
        raise SearchQueryError(f"must be at most {QUERY_MAX} characters long, and is {len(text)}")
    said = words(text)
    if not said:
        raise SearchQueryError("must have a letter or a digit")
    found = [Wanted(word.text, _match(word, is_last=word.end == len(text))) for word in said]
    unique = tuple(dict.fromkeys(found))
    if len(unique) > WORDS_MAX:
        raise SearchQueryError(f"must have at most {WORDS_MAX} words, and has {len(unique)}")
    return unique


def _match(word: Word, *, is_last: bool) -> Match:
    if word.unspaced:
        return Match.WITHIN
    return Match.BEGUN if is_last else Match.WHOLE


def _spans(wanted: Wanted, word: Word) -> Iterable[tuple[int, int]]:
    if wanted.match is not Match.WITHIN or word.end - word.start != len(word.text):
        return [(word.start, word.end)]
    found, place = [], word.text.find(wanted.text)
    while place >= 0:
        found.append((word.start + place, word.start + place + len(wanted.text)))
        place = word.text.find(wanted.text, place + 1)
    return found


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
