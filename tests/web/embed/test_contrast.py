"""Contrast figures of the snippet builder, and the design tokens that they are of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ticker.news.colours import ratio
from ticker.settings import static_dir
from ticker.web.embed.banner import COLOURS
from ticker.web.embed.contrast import PALETTES, contrasts

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = re.compile(r"--([\w-]+): ([^;]+);")
PAIR = re.compile(r"light-dark\(#(\w{6}), #(\w{6})\)|#(\w{6})")
# What sites call the colour of an urgent line's words.
NAMES = {"urgent": "breaking-text"}
# What is measured or asked for, and not designed.
LAYOUT = {"above", "aside", "banner", "rows"}
# Of the newsroom file, with tokens in their place where it has none.
HOUSE = {"masthead", "on-masthead"}
SHEETS = sorted(static_dir().glob("*/*.css"))


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


def tokens(part: int = 0) -> dict[str, str]:
    """Those of all browsers, or those of browsers before 2024."""
    sheet = (static_dir() / "tokens.css").read_text("utf-8")
    return dict(TOKEN.findall(sheet.split("@supports")[part]))


def test_older_browsers_have_the_same_colours() -> None:
    """What is light or dark in a browser of today is so in one that cannot choose between two."""
    for name, value in tokens().items():
        if pair := re.fullmatch(r"light-dark\((#\w+), (#\w+)\)", value):
            assert tokens(1)[name] == f"var(--light, {pair[1]}) var(--dark, {pair[2]})"


@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_is_the_same_everywhere(name: str) -> None:
    """The banner, its frame, its builder and every page of ours have one colour for one thing."""
    token = NAMES.get(name, name)
    value = tokens()[token]
    pair = PAIR.fullmatch(value)
    assert pair is not None
    light, dark = pair[1] or pair[3], pair[2] or pair[3]
    assert (PALETTES["light"][name], PALETTES["dark"][name]) == (light, dark)
    widget = (static_dir() / "ticker" / "styles.js").read_text("utf-8")
    switched = PAIR.sub(r"var(--_light, #\1) var(--_dark, #\2)", value) if pair[1] else value
    assert f"var(--bt-{name}, {switched})" in widget
    frame = (static_dir() / "embed" / "frame.css").read_text("utf-8")
    assert f"var(--bt-{name}, var(--{token}))" in frame or name == "warning"


def test_the_type_is_the_same_everywhere() -> None:
    """The banner on another site is set in the type of our own pages."""
    widget = (static_dir() / "ticker" / "styles.js").read_text("utf-8")
    assert f"var(--bt-font, {tokens()['font']})" in widget


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda it: it.relative_to(static_dir()).as_posix())
def test_no_sheet_has_a_colour_of_its_own_for_what_has_a_name(sheet: Path) -> None:
    """A colour that is changed in the one sheet of tokens is changed on every page."""
    css = sheet.read_text("utf-8")
    own = set(re.findall(r"#\w{6}", css)) | set(re.findall(r"light-dark\([^)]*\)", css))
    assert own & (set(tokens().values()) - {"#ffffff"}) == set()
    used = set(re.findall(r"var\(--([a-z][\w-]*)", css))
    assert {it for it in used if not it.startswith("bt-")} <= tokens().keys() | LAYOUT | HOUSE
