"""Who may write: principals, with their roles and editions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import regex

from ticker.news import text
from ticker.news.hands import RELEASER

if TYPE_CHECKING:
    from datetime import datetime

_NAME_MAX: Final = 64
# Who acts without an account: in the log, in the audit log. Nobody else goes by these names.
COMMAND_LINE: Final = "command line"
NOBODY: Final = "(nobody)"
_RESERVED: Final = frozenset({RELEASER, COMMAND_LINE, NOBODY})
# What a line may have between words or behind a letter, but not tell two names apart.
_UNSEEN: Final = regex.compile(
    r"[\u061C\u180B-\u180F\u200B\u200E\u200F\u2066-\u2069\uFE00-\uFE0D\U000E0100-\U000E01EF]"
    r"|[\u200C\u200D](?![\p{L}\p{M}\p{Extended_Pictographic}])"
    r"|(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])[\u200C\u200D]"
)


class Role(IntEnum):
    """What a token may do; each role may do all that the one before it may."""

    REPORTER = 1
    EDITOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """Its name in commands and JSON."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was let in, by a token or at the desk.

    Attributes:
        name: Of the token or user; goes into the log with what it does.
        role: What it may do.
        editions: Where; empty: everywhere.
        created: When it was made, UTC.
        expires: When it stops working, UTC.
    """

    name: str
    role: Role
    editions: frozenset[str]
    created: datetime
    expires: datetime | None


def clean_name(name: str) -> str:
    """Validation: the name of a user or token as it is kept.

    Raises:
        TextError: It is none, or looks like another, or is one that the log has for the service.
    """
    clean = text.line(name, _NAME_MAX)
    if clean.casefold() in _RESERVED:
        raise text.TextError(f"must not be {clean!r}: the log has it for what nobody did")
    if _UNSEEN.search(clean):
        raise text.TextError(
            "must not hold what nobody sees, such as a joiner at the end of a word"
        )
    return clean
