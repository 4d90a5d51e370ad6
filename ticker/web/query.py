"""Query string: parsing with a limit of fields, and validation of numbers and times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import parse_qs

from ticker.news.document import parse_time
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from datetime import datetime

Parameters: TypeAlias = dict[str, list[str]]
_FIELDS_MAX: Final = 64
_DIGITS_MAX: Final = 9
_FORM_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?", re.ASCII)


def parameters(query: str, *, with_blank: bool = False) -> Parameters:
    """The fields of a query string; those without a value only where they are wanted.

    Raises:
        ProblemError: 422, there are too many.
    """
    if not query:
        return {}
    try:
        return parse_qs(query, max_num_fields=_FIELDS_MAX, keep_blank_values=with_blank)
    except ValueError as error:
        raise problem_at(422, "query", f"must have at most {_FIELDS_MAX} fields") from error


def stated(query: str, *names: str) -> Parameters:
    """The fields of the query of a change, of which none may be mistyped.

    Raises:
        ProblemError: 422, it has others than these, or too many.
    """
    given = parameters(query, with_blank=True)
    if others := [name for name in given if name not in names]:
        raise problem_at(422, others[0], f"is no parameter here; there are {', '.join(names)}")
    return given


def is_number(text: str) -> bool:
    """Whether a value is a whole number, of at most nine ASCII digits."""
    return len(text) <= _DIGITS_MAX and text.isascii() and text.isdecimal()


def moment(field: str, text: str) -> datetime:
    """A time in RFC 3339, or of an HTML `datetime-local` field, which is in UTC here.

    Raises:
        ProblemError: 422, it is none.
    """
    # A form's field has no zone and no fraction: what was shown at the end of that second.
    seconds = _FORM_TIME.fullmatch(text)
    full = f"{seconds[1]}{seconds[2] or ':00'}.999Z" if seconds else text
    try:
        return parse_time(full)
    except ValueError as error:
        raise problem_at(422, field, "must be a time such as 2026-01-31T17:00:00Z") from error
