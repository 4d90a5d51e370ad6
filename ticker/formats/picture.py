"""Words as a picture (PNG) for those who show previews of links: Open Graph's `og:image`.

Shaping and bidi (UAX 9) are HarfBuzz' and FriBidi's, in Pillow's Raqm layout; a line is broken at
white space. What the fonts here cannot set is not drawn at all, instead of as boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH: Final = 1200
HEIGHT: Final = 630
_NEEDS: Final = ("PIL", "fontpkg", "fontpkg_noto_sans", "fontpkg_noto_sans_arabic")

_MARGIN: Final = 64
_SIZES: Final = (80, 68, 58, 50, 43, 37)
_SMALL: Final = 30
_REGULAR: Final = 400
_BOLD: Final = 650
_TOP: Final = 190  # of the words
_BOTTOM: Final = HEIGHT - 120
# Arabic stands higher and deeper than Latin.
_LEADING: Final = {"Noto Sans": 1.25, "Noto Sans Arabic": 1.45}
# Widths are measured at one size, and hinting makes others a little wider.
_SLACK: Final = 0.98

# As in static/tokens.css.
_SURFACE: Final = (0xFF, 0xFF, 0xFF)
_INK: Final = (0x14, 0x16, 0x1A)
_MUTED: Final = (0x5A, 0x61, 0x6B)
_BREAKING: Final = (0xB0, 0x00, 0x20)
_WARNING: Final = (0x8A, 0x5A, 0x00)
_SHADES: Final = 16

_ARABIC: Final = regex.compile(r"\p{Arabic}")
_LETTER: Final = regex.compile(r"[\p{L}\p{N}]")
# What an emoji leaves behind, which is invisible alone.
_VARIANT: Final = regex.compile(r"\p{Variation_Selector}")
_NO_CHARACTER: Final = "\uffff"
REMEMBERED_MAX: Final = 4096
_Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture says.

    Attributes:
        words: The line, or the title of a story or an edition.
        label: Word in the red block above them; empty: there is none.
        moment: Beside the label: when it was published.
        mark: Before the moment: that it was corrected.
        site: Below: the newsroom's name.
        source: Below, at the other end: who says so.
        dir: Direction of the edition, `ltr` or `rtl`.
        words_dir: Of the words.
        lang: BCP 47 language, which shapes may depend on.
    """

    words: str
    site: str
    dir: str
    words_dir: str
    lang: str
    label: str = ""
    moment: str = ""
    mark: str = ""
    source: str = ""


@cache
def is_possible() -> bool:
    """Whether what it takes is installed, an extra of this package."""
    return all(find_spec(it) for it in _NEEDS)


def draw(card: Card) -> bytes:
    """The picture, a PNG of `WIDTH` by `HEIGHT`."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - of the extra

    image = Image.new("RGB", (WIDTH, HEIGHT), _SURFACE)
    pen = _Pen(ImageDraw.Draw(image), card)
    pen.head()
    pen.words()
    pen.foot()
    found = BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(found, "PNG")
    return found.getvalue()


class _Pen:
    """Draws the parts of a card.

    Args:
        draw: What is drawn on.
        card: What is drawn.
    """

    def __init__(self, draw: ImageDraw, card: Card) -> None:
        self._draw = draw
        self._card = card

    def head(self) -> None:
        """The label in its block; then the mark and the moment, on one base line."""
        card, base, at = self._card, _MARGIN + 46, float(_MARGIN)
        if card.label:
            wide = self._width(card.label, _BOLD)
            self._block(at, _MARGIN, wide + 40, 68)
            at += 20
            self._set(card.label, at, base, _BOLD, _SURFACE)
            at += wide + 44
        if card.mark:
            self._set(card.mark, at, base, _BOLD, _WARNING)
            at += self._width(card.mark, _BOLD) + 24
        if card.moment:
            # Figures of a date stay in their order.
            self._set(f"\u2066{card.moment}\u2069", at, base, _REGULAR, _MUTED)

    def words(self) -> None:
        """As large as they fit, in the direction of their own."""
        text, direction = _drawable(self._card.words), _direction(self._card.words_dir)
        name = _font_name(text)
        size, lines = _fitted(text, name)
        font, step = _font(name, size, _BOLD), size * _LEADING[name]
        anchor, at = ("rs", WIDTH - _MARGIN) if direction == "rtl" else ("ls", _MARGIN)
        for number, line in enumerate(lines):
            place = (at, _TOP + size + number * step)
            self._draw.text(
                place, line, _INK, font, anchor, direction=direction, language=self._card.lang
            )

    def foot(self) -> None:
        """The newsroom's name, and at the other end who says so, as far as there is room."""
        card, base = self._card, HEIGHT - 52
        self._block(_MARGIN, HEIGHT - 100, 48, 6)
        self._set(card.site, _MARGIN, base, _BOLD, _INK)
        room = WIDTH - 2 * _MARGIN - self._width(card.site, _BOLD) - 48
        wide = self._width(card.source, _REGULAR) if card.source else room + 1
        if wide <= room:
            self._set(card.source, WIDTH - _MARGIN - wide, base, _REGULAR, _MUTED)

    def _set(
        self, text: str, start: float, base: float, weight: int, colour: tuple[int, int, int]
    ) -> None:
        """Small text that begins so far from where the edition's lines begin."""
        if not can_set(text):
            return
        text, direction = _drawable(text), _direction(self._card.dir)
        font = _font(_font_name(text), _SMALL, weight)
        anchor, at = ("rs", WIDTH - start) if direction == "rtl" else ("ls", start)
        language = self._card.lang
        self._draw.text(
            (at, base), text, colour, font, anchor, direction=direction, language=language
        )

    def _block(self, start: float, top: float, wide: float, high: float) -> None:
        left = WIDTH - start - wide if self._card.dir == "rtl" else start
        self._draw.rectangle((left, top, left + wide, top + high), fill=_BREAKING)

    @staticmethod
    def _width(text: str, weight: int) -> float:
        text = _drawable(text)
        return _font(_font_name(text), _SMALL, weight).getlength(text)


def can_set(text: str) -> bool:
    """Whether the fonts have all letters and figures of a text, and it has some.

    A Pillow that was built without Raqm would set Arabic in single letters.
    """
    from PIL import features  # noqa: PLC0415 - of the extra

    name = _font_name(text)
    letters = _LETTER.findall(text)
    return bool(letters and features.check("raqm")) and all(_has(name, it) for it in letters)


def _drawable(text: str) -> str:
    """The text without emoji and other signs that its font lacks."""
    name, text = _font_name(text), _VARIANT.sub("", text)
    return " ".join("".join(it for it in text if _has(name, it) or it.isspace()).split())


@lru_cache(REMEMBERED_MAX)
def _has(name: str, character: str) -> bool:
    font = _font(name, _SMALL, _REGULAR)
    return bytes(font.getmask(character)) != bytes(font.getmask(_NO_CHARACTER))


def _font_name(text: str) -> str:
    """The family that sets it: that of Arabic has Latin too, for names in an Arabic line."""
    return "Noto Sans Arabic" if _ARABIC.search(text) else "Noto Sans"


def _direction(direction: str) -> _Direction:
    return "rtl" if direction == "rtl" else "ltr"


@cache
def _font(name: str, size: int, weight: int) -> FreeTypeFont:
    import fontpkg  # noqa: PLC0415 - of the extra
    from PIL import ImageFont  # noqa: PLC0415 - of the extra

    path = fontpkg.path(name)
    font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)
    chosen = {b"Weight": weight, b"Width": 100}
    font.set_variation_by_axes([chosen[it["name"]] for it in font.get_variation_axes()])
    return font


def _fitted(text: str, name: str) -> tuple[int, list[str]]:
    """The largest size at which a text fits, and its lines; at the least one it may be cut."""
    measured = _font(name, _SIZES[-1], _BOLD)
    wide = (WIDTH - 2 * _MARGIN) * _SLACK
    width = cache(measured.getlength)
    for size in _SIZES:
        room = wide * _SIZES[-1] / size
        lines = list(_broken(text, width, room))
        most = int((_BOTTOM - _TOP - size) / (size * _LEADING[name])) + 1
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]


def _broken(text: str, width: Callable[[str], float], room: float) -> Iterator[str]:
    """Line breaking, greedily at white space; a word that is wider than a line anywhere."""
    space, line, used = width(" "), "", 0.0
    for word in text.split():
        wide = width(word)
        if line and used + space + wide > room:
            yield line
            line, used = "", 0.0
        while wide > room:
            fits = max(1, int(len(word) * room / wide) - 1)
            yield word[:fits]
            word = word[fits:]  # noqa: PLW2901 - what is left of it
            wide = width(word)
        used += wide + (space if line else 0.0)
        line = f"{line} {word}" if line else word
    if line:
        yield line


@cache
def _palette() -> Image:
    """The few colours there are, and what lies between each and its ground (antialiasing)."""
    from PIL import Image  # noqa: PLC0415 - of the extra

    colours: list[int] = []
    pairs = [(it, _SURFACE) for it in (_INK, _MUTED, _BREAKING, _WARNING)]
    for ink, ground in pairs:
        for shade in range(_SHADES):
            colours += [
                (a * shade + b * (_SHADES - 1 - shade)) // (_SHADES - 1)
                for a, b in zip(ink, ground, strict=True)
            ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette
