"""Filters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.flashes import flash
from ticker.news.subscription import Subscription

LINE = flash("a", section="sports", region="mena", tags=("x", "y"), coverage="cup", urgency=2)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({}, True),
        ({"sections": {"sports", "health"}}, True),
        ({"sections": {"health"}}, False),
        ({"regions": {"mena"}}, True),
        ({"regions": {"asia"}}, False),
        ({"tags": {"y", "z"}}, True),
        ({"tags": {"z"}}, False),
        ({"coverages": {"cup"}}, True),
        ({"coverages": {"war"}}, False),
        ({"urgency": 2}, True),
        ({"urgency": 1}, False),
        ({"sections": {"sports"}, "urgency": 1}, False),
        ({"sections": {"sports"}, "tags": {"x"}, "urgency": 3}, True),
    ],
)
def test_all_filters_must_match_and_one_value_of_each_is_enough(
    wanted: dict[str, Any], *, matches: bool
) -> None:
    """Different filters narrow, several values of one widen."""
    frozen: dict[str, Any] = {
        name: frozenset(it) if isinstance(it, set) else it for name, it in wanted.items()
    }
    subscription = Subscription("en", **frozen)
    assert subscription.matches(LINE) is matches


def test_a_line_without_a_field_matches_no_filter_on_it() -> None:
    """A line that says no section is in none."""
    assert not Subscription("en", frozenset({"sports"})).matches(flash("a"))


def test_equal_wishes_are_one_group() -> None:
    """Readers who want the same are the same to the hub."""
    assert {Subscription("en", frozenset("ab")), Subscription("en", frozenset("ba"))} == {
        Subscription("en", frozenset("ab"))
    }
