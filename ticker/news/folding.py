"""Folding: the words of a text as who searches for them may write them, in all scripts.

Case (casefold), width and ligatures (NFKD), accents and points, digits of any script, and the
letters of the Arabic script that are written in several ways. Marks that are letters to those who
read them (ñ, й, vowel signs of India and Thailand, voiced kana) stay. Sources: Unicode UAX 15 and
UTR 30 (a draft that was withdrawn, whose classes search engines go by), UAX 29.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import regex

# Combining marks that do not make another letter of the one they stand on.
_MARKS: Final = regex.compile(
    r"""
      (?<=[\p{Latin}\p{Greek}\p{Arabic}\p{Hebrew}\p{Syriac}]\p{Mn}*)(?!(?<=n)\u0303)\p{Mn}
    | (?<=\p{Cyrillic}\p{Mn}*)[\u0300\u0301\u0308]
    """,
    regex.VERBOSE,
)
_DIGIT: Final = regex.compile(r"(?![0-9])\p{Decimal_Number}")
_TATWEEL: Final = "ـ"
_LETTERS: Final = (
    str.maketrans("ıłđðøħŧ", "ilddoht", _TATWEEL)
    | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
    # Arabic script: alef wasla, alef maqsura, ta marbuta, and letters of Persian and Urdu.
    | str.maketrans("ٱىیېےکڪةہۃھە", "اييييككههههه")
    # Hebrew letters at the end of a word.
    | str.maketrans("ךםןףץ", "כמנפצ")
)
_JOINERS: Final = regex.compile("[\u200c\u200d]")
_TOKEN: Final = regex.compile(r"[\p{L}\p{N}\p{M}ـ\u200c\u200d]+")
_UNSPACED: Final = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
)
_PIECE: Final = regex.compile(
    rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)"
    rf"|[[\p{{L}}\p{{N}}]--[{_UNSPACED}]][[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]*",
    regex.VERSION1,
)
_ARTICLE: Final = regex.compile(r"[وف]?(?:[بك]?ال|لل)(?=..)")


# Tokens, and texts, whose words are remembered; those used longest ago are forgotten.
REMEMBERED_MAX: Final = 2048


class Word(NamedTuple):
    """A word of a text.

    Attributes:
        text: As it is when it is folded.
        start, end: Where it stands in the text as it was, in code points.
        unspaced: Whether it is of a script that has no spaces, and so is several words.
    """

    text: str
    start: int
    end: int
    unspaced: bool


def fold(text: str) -> str:
    """The text without what people write in several ways; it may have another length."""
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFKD", text).casefold()
    flat = unicodedata.normalize("NFKD", flat).translate(_LETTERS)
    flat = _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], digit[0])), flat)
    return unicodedata.normalize("NFC", _MARKS.sub("", flat))


def words(text: str) -> list[Word]:
    """The words of a text, folded, in its order."""
    found = []
    for token in _TOKEN.finditer(text):
        start, whole = token.start(), token[0]
        if whole.isascii():
            found.append(Word(whole.lower(), start, token.end(), unspaced=False))
            continue
        for part in _JOINERS.split(whole):
            found += _pieces(part, start)
            start += len(part) + 1
    return found


@lru_cache(maxsize=REMEMBERED_MAX)
def found_as(text: str) -> tuple[Word, ...]:
    """The words by which a text is found: its own, and as others write them."""
    found = []
    for word in words(text):
        found.append(word)
        found += [word._replace(text=other) for other in _others(word.text)]
    if _JOINERS.search(text):
        for token in _TOKEN.finditer(text):
            joined = _JOINERS.sub("", token[0])
            if joined != token[0]:
                found += [
                    it._replace(start=token.start(), end=token.end()) for it in _pieces(joined, 0)
                ]
    return tuple(found)


def _pieces(part: str, start: int) -> list[Word]:
    """The words of a token that has no joiners."""
    return [Word(text, start + first, start + last, it) for text, first, last, it in _split(part)]


@lru_cache(maxsize=REMEMBERED_MAX)
def _split(part: str) -> tuple[Word, ...]:
    folded = fold(part)
    # Where folding kept the length of each letter, each piece stands where it stood.
    exact = len(folded) == len(part) and all(len(fold(letter)) == 1 for letter in part)
    return tuple(
        Word(
            it[0],
            it.start() if exact else 0,
            it.end() if exact else len(part),
            it["unspaced"] is not None,
        )
        for it in _PIECE.finditer(folded)
    )


def _others(word: str) -> list[str]:
    if word.isascii():
        return []
    if "ñ" in word:
        return [word.replace("ñ", "n")]
    article = _ARTICLE.match(word)
    if article is None:
        return []
    rest = word[article.end() :]
    return [rest] if article[0] == "ال" else [f"ال{rest}", rest]
