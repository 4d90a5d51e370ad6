"""Lines in Latin and in Arabic letters, of words as rare and as common as words are (Zipf)."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_VOCABULARY: Final = 30_000
_COMMON: Final = 20  # the commonest words of each script
_RARE: Final = 5_000  # from here on
_ZIPF: Final = 1.05
_OFFSET: Final = 3.0
_SEED: Final = 1  # so that every run has the same archive
_ONSETS: Final = (
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "br",
    "st",
)
_VOWELS: Final = ("a", "e", "i", "o", "u", "ai", "ou", "é")
_ROOTS: Final = "بتثجحخدذرزسشصضطظعغفقكلمنهو"
_FORMS: Final = (
    *("{0}{1}{2}", "{0}ا{1}{2}", "م{0}{1}و{2}"),
    *("ت{0}{1}ي{2}", "ا{0}{1}{2}ة", "{0}{1}ا{2}ات"),
)

KINDS: Final = (
    *("one letter", "two letters", "three letters", "common word", "common words", "word"),
    *("rare word", "common and rare", "typed further", "six common words", "nothing"),
)


class Words:
    """Words of two scripts by rank, and headlines of them."""

    def __init__(self) -> None:
        self._random = random.Random(_SEED)
        self.scripts = [self._some(self._latin), self._some(self._arabic)]
        self._weights = list(
            accumulate(1 / (rank + _OFFSET) ** _ZIPF for rank in range(_VOCABULARY))
        )

    def _some(self, make: Callable[[], str]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < _VOCABULARY:
            found[make()] = None
        # Common words are short.
        return sorted(found, key=lambda word: len(word) + self._random.random() * 6)

    def _latin(self) -> str:
        syllables = self._random.choice((1, 2, 2, 3, 3, 4))
        word = "".join(
            self._random.choice(_ONSETS) + self._random.choice(_VOWELS) for _ in range(syllables)
        )
        return word + self._random.choice(("", "", "n", "s", "r", "l"))

    def _arabic(self) -> str:
        root = [self._random.choice(_ROOTS) for _ in range(3)]
        article = self._random.choice(("", "", "ال", "و", "وال"))
        return article + self._random.choice(_FORMS).format(*root) + self._random.choice(("", "ين"))

    def headline(self, number: int) -> str:
        """A line, of the one script or the other."""
        words = self.scripts[number % 2]
        chosen = self._random.choices(
            words, cum_weights=self._weights, k=self._random.randint(7, 12)
        )
        return " ".join(chosen).capitalize()

    def searches(self, kind: str) -> str:
        """What somebody types, of one kind."""
        script = self._random.choice(self.scripts)
        common, other = self._random.sample(script[:_COMMON], 2)
        rare = self._random.choice(script[_RARE:])
        middle = self._random.choice(script[_COMMON:_RARE])
        return {
            "one letter": common[:1],
            "two letters": middle[:2],
            "three letters": middle[:3],
            "common word": f"{common} ",
            "common words": f"{common} {other} ",
            "word": f"{middle} ",
            "rare word": f"{rare} ",
            "common and rare": f"{common} {rare}",
            "typed further": f"{common} {middle[:-1]}",
            "six common words": " ".join(self._random.sample(script[:_COMMON], 6)) + " ",
            "nothing": f"{common} {middle}qqqq",
        }[kind]
