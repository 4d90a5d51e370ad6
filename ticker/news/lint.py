"""Lint: warnings before a line goes out (bidi, capitals, source, duplicates); they never block."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import regex
from rapidfuzz import fuzz

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.news.flash import Flash

_SOURCED: Final = 2
_CAPITALS_MIN: Final = 12
_CAPITALS_SHARE: Final = 0.9
# Of rapidfuzz's 0 to 100; below it two lines of the same story differ in more than a word or two.
_SIMILAR: Final = 82.0
_SIMILAR_LENGTH: Final = 12
_RTL: Final = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")
_LTR: Final = regex.compile(r"\p{Bidi_Class=L}")
_NOT_WORDS: Final = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Remark:
    """One warning.

    Attributes:
        kind: bidi, capitals, source or similar.
        flash: Of `similar`: the line that is much like this one.
    """

    kind: str
    flash: Flash | None = None


def look(headline: str, urgency: int, source: str | None, others: Iterable[Flash]) -> list[Remark]:
    """Lint a line.

    Args:
        headline: What is about to be published.
        urgency: Its urgency.
        source: Who says so.
        others: Lines of late that it may repeat.
    """
    remarks = []
    if _RTL.search(headline) and _LTR.search(headline):
        remarks.append(Remark("bidi"))
    if _shouts(headline):
        remarks.append(Remark("capitals"))
    if urgency <= _SOURCED and not source and ": " not in headline:
        remarks.append(Remark("source"))
    like = _likest(headline, others)
    if like is not None:
        remarks.append(Remark("similar", like))
    return remarks


def _shouts(headline: str) -> bool:
    cased = [it for it in headline if it.islower() or it.isupper()]
    capitals = sum(it.isupper() for it in cased)
    return len(cased) >= _CAPITALS_MIN and capitals > _CAPITALS_SHARE * len(cased)


def _likest(headline: str, others: Iterable[Flash]) -> Flash | None:
    """Fuzzy duplicate detection."""
    plain = _plain(headline)
    if len(plain) < _SIMILAR_LENGTH:
        return None
    best, likest = _SIMILAR, None
    for other in others:
        score = fuzz.token_sort_ratio(plain, _plain(other.headline))
        if score >= best:
            best, likest = score, other
    return likest


def _plain(headline: str) -> str:
    """Normalisation (NFKD, case folding): words alone, without marks and punctuation."""
    folded = unicodedata.normalize("NFKD", headline).casefold()
    bare = "".join(it for it in folded if not unicodedata.combining(it))
    return str(_NOT_WORDS.sub(" ", bare)).strip()
