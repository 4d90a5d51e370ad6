"""What an OpenID provider says of itself: metadata (Discovery 1.0) and signing keys (RFC 7517).

Both are remembered. A key that nobody knows is asked for again, as providers change their keys;
not at every try, as anybody can name one.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.fetch import ProviderAwayError, ProviderRefusedError, is_safe

with suppress(ImportError):  # an extra: settings ask for no provider without it
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.accounts.fetch import Fetch

_FRESH_SECONDS: Final = 3600.0
# Circuit breaker: a provider that did not answer, or did not know a key, is left alone for a while.
_AGAIN_SECONDS: Final = 10.0
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL: Final = ("userinfo_endpoint", "end_session_endpoint")
_KINDS: Final = frozenset({"RSA", "EC", "OKP"})


class Provider:
    """An OpenID provider, as it describes itself.

    Args:
        issuer: Its identifier, as configured.
        fetch: Asks it.
        clock: Monotonic seconds.
    """

    def __init__(
        self, issuer: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer: Final = issuer
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._metadata: dict[str, Any] = {}
        self._read = self._failed = self._looked = -_FRESH_SECONDS
        self._keys: list[PyJWK] = []

    async def metadata(self) -> dict[str, Any]:
        """Its metadata, an hour old at most where it can be asked; older ones serve while it can't.

        Raises:
            ProviderAwayError: It cannot, and there are none; or they are not its own.
        """
        async with self._lock:
            now = self._clock()
            if now - self._read < _FRESH_SECONDS:
                return self._metadata
            if now - self._failed < _AGAIN_SECONDS:
                return self._old("did not answer a moment ago")
            try:
                values = await self._fetch(
                    f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                )
                self._check(values)
            except (ProviderAwayError, ProviderRefusedError) as error:
                self._failed = self._clock()
                return self._old(str(error))
            self._metadata, self._read = values, now
            return values

    async def keys(self, key_id: str | None) -> list[PyJWK]:
        """Public keys that may have signed: the one of this id (`kid`), or all where it has none.

        Raises:
            ProviderAwayError: It cannot be asked for them.
        """
        uri = (await self.metadata())["jwks_uri"]
        async with self._lock:
            age = self._clock() - self._looked
            # A key without an id may be another one than before.
            is_unknown = key_id is None or not self._of(key_id)
            if age >= _FRESH_SECONDS or (is_unknown and age >= _AGAIN_SECONDS):
                self._looked = self._clock()
                await self._look(uri)
        return self._of(key_id)

    async def _look(self, uri: str) -> None:
        """Ask for the keys; those that it withdrew are forgotten at once, or in an hour."""
        try:
            self._keys = _parsed(await self._fetch(uri))
        except (ProviderAwayError, ProviderRefusedError) as error:
            if not self._keys:
                raise ProviderAwayError(str(error)) from error

    def _of(self, key_id: str | None) -> list[PyJWK]:
        return [it for it in self._keys if key_id is None or it.key_id == key_id]

    def _old(self, reason: str) -> dict[str, Any]:
        if not self._metadata:
            raise ProviderAwayError(f"{self.issuer}: {reason}")
        return self._metadata

    def _check(self, values: dict[str, Any]) -> None:
        """Discovery 1.0 §4.3: they are those of this issuer; and what they name can be asked.

        Raises:
            ProviderAwayError: They are not, or it cannot.
        """
        if values.get("issuer") != self.issuer:
            raise ProviderAwayError(f"metadata are those of {values.get('issuer')!r}")
        for name in (*_NEEDED, *(it for it in _OPTIONAL if it in values)):
            if not is_safe(values.get(name)):
                raise ProviderAwayError(f"metadata: {name} is no https URL")


def _parsed(values: dict[str, Any]) -> list[PyJWK]:
    """The public keys for signatures; others, and kinds that nobody knows, are passed over."""
    found = []
    for it in values.get("keys", []):
        if isinstance(it, dict) and it.get("kty") in _KINDS and it.get("use", "sig") == "sig":
            with suppress(PyJWTError):
                found.append(PyJWK(it))
    return found
