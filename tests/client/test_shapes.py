from __future__ import annotations

from ticker.client.shapes import Correction, Fields, Flash, NewFlash, Tombstone
from ticker.news.document import TOMBSTONE
from ticker.news.flash import CHANGEABLE, FIELDS


def test_the_types_are_the_services() -> None:
    """A field that is added to a flash is known to programs too, by its name."""
    told = {"cleaned", "doubtful"}
    assert set(Flash.__annotations__) == {*FIELDS, *told}
    assert set(Tombstone.__annotations__) == set(TOMBSTONE)
    new = {name for name, field in CHANGEABLE.items() if not field.is_correction}
    assert set(Fields.__annotations__) == new - {"headline"}
    assert set(Correction.__annotations__) - set(NewFlash.__annotations__) == {
        "headline", "correction", "refile", "if_version",
    }  # fmt: skip
