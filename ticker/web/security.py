"""Security headers (CSP, HSTS, …), CORS, and which editions there are for whom."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

from ticker.web.caching import NO_STORE
from ticker.web.problems import ProblemError, problem_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ticker.news.newsroom import Edition, Newsroom

ANY_SITE: Final[Mapping[str, str]] = {"Access-Control-Allow-Origin": "*"}
ASSET_HEADERS: Final[Mapping[str, str]] = {
    **ANY_SITE,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
}
API_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


# Permissions Policy (W3C): no page of ours uses these.
_PERMISSIONS: Final = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
)
_HTTP_SCHEMES: Final = {"https": "https", "wss": "https", "http": "http", "ws": "http"}
# Of an answer, and of one that refuses a handshake (ASGI, WebSocket Denial Response).
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
_HSTS: Final = "max-age=31536000"


def page_policy(frame_ancestors: str = "'self'", images: Iterable[str] = ()) -> str:
    """Content Security Policy (CSP 3) of readers' pages: only our own files, live lines, search.

    Args:
        frame_ancestors: Who may put the page in a frame.
        images: Other sites that the newsroom's logo comes from.
    """
    places = " ".join(["'self'", "data:", *images])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {places}; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "require-trusted-types-for 'script'; trusted-types ticker-page; "
        f"frame-ancestors {frame_ancestors}"
    )


DESK_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Frame-Options": "DENY",
    **NO_STORE,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Middleware (pure ASGI) for security headers: HSTS, CSP, nosniff, Permissions Policy.

    Args:
        app: The application.
        https: Whether our public URL is one of TLS: then HSTS (RFC 6797).

    Attributes:
        app: The application, with its answer to unhandled exceptions.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what a response lacks, and always what the desk needs; an open WebSocket has none."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                if scope["path"] == "/desk" or scope["path"].startswith("/desk/"):
                    headers.update(DESK_HEADERS)
                for name, value in API_HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Permissions-Policy"] = _PERMISSIONS
                if self._https:
                    headers["Strict-Transport-Security"] = _HSTS
            await send(message)

        await self.app(scope, receive, send_with_headers)


def edition_of(newsroom: Newsroom, code: str) -> Edition:
    """The configured edition.

    Raises:
        ProblemError: 404, there is none of that code.
    """
    edition = newsroom.editions.get(code)
    if edition is None:
        known = ", ".join(newsroom.editions)
        raise problem_at(404, "edition", f"There is no edition {code!r}; there are {known}.")
    return edition


def desk_edition_of(newsroom: Newsroom, code: str) -> Edition:
    """The configured edition, or the drill of one: what editors may name.

    Raises:
        ProblemError: 404, there is none of that code.
    """
    return newsroom.drills.get(code) or edition_of(newsroom, code)


def is_allowed(edition: Edition, origin: str | None, *, is_own: bool) -> bool:
    """Allowlist of origins: whether a page of this one may read the edition; ours always may."""
    return not edition.origins or origin is None or is_own or origin in edition.origins


def is_own(origin: str | None, host: str | None, scheme: str, public_url: str) -> bool:
    """Whether a page of this origin is ours: scheme, host and port are (RFC 6454 §5).

    Args:
        origin: `Origin` header.
        host: `Host` header.
        scheme: That the browser used, as `scheme_of` knows it.
        public_url: As configured; where it names this host, its scheme is ours.
    """
    if not origin:
        return False
    if origin == public_url:
        return True
    theirs, _, name = origin.partition("://")
    if not name or name != host or name == public_url.partition("://")[2]:
        return False
    return theirs == scheme if scheme else theirs in {"http", "https"}


def scheme_of(scheme: str, forwarded: str | None) -> str:
    """The scheme that a browser used; empty: not known, since a proxy may have ended TLS unsaid.

    Args:
        scheme: Of the request, as a trusted proxy says, or as it came to us.
        forwarded: `X-Forwarded-Proto` header, whoever says so: it can only make us stricter.
    """
    known = _HTTP_SCHEMES.get(scheme.strip(), "")
    if known == "http" and _HTTP_SCHEMES.get((forwarded or "").strip()) != "http":
        return ""
    return known


def cors(edition: Edition, origin: str | None) -> dict[str, str]:
    """CORS headers of a public response (Fetch standard); with an allowlist it varies by Origin."""
    exposed = {"Access-Control-Expose-Headers": "Date, ETag, Link"}
    if not edition.origins:
        return {"Access-Control-Allow-Origin": "*", **exposed}
    if origin is not None and origin in edition.origins:
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **exposed}
    return {"Vary": "Origin"}


@contextmanager
def legible() -> Iterator[None]:
    """CORS for errors: scripts of any site may read them, as a banner must know when to stop."""
    try:
        yield
    except ProblemError as problem:
        problem.headers.update(ANY_SITE)
        raise
