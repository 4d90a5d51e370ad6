"""OpenID Connect relying party: authorisation code with PKCE (RFC 7636), state and nonce.

Knows neither browsers nor users: it makes the URL to go to, and says who came back.
"""

from __future__ import annotations

import secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from ticker.accounts.federation import Identity
from ticker.accounts.fetch import ProviderRefusedError
from ticker.accounts.id_token import UntrustedTokenError, verify
from ticker.accounts.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.accounts.fetch import Fetch
    from ticker.news.newsroom import SignOn

# An ID token that is kept to log out with; a longer one is not.
_HINT_MAX: Final = 4096
_GROUPS_MAX: Final = 2000


class StrayAnswerError(Exception):
    """An answer to no login that this browser has begun."""


class DeniedError(Exception):
    """The provider did not let somebody in, or they did not want to."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One login on its way; only its browser knows the secret, of which all else is made.

    Attributes:
        secret: 256 random bits.
    """

    secret: str

    @classmethod
    def begin(cls) -> Flow:
        """A new one."""
        return cls(secrets.token_urlsafe(32))

    @property
    def state(self) -> str:
        """That the answer must bring back (RFC 6749 §10.12)."""
        return self._derive("state")

    @property
    def nonce(self) -> str:
        """That the ID token must hold."""
        return self._derive("nonce")

    @property
    def verifier(self) -> str:
        """Code verifier of PKCE, which the token endpoint alone is told."""
        return self._derive("verifier")

    @property
    def challenge(self) -> str:
        """Code challenge, S256."""
        return _base64url(sha256(self.verifier.encode()).digest())

    def _derive(self, use: str) -> str:
        return _base64url(sha256(f"{use}\0{self.secret}".encode()).digest())


class RelyingParty:
    """This service as a client of its provider.

    Args:
        sign_on: The provider, and what it knows us as.
        secret: Client secret; empty: a public client, which PKCE alone protects.
        fetch: Asks the provider.
    """

    def __init__(self, sign_on: SignOn, secret: str, fetch: Fetch) -> None:
        self._sign_on = sign_on
        self._secret = secret
        self._fetch = fetch
        self._provider = Provider(sign_on.issuer, fetch)

    async def login_url(self, flow: Flow, back: str, *, afresh: bool = False) -> str:
        """Where a browser logs in.

        Args:
            flow: The login that begins.
            back: Our URL that it comes back to, as registered.
            afresh: Whether the provider is to ask who it is, even if it knows.

        Raises:
            ProviderAwayError, BusyError: It cannot be asked where that is.
        """
        fields = {
            "response_type": "code",
            "client_id": self._sign_on.client_id,
            "redirect_uri": back,
            "scope": " ".join(("openid", *self._sign_on.scopes)),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login"} if afresh else {}),
        }
        return _with_query((await self._provider.metadata())["authorization_endpoint"], fields)

    async def identify(self, flow: Flow, answer: Mapping[str, str], back: str) -> Identity:
        """Who somebody is who came back with these fields.

        Raises:
            StrayAnswerError: The answer is to another login, or another issuer's (RFC 9207).
            DeniedError: They were not let in.
            UntrustedTokenError: What the provider gave for the code proves nothing.
            ProviderAwayError, BusyError: It cannot be asked.
        """
        if not compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise StrayAnswerError("state")
        metadata = await self._provider.metadata()
        named = metadata.get("authorization_response_iss_parameter_supported") is True
        if ("iss" in answer or named) and answer.get("iss") != self._provider.issuer:
            raise StrayAnswerError("iss")
        if not answer.get("code"):
            raise DeniedError(answer.get("error", "")[:40])
        try:
            given = await self._exchange(metadata, flow, answer["code"], back)
            token = given.get("id_token")
            client_id = self._sign_on.client_id
            claims = await verify(token, self._provider, client_id, flow.nonce)
            claims = await self._with_userinfo(metadata, claims, given)
        except ProviderRefusedError as error:
            raise UntrustedTokenError(str(error)) from error
        return self._identity(claims, str(token))

    async def logout_url(self, hint: str, back: str) -> str | None:
        """Where a browser ends its login at the provider (RP-Initiated Logout 1.0); None: nowhere.

        Raises:
            ProviderAwayError, BusyError: It cannot be asked where that is.
        """
        end = (await self._provider.metadata()).get("end_session_endpoint")
        if end is None:
            return None
        fields = {"post_logout_redirect_uri": back, "client_id": self._sign_on.client_id}
        return _with_query(end, {**({"id_token_hint": hint} if hint else {}), **fields})

    async def _exchange(
        self, metadata: dict[str, Any], flow: Flow, code: str, back: str
    ) -> dict[str, Any]:
        """Tokens for a code (RFC 6749 §4.1.3)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": flow.verifier,
        }
        client_id, authorization = self._sign_on.client_id, ""
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if not self._secret:
            form["client_id"] = client_id
        elif "client_secret_basic" in ways:
            pair = f"{quote(client_id, safe='')}:{quote(self._secret, safe='')}"
            authorization = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client_id, "client_secret": self._secret}
        return await self._fetch(metadata["token_endpoint"], form, authorization)

    async def _with_userinfo(
        self, metadata: dict[str, Any], claims: dict[str, Any], given: dict[str, Any]
    ) -> dict[str, Any]:
        """Claims that only the UserInfo endpoint tells (Core 1.0 §5.3), where there is one."""
        wanted = (self._sign_on.groups_claim, self._sign_on.name_claim)
        if all(it in claims for it in wanted) or "userinfo_endpoint" not in metadata:
            return claims
        access = f"Bearer {given.get('access_token', '')}"
        told = await self._fetch(metadata["userinfo_endpoint"], None, access)
        if told.get("sub") != claims["sub"]:
            raise UntrustedTokenError("UserInfo is about another subject")
        return {**told, **claims}

    def _identity(self, claims: dict[str, Any], token: str) -> Identity:
        groups = claims.get(self._sign_on.groups_claim, [])
        groups = [groups] if isinstance(groups, str) else groups
        known = [it for it in groups if isinstance(it, str)] if isinstance(groups, list) else []
        return Identity(
            subject=f"{self._provider.issuer} {claims['sub']}",
            name=str(claims.get(self._sign_on.name_claim, "")),
            groups=frozenset(known[:_GROUPS_MAX]),
            hint=token if len(token) <= _HINT_MAX else "",
        )


def _with_query(url: str, fields: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
