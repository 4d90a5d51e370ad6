"""Content negotiation of errors: a page for a browser, problem+json for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker.web.caching import prefers_html
from ticker.web.language import spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.news.newsroom import Newsroom
    from ticker.web.problems import ProblemError
    from ticker.web.templating import Templates

_PROGRAMS: Final = ("/v1/", "/static/", "/oembed", "/healthz", "/readyz", "/metrics")


class ErrorPages:
    """Answers errors as HTML or JSON, by path and `Accept`."""

    def __init__(self, templates: Templates, newsroom: Newsroom) -> None:
        self._templates = templates
        self._newsroom = newsroom

    def respond(self, request: Request, problem: ProblemError) -> Response:
        """The problem as a page in the edition's language, or as RFC 9457 has it."""
        path = request.url.path
        if path.startswith(_PROGRAMS):
            return problem.response()
        if not prefers_html(request):
            response = problem.response()
        else:
            editions = self._newsroom.editions
            code = path.split("/")[1]
            if code == "desk":
                edition = spoken(request, list(self._newsroom.all_editions.values()))
            else:
                edition = editions.get(code) or next(iter(editions.values()))
            response = self._templates.problem(edition, problem)
        response.headers.add_vary_header("Accept")
        return response
