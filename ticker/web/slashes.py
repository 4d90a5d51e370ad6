"""A URL with a slash too many or too few at its end leads to the one that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Match
from starlette.websockets import WebSocket

from ticker.web.problems import ProblemError

if TYPE_CHECKING:
    from starlette.routing import Router
    from starlette.types import Receive, Scope, Send

    from ticker.web.templating import Templates


class Slashes:
    """In place of Starlette's redirects, which lead to the `Host` that was asked, by http.

    Args:
        router: Whose URLs there are; it answers all others as before.
        templates: Know our public URL.
    """

    def __init__(self, router: Router, templates: Templates) -> None:
        self._routes = router.routes
        self._missing = router.default
        self._templates = templates
        router.redirect_slashes = False
        router.default = self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect to a URL that is there, or answer that there is none."""
        if scope["type"] == "websocket":
            # Starlette's is a 403, at which a reader would think that it may not, and stop.
            nowhere = ProblemError(404, "Not Found.").response()
            await WebSocket(scope, receive, send).send_denial_response(nowhere)
            return
        path = scope["path"]
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        if scope["type"] == "http" and other and self._is_there({**scope, "path": other}):
            query = scope["query_string"].decode("latin-1")
            url = self._templates.base(Request(scope)) + quote(other)
            await RedirectResponse(f"{url}?{query}" if query else url)(scope, receive, send)
        else:
            await self._missing(scope, receive, send)

    def _is_there(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self._routes)
