"""`/desk.js`: the desk's script, bundled, so that it is there after one request."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ticker.web.caching import is_fresh, takes_gzip
from ticker.web.modules import bundled

if TYPE_CHECKING:
    from starlette.requests import Request

_ENTRY: Final = "desk/desk.js"
_MEDIA_TYPE: Final = "text/javascript"


async def script(request: Request) -> Response:
    """`GET /desk.js` → the script, revalidated each time: it goes with the page of its version."""
    plain, squeezed, tag = _built()
    is_squeezed = takes_gzip(request)
    headers = {
        "Cache-Control": "no-cache",
        # Another representation has another validator (RFC 9110 §8.8.3.3).
        "ETag": f'"{tag}-gzip"' if is_squeezed else f'"{tag}"',
        "Vary": "Accept-Encoding",
    }
    if is_fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if not is_squeezed:
        return Response(plain, 200, headers, _MEDIA_TYPE)
    return Response(squeezed, 200, {**headers, "Content-Encoding": "gzip"}, _MEDIA_TYPE)


@cache
def _built() -> tuple[bytes, bytes, str]:
    """The script, the same gzipped, and its hash."""
    plain = bundled(_ENTRY).encode()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:16]
