"""Challenges of WebAuthn (§13.4.3): each is ours, for one use, once, and not for long.

A challenge carries its time and a MAC, so nothing is kept of those that nobody answers; of one that
was answered rightly the store remembers that it is spent.
"""

from __future__ import annotations

import hmac
import secrets
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.store.client import Store

LIFE_SECONDS: Final = 300
_RANDOM: Final = 16
_TIME: Final = 8
_MAC: Final = 16


class StaleChallengeError(Exception):
    """A challenge that is not ours, is for another use, has expired, or was answered before."""


class Challenges:
    """Makes and spends challenges. Every method raises `StoreUnavailableError`.

    Args:
        store: Where the secret is, and what was spent.
        clock: Seconds since the epoch.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._commands: Any = store.commands
        self._house = store.house
        self._clock = clock

    async def issue(self, use: str) -> bytes:
        """A new one, for one use: a login, or what the session of a browser does."""
        body = secrets.token_bytes(_RANDOM)
        body += (int(self._clock()) + LIFE_SECONDS).to_bytes(_TIME, "big")
        return body + await self._mac(use, body)

    async def check(self, challenge: bytes, use: str) -> None:
        """Let one pass that is ours and has not expired.

        Raises:
            StaleChallengeError: It is not, or it has.
        """
        body, mac = challenge[: _RANDOM + _TIME], challenge[_RANDOM + _TIME :]
        if not hmac.compare_digest(await self._mac(use, body), mac):
            raise StaleChallengeError("not ours")
        if int.from_bytes(body[_RANDOM:], "big") <= self._clock():
            raise StaleChallengeError("expired")

    async def spend(self, challenge: bytes) -> None:
        """Use one up that was answered rightly.

        Raises:
            StaleChallengeError: It was, by another answer.
        """
        key = self._house.logins("challenge", sha256(challenge).hexdigest()[:32])
        with store_errors():
            is_first = await self._commands.set(key, "1", nx=True, ex=2 * LIFE_SECONDS)
        if not is_first:
            raise StaleChallengeError("answered before")

    async def _mac(self, use: str, body: bytes) -> bytes:
        key = self._house.device_secret
        with store_errors():
            secret = await self._commands.get(key)
            if secret is None:
                await self._commands.set(key, secrets.token_hex(32), nx=True)
                secret = await self._commands.get(key)
        # A key of its own: no device cookie can be made to look like a challenge.
        own = hmac.digest(bytes.fromhex(secret), b"webauthn challenge", sha256)
        return hmac.digest(own, use.encode() + b"\0" + body, sha256)[:_MAC]
