"""Admission control of readers: judged before anything is upgraded; knows nothing of ASGI."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ticker.hub.audience import NO_SITE, OTHER
from ticker.news.event import Cursor
from ticker.news.faults import Fault
from ticker.news.flash import URGENCY_RANGE
from ticker.news.subscription import Subscription
from ticker.web.problems import ProblemError, problem_at, some_seconds, unavailable
from ticker.web.query import is_number, parameters
from ticker.web.reading import check_loaded
from ticker.web.security import edition_of, is_allowed

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticker.hub.hub import Hub
    from ticker.news.newsroom import Edition, Newsroom

_SITE: Final = re.compile(r"https?://[a-z0-9.:\[\]-]{1,120}")
_FILTERS: Final = frozenset({"section", "region", "tag", "coverage", "urgency"})


class Admission(NamedTuple):
    """An admitted reader: edition, subscription filter, cursor to resume from, embedding site."""

    edition: Edition
    subscription: Subscription
    cursor: Cursor | None
    origin: str = NO_SITE


def admit(
    hub: Hub,
    newsroom: Newsroom,
    code: str,
    query: str,
    *,
    origin: str | None = None,
    is_own: bool = False,
    last_event_id: str | None = None,
) -> Admission:
    """Admission control: judge a request for the live URL.

    Args:
        hub: Must have its board loaded, and space (load shedding).
        newsroom: The editions and vocabularies.
        code: Edition in the URL.
        query: Raw query string.
        origin: `Origin` header.
        is_own: Whether that is ours.
        last_event_id: `Last-Event-ID` header; wins over the cursor in the query.

    Raises:
        ProblemError: 404 unknown edition, 403 foreign origin, 422 bad filter, 503 no space or
            board not loaded.
    """
    edition = edition_of(newsroom, code)
    if not is_allowed(edition, origin, is_own=is_own):
        raise problem_at(403, "Origin", f"{origin} may not read edition {code!r}.")
    given = parameters(query)
    subscription = subscribe(newsroom, code, given)
    check_loaded(hub, code)
    if not hub.has_space:
        hub.note_refusal()
        raise unavailable("This server takes no more readers now.", some_seconds())
    position = last_event_id or given.get("cursor", [""])[-1]
    return Admission(edition, subscription, Cursor.parse(position), site_of(origin, is_own=is_own))


def site_of(origin: str | None, *, is_own: bool) -> str:
    """Embedding site, as presence names it: a short origin, "direct", "self" or "other"."""
    if is_own:
        return "self"
    if origin is None:
        return NO_SITE
    return sys.intern(origin) if _SITE.fullmatch(origin) else OTHER


def subscribe(newsroom: Newsroom, code: str, given: dict[str, list[str]]) -> Subscription:
    """Subscription filter of a query; unknown fields are ignored.

    Raises:
        ProblemError: 422, naming each filter that is wrong.
    """
    if _FILTERS.isdisjoint(given):
        return _whole(code)
    faults: list[Fault] = []
    sections = _choices("section", given, newsroom.sections, faults)
    regions = _choices("region", given, newsroom.regions, faults)
    urgency = _urgency(given, faults)
    if faults:
        detail = "; ".join(f"{fault.field} {fault.detail}" for fault in faults)
        raise ProblemError(422, detail, faults)
    return Subscription(
        code,
        sections,
        regions,
        frozenset(given.get("tag", ())),
        frozenset(given.get("coverage", ())),
        urgency,
    )


@cache
def _whole(code: str) -> Subscription:
    """Subscription without a filter, cached: what most readers want. Codes are configured ones."""
    return Subscription(code)


def _choices(
    name: str, given: dict[str, list[str]], vocabulary: Collection[str], faults: list[Fault]
) -> frozenset[str]:
    chosen = frozenset(given.get(name, ()))
    if not chosen <= frozenset(vocabulary):
        faults.append(Fault(name, f"must be one of {', '.join(vocabulary)}"))
    return chosen


def _urgency(given: dict[str, list[str]], faults: list[Fault]) -> int | None:
    values = given.get("urgency", [])
    if not values:
        return None
    levels = [int(value) for value in values if is_number(value)]
    if len(levels) < len(values) or any(level not in URGENCY_RANGE for level in levels):
        faults.append(Fault("urgency", "must be an integer from 1 to 9"))
        return None
    return max(levels)
