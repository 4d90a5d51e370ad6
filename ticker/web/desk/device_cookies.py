"""Device cookies of the desk's login: a browser that has logged in before is no stranger."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ticker.accounts.login_limits import Visitor
from ticker.web.authentication import address_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.devices import Devices
    from ticker.web.authentication import Authenticator

_YEAR_SECONDS: Final = 365 * 24 * 3600


class DeviceCookies:
    """Gives each name a cookie of its own, as editors share browsers."""

    def __init__(self, devices: Devices, authenticator: Authenticator) -> None:
        self._devices = devices
        self._authenticator = authenticator

    async def visitor(self, request: Request, name: str) -> Visitor:
        """Who tries to log in under a name."""
        cookie = request.cookies.get(self._name(request, name), "")
        device = await self._devices.recognise(name, cookie)
        return Visitor(address_of(request), device, request.is_disconnected)

    async def give(self, request: Request, response: Response, name: str) -> None:
        """Let the browser be known from now on."""
        response.set_cookie(
            self._name(request, name),
            await self._devices.issue(name),
            max_age=_YEAR_SECONDS,
            path="/",
            secure=self._authenticator.is_secure(request),
            httponly=True,
            samesite="strict",
        )

    def _name(self, request: Request, name: str) -> str:
        prefix = "__Host-" if self._authenticator.is_secure(request) else ""
        digest = sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
        return f"{prefix}ticker-device-{digest}"
