"""The widget's script: `/ticker.js` is the newest, pinned assets (cache busting) never change."""

from __future__ import annotations

import base64
import gzip
import hashlib
import logging
import time
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ticker import __version__
from ticker.store.faults import StoreUnavailableError
from ticker.web.caching import is_fresh, takes_gzip
from ticker.web.problems import problem_at
from ticker.web.security import ASSET_HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

    from ticker.store.widgets import WidgetScripts

_log = logging.getLogger(__name__)
_FOREVER: Final = "public, max-age=31536000, immutable"
_FRESH: Final = "public, max-age=300"
_LOOK_EVERY: Final = 10.0


class Widget:
    """The built script of this version, and those of versions before.

    Attributes:
        path: The pinned address of this version's script.
        integrity: Its hash for Subresource Integrity (SRI).
    """

    def __init__(
        self, static: Path, scripts: WidgetScripts, clock: Callable[[], float] = time.monotonic
    ) -> None:
        built = static / "dist" / "ticker.js"
        # A checkout without a build serves the modules as they are, over several requests.
        source = built if built.is_file() else static / "ticker.js"
        script = source.read_bytes()
        digest = hashlib.sha384(script).digest()
        self._name = f"{__version__}-{digest.hex()[:8]}"
        self._scripts = {self._name: script}
        self._squeezed = {self._name: gzip.compress(script, 9, mtime=0)}
        self._kept = scripts
        self._clock = clock
        self._looked = -_LOOK_EVERY
        self.path: Final = f"/ticker-{self._name}.js"
        self.integrity: Final = f"sha384-{base64.b64encode(digest).decode()}"

    async def keep(self) -> None:
        """Keep this version's script in the store, for sites that pin it, after an upgrade too."""
        try:
            await self._kept.keep(self._name, self._scripts[self._name].decode())
        except StoreUnavailableError as error:
            _log.warning("the pinned widget is not kept: %s", error)

    async def newest(self, request: Request) -> Response:
        """`GET /ticker.js` → the newest script, cached for minutes."""
        return self._answer(request, self._name, _FRESH)

    async def pinned(self, request: Request) -> Response:
        """`GET /ticker-{name}.js` → the pinned asset, immutable, cached for ever; or 404."""
        name = request.path_params["name"]
        if name not in self._scripts:
            await self._look()
        if name not in self._scripts:
            raise problem_at(404, "name", f"There never was a widget {name!r} here.")
        return self._answer(request, name, _FOREVER)

    async def _look(self) -> None:
        """Load other versions from the store, throttled: unknown names must not cost it a read."""
        now = self._clock()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        for name, script in (await self._kept.all()).items():
            self._scripts.setdefault(name, script.encode())
            self._squeezed.setdefault(name, gzip.compress(script.encode(), 9, mtime=0))

    def _answer(self, request: Request, name: str, cache: str) -> Response:
        """Conditional request by ETag, and gzip by content negotiation."""
        headers = {
            **ASSET_HEADERS,
            "Cache-Control": cache,
            "ETag": f'"{name}"',
            "Vary": "Accept-Encoding",
        }
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if not takes_gzip(request):
            return Response(self._scripts[name], 200, headers, "text/javascript")
        headers["Content-Encoding"] = "gzip"
        return Response(self._squeezed[name], 200, headers, "text/javascript")
