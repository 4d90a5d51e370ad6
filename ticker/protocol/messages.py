"""The messages of the protocol to readers (docs/protocol.md) as a table: names, types, meanings."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a message.

    Attributes:
        type: In the manual's words: string, boolean, number, time, flash, or array of these;
            board and titles are objects.
        meaning: What it says.
        is_optional: Whether it may be absent.
    """

    type: str
    meaning: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message: when it comes, and its members beside `type` and `cursor`."""

    meaning: str
    members: Mapping[str, Member]


_STALE: Final = Member("time", "only while the store is away: since when", is_optional=True)
MESSAGES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "hello": Message(
            "Always first: the board, or what the reader missed.",
            {
                "reset": Member("boolean", "`flashes` is the board; else what was missed"),
                "flashes": Member("array of flashes", "lines, or tombstones of killed ones"),
                "drops": Member("array of strings", "ids that match no more", is_optional=True),
                "now": Member("time", "the server's clock"),
                "beat": Member("number", "seconds between two beats"),
                "board": Member("board", "how many lines it has at most, and for how many hours"),
                "lang": Member("string", "language of the edition's lines (BCP 47)"),
                "dir": Member("string", "direction they are written in: `ltr` or `rtl`"),
                "titles": Member("titles", "of running stories, by slug", is_optional=True),
                "stale": _STALE,
            },
        ),
        "flash": Message(
            "A line at a new version: upsert it, or remove it where it was killed.",
            {
                "flash": Member("flash", "the whole line, or its tombstone"),
                "ask": Member(
                    "array of integers",
                    "one reader out of so many, within so many seconds, may say what became of it",
                    is_optional=True,
                ),
            },
        ),
        "drop": Message(
            "A line that matches the reader's filters no more: remove it.",
            {"id": Member("string", "of the line")},
        ),
        "titles": Message(
            "Titles of running stories.",
            {"titles": Member("titles", "by slug; null: it has none any more")},
        ),
        "beat": Message(
            "Proof of life, and the position to resume from.",
            {"now": Member("time", "the server's clock", is_optional=True), "stale": _STALE},
        ),
    }
)
# Beside those of RFC 6455 itself, such as 1009 for a frame that is too long.
CLOSE_CODES: Final[Mapping[CloseCode, str]] = MappingProxyType(
    {
        CloseCode.POLICY_VIOLATION: "The reader sent data; readers send none.",
        CloseCode.SERVICE_RESTART: "The server restarts: come back, with full jitter.",
        CloseCode.TOO_SLOW: "Too much waited to be read: come back, with full jitter.",
        CloseCode.SESSION_ENDED: "A desk whose editor was logged out: stay away.",
    }
)
