"""The lines that a benchmark posts: each has a number that is found again in what readers get."""

from __future__ import annotations

import re
import secrets
from typing import Final

_HEADLINE: Final = "{mark} {number:08d} Central bank raises key rate by half a point"
_FILLER: Final = "€" * 250  # 750 bytes in UTF-8
# What the service sends for such a line; the other servers are given this text to send.
_MESSAGE: Final = (
    '{{"type":"flash","cursor":"12.0f1e2d3c4b5a6978","flash":{{"id":"01k9w3fb8e2m5q7t",'
    '"edition":"en","version":1,"pubstatus":"usable","urgency":2,"headline":"{headline}",'
    '"source":"Newsroom","located":null,"section":null,"region":null,"tags":[],"coverage":null,'
    '"url":null,"pinned":false,"correction":null,"firstcreated":"2026-11-23T12:00:00.000Z",'
    '"versioncreated":"2026-11-23T12:00:00.000Z","expires":null,"embargoed":null}}}}'
)


class Lines:
    """The numbered lines of one run."""

    def __init__(self) -> None:
        self.mark: Final = f"bench-{secrets.token_hex(3)}"

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """Finds the numbers in a message."""
        return re.compile(self.mark.encode() + rb" (\d{8}) ")

    def fields(self, number: int, *, long: bool = False) -> dict[str, str | int]:
        """What an editor posts to our service."""
        headline = self._headline(number)
        if long:
            headline = f"{self.mark} {number:08d} {_FILLER}"
        return {"headline": headline, "urgency": 2, "source": "Newsroom"}

    def message(self, number: int, *, long: bool = False) -> str:
        """What another server is told to send."""
        headline = f"{self.mark} {number:08d} {_FILLER}" if long else self._headline(number)
        return _MESSAGE.format(headline=headline)

    def _headline(self, number: int) -> str:
        return _HEADLINE.format(mark=self.mark, number=number)
