"""Cursors, records and the chain."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.support.flashes import chain, flash, record
from ticker.news.event import GENESIS, Cursor, Record


@given(st.text(max_size=40))
def test_a_cursor_is_never_an_error(text: str) -> None:
    """Whatever comes back from a client is a position or none, and never a crash."""
    cursor = Cursor.parse(text)
    assert cursor is None or str(cursor) == text


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.", ".0123456789abcdef", "01.0123456789abcdef", "-1.0123456789abcdef",
     "1.0123456789ABCDEF", "1.0123456789abcde", "1.0123456789abcdef0", "1.0123456789abcdef\n",
     "٣.0123456789abcdef", "9" * 17 + ".0123456789abcdef"],
)  # fmt: skip
def test_malformed_cursors(text: str) -> None:
    """Only what we have given out ourselves is a position."""
    assert Cursor.parse(text) is None


def test_a_cursor_that_we_gave_out() -> None:
    """A position survives the way to a client and back."""
    for event in chain([flash("a"), flash("b")]):
        assert Cursor.parse(str(event.cursor)) == event.cursor
    assert Cursor.parse(str(GENESIS)) == GENESIS


def test_each_tag_vouches_for_all_before_it() -> None:
    """Two histories that differ anywhere differ in every tag from there on."""
    one = chain([flash("a"), flash("b"), flash("c")])
    other = chain([flash("a"), flash("x"), flash("c")])
    assert one[0].cursor == other[0].cursor
    assert one[1].cursor.tag != other[1].cursor.tag
    assert one[2].cursor.tag != other[2].cursor.tag
    assert [event.cursor.offset for event in one] == [1, 2, 3]


def test_a_record_survives_the_log() -> None:
    """Who did what and why is kept with the line."""
    kept = Record(flash=flash("ع"), action="kill", by="desk", at=flash().firstcreated, reason="why")
    assert Record.decode(kept.encode()) == kept
    assert Record.decode(record(flash("a")).encode()).reason is None
    assert kept.as_document()["by"] == "desk"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"flash":{}}'])
def test_what_is_no_record(text: str) -> None:
    """A record that is not ours is not taken for one."""
    with pytest.raises((KeyError, ValueError, TypeError)):
        Record.decode(text)
