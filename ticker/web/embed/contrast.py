"""WCAG contrast of a banner's colours (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticker.news.colours import SHAPE_AA, TEXT_AA, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

# The design tokens of static/tokens.css, by theme; a test holds them to it.
PALETTES: Final[Mapping[str, Mapping[str, str]]] = {
    "light": {
        "breaking": "b00020",
        "on-breaking": "ffffff",
        "surface": "ffffff",
        "text": "14161a",
        "muted": "5a616b",
        "urgent": "b00020",
        "link": "0b5cad",
        "control": "868e99",
        "hairline": "c2c8d0",
        "warning": "8a5a00",
    },
    "dark": {
        "breaking": "b00020",
        "on-breaking": "ffffff",
        "surface": "101318",
        "text": "f2f3f5",
        "muted": "a3abb8",
        "urgent": "ff5a5f",
        "link": "7db7ff",
        "control": "6b7482",
        "hairline": "2a303a",
        "warning": "8a5a00",
    },
}
_WHITE: Final = "ffffff"
_PAIRS: Final = (
    ("on-breaking", "breaking", TEXT_AA),
    ("text", "surface", TEXT_AA),
    ("muted", "surface", TEXT_AA),
    ("urgent", "surface", TEXT_AA),
    ("link", "surface", TEXT_AA),
    ("control", "surface", SHAPE_AA),
    ("warning", "", TEXT_AA),
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """WCAG contrast of one colour against its background.

    Attributes:
        ratio: From 1 to 21, cut to one decimal place, so that 4.49 is not taken for enough.
        theme: Where it is so: light or dark; empty where both are alike.
        enough: Whether it is AA.
    """

    ratio: float
    theme: str
    enough: bool


def contrasts(theme: str, chosen: Mapping[str, str]) -> dict[str, Contrast]:
    """The contrast of each colour that is read, in the theme where it is worst.

    Args:
        theme: auto, light or dark.
        chosen: Colours in place of the theme's own, six hexadecimal digits each.
    """
    found = {}
    for name, under, needed in _PAIRS:
        places = {
            place: ratio(colours[name], colours.get(under, _WHITE))
            for place, colours in _themes(theme, chosen).items()
        }
        worst = min(places, key=lambda place: places[place])
        where = worst if len(set(places.values())) > 1 else ""
        found[name] = Contrast(int(places[worst] * 10) / 10, where, places[worst] >= needed)
    return found


def _themes(theme: str, chosen: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        name: {**palette, **chosen} for name, palette in PALETTES.items() if theme in {"auto", name}
    }
