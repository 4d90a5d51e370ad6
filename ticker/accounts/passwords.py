"""Password hashing with Argon2id (RFC 9106), judged by length alone (NIST SP 800-63B §3.1.1)."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 256
# A hash takes 64 MiB and the better part of a core: this many at once, and the others wait.
_AT_ONCE: Final = 2
# No letter or digit that is mistaken for another.
_ALPHABET: Final = "abcdefghjkmnpqrstvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 5


class WeakPasswordError(Exception):
    """The password may not be used; the message says why."""


class Passwords:
    """Makes and verifies hashes, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = ""

    async def hash(self, password: str, name: str) -> str:
        """The hash of a new password, with its salt and parameters.

        Raises:
            WeakPasswordError: It is too short, too long, or the name of who would use it.
        """
        clean = _clean(password)
        if not LENGTH_MIN <= len(clean) <= LENGTH_MAX:
            raise WeakPasswordError(
                f"must be {LENGTH_MIN} to {LENGTH_MAX} characters long, and is {len(clean)}"
            )
        if clean.casefold() == _clean(name).casefold():
            raise WeakPasswordError("must not be the name of its user")
        return await self._hash(clean)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of a hash; as slow without one (user enumeration)."""
        if not self._nobodys:
            self._nobodys = await self._hash(secrets.token_urlsafe())
        async with self._turns:
            right = await asyncio.to_thread(self._matches, kept or self._nobodys, password)
        return right and kept is not None

    def is_dated(self, kept: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    async def _hash(self, clean: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, clean)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _clean(password[: LENGTH_MAX + 1]))
        except VerificationError:
            return False


def generate() -> str:
    """A password that nobody guesses: 98 random bits in four groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _clean(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
