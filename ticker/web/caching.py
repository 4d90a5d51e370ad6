"""HTTP caching: `Cache-Control`, conditional requests (ETag), and whether gzip is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
LIVE_CACHE: Final = "public, max-age=1, stale-while-revalidate=5"


def is_fresh(request: Request, etag: str, modified: str = "") -> bool:
    """Whether `If-None-Match` holds this ETag, by weak comparison (RFC 9110 §13.1.2).

    Who sends none is asked for `If-Modified-Since` (§13.1.3): it must be what we said, to the
    letter, since a process that lags behind may have made an older state later.
    """
    if modified and "if-none-match" not in request.headers:
        return request.headers.get("if-modified-since") == modified
    field = request.headers.get("if-none-match", "")
    return field.strip() == "*" or etag in {
        tag.strip().removeprefix("W/") for tag in field.split(",")
    }


def takes_gzip(request: Request) -> bool:
    """Content negotiation: whether `Accept-Encoding` names gzip, and not as q=0 (§12.5.3)."""
    for coding in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() in {"gzip", "x-gzip"}:
            return _quality(weight) > 0
    return False


def _quality(weight: str) -> float:
    """Quality value (RFC 9110 §12.4.2); 1 where none is given, 0 where it is no number."""
    _, _, value = weight.partition("=")
    try:
        return float(value) if weight.strip() else 1.0
    except ValueError:
        return 0.0
