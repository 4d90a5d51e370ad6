"""Hands: provenance of a line, kept with its newest version, so that nobody reads all versions."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ticker.news.document import dumps, milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.news.event import Record

# Who releases by the clock what was due; no hand of anybody.
RELEASER: Final = "ticker"
# What makes a line another one to its readers.
SAYS: Final = ("headline", "correction", "source", "located", "url")
_TELLING: Final = frozenset({"correct", "kill"})


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hands made a line what it is: a fold of all its versions.

    Attributes:
        version: The newest that it tells of.
        first: Who made the line.
        shared: Whether somebody else has touched it since; the clock is nobody.
        author: Who changed last what it says (first hand of the two-person rule).
        told: When it was last corrected or killed, in ms; 0: never.
    """

    version: int
    first: str
    shared: bool
    author: str
    told: int

    @staticmethod
    def of(record: Record) -> Hands:
        """Those of a line whose first version this is."""
        return Hands(record.flash.version, record.by, False, record.by, 0)

    @staticmethod
    def fold(records: Sequence[Record]) -> Hands:
        """Those of a line with these versions, oldest first, at least one."""
        return reduce(
            lambda hands, pair: hands.after(*pair), pairwise(records), Hands.of(records[0])
        )

    def after(self, before: Record, record: Record) -> Hands:
        """Those of the next version.

        Args:
            before: The version that these tell of.
            record: The next one.
        """
        said_anew = any(getattr(before.flash, it) != getattr(record.flash, it) for it in SAYS)
        told = milliseconds(record.at) if record.action in _TELLING else 0
        return replace(
            self,
            version=record.flash.version,
            shared=self.shared or record.by not in {self.first, RELEASER},
            author=record.by if said_anew else self.author,
            told=max(self.told, told),
        )

    def encode(self) -> str:
        """The JSON text that is stored."""
        return dumps([self.version, self.first, self.shared, self.author, self.told])

    @staticmethod
    def decode(text: str) -> Hands:
        """The hands of a text that `encode` made.

        Raises:
            ValueError, TypeError: It is not one of ours.
        """
        return Hands(*json.loads(text))
