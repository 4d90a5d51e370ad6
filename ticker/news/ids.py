"""Sortable ids of flashes (like ULID): time first, then random, fit for a URL."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from ticker.news.document import milliseconds

if TYPE_CHECKING:
    from datetime import datetime

# Crockford's base 32, in lower case: no i, l, o, u.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_DIGITS: Final = 10
_RANDOM_BITS: Final = 30
# A namespace of our own (RFC 9562 §6.6): what is made in it never changes again.
_FLASHES: Final = UUID("844f3459-5da1-4eff-8a96-7ca37b35179d")


def uri_of(flash_id: str) -> str:
    """Name of a flash for the world (URN, RFC 9562 §4): the same in all versions and formats.

    It has no host in it, so that a service that is reached by another name, or moves, sends
    nobody its lines as new ones.
    """
    return uuid5(_FLASHES, flash_id).urn


class Ids:
    """Monotonic id generator: 10 digits of milliseconds, then 6 random ones.

    Within one millisecond the random ones only rise.
    """

    def __init__(self) -> None:
        self._last = 0

    def mint(self, now: datetime) -> str:
        """An id greater than every one this object has made."""
        fresh = milliseconds(now) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        if fresh <= self._last:
            fresh = self._last + 1
        self._last = fresh
        digits = []
        for _ in range(_TIME_DIGITS + _RANDOM_BITS // 5):
            fresh, digit = divmod(fresh, 32)
            digits.append(_ALPHABET[digit])
        return "".join(reversed(digits))
