"""The JSON document of a flash: the full form for the log and editors, the public form for readers.

Times are RFC 3339, UTC, with milliseconds: `2026-11-23T17:04:05.123Z`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from ticker.news.flash import Flash, PubStatus

Document = dict[str, Any]

TOMBSTONE: Final = (
    "id",
    "edition",
    "version",
    "pubstatus",
    "firstcreated",
    "versioncreated",
)
_FIELDS: Final = (
    "id",
    "edition",
    "version",
    "pubstatus",
    "urgency",
    "headline",
    "source",
    "located",
    "section",
    "region",
    "tags",
    "coverage",
    "url",
    "pinned",
    "correction",
    "firstcreated",
    "versioncreated",
    "expires",
    "embargoed",
)
# Present where they say something, so that most lines are as short as they were.
_OPTIONAL: Final = ("story",)
_TIMES: Final = frozenset({"firstcreated", "versioncreated", "expires", "embargoed"})


def dumps(value: object) -> str:
    """Compact JSON with non-ASCII text as it is, the only form we send and store."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def utcnow() -> datetime:
    """The service's clock: aware, UTC, cut to the milliseconds that are stored and sent.

    Whatever depends on time is handed it, so that a test can set it.
    """
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, cut, never rounded up."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_time(text: str) -> datetime:
    """An RFC 3339 time as an aware UTC datetime, cut to milliseconds.

    Raises:
        ValueError: It is not a time, or says no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset from UTC")
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, the score of our sorted sets."""
    return round(moment.timestamp() * 1000)


def full(flash: Flash) -> Document:
    """Every field, for the log and for those with a token."""
    document: Document = {}
    for name in _FIELDS:
        value = getattr(flash, name)
        document[name] = format_time(value) if name in _TIMES and value is not None else value
    for name in _OPTIONAL:
        if getattr(flash, name) is not None:
            document[name] = getattr(flash, name)
    return document


def public(flash: Flash) -> Document:
    """What readers may see: a killed flash is a tombstone without its words."""
    document = full(flash)
    if flash.pubstatus is PubStatus.CANCELED:
        return {name: document[name] for name in TOMBSTONE}
    return document


def parse(document: Document) -> Flash:
    """The flash of a full document that we wrote ourselves.

    Raises:
        KeyError, ValueError, TypeError: It is not one of ours.
    """
    values = {name: document[name] for name in _FIELDS}
    values |= {name: document.get(name) for name in _OPTIONAL}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = parse_time(values[name])
    values["pubstatus"] = PubStatus(values["pubstatus"])
    values["tags"] = tuple(values["tags"])
    return Flash(**values)
