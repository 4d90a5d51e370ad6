"""Static files, of our own folder: for every site, and gzipped where that is taken."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from ticker.web.caching import takes_gzip
from ticker.web.security import ASSET_HEADERS

if TYPE_CHECKING:
    import os

    from starlette.types import Scope

_TEXTS: Final = frozenset({".css", ".js", ".json", ".svg"})


class Assets(StaticFiles):
    """Static files that other sites may load (CORS, Cross-Origin-Resource-Policy).

    Args:
        directory: Whose files are served; each text of it is kept in memory, gzipped once.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self._squeezed: dict[str, tuple[str, bytes]] = {}

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Conditional request by ETag, and gzip by content negotiation (RFC 9110 §12.5.3)."""
        request = Request(scope)
        response: Response = FileResponse(full_path, status_code, stat_result=stat_result)
        if Path(full_path).suffix in _TEXTS:
            response.headers["Vary"] = "Accept-Encoding"
            # A range is of the file as it is.
            if takes_gzip(request) and "range" not in request.headers:
                response = self._gzipped(str(full_path), response)
        response.headers.update(ASSET_HEADERS)
        if self.is_not_modified(response.headers, request.headers):
            return NotModifiedResponse(response.headers)
        return response

    def _gzipped(self, path: str, plain: Response) -> Response:
        """The same file, gzipped: another representation, so another ETag (§8.8.3.3)."""
        etag = plain.headers["ETag"]
        known = self._squeezed.get(path)
        if known is None or known[0] != etag:
            known = self._squeezed[path] = etag, gzip.compress(Path(path).read_bytes(), 9, mtime=0)
        response = Response(known[1], plain.status_code, media_type=plain.media_type)
        kept = {name: plain.headers[name] for name in ("Last-Modified", "Vary")}
        squeezed = f'{etag[:-1]}-gzip"'
        response.headers.update(kept | {"ETag": squeezed, "Content-Encoding": "gzip"})
        return response
