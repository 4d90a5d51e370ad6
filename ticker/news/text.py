"""Sanitising text for other people's screens: NFC, one line, grapheme clusters, safe bidi.

Characters that are invisible or change the direction of what follows are refused, since a line is
shown beside others in a strip: `characters` says which, UAX 29 (grapheme clusters) how they count.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

from ticker.news import characters

_CLUSTER_CODE_POINTS: Final = 16
# Real text of the heaviest scripts has 7 on average (Malayalam, 2.4 code points of 3 bytes); one
# cluster may have far more, such as an emoji of a family with 25.
BYTES_PER_CLUSTER: Final = 9
# A place where a line may break is no character to a reader.
_CLUSTER: Final = regex.compile(r"(?!\u200B)\X")
_ISOLATE_OPEN: Final = "\u2066\u2067\u2068"
_ISOLATE_CLOSE: Final = "\u2069"
_ISOLATES: Final = {"ltr": "\u2066", "rtl": "\u2067", "auto": "\u2068"}


class TextError(ValueError):
    """The text breaks a rule; the message says which, where and why."""


def length(text: str) -> int:
    """Length in extended grapheme clusters: what a reader counts as characters."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def line(text: str, limit: int) -> str:
    """The text as one clean line: NFC, without white space around it.

    Args:
        text: What an editor typed.
        limit: Grapheme clusters at most, of `BYTES_PER_CLUSTER` in UTF-8 on average.

    Raises:
        TextError: It is empty, too long, or holds a character that is refused.
    """
    if refused := characters.REFUSED.search(text):
        raise TextError(_why(refused[0], refused.start()))
    clean = unicodedata.normalize("NFC", text.strip())
    if not clean:
        raise TextError("must not be empty")
    clusters = _CLUSTER.findall(clean)
    if len(clusters) > limit:
        raise TextError(f"must be at most {limit} characters long, and is {len(clusters)}")
    if any(len(cluster) > _CLUSTER_CODE_POINTS for cluster in clusters):
        raise TextError("piles too many marks on one character")
    size, most = len(clean.encode()), limit * BYTES_PER_CLUSTER
    if size > most:
        raise TextError(f"must be at most {most} bytes long in UTF-8, and is {size}")
    _check_isolates(clean)
    return clean


def _why(character: str, position: int) -> str:
    label = characters.label(character)
    if character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return f"must be one line: line break {label} at position {position}"
    return f"must not contain {label} (control or invisible), at position {position}"


def _check_isolates(text: str) -> None:
    depth = 0
    for character in text:
        if character in _ISOLATE_OPEN:
            depth += 1
        elif character == _ISOLATE_CLOSE:
            depth -= 1
            if depth < 0:
                break
    if depth:
        raise TextError("must close each bidi isolate it opens (U+2066 to U+2068 with U+2069)")


_RTL_LETTER: Final = regex.compile(r"[\u0590-\u08ff\ufb1d-\ufefc]")
_LTR_LETTER: Final = regex.compile(r"[A-Za-z\u00c0-\u058f]")


def direction_of(text: str, direction: str) -> str:
    """Direction to set a text in, `ltr` or `rtl`.

    That of its language, even if it begins with a foreign name, unless no letter of it is of that
    direction. The same as in static/ticker/words.js: nothing turns round when scripts run.
    """
    rtl, ltr = bool(_RTL_LETTER.search(text)), bool(_LTR_LETTER.search(text))
    if rtl == ltr:
        return direction
    return "rtl" if rtl else "ltr"


def has_rtl(text: str) -> bool:
    """Whether a text has letters that run from right to left."""
    return bool(_RTL_LETTER.search(text))


def isolated(text: str, direction: str) -> str:
    """A text in a bidi isolate (UAX 9 §2.4.2), for where nothing else says its direction.

    Args:
        text: Any; one that runs from left to right throughout stays as it is, which is what
            everybody takes a text for.
        direction: Of its language, `ltr` or `rtl`; `auto`: as its first letter has it.
    """
    if not has_rtl(text):
        return text
    known = direction if direction == "auto" else direction_of(text, direction)
    return f"{_ISOLATES[known]}{text}{_ISOLATE_CLOSE}"
