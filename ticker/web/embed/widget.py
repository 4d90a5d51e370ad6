"""The widget's scripts: `/ticker.js` is the newest, pinned assets (cache busting) never change.

Pinned are the parts that the newest fetches later, and the whole in one file, for sites that check
it by its hash.
"""

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
    """The built scripts of this version, and those of versions before.

    Attributes:
        path: The pinned address of this version's script, in which all parts are.
        integrity: Its hash for Subresource Integrity (SRI).
    """

    def __init__(
        self, static: Path, scripts: WidgetScripts, clock: Callable[[], float] = time.monotonic
    ) -> None:
        dist = static / "dist"
        # A checkout without a build serves the modules as they are, over several requests.
        entry = (static / "ticker.js").read_bytes()
        first, whole = (_built(dist / name) or entry for name in ("ticker.js", "whole.js"))
        digest = hashlib.sha384(whole).digest()
        pinned = f"{__version__}-{digest.hex()[:8]}"
        self._newest = hashlib.sha384(first).hexdigest()[:16]
        self._own = {pinned: whole}
        for part in dist.glob("ticker-*.js"):
            self._own[part.stem.removeprefix("ticker-")] = part.read_bytes()
        self._scripts = {self._newest: first, **self._own}
        self._squeezed = {k: gzip.compress(it, 9, mtime=0) for k, it in self._scripts.items()}
        self._kept = scripts
        self._clock = clock
        self._looked = -_LOOK_EVERY
        self.path: Final = f"/ticker-{pinned}.js"
        self.integrity: Final = f"sha384-{base64.b64encode(digest).decode()}"

    async def keep(self) -> None:
        """Keep this version's scripts in the store, for those who ask for them after an upgrade.

        Sites pin one; pages that have stood open since then come to need another part.
        """
        try:
            for name, script in self._own.items():
                await self._kept.keep(name, script.decode())
        except StoreUnavailableError as error:
            _log.warning("the pinned widget is not kept: %s", error)

    async def newest(self, request: Request) -> Response:
        """`GET /ticker.js` → the newest script, cached for minutes."""
        return self._answer(request, self._newest, _FRESH)

    async def pinned(self, request: Request) -> Response:
        """`GET /ticker-{name}.js` → the pinned asset, immutable, cached for ever; or 404."""
        name = request.path_params["name"]
        if name not in self._scripts:
            await self._look()
        if name not in self._scripts or name == self._newest:
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


def _built(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
