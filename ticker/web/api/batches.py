"""`POST /v1/flashes`: lines for several editions in one request, and a result for each."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from ticker.editing.batch import Order, fingerprint
from ticker.editing.context import EditContext
from ticker.news import cleaning, document
from ticker.store.faults import StoreUnavailableError
from ticker.web.api.editors import key_of, options_of, switch_of
from ticker.web.authentication import address_of
from ticker.web.body import BODY_MAX as LINE_BYTES_MAX, json_array
from ticker.web.caching import NO_STORE
from ticker.web.problems import ProblemError, problem_at, problem_of, unavailable
from ticker.web.query import stated
from ticker.web.security import desk_edition_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from ticker.core import Core
    from ticker.news.flash import Flash
    from ticker.news.newsroom import Newsroom
    from ticker.news.stages import PublishOptions
    from ticker.web.authentication import Authenticator

LINES_MAX: Final = 20
# A line has 4,000 bytes at most, and not all lines of a list are that long.
BODY_MAX: Final = 80 * 1024
_JSON_TYPES: Final = frozenset({"application/json"})
_SHOWN_SECONDS: Final = 1.0


class Batches:
    """The endpoint of lists."""

    def __init__(self, core: Core, authenticator: Authenticator, newsroom: Newsroom) -> None:
        self._batch = core.batch
        self._hub = core.hub
        self._metrics = core.metrics
        self._refusals = core.refusals
        self._authenticator = authenticator
        self._newsroom = newsroom

    async def publish(self, request: Request) -> Response:
        """`POST /v1/flashes?draft=&hold=&linked=&clean=` → 207 (RFC 4918 §11.1), a result for each.

        Raises:
            ProblemError, KeyReusedError: The list as a whole is refused, and nothing is filed.
        """
        principal = await self._authenticator.authenticate(request)
        given = stated(request.url.query, "draft", "hold", "linked", "clean")
        options = options_of(given)
        linked, clean = switch_of(given, "linked"), switch_of(given, "clean")
        key = key_of(request)
        lines = await json_array(request, _JSON_TYPES, BODY_MAX)
        if not 0 < len(lines) <= LINES_MAX:
            raise problem_at(422, "body", f"must be an array of 1 to {LINES_MAX} lines")
        self._authenticator.charge(principal, len(lines) - 1)
        context = EditContext(principal, "", key=key, address=address_of(request) or None)
        asked = fingerprint(lines, options, linked, clean)
        told = await _cleaned(lines) if clean else [{} for _ in lines]
        orders = [self._order(line, context, options) for line in lines]
        if linked:
            _check_linked(orders)
        outcomes = await self._batch.publish(orders, asked, linked=linked)
        out = [it for it in outcomes if not isinstance(it, Exception)]
        await asyncio.gather(*(self._hub.shown(it, _SHOWN_SECONDS) for it in out))
        results = [self._result(*it) for it in zip(outcomes, told, strict=True)]
        # ASCII with escapes: a problem may quote a lone surrogate, which UTF-8 cannot encode.
        body = json.dumps({"results": results}, separators=(",", ":"))
        return Response(body, 207, headers=NO_STORE, media_type="application/json")

    def _order(
        self, line: object, context: EditContext, options: PublishOptions
    ) -> Order | Exception:
        try:
            return self._checked(line, context, options)
        except ProblemError as problem:
            return problem

    def _checked(self, line: object, context: EditContext, options: PublishOptions) -> Order:
        if not isinstance(line, dict):
            raise problem_at(422, "body", "each line must be a JSON object")
        if _is_too_big(line):
            raise problem_at(413, "body", f"a line must be at most {LINE_BYTES_MAX} bytes")
        data = dict(line)
        code, draft = data.pop("edition", None), data.pop("draft", None)
        if not isinstance(code, str):
            raise problem_at(422, "edition", "is required, as a string: the code of an edition")
        if draft is not None and not isinstance(draft, bool):
            raise problem_at(422, "draft", "must be true or false")
        edition = desk_edition_of(self._newsroom, code)
        if not self._hub.is_open(edition.code):
            raise unavailable("The board is not loaded, or a backup is being put into the store.")
        how = options if draft is None else replace(options, draft=draft)
        return Order(replace(context, edition=edition.code), data, how)

    def _result(self, outcome: Flash | Exception, told: Mapping[str, Any]) -> dict[str, Any]:
        """Status, and flash or problem; counted as those of lines that are sent alone are."""
        if not isinstance(outcome, Exception):
            self._count(201)
            if self._refusals.unconfirmed:
                self._refusals.taken()
            return {"status": 201, "flash": {**document.full(outcome), **told}}
        if isinstance(outcome, StoreUnavailableError):
            self._refusals.add(outcome)
        problem = problem_of(outcome)
        self._count(problem.status)
        return {"status": problem.status, "problem": problem.document()}

    def _count(self, status: int) -> None:
        self._metrics.count("ticker_writes_total", verb="publish", status=str(status))


async def _cleaned(lines: list[Any]) -> list[dict[str, Any]]:
    """Clean each line of a list, in its place, and what to say of that."""
    told: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        done: dict[str, Any] = {}
        if isinstance(line, dict) and not _is_too_big(line):
            lines[number], done = cleaning.clean_fields(line)
            # Some texts take a while; what else waits comes in between.
            await asyncio.sleep(0)
        told.append(done)
    return told


def _is_too_big(line: dict[str, Any]) -> bool:
    """Whether a line is longer than one that is sent alone may be."""
    text = json.dumps(line, ensure_ascii=False)
    return len(text.encode(errors="surrogatepass")) > LINE_BYTES_MAX


def _check_linked(orders: Sequence[Order | Exception]) -> None:
    """A story has one version in each edition, and none of it is an exercise while another is not.

    Raises:
        ProblemError: 422, these are no versions of one story.
    """
    editions = [it.context.edition for it in orders if isinstance(it, Order)]
    if len(set(editions)) < len(editions):
        raise problem_at(422, "linked", "A story has one version in each edition.")
    if len({code.startswith("drill-") for code in editions}) > 1:
        raise problem_at(422, "linked", "A drill is no version of a story that readers see.")
