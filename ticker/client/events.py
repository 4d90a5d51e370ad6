"""What happens to those who follow an edition: a class for each kind, told apart by `match`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ticker.client.shapes import Flash


@dataclass(frozen=True, slots=True)
class Reset:
    """Here is the board: replace everything by it. Always the first event, unless one resumes.

    Attributes:
        cursor: Position after it.
        flashes: The board, in its order.
        fresh: Those of them that this follower was not told in this version, oldest first.
        is_first: False where it comes because the events since the last one are not known any
            more (a long break, a backup put back).
    """

    cursor: str
    flashes: list[Flash]
    fresh: list[Flash]
    is_first: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line in a new version: put it in, or in the place of the older one.

    Attributes:
        cursor: Position after it.
        flash: The line; without its words where it was killed.
    """

    cursor: str
    flash: Flash

    @property
    def is_killed(self) -> bool:
        """Whether it is to be taken away, and its words forgotten."""
        return self.flash["pubstatus"] == "canceled"


@dataclass(frozen=True, slots=True)
class Drop:
    """A line does not match the filters any more: take it away; it may come back.

    Attributes:
        cursor: Position after it.
        id: Of the line.
    """

    cursor: str
    id: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The service cannot reach its store, or can again: there may be newer lines.

    Attributes:
        cursor: Position.
        since: Time since when; None: it is over.
    """

    cursor: str
    since: str | None


@dataclass(frozen=True, slots=True)
class Away:
    """The service cannot be reached; said once in each outage, and followed by what was missed.

    Attributes:
        cursor: Of the last event; empty: none came yet.
        reason: What is known of it.
    """

    cursor: str
    reason: str


Event: TypeAlias = Reset | Line | Drop | Stale | Away
