"""OpenID providers on loopback: a real one in a process of its own, and one that can be told to lie.

The real one is `oidc-provider-mock`, on Authlib. It knows neither PKCE nor a change of keys, and never
lies; what takes those is tried with `Forger`, which makes whatever token a test asks for.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode, urlsafe_b64encode
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.support.listening import listening
from tests.support.process import PATIENCE, free_port
from ticker.news.newsroom import Group, SignOn

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Iterator

CLIENT = "ticker-desk"
SECRET = "s&cret: of the client"
GROUPS = (
    Group("newsroom", "editor"),
    Group("arabic", "reporter", ("ar",)),
    Group("chiefs", "admin"),
)


def sign_on(issuer: str, **others: Any) -> SignOn:
    """The table of a newsroom file."""
    return SignOn("Example News", issuer, CLIENT, GROUPS, **others)


@contextmanager
def real_provider(*users: dict[str, Any]) -> Iterator[str]:
    """Issuer of a real provider, with these users (claims)."""
    port = free_port()
    options = [it for user in users for it in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *options]
    issuer, quiet = f"http://127.0.0.1:{port}", subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(f"{issuer}/.well-known/openid-configuration"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=PATIENCE):
        return True
    return False


class Key:
    """A signing key with its id."""

    def __init__(self, kind: str = "RS256") -> None:
        self.alg, self.kid = kind, secrets.token_hex(4)
        self.private: Any = (
            ec.generate_private_key(ec.SECP256R1())
            if kind == "ES256"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    @property
    def public(self) -> dict[str, Any]:
        algorithm: Any = ECAlgorithm if self.alg == "ES256" else RSAAlgorithm
        key = algorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**key, "kid": self.kid, "use": "sig"}


@dataclass
class Forger:
    """A provider that says what it is told to say.

    Attributes:
        issuer: Its identifier.
        keys: Of which the first signs.
        published: What its key set holds; None: all its keys.
        claims: Of everybody who logs in, besides what a token needs.
        userinfo: What only the UserInfo endpoint says.
        metadata: That differ from the usual.
        forge: Makes the token of the claims that it should have; None: it is signed rightly.
        asked: Paths that were asked for, in their order.
    """

    issuer: str
    keys: list[Key] = field(default_factory=lambda: [Key()])
    published: list[dict[str, Any]] | None = None
    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u1", "preferred_username": "amal", "groups": ["newsroom"]}
    )
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    forge: Callable[[dict[str, Any]], str] | None = None
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorise(self, url: str) -> dict[str, str]:
        """What it sends a browser back with that logs in at a URL."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def sign(self, claims: dict[str, Any], key: Key | None = None, **header: Any) -> str:
        by = key or self.keys[0]
        return jwt.encode(claims, by.private, by.alg, headers={"kid": by.kid, **header})

    async def answer(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        head = (await incoming.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        headers = dict(it.split(": ", 1) for it in head.split("\r\n")[1:] if it)
        raw = await incoming.readexactly(int(headers.get("Content-Length", "0")))
        self.asked.append(path)
        form = dict(parse_qsl(raw.decode()))
        status, body = (503, {}) if self.is_away else self._respond(method, path, headers, form)
        text = json.dumps(body).encode()
        outgoing.write(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode()
            + text
        )
        await outgoing.drain()

    def _respond(
        self, method: str, path: str, headers: dict[str, str], form: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata()
        if path == "/jwks":
            published = [it.public for it in self.keys]
            return 200, {"keys": published if self.published is None else self.published}
        if path == "/userinfo":
            assert headers["Authorization"] == "Bearer access"
            return 200, {"sub": self.claims["sub"], **self.userinfo}
        assert (method, path) == ("POST", "/token")
        return self._exchange(headers, form)

    def _exchange(
        self, headers: dict[str, str], form: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        kind, _, pair = headers["Authorization"].partition(" ")
        assert kind == "Basic"
        assert [unquote(it) for it in b64decode(pair).decode().split(":")] == [CLIENT, SECRET]
        asked = self._codes.pop(form["code"], None)
        digest = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest())
        if asked is None or digest.decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = self.forge(claims) if self.forge else self.sign(claims)
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "jwks_uri": f"{self.issuer}/jwks",
            **self.metadata,
        }


@asynccontextmanager
async def forger() -> AsyncIterator[Forger]:
    """A provider of a test's own."""
    made: list[Forger] = []

    async def answer(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await made[0].answer(incoming, outgoing)

    async with listening(answer) as port:
        made.append(Forger(f"http://127.0.0.1:{port}"))
        yield made[0]
