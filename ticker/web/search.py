"""Search as it is asked for in a URL: words in `q`, and facets beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from ticker.news.faults import Fault
from ticker.news.folding import fold, words
from ticker.news.search_query import WORDS_MAX, SearchQuery, SearchQueryError, typed
from ticker.web.admission import subscribe
from ticker.web.problems import ProblemError, problem_at
from ticker.web.query import parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.news.newsroom import Newsroom
    from ticker.news.search_query import Wanted

# What makes a request a search; a `q` does without a value, too.
_SEARCHES: Final = frozenset({"source", "author", "day"})
_FACETS: Final = ("section", "region", "tag", "coverage", "urgency", "source", "author", "day")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search that was asked for.

    Attributes:
        query: What a line must have.
        pairs: The same as fields of a query string, in one order and without repeats.
        before: Id of the line before which it goes on; None: from the newest on.
    """

    query: SearchQuery
    pairs: tuple[tuple[str, str], ...]
    before: str | None

    def href(self, path: str, before: str | None, **more: str) -> str:
        """Path of the search, or of its page before a line."""
        pairs = [*self.pairs, *more.items()]
        if before is not None:
            pairs.append(("before", before))
        return f"{path}?{urlencode(pairs, errors='replace')}"


def for_readers(asked: SearchRequest) -> None:
    """Check that readers may ask so: they are not told who made a line.

    Raises:
        ProblemError: 401, they may not.
    """
    if asked.query.authors:
        raise problem_at(
            401, "author", "takes a token of the edition", WWW_Authenticate='Bearer realm="ticker"'
        )


def is_search(query: str) -> bool:
    """Whether a query string asks for lines by what they say, and not for the board.

    Raises:
        ProblemError: 422, it has too many fields.
    """
    return "q" in parameters(query, with_blank=True) or not _SEARCHES.isdisjoint(parameters(query))


def search_request(newsroom: Newsroom, edition: str, query: str) -> SearchRequest:
    """The search of a query string.

    Raises:
        ProblemError: 422, naming each field that is wrong.
    """
    given, faults = parameters(query), list[Fault]()
    text = parameters(query, with_blank=True).get("q", [])
    try:
        filters = subscribe(newsroom, edition, given)
    except ProblemError as problem:
        faults += problem.faults
        filters = subscribe(newsroom, edition, {})
    found = SearchQuery(
        words=_typed(text, faults),
        source=_source(given, faults),
        tags=frozenset(map(fold, filters.tags)),
        authors=frozenset(map(fold, given.get("author", ()))),
        days=_days(given, faults),
        sections=filters.sections,
        regions=filters.regions,
        coverages=filters.coverages,
        urgency=filters.urgency,
    )
    if faults:
        detail = "; ".join(f"{fault.field} {fault.detail}" for fault in faults)
        raise ProblemError(422, detail, faults)
    pairs = [("q", it) for it in text[-1:]]
    pairs += [(name, value) for name in _FACETS for value in given.get(name, ())]
    before = given["before"][-1] if "before" in given else None
    return SearchRequest(found, tuple(dict.fromkeys(pairs)), before)


def _typed(text: list[str], faults: list[Fault]) -> tuple[Wanted, ...]:
    if not text:
        return ()
    try:
        return typed(text[-1])
    except SearchQueryError as error:
        faults.append(Fault("q", str(error)))
        return ()


def _source(given: Mapping[str, list[str]], faults: list[Fault]) -> tuple[str, ...]:
    said = [word.text for text in given.get("source", ()) for word in words(text)]
    if "source" in given and not said:
        faults.append(Fault("source", "must have a letter or a digit"))
    if len(said) > WORDS_MAX:
        faults.append(Fault("source", f"must have at most {WORDS_MAX} words, and has {len(said)}"))
    return tuple(dict.fromkeys(said))


def _days(given: Mapping[str, list[str]], faults: list[Fault]) -> frozenset[str]:
    days = frozenset(given.get("day", ()))
    if not all(_is_day(it) for it in days):
        faults.append(Fault("day", "must be a day such as 2026-01-31"))
    return days


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
