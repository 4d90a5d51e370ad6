"""Subscription: a reader's filter of an edition. Equal ones are one group in the hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticker.news.flash import Flash


@dataclass(frozen=True, slots=True)
class Subscription:
    """Filters inside an edition: different ones are ANDed, the values of one are ORed.

    An empty set, or None for `urgency`, asks for everything.
    """

    edition: str
    sections: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    coverages: frozenset[str] = frozenset()
    urgency: int | None = None

    def matches(self, flash: Flash) -> bool:
        """Predicate: whether a version of a flash is for this reader."""
        return (
            (not self.sections or flash.section in self.sections)
            and (not self.regions or flash.region in self.regions)
            and (not self.tags or not self.tags.isdisjoint(flash.tags))
            and (not self.coverages or flash.coverage in self.coverages)
            and (self.urgency is None or flash.urgency <= self.urgency)
        )
