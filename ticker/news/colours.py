"""WCAG contrast ratio of two colours (WCAG 2.2, relative luminance of sRGB)."""

from __future__ import annotations

from typing import Final

TEXT_AA: Final = 4.5
SHAPE_AA: Final = 3.0

# sRGB transfer function: linear below this, a power above.
_KNEE: Final = 0.04045


def ratio(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours of six hexadecimal digits."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _KNEE else ((channel + 0.055) / 1.055) ** 2.4
