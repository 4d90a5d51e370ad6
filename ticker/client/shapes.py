"""What goes over HTTP, as types: JSON objects as they are, with members of later versions too.

`tests/client/test_shapes.py` holds them against the tables of the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

    from ticker.client.errors import ProblemError


class Tombstone(TypedDict):
    """What is left of a killed line to readers, and what every flash has. Times are RFC 3339."""

    id: str
    edition: str
    version: int
    pubstatus: str
    firstcreated: str
    versioncreated: str


class Flash(Tombstone, total=False):
    """One version of one line; without its words where it is killed and no token was given.

    What `clean` did stands in `cleaned` and `doubtful`, in the answer alone.
    """

    urgency: int
    headline: str
    source: str | None
    located: str | None
    section: str | None
    region: str | None
    tags: list[str]
    coverage: str | None
    url: str | None
    pinned: bool
    correction: str | None
    expires: str | None
    embargoed: str | None
    story: str
    cleaned: list[dict[str, Any]]
    doubtful: list[dict[str, Any]]


class Fields(TypedDict, total=False):
    """What an editor may say of a line besides its words; None takes back what was said."""

    urgency: int
    source: str | None
    located: str | None
    section: str | None
    region: str | None
    tags: list[str] | None
    coverage: str | None
    url: str | None
    pinned: bool
    expires: str | datetime | None
    embargoed: str | datetime | None
    story: str | None


class NewFlash(Fields, total=False):
    """What may be said of a line when it is filed.

    clean: take out what pasting leaves first; `cleaned` and `doubtful` of the answer say what.
    key: an `Idempotency-Key`, where a program must not do a thing twice even when it is started
    again; without one each call has one of its own.
    """

    clean: bool
    key: str | None


class Correction(NewFlash, total=False):
    """What may be said of a line later.

    refile: mend a slip, without a note to readers. if_version: only if that is its version still.
    """

    headline: str
    correction: str | None
    refile: bool
    if_version: int | None


class NewLine(Fields, total=False):
    """A line in a list of several."""

    edition: str
    headline: str
    draft: bool


class Filters(TypedDict, total=False):
    """Which lines: those with any of the values of a name, and of each name that is given."""

    section: str | list[str]
    region: str | list[str]
    tag: str | list[str]
    coverage: str | list[str]
    urgency: int


class Facets(Filters, total=False):
    """What a search may ask for besides words; `author` takes a token."""

    source: str | list[str]
    author: str | list[str]
    day: str | list[str]


class Version(TypedDict):
    """Who did what to a line, and when; of `queue` and `versions`."""

    flash: Flash
    action: str
    by: str
    at: str
    reason: str | None
    address: str | None
    stage: str | None
    due: str | None


class Edition(TypedDict):
    """An edition; `sections` and `regions` are names by codes."""

    code: str
    lang: str
    dir: str
    name: str
    label: str
    sections: dict[str, str]
    regions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of lines.

    Attributes:
        cursor: From where to follow without a gap.
        flashes: In their order.
    """

    cursor: str
    flashes: list[Flash]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search, newest first publication first.

    Attributes:
        flashes: Lines as they are now.
        matches: For each of them which version was found, its headline and the places in it.
        complete: False while the index is being made: there may be more.
        more: Address of the next page; empty: this is the last.
    """

    flashes: list[Flash]
    matches: list[dict[str, Any]]
    complete: bool
    more: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one line of many.

    Attributes:
        line: As it was given.
        flash: As it was filed; None: it was refused.
        problem: Why; None: it was filed.
    """

    line: NewLine
    flash: Flash | None = None
    problem: ProblemError | None = None
