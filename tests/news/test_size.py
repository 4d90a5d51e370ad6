"""How long a line may be, all of it, as readers get it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from tests.support.flashes import NOON, flash
from ticker.news import document
from ticker.news.draft import Rules
from ticker.news.event import Cursor
from ticker.news.faults import InvalidError
from ticker.news.flash import Flash, PubStatus, correct, kill, release
from ticker.news.size import FLASH_BYTES_MAX, check_size, size
from ticker.protocol import frames

RULES = Rules(sections=("politics",), regions=("mena",))
FAMILY = "👨‍👩‍👧‍👦"
FAR = Cursor(10**15, "0123456789abcdef")
# One cluster of each weight there is: 1 to 28 bytes.
CLUSTERS = st.sampled_from(["a", '"', "é", "ب", "بِّ", "語", "கி", "क्ष", "န္တြ", "😀", "👍🏽", FAMILY])


def lines(most: int) -> st.SearchStrategy[str]:
    """Short lines, and such of one cluster over and over."""
    return st.text("ab ö語", min_size=1, max_size=20) | st.builds(
        str.__mul__, CLUSTERS, st.integers(1, most)
    )


DRAFTS = st.fixed_dictionaries(
    {"headline": lines(280)},
    optional={
        "source": lines(120),
        "located": lines(120),
        "tags": st.lists(lines(64), max_size=20),
        "coverage": st.builds(str.__mul__, st.sampled_from("aé語"), st.integers(1, 120)),
        "url": st.builds("https://a.example/{}".format, lines(2030).map(lambda it: it.strip())),
        "story": st.builds("{}".format, st.integers(10**15, 10**60)),
        "section": st.just("politics"),
        "region": st.just("mena"),
        "pinned": st.booleans(),
        "urgency": st.integers(1, 9),
    },
)


def line_of(data: dict[str, Any]) -> Flash | None:
    """The line that a draft makes, if it is accepted."""
    try:
        values = RULES.publication(data, NOON)
        item = Flash(
            id="01m859pw97z0ddq7", edition="drill-en", version=1, pubstatus=PubStatus.USABLE,
            firstcreated=NOON, versioncreated=NOON, **values,
        )  # fmt: skip
        check_size(item, data)
    except InvalidError:
        return None
    return item


@given(DRAFTS)
@example({"headline": "த்" * 280, "source": "கி" * 70, "located": "က" * 60})
@example({"headline": "x", "url": "https://a.example/" + "x" * 2030, "tags": ["y" * 64] * 20})
def test_an_accepted_line_is_one_small_message(data: dict[str, Any]) -> None:
    """Whatever is accepted, in whatever script: readers get 4,096 bytes at most, head and all."""
    item = line_of(data)
    if item is None:
        return
    waiting = replace(item, pubstatus=PubStatus.WITHHELD, version=1000)
    for it in (item, waiting, release(waiting, NOON), correct(item, {"pinned": False}, NOON)):
        assert len(document.dumps(document.public(it)).encode()) <= size(it) <= FLASH_BYTES_MAX
        frame = frames.flash(FAR, it)
        assert max(len(frame.websocket), frame.size) <= 4096
    assert frames.flash(FAR, kill(item, NOON)).size < 400


def test_each_field_may_be_as_long_as_it_may() -> None:
    """No real line comes near: the longest headline, note and source in one of the heavy scripts."""
    data = {"headline": "தமிழ்" * 93, "source": "தமிழ்" * 20, "url": "https://a.example/" + "x" * 300}
    item = line_of({**data, "tags": ["தமிழ்"] * 5, "coverage": "தமிழ்", "section": "politics"})
    assert item is not None
    check_size(correct(item, {"correction": "தமிழ்" * 20}, NOON), ["correction"])


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"headline": "語" * 280, "url": "https://a.example/" + "x" * 2030, "tags": ("語" * 64,) * 4}, "url"),
        ({"headline": "x", "tags": tuple(f"{n} " + "語" * 60 for n in range(20))}, "tags"),
    ],
)  # fmt: skip
def test_the_biggest_field_is_named(values: dict[str, Any], named: str) -> None:
    """Each field within its bound, all together too long: the one to shorten is named, in bytes."""
    with pytest.raises(InvalidError) as refused:
        check_size(flash(**values), values)
    (fault,) = refused.value.faults
    assert fault.field == named
    assert "bytes" in fault.detail
    assert str(FLASH_BYTES_MAX) in fault.detail


def test_a_line_of_before_can_become_shorter_only() -> None:
    """What an old backup brought is corrected to less, unpinned and withdrawn, and never grows."""
    old = flash(headline=FAMILY * 280, tags=("x" * 64,) * 20, pinned=True)
    for changes in ({"headline": FAMILY * 200}, {"pinned": False}, {"expires": NOON}, {"tags": ()}):
        check_size(correct(old, changes, NOON), changes, before=old)
    with pytest.raises(InvalidError):
        check_size(correct(old, {"source": "Agency"}, NOON), ["source"], before=old)
