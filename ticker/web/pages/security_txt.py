"""`/.well-known/security.txt` (RFC 9116): whom to tell of a weakness."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse

from ticker.news.document import utcnow
from ticker.web.problems import ProblemError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.settings import Settings
    from ticker.web.templating import Templates

_DAY: Final = {"Cache-Control": "public, max-age=86400"}
# How long a researcher may trust it: less than a year, as the RFC wants.
_TRUSTED: Final = timedelta(days=28)


class SecurityTxt:
    """The file, in a service that names a contact."""

    def __init__(self, templates: Templates, settings: Settings) -> None:
        self._templates = templates
        self._contact = settings.security_contact
        languages = [it.lang for it in settings.newsroom.editions.values()]
        self._languages = ", ".join(dict.fromkeys(languages))

    async def answer(self, request: Request) -> Response:
        """Contact, Expires, Preferred-Languages and Canonical.

        Raises:
            ProblemError: 404, nobody is named.
        """
        if not self._contact:
            raise ProblemError(404, "No contact is configured (TICKER_SECURITY_CONTACT).")
        # The same text all day.
        ends = utcnow().replace(hour=0, minute=0, second=0) + _TRUSTED
        return PlainTextResponse(
            f"Contact: {self._contact}\nExpires: {ends:%Y-%m-%dT%H:%M:%SZ}\n"
            f"Preferred-Languages: {self._languages}\n"
            f"Canonical: {self._templates.base(request)}{request.url.path}\n",
            headers=_DAY,
        )
