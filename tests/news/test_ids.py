"""Ids."""

from __future__ import annotations

import re

from tests.support.flashes import NOON, after
from ticker.news.ids import Ids


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
