"""Flashes as JSON: whole for the log, without words once killed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from tests.support.flashes import NOON, flash
from ticker.news import document
from ticker.news.flash import PubStatus

times = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)).map(  # noqa: DTZ001 - given a zone at once
    lambda it: it.replace(tzinfo=UTC, microsecond=it.microsecond // 1000 * 1000)
)


@given(times)
def test_a_time_is_what_it_was(moment: datetime) -> None:
    """Times survive being written and read, to the millisecond."""
    text = document.format_time(moment)
    assert document.parse_time(text) == moment
    assert len(text) == 24
    assert text.endswith("Z")


def test_times_are_utc_and_cut() -> None:
    """A time from elsewhere is the same moment in UTC, never rounded into the future."""
    there = timezone(timedelta(hours=3))
    moment = datetime(2026, 11, 23, 15, 0, 0, 999_999, tzinfo=there)
    assert document.format_time(moment) == "2026-11-23T12:00:00.999Z"
    assert document.parse_time("2026-11-23T15:00:00.999999+03:00") == NOON.replace(
        microsecond=999_000
    )


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-23", "2026-11-23T12:00:00", "24:00", "2026-W48-1T12:00:00Z",
     "20261123T120000Z", "2026-11-23T12Z", "2026-11-23T12:00Z", "2026-11-23T12:00:00,5Z",
     "2026-11-23T12:00:00+0300", "2026-11-23T12:00:00+03:00:30", "2026-11-23x12:00:00Z",
     "٢٠٢٦-11-23T12:00:00Z", "2026-11-23T12:00:00Z\n"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    """A time without a zone is no time, and neither is one that is not as RFC 3339 writes it."""
    with pytest.raises(ValueError):  # noqa: PT011 - any sentence will do
        document.parse_time(text)


@pytest.mark.parametrize(
    "text", ["2026-11-23T12:00:00Z", "2026-11-23t12:00:00.0004z", "2026-11-23 15:00:00+03:00"]
)
def test_what_is_a_time(text: str) -> None:
    """Every way in which RFC 3339 writes a time is read."""
    assert document.parse_time(text) == NOON


def test_a_flash_survives_the_log() -> None:
    """What is stored is what was made, whatever its fields."""
    for item in (flash("a"), flash("b", tags=("x", "ع"), expires=NOON, url="https://a.example/")):
        assert document.parse(json.loads(document.dumps(document.full(item)))) == item


def test_killed_words_are_gone() -> None:
    """The public form of a killed line has six fields and none of its words."""
    killed = flash("a", headline="libel", source="libel", pubstatus=PubStatus.CANCELED)
    public = document.public(killed)
    assert set(public) == {
        "id", "edition", "version", "pubstatus", "firstcreated", "versioncreated",
    }  # fmt: skip
    assert "libel" not in document.dumps(public)
    assert document.full(killed)["headline"] == "libel"
    assert document.public(flash("a")) == document.full(flash("a"))


def test_arabic_is_sent_as_arabic() -> None:
    """Text is not blown up by escapes."""
    assert document.dumps({"a": "عاجل"}) == '{"a":"عاجل"}'
    assert document.milliseconds(NOON) == 1_795_435_200_000
