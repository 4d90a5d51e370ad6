"""Authentication: a bearer token, or a session cookie with a CSRF token; and the rate limit."""

from __future__ import annotations

import math
import time
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from ticker.accounts.principal import Role
from ticker.accounts.rights import authorise
from ticker.news.document import utcnow
from ticker.protocol.networks import is_address
from ticker.protocol.token_bucket import TokenBuckets
from ticker.web.problems import problem_at
from ticker.web.security import desk_edition_of, is_own, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import HTTPConnection, Request

    from ticker.accounts.principal import Principal
    from ticker.accounts.sessions import Session, Sessions
    from ticker.accounts.tokens import Tokens
    from ticker.news.newsroom import Edition
    from ticker.settings import Settings

# More than there are users and tokens: nobody's bucket is forgotten while they are here.
NAMES_MAX: Final = 4000
_COOKIE: Final = "ticker-session"
# Cookie prefix (RFC 6265bis): browsers take it only over TLS, for one host, and for all of it.
_SAFE_COOKIE: Final = "__Host-ticker-session"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES: Final = frozenset({"same-origin", "none"})


class Authenticator:
    """Authenticates editors, and limits the rate of each."""

    def __init__(
        self,
        tokens: Tokens,
        sessions: Sessions,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._newsroom = settings.newsroom
        self._public_url = settings.public_url
        self._clock = clock
        self._buckets = TokenBuckets(settings.posts_per_second, settings.posts_burst, NAMES_MAX)

    async def authenticate(self, connection: HTTPConnection) -> Principal:
        """The principal of the bearer token (RFC 6750), or of the session cookie.

        Raises:
            ProblemError: 401 for no, an unknown, a revoked or an expired token or session, 403 for
                a change that another site may have asked for (CSRF), 429 for too many requests.
            StoreUnavailableError: The store is away.
        """
        if "authorization" not in connection.headers:
            session = await self.session(connection)
            if session is not None:
                self.check_intent(connection, session, connection.headers.get("x-csrf-token", ""))
                await self._sessions.touch(session)
                self._spend(session.principal.name)
                return session.principal
        principal = await self._bearer(connection)
        self._spend(principal.name)
        return principal

    async def edition_of(self, request: Request, least: Role = Role.REPORTER) -> Edition:
        """Authorisation: the edition of a URL, drills too, for at least this role there.

        Raises:
            ProblemError: 404 there is no such edition, or as `authenticate` says.
            ForbiddenError: It is not theirs.
            StoreUnavailableError: The store is away.
        """
        edition = desk_edition_of(self._newsroom, request.path_params["edition"])
        authorise(await self.authenticate(request), edition.code, least)
        return edition

    def edition_for(self, connection: HTTPConnection, session: Session) -> Edition:
        """Authorisation: the same for a session that was found before, as of pages.

        Raises:
            ProblemError: 404, there is no such edition.
            ForbiddenError: It is not theirs.
        """
        edition = desk_edition_of(self._newsroom, connection.path_params["edition"])
        authorise(session.principal, edition.code, Role.REPORTER)
        return edition

    async def session(self, connection: HTTPConnection) -> Session | None:
        """The session of the browser's cookie; None: there is none."""
        secret = connection.cookies.get(self.cookie(connection))
        return await self._sessions.find(secret) if secret else None

    def cookie(self, connection: HTTPConnection) -> str:
        """Name of the session cookie, with the `__Host-` prefix over TLS."""
        return _SAFE_COOKIE if self.is_secure(connection) else _COOKIE

    def is_secure(self, connection: HTTPConnection) -> bool:
        """Whether browsers reach us over TLS."""
        return self._public_url.startswith("https:") or connection.url.scheme in {"https", "wss"}

    def check_own(self, connection: HTTPConnection) -> None:
        """CSRF, login and desk sockets too: the page that asks is ours.

        Raises:
            ProblemError: 403, it is not.
        """
        if not self._is_own(connection):
            raise problem_at(403, "Origin", "This was asked for by a page that is not ours.")

    def _is_own(self, connection: HTTPConnection) -> bool:
        """By Sec-Fetch-Site and Origin."""
        if connection.headers.get("sec-fetch-site", "none") not in _OWN_SITES:
            return False
        headers = connection.headers
        scheme = scheme_of(connection.url.scheme, headers.get("x-forwarded-proto"))
        origin = headers.get("origin")
        return origin is None or is_own(origin, headers.get("host"), scheme, self._public_url)

    def check_intent(self, connection: HTTPConnection, session: Session, token: str) -> None:
        """CSRF: a change comes from a page of ours, and has the session's synchronizer token.

        Raises:
            ProblemError: 403, it does not.
        """
        if connection.scope.get("method", "GET") in _SAFE_METHODS:
            return
        self.check_own(connection)
        if not compare_digest(token.encode(), session.csrf.encode()):
            raise problem_at(
                403, "X-CSRF-Token", "It is not that of this session; reload the page."
            )

    async def _bearer(self, connection: HTTPConnection) -> Principal:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise problem_at(
                401,
                "Authorization",
                "A bearer token is needed.",
                WWW_Authenticate='Bearer realm="ticker"',
            )
        principal = await self._tokens.verify(token.strip(), utcnow())
        if principal is None:
            raise problem_at(
                401,
                "Authorization",
                "The token is unknown, revoked or expired.",
                WWW_Authenticate='Bearer realm="ticker", error="invalid_token"',
            )
        return principal

    def charge(self, principal: Principal, requests: int) -> None:
        """Rate limit of a request that stands for many: so many more are charged for it.

        Raises:
            ProblemError: 429, there are too many.
        """
        self._spend(principal.name, requests)

    def _spend(self, name: str, requests: int = 1) -> None:
        """Rate limit: a token bucket for each name."""
        now = self._clock()
        if not self._buckets.take(name, now, requests):
            wait = str(math.ceil(self._buckets.of(name).wait(now, requests)))
            raise problem_at(
                429, "Authorization", "Too many requests with this token.", Retry_After=wait
            )


def address_of(connection: HTTPConnection) -> str:
    """Client address, for logs and limits: a trusted proxy says whose; "": not known."""
    host = connection.client.host if connection.client else ""
    return host if is_address(host) else ""
