"""`/desk/sign-on`: to the OpenID provider and back, with a session at the end."""

from __future__ import annotations

import logging
import math
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from ticker.accounts.federation import NoGroupError
from ticker.accounts.fetch import ProviderAwayError
from ticker.accounts.id_token import UntrustedTokenError
from ticker.accounts.openid import DeniedError, Flow, StrayAnswerError
from ticker.accounts.passwords import BusyError
from ticker.accounts.principal import NOBODY
from ticker.accounts.tokens import NameTakenError, TooManyNamesError
from ticker.news.text import TextError
from ticker.protocol.networks import client_network
from ticker.protocol.token_bucket import TokenBuckets
from ticker.web.authentication import address_of
from ticker.web.desk.session_cookies import desk_path
from ticker.web.language import spoken
from ticker.web.problems import problem_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.federation import Federation
    from ticker.accounts.openid import RelyingParty
    from ticker.accounts.refused_logins import RefusedLogins
    from ticker.settings import Settings
    from ticker.web.authentication import Authenticator
    from ticker.web.desk.session_cookies import SessionCookies
    from ticker.web.templating import Templates

_log = logging.getLogger(__name__)
_PATH: Final = "/desk/sign-on"
_MINUTES: Final = 10
_NEXT_MAX: Final = 1024
# Answers of a network that are taken to the provider: a newsroom at the start of its shift has one
# address, and a stranger's nonsense keeps nobody waiting there.
PER_SECOND: Final = 0.5
AT_ONCE: Final = 40
NETWORKS_MAX: Final = 4000
# What went wrong → its word for people, and the status.
_FAULTS: Final[Mapping[type[Exception], tuple[str, int]]] = {
    StrayAnswerError: ("stale", 400),
    DeniedError: ("denied", 403),
    UntrustedTokenError: ("untrusted", 403),
    NoGroupError: ("no_group", 403),
    TextError: ("no_name", 403),
    NameTakenError: ("name_taken", 409),
    TooManyNamesError: ("full", 409),
    ProviderAwayError: ("away", 503),
    BusyError: ("away", 503),
}


class SignOn:
    """Single sign-on with the provider of the newsroom file, if it names one."""

    def __init__(
        self,
        templates: Templates,
        authenticator: Authenticator,
        session_cookies: SessionCookies,
        refused_logins: RefusedLogins,
        party: RelyingParty | None,
        federation: Federation,
        settings: Settings,
    ) -> None:
        self._templates = templates
        self._authenticator = authenticator
        self._session_cookies = session_cookies
        self._refused_logins = refused_logins
        self._given = party
        self._federation = federation
        self._newsroom = settings.newsroom
        self._editions = list(settings.newsroom.all_editions.values())
        self._public_url = settings.public_url
        self._networks = TokenBuckets(PER_SECOND, AT_ONCE, NETWORKS_MAX)

    async def begin(self, request: Request) -> Response:
        """`GET /desk/sign-on?next=` → 303 to the provider; `again` has it ask who somebody is."""
        party = self._party()
        onward = desk_path(request.query_params.get("next", ""))
        if await self._authenticator.session(request):
            return RedirectResponse(onward, 303)
        flow, afresh = Flow.begin(), "again" in request.query_params
        try:
            url = await party.login_url(flow, self._back, afresh=afresh)
        except tuple(_FAULTS) as error:
            return self._refuse(request, error)
        response = RedirectResponse(url, 303)
        kept = urlsafe_b64encode(onward[:_NEXT_MAX].encode()).decode().rstrip("=")
        # Lax: the answer comes by a link from the provider's site.
        response.set_cookie(
            self._cookie(request),
            f"{flow.secret}.{kept}",
            max_age=_MINUTES * 60,
            path="/",
            secure=self._authenticator.is_secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    async def back(self, request: Request) -> Response:
        """`GET /desk/sign-on/back?code=&state=` → a session, and on to the desk; 429 too many.

        By a page, not by a redirect: browsers send a strict cookie after a click on a page of ours
        and not while they are on their way from another site.
        """
        party, address = self._party(), address_of(request)
        self._check_rate(address)
        secret, _, kept = request.cookies.get(self._cookie(request), "").partition(".")
        try:
            if not secret:
                raise StrayAnswerError("cookie")
            identity = await party.identify(Flow(secret), request.query_params, self._back)
            user = await self._federation.admit(identity, address)
        except tuple(_FAULTS) as error:
            if isinstance(error, UntrustedTokenError):
                await self._refused_logins.note(NOBODY, address, "wrong")
            return self._forget(request, self._refuse(request, error, _path_of(kept)))
        response = self._onward(request, _path_of(kept))
        await self._session_cookies.begin(request, response, user.name, identity.hint)
        return self._forget(request, response)

    async def logout(self, request: Request, hint: str) -> Response | None:
        """On to the provider's logout; None: it has none, or is away."""
        try:
            url = await self._given.logout_url(hint, self._home) if self._given else None
        except (ProviderAwayError, BusyError):
            return None
        return self._onward(request, url) if url else None

    @property
    def url(self) -> str:
        """Where a login begins: at the address that it will come back to, with its cookie."""
        return f"{self._public_url}{_PATH}"

    @property
    def _back(self) -> str:
        return f"{self._public_url}{_PATH}/back"

    @property
    def _home(self) -> str:
        return f"{self._public_url}/desk/login"

    def _party(self) -> RelyingParty:
        if self._given is None:
            raise problem_at(404, "sign_on", "There is no single sign-on here.")
        return self._given

    def _check_rate(self, address: str) -> None:
        now = time.monotonic()
        network = client_network(address)
        if not self._networks.take(network, now):
            wait = str(math.ceil(self._networks.of(network).wait(now)))
            raise problem_at(429, "code", "Too many logins from your network.", Retry_After=wait)

    def _cookie(self, request: Request) -> str:
        prefix = "__Host-" if self._authenticator.is_secure(request) else ""
        return f"{prefix}ticker-sign-on"

    def _forget(self, request: Request, response: Response) -> Response:
        """A login on its way is over with the first answer, whatever it was."""
        secure = self._authenticator.is_secure(request)
        response.delete_cookie(self._cookie(request), path="/", secure=secure, httponly=True)
        return response

    def _onward(self, request: Request, url: str) -> Response:
        edition = spoken(request, self._editions, url)
        return self._templates.desk("desk/onward.html", edition, {"url": url})

    def _refuse(self, request: Request, error: Exception, onward: str = "") -> Response:
        fault, status = next(it for kind, it in _FAULTS.items() if isinstance(error, kind))
        _log.warning("sign-on: %s: %s", fault, error)
        edition = spoken(request, self._editions, onward)
        context = {"fault": fault, "name": getattr(self._newsroom.sign_on, "name", "")}
        headers = {"Retry-After": "10"} if status == 503 else {}  # noqa: PLR2004
        return self._templates.desk(
            "desk/refused.html", edition, context, status=status, headers=headers
        )


def _path_of(kept: str) -> str:
    """The page of the desk that a login began at."""
    try:
        return desk_path(urlsafe_b64decode(f"{kept}{'=' * (-len(kept) % 4)}").decode())
    except ValueError:
        return "/desk"
