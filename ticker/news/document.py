"""Serialization of a flash as JSON: full form for log and editors, public form for readers.

Times are RFC 3339, UTC, with milliseconds: `2026-11-23T17:04:05.123Z`.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from ticker.news.fields import Kind
from ticker.news.flash import FIELDS, Flash, PubStatus

Document = dict[str, Any]

TOMBSTONE: Final = tuple(name for name, field in FIELDS.items() if field.in_tombstone)
_ALWAYS: Final = tuple(name for name, field in FIELDS.items() if not field.is_optional)
# Present where they say something, so that most lines are as short as they were.
_OPTIONAL: Final = tuple(name for name, field in FIELDS.items() if field.is_optional)
_TIMES: Final = tuple(name for name, field in FIELDS.items() if field.kind is Kind.TIME)
_ARRAYS: Final = tuple(name for name, field in FIELDS.items() if field.kind is Kind.LINES)
_values_of: Final = attrgetter(*_ALWAYS)
# RFC 3339 §5.6. ISO 8601, which Python reads, also has weeks, hours alone and offsets of seconds.
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def dumps(value: object) -> str:
    """Compact JSON with non-ASCII text as it is, the only form we send and store."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def utcnow() -> datetime:
    """The service's clock: aware, UTC, cut to the milliseconds that are stored and sent.

    Whatever depends on time is handed it, so that a test can set it.
    """
    return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, cut, never rounded up."""
    # Not strftime: its %Y has as many digits as the year, and nobody could read year 999 again.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_time(text: str) -> datetime:
    """An RFC 3339 time as an aware UTC datetime, cut to milliseconds.

    Raises:
        ValueError: It is not a time, or says no offset.
    """
    upper = text.upper()
    if not _TIME.fullmatch(upper):
        raise ValueError("not a time of RFC 3339")
    moment = datetime.fromisoformat(upper)
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
    document: Document = dict(zip(_ALWAYS, _values_of(flash)))  # noqa: B905 - of one tuple; 5 % dearer
    for name in _OPTIONAL:
        value = getattr(flash, name)
        if value is not None:
            document[name] = value
    for name in _TIMES:
        moment = document.get(name)
        if moment is not None:
            document[name] = format_time(moment)
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
    values = {name: document[name] for name in _ALWAYS}
    values |= {name: document.get(name) for name in _OPTIONAL}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = parse_time(values[name])
    for name in _ARRAYS:
        values[name] = tuple(values[name])
    values["pubstatus"] = PubStatus(values["pubstatus"])
    return Flash(**values)
