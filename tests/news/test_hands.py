"""Whose hands made a line: told by the version before, it is what all versions tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, strategies as st

from tests.support.flashes import after, flash, record
from ticker.news.hands import RELEASER, SAYS, Hands

if TYPE_CHECKING:
    from ticker.news.event import Record

steps = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", "cleo", RELEASER]),
        st.sampled_from(["correct", "refile", "release", "kill"]),
        st.sampled_from(["headline", "source", "tags", None]),
    ),
    max_size=12,
)


def history(first: str, told: list[tuple[str, str, str | None]]) -> list[Record]:
    records = [record(flash(), by=first)]
    for number, (name, action, field) in enumerate(told, 2):
        value = (f"{number}",) if field == "tags" else f"{number}"
        changed = replace(
            records[-1].flash,
            version=number,
            versioncreated=after(number),
            **cast("dict[str, Any]", {field: value} if field else {}),
        )
        records.append(record(changed, action, name))
    return records


@given(st.sampled_from(["ana", "ben"]), steps)
def test_hands_are_those_of_all_versions(
    first: str, told: list[tuple[str, str, str | None]]
) -> None:
    """Who began a line, who touched it, who worded it last, and when readers were told."""
    records = history(first, told)
    hands = Hands.of(records[0])
    for before, newer in pairwise(records):
        hands = Hands.decode(hands.after(before, newer).encode())
    assert hands == Hands.fold(records)
    assert hands.version == len(records)
    assert hands.first == first
    assert hands.shared == any(it.by not in {first, RELEASER} for it in records)
    worded = [
        newer.by
        for older, newer in pairwise(records)
        if any(getattr(older.flash, name) != getattr(newer.flash, name) for name in SAYS)
    ]
    assert hands.author == (worded or [first])[-1]
    at = [it.at for it in records[1:] if it.action in {"correct", "kill"}]
    assert hands.told == (round(at[-1].timestamp() * 1000) if at else 0)
