"""API descriptions over HTTP, for programs, people and language models; from memory."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from ticker.news import document
from ticker.web.description.asyncapi import asyncapi
from ticker.web.description.openapi import openapi
from ticker.web.description.page import reference
from ticker.web.rendered import Made, Page
from ticker.web.security import ASSET_HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.news.newsroom import Edition
    from ticker.settings import Settings
    from ticker.web.templating import Templates

_CACHE: Final = {"Cache-Control": ASSET_HEADERS["Cache-Control"]}
_LANG: Final = {"Content-Language": "en"}
_LLMS: Final = """\
# {site}

> Breaking lines of a newsroom, live: published by editors, followed over WebSocket or \
Server-Sent Events, read over HTTP. Readers need no token.

Editions: {editions}. In what follows, `{{edition}}` is one of these codes.

## Read

- [The board](/v1/{first}/flashes): the lines on show, as JSON; `/v1/{{edition}}/flashes`
- [Search](/v1/{first}/flashes?q=a): lines of all days; `/v1/{{edition}}/flashes?q=words`
- [Editions](/v1/editions): languages, sections and regions
- [The page](/{first}): the same for people

## Interface

- [Reference](/docs): every URL and every message
- [OpenAPI](/openapi.json): the HTTP interface
- [AsyncAPI](/asyncapi.json): the live URL, `/v1/{{edition}}/live`

A killed line is gone: answers 410, and must not be shown or quoted any more.
"""


class Descriptions:
    """`/openapi.json`, `/asyncapi.json`, `/docs`, `/llms.txt`: made once, when asked for."""

    def __init__(self, settings: Settings, templates: Templates) -> None:
        self._newsroom = settings.newsroom
        self._public_url = settings.public_url
        self._templates = templates

    async def openapi(self, request: Request) -> Response:
        """`GET /openapi.json` → OpenAPI 3.1."""
        return self._http.answer(request, ASSET_HEADERS)

    async def asyncapi(self, request: Request) -> Response:
        """`GET /asyncapi.json` → AsyncAPI 3.1."""
        return self._live.answer(request, ASSET_HEADERS)

    async def docs(self, request: Request) -> Response:
        """`GET /docs` → both as a page, without a script."""
        return self._docs.answer(request)

    async def llms(self, request: Request) -> Response:
        """`GET /llms.txt` (https://llmstxt.org) → where a language model finds what."""
        return self._llms.answer(request, ASSET_HEADERS)

    @cached_property
    def _http(self) -> Page:
        return _page(document.dumps(openapi(self._newsroom)), "application/json")

    @cached_property
    def _live(self) -> Page:
        text = document.dumps(asyncapi(self._newsroom, self._public_url))
        return _page(text, "application/json")

    @cached_property
    def _docs(self) -> Page:
        rows = reference(openapi(self._newsroom), asyncapi(self._newsroom, self._public_url))
        headers = {**_CACHE, **_LANG}
        return _kept(self._templates.page("docs.html", self._first, rows, headers=headers))

    @cached_property
    def _llms(self) -> Page:
        editions = [f"`{it.code}` ({it.lang})" for it in self._newsroom.editions.values()]
        text = _LLMS.format(
            site=self._templates.site(self._first),
            editions=", ".join(editions),
            first=self._first.code,
        )
        return _page(text, "text/plain; charset=utf-8")

    @property
    def _first(self) -> Edition:
        return next(iter(self._newsroom.editions.values()))


def _page(text: str, media_type: str) -> Page:
    return _kept(Response(text, 200, _CACHE, media_type))


def _kept(response: Response) -> Page:
    return Page(Made(response), ())
