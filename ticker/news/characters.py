"""Characters of a line: which are refused, and where a language or an emoji needs one of them.

Refused is what is invisible, turns round what follows, or is broken. The patterns are written in
what Python's `regex` and JavaScript (flag `u`) have in common: the desk gets them with the rules
of `cleaning`. Unicode TR 36 (security), UAX 9 (bidi), UAX 31 §2.3 and UTS 46 (joiners),
UTS 37 (ideographic variation), UTS 51 (emoji).
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

# Letters of these change their shape beside their neighbours.
_CURSIVE: Final = (
    r"\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Mandaic}"
    r"\p{Script=Adlam}\p{Script=Hanifi_Rohingya}\p{Script=Phags_Pa}\u0640"
)
_BRAHMIC: Final = (
    r"\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}"
    r"\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}"
    r"\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Balinese}\p{Script=Javanese}"
    r"\p{Script=Sundanese}\p{Script=Meetei_Mayek}\p{Script=Chakma}"
)
# Combining class 9: the sign that takes a consonant's vowel. A joiner after it chooses the shape of
# the consonant, also at the end of a word, as in Malayalam and Bengali from before Unicode 5.1.
_VIRAMA: Final = (
    r"\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA\u1039\u103A"
    r"\u17D2\u1B44\u1BAA\u1BAB\uA9C0\uAAF6\uABED"
    "\U00011133\U00011134"
)
# Written without spaces: U+200B says where a line may break.
_UNSPACED: Final = (
    r"\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}"
    r"\p{Script=Tai_Le}\p{Script=New_Tai_Lue}\p{Script=Tai_Tham}\p{Script=Tai_Viet}"
    r"\p{Script=Javanese}\p{Script=Balinese}"
)
# Those of several scripts, as vowel signs of Arabic; few, so that looking back takes no time.
_MARKS: Final = r"\p{M}{0,3}"
SIGN: Final = r"\p{L}\p{N}\p{P}\p{S}"
_FLAG: Final = "\U0001f3f4"
_TAGS: Final = "\U000e0020-\U000e007e"
_TAGS_END: Final = "\U000e007f"
_IDEOGRAPHIC: Final = "\U000e0100-\U000e01ef"

# Directional marks and isolates; what went before isolates is refused.
DIRECTIONAL: Final = r"\u200E\u200F\u061C\u2066-\u2069"
EMBEDDING: Final = r"\u202A-\u202E"
JOINERS: Final = r"\u200B-\u200D"
INVISIBLE: Final = r"\p{Default_Ignorable_Code_Point}\p{Cs}\uFFF9-\uFFFC"

# Each is one character where it stands.
_LET_THROUGH: Final = (
    rf"[{DIRECTIONAL}\uFE0E\uFE0F]",
    # Emoji of several: families, professions, flags.
    r"(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})",
    rf"(?<={_FLAG}[{_TAGS}]{{0,6}})[{_TAGS}{_TAGS_END}]",
    # Inside a word, and between it and a number, a foreign name or a quotation (Persian, Kurdish).
    rf"(?<=[{_CURSIVE}{_BRAHMIC}]{_MARKS})[\u200C\u200D](?=[\p{{L}}\p{{M}}])",
    rf"(?<=[{_CURSIVE}{_BRAHMIC}]{_MARKS})\u200C(?=[\p{{N}}\p{{Pi}}\p{{Ps}}\u0022\u0027])",
    rf"(?<=[{SIGN}\p{{M}}])\u200C(?=[{_CURSIVE}{_BRAHMIC}])",
    # A letter in the shape that it has inside a word (Persian, before a full stop).
    rf"(?<=[{_CURSIVE}]{_MARKS})\u200D(?![{JOINERS}])",
    rf"(?<![{JOINERS}])\u200D(?=[{_CURSIVE}])",
    # Kurdish in the spelling before U+06D5 ends words with it.
    rf"(?<=\u0647)\u200C(?![{JOINERS}])",
    rf"(?<=[{_VIRAMA}])[\u200C\u200D](?![{JOINERS}])",
    # Malayalam: a final consonant, and no ligature with the next.
    rf"(?<=[{_VIRAMA}])\u200D(?=\u200C(?![{JOINERS}]))|(?<=[{_VIRAMA}]\u200D)\u200C(?![{JOINERS}])",
    rf"(?<=[{_UNSPACED}])\u200B(?=[{SIGN}])",
    rf"(?<=[{SIGN}])\u200B(?=[{_UNSPACED}])(?!\p{{M}})",
    # Another shape of a letter: Japanese names, Mongolian, old Hebrew.
    rf"(?<=\p{{Script=Han}})[\uFE00-\uFE02{_IDEOGRAPHIC}]",
    r"(?<=[\p{Script=Myanmar}\p{Script=Phags_Pa}])\uFE00",
    r"(?<=\p{Script=Mongolian})[\u180B-\u180F]",
    r"(?<=\p{Script=Hebrew})\u034F(?=\p{M})",
)
LET_THROUGH: Final = f"(?:{'|'.join(_LET_THROUGH)})"
# Nobody knows what stood there; no cleaning brings it back.
LOST: Final = r"[\uFFFD\p{Co}]|(?!\p{Default_Ignorable_Code_Point})\p{Cn}"

# What a line may not have where it stands.
REFUSED: Final = regex.compile(
    rf"(?!{LET_THROUGH})(?:[\p{{Cc}}\p{{Zl}}\p{{Zp}}{EMBEDDING}{INVISIBLE}]|{LOST})"
)


def label(character: str) -> str:
    """What a character is called in Unicode, such as `U+00AD SOFT HYPHEN`."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{' ' + name if name else ''}"
