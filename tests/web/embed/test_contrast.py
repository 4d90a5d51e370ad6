"""Contrast figures of the snippet builder."""

from __future__ import annotations

import re

import pytest

from ticker.settings import static_dir
from ticker.web.embed.banner import COLOURS
from ticker.web.embed.contrast import PALETTES, contrasts, ratio


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("000000", "ffffff", 21), ("777777", "ffffff", 4.48), ("ffffff", "ffffff", 1)],
)
def test_the_ratio_is_that_of_the_wcag(one: str, other: str, wanted: float) -> None:
    """Known pairs have their known ratio, whichever is the text."""
    assert ratio(one, other) == ratio(other, one) == pytest.approx(wanted, abs=0.005)


def test_our_own_colours_are_enough() -> None:
    """As it comes, every colour of the banner is AA, in light and in dark."""
    found = contrasts("auto", {})
    assert all(it.enough for it in found.values())
    assert found["on-breaking"].theme == ""


def test_the_worst_theme_counts() -> None:
    """A background that is fine in light and too dark in the dark theme's other colours is told."""
    found = contrasts("auto", {"surface": "ffffff"})["text"]
    assert (found.theme, found.enough) == ("dark", False)
    assert contrasts("light", {"surface": "ffffff"})["text"].enough


def test_almost_enough_is_not_enough() -> None:
    """4.48 is not shown as 4.5."""
    found = contrasts("light", {"text": "777777"})["text"]
    assert (found.ratio, found.enough) == (4.4, False)


def test_the_colours_are_those_of_the_widget() -> None:
    """What the builder takes for the banner's own colours is what the widget has."""
    css = (static_dir() / "ticker" / "styles.js").read_text("utf-8")
    for name in COLOURS:
        pair = re.search(rf"var\(--bt-{name}, (?:light-dark\(#(\w+), #(\w+)\)|#(\w+))\)", css)
        assert pair is not None, name
        light, dark = pair[1] or pair[3], pair[2] or pair[3]
        assert (PALETTES["light"][name], PALETTES["dark"][name]) == (light, dark), name
