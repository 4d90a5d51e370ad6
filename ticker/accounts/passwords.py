"""Password hashing with Argon2id (RFC 9106), judged by length alone (NIST SP 800-63B §3.1.1)."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_T = TypeVar("_T")

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 256
# A hash takes 64 MiB and the better part of a core: one at a time, and few wait for their turn.
PLACES: Final = 16
STRANGERS_PLACES: Final = 6
_NICE: Final = 10
# No letter or digit that is mistaken for another.
_ALPHABET: Final = "abcdefghjkmnpqrstvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 5


class WeakPasswordError(Exception):
    """The password may not be used; the message says why."""


class BusyError(Exception):
    """Load shedding: too many passwords wait to be looked at; this one was not."""


class GoneError(Exception):
    """Whoever sent the password did not wait for the answer; it was not looked at."""


async def stays() -> bool:
    """Nobody has gone: of callers that have no client."""
    return False


class Passwords:
    """Makes and verifies hashes in one thread, which takes what cores the event loop leaves."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._worker = ThreadPoolExecutor(1, "passwords", _step_back)
        self._turn = asyncio.Lock()
        self._inside = 0
        self._nobodys = ""

    async def hash(self, password: str, name: str) -> str:
        """The hash of a new password, with its salt and parameters.

        Raises:
            WeakPasswordError: It is too short, too long, or the name of who would use it.
            BusyError: Too many wait.
        """
        clean = _clean(password)
        if not LENGTH_MIN <= len(clean) <= LENGTH_MAX:
            raise WeakPasswordError(
                f"must be {LENGTH_MIN} to {LENGTH_MAX} characters long, and is {len(clean)}"
            )
        if clean.casefold() == _clean(name).casefold():
            raise WeakPasswordError("must not be the name of its user")
        return await self._in_turn(PLACES, stays, self._hasher.hash, clean)

    async def verify(
        self,
        kept: str | None,
        password: str,
        places: int = PLACES,
        is_gone: Callable[[], Awaitable[bool]] = stays,
    ) -> bool:
        """Whether a password is the one of a hash; as slow without one (user enumeration).

        Args:
            kept: The hash.
            password: As it was typed.
            places: How many may be in the queue with this one.
            is_gone: Whether nobody waits for the answer any more; asked when its turn comes.

        Raises:
            BusyError: There are more.
            GoneError: Nobody waits for it.
        """
        right = await self._in_turn(places, is_gone, self._verify, kept, password)
        return right and kept is not None

    def check_places(self, places: int) -> None:
        """Check that there is a place in the queue now, of so many.

        Raises:
            BusyError: There is none.
        """
        if self._inside >= places:
            raise BusyError

    def is_dated(self, kept: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    async def _in_turn(
        self,
        places: int,
        is_gone: Callable[[], Awaitable[bool]],
        work: Callable[..., _T],
        *args: Any,
    ) -> _T:
        """Do one piece of work after those that came before, unless it is in vain."""
        self.check_places(places)
        self._inside += 1
        try:
            async with self._turn:
                if await is_gone():
                    raise GoneError
                return await asyncio.get_running_loop().run_in_executor(self._worker, work, *args)
        finally:
            self._inside -= 1

    def _verify(self, kept: str | None, password: str) -> bool:
        if not self._nobodys:
            self._nobodys = self._hasher.hash(secrets.token_urlsafe())
        return self._matches(kept or self._nobodys, password)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _clean(password[: LENGTH_MAX + 1]))
        except VerificationError:
            return False


def generate() -> str:
    """A password that nobody guesses: 98 random bits in four groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _step_back() -> None:
    """Lower the priority of this thread, which its own hashing threads inherit (Linux)."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nice = os.getpriority(os.PRIO_PROCESS, thread) + _NICE
        os.setpriority(os.PRIO_PROCESS, thread, nice)


def _clean(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
