"""Long polling: `GET /v1/{edition}/flashes?after=&wait=` is answered when there is news.

For programs and proxies that have neither WebSockets nor event streams. The answer is a hello, as
every reader gets it who comes back.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.background import BackgroundTask
from starlette.responses import Response

from ticker.hub.long_poll import WAIT_MAX, LongPoll
from ticker.news.faults import Fault
from ticker.news.reach import POLLING
from ticker.web.caching import NO_STORE, takes_gzip
from ticker.web.problems import ProblemError, problem_at, some_seconds, unavailable
from ticker.web.query import is_number, parameters
from ticker.web.reading import check_loaded
from ticker.web.security import cors, legible, scheme_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from ticker.hub.hub import Hub
    from ticker.hub.receipts import Receipts
    from ticker.metrics import Metrics
    from ticker.news.reach import VersionRef
    from ticker.protocol.frames import Frame
    from ticker.web.admission import Admission
    from ticker.web.live import Live
    from ticker.web.query import Parameters

_ASKS: Final = frozenset({"after", "wait"})
# Of the board, the past and the search, which the same URL gives.
_OTHERS: Final = ("before", "limit", "q", "source", "day", "author")
_SMALL: Final = 1000


class LongPolls:
    """The listing, where it is asked for what comes after a position.

    Args:
        hub: Whose readers they are, while they wait.
        live: Admits readers.
        receipts: Told what was written to them.
        metrics: Count who is refused or sent away.
        listing: Answers all other requests for the listing.
    """

    def __init__(
        self,
        hub: Hub,
        live: Live,
        receipts: Receipts,
        metrics: Metrics,
        listing: Callable[[Request], Awaitable[Response]],
    ) -> None:
        self._hub = hub
        self._live = live
        self._receipts = receipts
        self._metrics = metrics
        self._listing = listing

    async def listing(self, request: Request) -> Response:
        """`GET /v1/{edition}/flashes` → what comes after a position, once it does; or the board."""
        with legible():
            given = parameters(request.url.query, with_blank=True)
        if _ASKS.isdisjoint(given):
            return await self._listing(request)
        with legible():
            seconds = _seconds(given)
            return await self._answer(request, self._admit(request, given), seconds)

    def _admit(self, request: Request, given: Parameters) -> Admission:
        headers = request.headers
        try:
            admission = self._live.admit(
                request.path_params["edition"],
                request.url.query,
                origin=headers.get("origin"),
                host=headers.get("host"),
                scheme=scheme_of(request.url.scheme, headers.get("x-forwarded-proto")),
                last_event_id=given.get("after", [""])[-1],
            )
        except ProblemError as problem:
            self._metrics.count("ticker_refused_total", status=str(problem.status))
            raise
        # Of a page of ours, which sends no Origin with a GET, browsers say that it is.
        own = headers.get("sec-fetch-site") == "same-origin"
        return admission._replace(origin="self") if own else admission

    async def _answer(self, request: Request, admission: Admission, seconds: int) -> Response:
        headers = {**NO_STORE, **cors(admission.edition, request.headers.get("origin"))}
        if request.method == "HEAD":
            return Response(headers=headers, media_type="application/json")
        poll = LongPoll(admission.origin)
        subscription = self._hub.join(poll, admission.subscription, admission.cursor)
        gone = asyncio.create_task(_gone(request))
        gone.add_done_callback(lambda _: poll.close(None))
        try:
            await poll.wait(seconds)
            if poll.code is not None:
                self._metrics.count("ticker_closed_total", code=str(int(poll.code)))
                headers["Connection"] = "close"
            if not poll.is_greeted:
                raise unavailable("This server has not come to this position.", some_seconds())
            check_loaded(self._hub, subscription.edition)
            hello = self._hub.hello(subscription, admission.cursor)
        finally:
            is_there = not gone.done()
            gone.cancel()
            self._hub.leave(poll, subscription)
        response = _response(request, hello, headers)
        if poll.refs:
            response.background = BackgroundTask(self._told, poll.refs, is_there=is_there)
        return response

    async def _told(self, refs: list[VersionRef], *, is_there: bool) -> None:
        """Receipts: it was written, and then nobody holds a connection that could be asked."""
        if is_there:
            self._receipts.wrote(refs, POLLING, 1)
        self._receipts.parted(refs, POLLING, 1)


def _response(request: Request, hello: Frame, headers: dict[str, str]) -> Response:
    """The message as it was encoded once, for all who ask from there."""
    vary = ", ".join(filter(None, ("Accept-Encoding", headers.get("Vary"))))
    headers = {**headers, "Vary": vary}
    body = hello.text.encode()
    if hello.size > _SMALL and takes_gzip(request):
        body, headers["Content-Encoding"] = hello.gzipped, "gzip"
    return Response(body, headers=headers, media_type="application/json")


async def _gone(request: Request) -> None:
    """Return once the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _seconds(given: Parameters) -> int:
    """How long to wait.

    Raises:
        ProblemError: 422, naming what is wrong or asks for something else.
    """
    others = [name for name in _OTHERS if name in given]
    if others:
        detail = "asks for something else than `after` and `wait` do"
        raise ProblemError(422, f"{others[0]} {detail}", [Fault(name, detail) for name in others])
    text = given.get("wait", ["0"])[-1]
    seconds = int(text) if is_number(text) else -1
    if not 0 <= seconds <= WAIT_MAX:
        raise problem_at(422, "wait", f"must be an integer from 0 to {WAIT_MAX}")
    return seconds
