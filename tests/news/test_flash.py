"""What an editor may do to a flash."""

from __future__ import annotations

import pytest

from tests.support.flashes import NOON, after, flash
from ticker.news import flash as flashes
from ticker.news.flash import IllegalChangeError, PubStatus


def test_a_correction_is_the_next_version() -> None:
    """A corrected line keeps its id and first publication and says when it was changed."""
    line = flash("a")
    better = flashes.correct(line, {"headline": "Better"}, after(5))
    assert (better.id, better.version, better.headline) == ("a", 2, "Better")
    assert (better.firstcreated, better.versioncreated) == (NOON, after(5))
    assert line.version == 1


def test_a_change_of_nothing_is_the_same_flash() -> None:
    """Saving without a change makes no version."""
    line = flash("a", tags=("x",))
    assert flashes.correct(line, {}, after(5)) is line
    assert flashes.correct(line, {"tags": ("x",), "headline": "line a"}, after(5)) is line


def test_a_killed_line_stays_dead() -> None:
    """A kill is a version that nothing follows."""
    killed = flashes.kill(flash("a", pinned=True), after(5))
    assert (killed.version, killed.pubstatus, killed.pinned) == (2, PubStatus.CANCELED, False)
    assert flashes.kill(killed, after(6)) is killed
    with pytest.raises(IllegalChangeError):
        flashes.correct(killed, {"headline": "Zombie"}, after(6))


def test_an_embargo_ends_by_release_and_cannot_begin_after_publication() -> None:
    """A held line comes out as a line of that moment; what is out cannot be held."""
    held = flash("a", pubstatus=PubStatus.WITHHELD, embargoed=after(60))
    edited = flashes.correct(held, {"headline": "Better"}, after(5))
    assert edited.pubstatus is PubStatus.WITHHELD
    out = flashes.release(edited, after(60))
    assert (out.version, out.pubstatus, out.firstcreated) == (3, PubStatus.USABLE, after(60))
    lifted = flashes.correct(held, {"embargoed": None}, after(5))
    assert (lifted.version, lifted.pubstatus) == (2, PubStatus.USABLE)
    with pytest.raises(IllegalChangeError):
        flashes.correct(out, {"embargoed": after(999)}, after(70))
    assert flashes.correct(out, {"headline": "x"}, after(70)).version == 4


def test_order_is_first_publication_then_id() -> None:
    """Two lines of one moment stand in the same order everywhere."""
    assert flash("a").order < flash("b").order < flash("a", firstcreated=after(1)).order


@pytest.mark.parametrize(("expires", "is_over"), [(None, False), (NOON, True), (after(1), False)])
def test_expiry(expires: object, *, is_over: bool) -> None:
    """A line is over at the moment that was set, and not before."""
    assert flash("a", expires=expires).is_expired(NOON) is is_over
