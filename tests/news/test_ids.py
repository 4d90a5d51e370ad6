"""Ids."""

from __future__ import annotations

import re

from tests.support.flashes import NOON, after
from ticker.news.ids import Ids, uri_of


def test_ids_sort_by_time_and_are_never_the_same() -> None:
    """Later lines have greater ids, even within one millisecond or when the clock goes back."""
    ids = Ids()
    made = [ids.mint(moment) for moment in [NOON] * 1000 + [after(1), after(-60), after(2)]]
    assert made == sorted(set(made))


def test_ids_fit_a_url() -> None:
    """An id can be read aloud and typed, and two processes do not make the same."""
    one, other = Ids().mint(NOON), Ids().mint(NOON)
    assert re.fullmatch("[0-9a-hjkmnp-tv-z]{16}", one)
    assert one[:10] == other[:10]
    assert one != other


def test_the_world_knows_a_line_by_one_name_for_ever() -> None:
    """Whoever has read a line knows it again after any upgrade: its name must not change."""
    assert uri_of("01kb2m5q7x3f9d4t") == "urn:uuid:545b7460-a3ab-52aa-8e40-1673d373ac53"
    assert uri_of("a") != uri_of("b")
