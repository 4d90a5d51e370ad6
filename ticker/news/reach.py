"""Value objects of delivery and presence: whom a version has reached, and who reads at a hub."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

# The transport of those who hold no connection and ask again and again.
POLLING: Final = "poll"


@dataclass(frozen=True, slots=True)
class VersionRef:
    """Reference to a version of a line, and when that was made."""

    edition: str
    flash_id: str
    version: int
    made: datetime
    killed: bool


@dataclass(slots=True)
class Receipt:
    """One version of a line, as far as this process carries it; counts are by transport.

    Attributes:
        readers: For whom it was.
        times: Milliseconds from the making of the version → to how many it was written then.
        confirmed: Whose machines hold it; None where no kernel can tell.
        left: Who went before that could be said.
    """

    readers: Counter[str] = field(default_factory=Counter)
    times: dict[str, Counter[int]] = field(default_factory=dict)
    confirmed: Counter[str] | None = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)


class HubReaders(TypedDict):
    """Presence: who reads an edition at one hub, counts by transport, and by embedding site."""

    transports: dict[str, int]
    origins: dict[str, int]
