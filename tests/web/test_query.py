"""Query strings: what strangers write behind a question mark."""

from __future__ import annotations

import pytest

from ticker.news.document import format_time
from ticker.web.problems import ProblemError
from ticker.web.query import is_number, moment, parameters


def test_fields_are_read_in_order() -> None:
    """A field may stand twice, and be empty only where it says nothing."""
    assert parameters("") == {}
    assert parameters("a=1&b=%D8%B9&a=2&c=") == {"a": ["1", "2"], "b": ["ع"]}


def test_a_query_has_a_limit() -> None:
    """Nobody makes us read thousands of fields."""
    assert len(parameters("&".join(f"f{number}=1" for number in range(64)))) == 64
    with pytest.raises(ProblemError) as refused:
        parameters("&".join(f"f{number}=1" for number in range(65)))
    assert (refused.value.status, refused.value.faults[0].field) == (422, "query")


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", True), ("999999999", True), ("1000000000", False), ("-1", False), ("1.5", False),
     ("\u0661", False), ("²", False), (" 1", False), ("", False)],
)  # fmt: skip
def test_a_number_is_digits(text: str, *, number: bool) -> None:
    """Only what Python, Redis and a browser read alike is a number."""
    assert is_number(text) is number


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-31T18:00:00+01:00", "2026-01-31T17:00:00.000Z"),
        ("2026-01-31T17:00", "2026-01-31T17:00:00.999Z"),
        ("2026-01-31T17:00:05", "2026-01-31T17:00:05.999Z"),
    ],
)
def test_a_moment_is_a_time_or_what_a_form_says(text: str, read: str) -> None:
    """A form's field is in UTC, and means the end of the second that it shows."""
    assert format_time(moment("at", text)) == read


@pytest.mark.parametrize("text", ["noon", "2026-01-31", "2026-13-31T17:00", ""])
def test_what_is_no_moment_is_named(text: str) -> None:
    """Whoever asks for the board of a time that is none is told which field is wrong."""
    with pytest.raises(ProblemError) as refused:
        moment("at", text)
    assert (refused.value.status, refused.value.faults[0].field) == (422, "at")
