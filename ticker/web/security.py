"""Who may come in: bearer tokens, request rates, origins, and the headers of every response."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

from ticker.hub import utcnow
from ticker.web.problems import at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ticker.accounts import Accounts, Principal
    from ticker.settings import Edition, Newsroom, Settings

ASSET_HEADERS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
}
API_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def page_policy(frame_ancestors: str = "'self'") -> str:
    """Content Security Policy (CSP 3) of a page of ours: only our own files, and live lines."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


class SecurityHeaders:
    """Puts the headers that every response needs onto those that lack them (pure ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; a WebSocket passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in API_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Guard:
    """Lets editors in by token, each at a bounded rate."""

    def __init__(
        self, accounts: Accounts, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts = accounts
        self._rate = settings.posts_per_second
        self._burst = float(settings.posts_burst)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    async def admit(self, connection: HTTPConnection) -> Principal:
        """The principal of the bearer token (RFC 6750).

        Raises:
            ProblemError: 401 for a missing, unknown, revoked or expired token, 429 for too many
                requests.
            StoreUnavailableError: The store is away.
        """
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise at(
                401,
                "Authorization",
                "A bearer token is needed.",
                WWW_Authenticate='Bearer realm="ticker"',
            )
        principal = await self._accounts.verify(token.strip(), utcnow())
        if principal is None:
            raise at(
                401,
                "Authorization",
                "The token is unknown, revoked or expired.",
                WWW_Authenticate='Bearer realm="ticker", error="invalid_token"',
            )
        self._spend(principal.name)
        return principal

    def _spend(self, name: str) -> None:
        """Take one from the token's bucket, which fills at the sustained rate."""
        now = self._clock()
        level, at_time = self._buckets.get(name, (self._burst, now))
        level = min(self._burst, level + (now - at_time) * self._rate)
        if level < 1:
            wait = str(math.ceil((1 - level) / self._rate))
            raise at(429, "Authorization", "Too many requests with this token.", Retry_After=wait)
        self._buckets[name] = (level - 1, now)


def edition_of(newsroom: Newsroom, code: str) -> Edition:
    """The configured edition.

    Raises:
        ProblemError: 404, there is none of that code.
    """
    edition = newsroom.editions.get(code)
    if edition is None:
        known = ", ".join(newsroom.editions)
        raise at(404, "edition", f"There is no edition {code!r}; there are {known}.")
    return edition


def is_allowed(edition: Edition, origin: str | None, host: str | None) -> bool:
    """Whether a page of this origin may read the edition: ours, a listed one, or any."""
    if not edition.origins or origin is None:
        return True
    name = origin.partition("://")[2]
    return origin in edition.origins or (name != "" and name == host)


def cors(edition: Edition, origin: str | None) -> dict[str, str]:
    """Headers that let scripts of other sites read a public response (Fetch standard)."""
    exposed = {"Access-Control-Expose-Headers": "Date, ETag"}
    if not edition.origins:
        return {"Access-Control-Allow-Origin": "*", **exposed}
    if origin is not None and origin in edition.origins:
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **exposed}
    return {"Vary": "Origin"}
