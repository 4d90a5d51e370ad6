"""Device cookies (OWASP): which browsers somebody has logged in with before.

A cookie is a random id and a MAC of it, by a secret of the store, for one name and one password:
nothing is kept for each browser, and a new password makes strangers of all of them.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from ticker.accounts.users import User, Users
    from ticker.store.client import Store


class Devices:
    """Makes and recognises device cookies. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, users: Users) -> None:
        self._commands: Any = store.commands
        self._secret = store.house.device_secret
        self._users = users

    async def issue(self, name: str) -> str:
        """The value of a new cookie for a browser that this user has just logged in with."""
        user = await self._users.get(name)
        device = secrets.token_urlsafe(16)
        return f"{device}.{await self._mac(user, device)}" if user else ""

    async def recognise(self, name: str, cookie: str) -> str:
        """The id of a browser that has logged in under this name; "": it has not."""
        device, _, mac = cookie.partition(".")
        user = await self._users.get(name) if mac else None
        if user is None:
            return ""
        expected = (await self._mac(user, device)).encode()
        return device if hmac.compare_digest(expected, mac.encode(errors="replace")) else ""

    async def _mac(self, user: User, device: str) -> str:
        with store_errors():
            await self._commands.set(self._secret, secrets.token_hex(32), nx=True)
            secret = await self._commands.get(self._secret)
        message = "\0".join((user.name, user.hash, device)).encode(errors="surrogatepass")
        return hmac.new(bytes.fromhex(secret), message, sha256).hexdigest()
