"""Language negotiation: whose words a page of the desk has that belongs to no edition."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from ticker.news.newsroom import Edition


def spoken(request: Request, editions: Sequence[Edition], onward: str = "") -> Edition:
    """The edition that somebody comes from, or goes on to; else one that their browser asks for.

    Args:
        request: May name it in its path, as `edition`, or in the path of `next`.
        editions: That there are for them, and their drills; the first is for want of a better one.
        onward: Where they go from here, if the request does not say so.
    """
    known = {it.code: it for it in editions}
    for code in _named(request, onward):
        if code in known:
            return known[code]
    return _asked(request.headers.get("accept-language", ""), editions) or editions[0]


def kept(path: str, request: Request) -> str:
    """A page of no edition that goes on in the language of this one, if a desk led here."""
    edition = request.query_params.get("edition", "")
    return f"{path}?{urlencode({'edition': edition})}" if edition else path


def _named(request: Request, onward: str) -> Iterator[str]:
    yield from _of_page(f"{request.url.path}?{request.url.query}")
    yield from _of_page(request.query_params.get("next", ""))
    yield from _of_page(onward)


def _of_page(url: str) -> Iterator[str]:
    """Codes that a URL of the desk may have: of `/desk/account?edition=ar`, or of `/desk/ar`."""
    try:
        parts = urlsplit(url)
        yield from parse_qs(parts.query, max_num_fields=20).get("edition", [])
    except ValueError:
        return
    yield from parts.path.split("/")[2:3]


def _asked(wanted: str, editions: Sequence[Edition]) -> Edition | None:
    """Accept-Language (RFC 9110 §12.5.4), by its order, not by q."""
    for choice in wanted.lower().split(","):
        lang = choice.partition(";")[0].strip().partition("-")[0]
        for edition in editions:
            if lang and edition.lang.partition("-")[0] == lang:
                return edition
    return None
