"""Value objects of delivery and presence: whom a version has reached, and who reads at a hub."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

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


class Ask(NamedTuple):
    """Sampling: which readers say what became of a line on their screens, and when.

    Attributes:
        one_in: One reader in so many, drawn by itself.
        within: Seconds that they spread their answers over (jitter).
    """

    one_in: int
    within: int


class ScreenState(StrEnum):
    """What became of a version on a reader's screen; kills have the last one, others the rest."""

    PAINTED = "painted"
    UNSEEN = "unseen"
    GONE = "gone"


@dataclass(slots=True)
class ScreenReports:
    """What readers said of one version to this process; counts are by embedding site.

    Attributes:
        one_in: Of how many readers one was asked.
        readers: Who was here to be asked.
        said: What screens answered.
    """

    one_in: int = 1
    readers: Counter[str] = field(default_factory=Counter)
    said: dict[ScreenState, Counter[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Receipt:
    """One version of a line, as far as this process carries it; counts are by transport.

    Attributes:
        readers: For whom it was.
        times: Milliseconds from the making of the version → to how many it was written then.
        confirmed: Whose machines hold it; None where no kernel can tell.
        left: Who went before that could be said.
        screens: What became of it on screens, where that was asked.
    """

    readers: Counter[str] = field(default_factory=Counter)
    times: dict[str, Counter[int]] = field(default_factory=dict)
    confirmed: Counter[str] | None = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    screens: ScreenReports | None = None


class HubReaders(TypedDict):
    """Presence: who reads an edition at one hub, counts by transport, and by embedding site."""

    transports: dict[str, int]
    origins: dict[str, int]
