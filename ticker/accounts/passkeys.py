"""Passkeys (WebAuthn Level 3) of local users: discoverable credentials, with the user verified."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ticker.accounts.challenges import StaleChallengeError
from ticker.news.document import dumps, format_time, parse_time, utcnow
from ticker.news.text import line
from ticker.store.faults import store_errors

with suppress(ImportError):  # an extra: without it there are no passkeys
    import webauthn
    from webauthn.helpers import (
        base64url_to_bytes,
        bytes_to_base64url,
        parse_authentication_credential_json,
        parse_client_data_json,
        parse_registration_credential_json,
    )
    from webauthn.helpers.exceptions import WebAuthnException
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticker.accounts.challenges import Challenges
    from ticker.accounts.users import User, Users
    from ticker.store.client import Store

PASSKEYS_MAX: Final = 10
_NAME_MAX: Final = 40
_LOGIN: Final = "login"
_HANDLE: Final = re.compile(r"[0-9a-f]{32}")
_ID_MAX: Final = 1400  # WebAuthn: an id has 1023 bytes at most; in base64url
_ADD: Final = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'known' end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 'added'
"""
# One that was removed meanwhile stays removed.
_USE: Final = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
"""


class PasskeyError(Exception):
    """A passkey that is not accepted.

    Attributes:
        name: Of the user whose it is, as far as is known; "": it is nobody's.
    """

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(reason)
        self.name = name


class TooManyPasskeysError(Exception):
    """A user has as many as there may be."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A credential of a user.

    Attributes:
        id: Credential id, base64url.
        user: Name of the user.
        name: What they call it.
        key: Public key (COSE), base64url.
        count: Signature counter, as it was last seen.
        created: When it was made, UTC.
        used: When it last logged somebody in, UTC.
    """

    id: str
    user: str
    name: str
    key: str
    count: int
    created: datetime
    used: datetime | None


class Passkeys:
    """Passkeys in the store. Every method raises `StoreUnavailableError`.

    Args:
        store: Where they are.
        users: Whose they are.
        challenges: Makes challenges.
        origin: Of our pages, as configured; its host is the relying party's id.
        clock: Aware UTC.
    """

    def __init__(
        self,
        store: Store,
        users: Users,
        challenges: Challenges,
        origin: str,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._commands: Any = store.commands
        self._house = store.house
        self._add = store.script(_ADD)
        self._use = store.script(_USE)
        self._users = users
        self._challenges = challenges
        self._origin = origin
        self._site = urlsplit(origin).hostname or ""
        self._clock = clock

    async def of(self, user: User) -> list[Passkey]:
        """Those of a user, the oldest first."""
        with store_errors():
            texts = await self._commands.hvals(self._house.passkeys(user.handle))
        return sorted(map(_decode, texts), key=lambda it: (it.created, it.id))

    async def offer(self, user: User, use: str) -> dict[str, Any]:
        """Options for `navigator.credentials.create()`.

        Args:
            user: Whose it will be.
            use: What `add` will be called with: the session that asks.
        """
        options = webauthn.generate_registration_options(
            rp_id=self._site,
            rp_name="Ticker",
            user_id=user.handle.encode(),
            user_name=user.name,
            challenge=await self._challenges.issue(use),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(it.id))
                for it in await self.of(user)
            ],
        )
        return _as_json(options)

    async def add(self, user: User, use: str, name: str, credential: dict[str, Any]) -> None:
        """Keep what a browser made of an offer.

        Raises:
            PasskeyError: It proves nothing, or is known.
            TooManyPasskeysError: There are `PASSKEYS_MAX`.
            TextError: The name is none.
        """
        name = line(name, _NAME_MAX)
        try:
            parsed = parse_registration_credential_json(credential)
            challenge = parse_client_data_json(parsed.response.client_data_json).challenge
            await self._challenges.check(challenge, use)
            made = webauthn.verify_registration_response(
                credential=parsed,
                expected_challenge=challenge,
                expected_rp_id=self._site,
                expected_origin=self._origin,
                require_user_verification=True,
            )
            await self._challenges.spend(challenge)
        except _refusals() as error:
            raise PasskeyError(f"{type(error).__name__}: {error}", user.name) from error
        key = bytes_to_base64url(made.credential_public_key)
        id_, now = bytes_to_base64url(made.credential_id), self._clock()
        record = _encode(Passkey(id_, user.name, name, key, made.sign_count, now, None))
        with store_errors():
            added = await self._add(
                [self._house.passkeys(user.handle)], [id_, record, PASSKEYS_MAX]
            )
        if added == "full":
            raise TooManyPasskeysError(f"there are {PASSKEYS_MAX} passkeys; remove one")
        if added == "known":
            raise PasskeyError("it is known", user.name)

    async def remove(self, user: User, id_: str) -> bool:
        """End one; False if the user has none of that id."""
        with store_errors():
            return bool(await self._commands.hdel(self._house.passkeys(user.handle), id_))

    async def ask(self) -> dict[str, Any]:
        """Options for `navigator.credentials.get()`, whoever it will be."""
        options = webauthn.generate_authentication_options(
            rp_id=self._site,
            challenge=await self._challenges.issue(_LOGIN),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _as_json(options)

    async def check(self, credential: dict[str, Any]) -> User:
        """The user whose passkey has answered.

        Raises:
            PasskeyError: It is nobody's, proves nothing, or was answered before.
        """
        passkey, user = await self._find(credential)
        try:
            parsed = parse_authentication_credential_json(credential)
            challenge = parse_client_data_json(parsed.response.client_data_json).challenge
            await self._challenges.check(challenge, _LOGIN)
            # A counter that does not go up is a copy of the authenticator (§6.1.1).
            seen = webauthn.verify_authentication_response(
                credential=parsed,
                expected_challenge=challenge,
                expected_rp_id=self._site,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(passkey.key),
                credential_current_sign_count=passkey.count,
                require_user_verification=True,
            )
            await self._challenges.spend(challenge)
        except _refusals() as error:
            raise PasskeyError(f"{type(error).__name__}: {error}", user.name) from error
        used = replace(passkey, count=seen.new_sign_count, used=self._clock())
        record = _encode(used)
        with store_errors():
            await self._use([self._house.passkeys(user.handle)], [passkey.id, record])
        return user

    async def _find(self, credential: dict[str, Any]) -> tuple[Passkey, User]:
        """Whose it is: the authenticator says the user handle, and the store their credentials."""
        try:
            id_ = credential["id"]
            handle = base64url_to_bytes(credential["response"]["userHandle"]).decode()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PasskeyError("it names nobody") from error
        if not isinstance(id_, str) or len(id_) > _ID_MAX or not _HANDLE.fullmatch(handle):
            raise PasskeyError("it names nobody")
        with store_errors():
            text = await self._commands.hget(
                self._house.passkeys(handle), id_.encode("utf-8", "replace")
            )
        passkey = _decode(text) if text else None
        user = await self._users.get(passkey.user) if passkey else None
        if passkey is None or user is None or user.handle != handle:
            raise PasskeyError("it is nobody's")
        return passkey, user


def are_possible(origin: str) -> bool:
    """Whether browsers have passkeys for an origin: https and a host name, or localhost."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return bool(host) and (parts.scheme == "https" or host == "localhost")
    return False


def _refusals() -> tuple[type[Exception], ...]:
    """What says that an answer proves nothing, and what else nonsense makes the library raise."""
    nonsense = (ValueError, KeyError, TypeError, IndexError, AttributeError)
    return (StaleChallengeError, WebAuthnException, *nonsense)


def _as_json(options: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return values


def _encode(passkey: Passkey) -> str:
    used = format_time(passkey.used) if passkey.used else None
    return dumps({**asdict(passkey), "created": format_time(passkey.created), "used": used})


def _decode(text: str) -> Passkey:
    values = json.loads(text)
    used = values["used"]
    created, used = parse_time(values["created"]), parse_time(used) if used else None
    return Passkey(**{**values, "created": created, "used": used})
