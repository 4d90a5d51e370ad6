"""What an editor should look at once more."""

from __future__ import annotations

import pytest

from tests.support.flashes import flash
from ticker.news import lint

QUAKE = flash("q", headline="Quake of magnitude 7.1 off Honshu, tsunami warning issued")


@pytest.mark.parametrize(
    ("headline", "urgency", "source", "kinds"),
    [
        ("A calm line about nothing", 3, None, []),
        ("Powell قال شيئا", 3, None, ["bidi"]),
        ("قال باول 5.25%", 3, None, []),
        ("Two  spaces", 3, None, []),  # the desk marks them, and mends them
        ("PRESIDENT RESIGNS AFTER VOTE", 3, None, ["capitals"]),
        ("NATO and UN meet", 3, None, []),
        ("عاجل من القاهرة اليوم", 3, None, []),
        ("Something happened", 2, None, ["source"]),
        ("Something happened", 2, "Reuters", []),
        ("Reuters: something happened", 1, None, []),
        ("Quake: magnitude 7.1 off Honshu; TSUNAMI warning issued", 3, None, ["similar"]),
        ("Quake of magnitude 5 off Chile, no damage", 3, None, []),
        ("Quake", 3, None, []),
    ],
)
def test_remarks(headline: str, urgency: int, source: str | None, kinds: list[str]) -> None:
    """Each warning comes where it should, and nowhere else."""
    found = lint.look(headline, urgency, source, [QUAKE])
    assert [it.kind for it in found] == kinds


def test_the_likest_line_is_named() -> None:
    """An editor is told which line theirs repeats, in any language."""
    others = [
        flash("1", headline="زلزال بقوة 7.1 درجات قبالة هونشو"),
        flash("2", headline="زلزال بقوة 7.1 درجات قبالة سواحل هونشو اليابانية"),
    ]
    (found,) = lint.look("زلزال بقوة 7.2 درجات قبالة هونشو", 3, None, others)
    assert found.flash is others[0]
