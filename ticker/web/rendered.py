"""Cache of rendered pages: what everybody gets is made once per change and served as bytes.

A page stands for a state: the position of its edition's wire, and whatever else it shows. What
changes, a kill above all, changes the state, and pages of another state are never served. Nothing
that depends on who asks, and nothing private, may be made here.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from ticker.news.document import utcnow
from ticker.protocol.networks import client_network
from ticker.web.caching import is_fresh, takes_gzip

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from starlette.requests import Request

    from ticker.metrics import Metrics
    from ticker.web.render_queue import RenderQueue, Work

    Key = tuple[Any, ...]
    State = tuple[Any, ...]
    Render = Callable[[], Awaitable["Made"]]

BYTES_MAX: Final = 32 * 1024 * 1024
HOSTS_MAX: Final = 8
_OVERHEAD: Final = 2048  # of an entry, beside its bytes
_SMALL: Final = 1024  # bytes that are not worth compressing
_GZIP_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Made:
    """What rendering made.

    Attributes:
        response: The answer that everybody gets; one with `no-store` is not kept.
        until: When it will be wrong without any change, by expiry, age or a clock on it.
        elsewhere: Seconds of CPU that it took outside of this thread.
        is_dated: Whether it has a `Last-Modified`, for those who know no ETag.
    """

    response: Response
    until: datetime | None = None
    elsewhere: float = 0.0
    is_dated: bool = False


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of several ends, of which some may never come."""
    return min((moment for moment in moments if moment is not None), default=None)


class Page:
    """A rendered page: its bytes, plain and compressed, each with its ETag.

    Args:
        made: What is kept.
        state: What it was made from.
        clock: Aware UTC.

    Attributes:
        state: The same.
        until: When it ends without any change.
        size: Bytes that it takes in memory.
        is_kept: Whether others may have it.
    """

    __slots__ = (
        *("_clock", "_etag", "_headers", "_modified", "_plain", "_squeezed", "_status"),
        *("is_kept", "size", "state", "until"),
    )

    def __init__(self, made: Made, state: State, clock: Callable[[], datetime] = utcnow) -> None:
        response = made.response
        self.state, self.until = state, made.until
        self.is_kept = "no-store" not in response.headers.get("cache-control", "")
        self._status, self._clock = response.status_code, clock
        # The second after: what is made within one has other words under the same date.
        self._modified = _whole_second(clock()) if made.is_dated and self.is_kept else None
        self._plain = bytes(response.body)
        self._squeezed = b""
        # A picture is compressed as it is.
        is_text = not (response.media_type or "").startswith("image/")
        if is_text and len(self._plain) >= _SMALL:
            self._squeezed = gzip.compress(self._plain, _GZIP_LEVEL, mtime=0)
        self._etag = sha256(self._plain).hexdigest()[:32]
        response.headers.add_vary_header("Accept-Encoding")
        self._headers = dict(response.headers.items())
        del self._headers["content-length"]
        self.size = len(self._plain) + len(self._squeezed) + _OVERHEAD

    def answer(self, request: Request, more: Mapping[str, str] | None = None) -> Response:
        """Content negotiation and conditional request (RFC 9110 §12.5.3, §13.1.2).

        Args:
            request: Whose answer this is.
            more: Header fields of this answer alone; `Vary` is added to the page's.
        """
        body, headers, modified = self._plain, {**self._headers}, ""
        if self._modified is not None and self._clock() >= self._modified:
            headers["last-modified"] = modified = format_datetime(self._modified, usegmt=True)
        if self.is_kept:
            headers["etag"] = f'"{self._etag}"'
        if self._squeezed and takes_gzip(request):
            body, headers["content-encoding"] = self._squeezed, "gzip"
            if self.is_kept:
                headers["etag"] = f'"{self._etag}-gzip"'
        for name, value in (more or {}).items():
            is_vary = name.lower() == "vary"
            headers[name.lower()] = f"{headers['vary']}, {value}" if is_vary else value
        is_whole = self._status == 200 and self.is_kept  # noqa: PLR2004
        if is_whole and is_fresh(request, headers["etag"], modified):
            # The policy stays: a cache takes the fields of a 304 for those of its page.
            for name in ("content-type", "content-encoding"):
                headers.pop(name, None)
            return Response(status_code=304, headers=headers)
        return Response(body, self._status, headers)


class _Flight:
    """A page that is being made; its state is not known before its turn comes."""

    __slots__ = ("state", "task")

    def __init__(self) -> None:
        self.state: State | None = None
        self.task: asyncio.Task[Page] | None = None


class RenderedPages:
    """Bounded cache (least recently used goes first) with one rendering for all who ask at once.

    Args:
        queue: Where rendering waits for its turn.
        metrics: Of the process.
        clock: Aware UTC.
        most: Bytes of all pages together.
    """

    def __init__(
        self,
        queue: RenderQueue,
        metrics: Metrics,
        clock: Callable[[], datetime] = utcnow,
        most: int = BYTES_MAX,
    ) -> None:
        self._queue = queue
        self._metrics = metrics
        self._clock = clock
        self._most = most
        self._pages: dict[Key, Page] = {}
        self._flights: dict[Key, _Flight] = {}
        # By when they were asked for; the last ones have their pages made before others.
        self._bases: dict[str, None] = {}
        self.size = 0

    async def get(
        self,
        request: Request,
        key: Key,
        state: Callable[[], State],
        render: Render,
        *,
        first: bool = False,
        base: str = "",
    ) -> Page:
        """The page, rendered now unless it is there.

        Args:
            request: Who asks; what is rendered must not depend on it but by the key.
            key: Kind of page, edition, and all that was asked for.
            state: What it is made from, now.
            render: Makes it.
            first: Whether it is one of those that everybody reads: it goes before the others.
            base: Of its absolute URLs, if it has some: of those that were asked for under one that
                was not asked for lately, as a `Host` that a stranger made up, none goes first.

        Raises:
            ProblemError: 503, too many pages wait to be rendered; or whatever `render` raises.
        """
        is_known = not base or self._is_known(base)
        now = state()
        page = self._pages.get(key)
        if page is not None:
            if page.state == now and (page.until is None or self._clock() < page.until):
                self._pages[key] = self._pages.pop(key)
                return page
            self._drop(key)
        flight = self._flights.get(key)
        if flight is None or flight.state not in (None, now):
            flight = self._flights[key] = _Flight()
            client = client_network(_address(request))
            turn = self._queue.turn(client, first=first and is_known)
            flight.task = asyncio.create_task(self._make(flight, key, state, render, turn))
            flight.task.add_done_callback(_look)
        assert flight.task is not None  # noqa: S101 - it was given one above
        # Who hangs up takes nothing from the others.
        return await asyncio.shield(flight.task)

    async def _make(
        self,
        flight: _Flight,
        key: Key,
        state: Callable[[], State],
        render: Render,
        turn: AbstractAsyncContextManager[Work],
    ) -> Page:
        try:
            async with turn as work:
                # State before data: what changes while we read makes another page.
                flight.state = state()
                made = await render()
                work.elsewhere = made.elsewhere
                page = Page(made, flight.state, self._clock)
            self._metrics.count("ticker_renders_total", kind=key[0])
            if page.is_kept and self._flights.get(key) is flight:
                self._keep(key, page)
            return page
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    def _is_known(self, base: str) -> bool:
        """Whether it is one of the last ones asked for, which it is from now on."""
        is_known = base in self._bases
        self._bases.pop(base, None)
        self._bases[base] = None
        if len(self._bases) > HOSTS_MAX:
            del self._bases[next(iter(self._bases))]
        return is_known

    def _keep(self, key: Key, page: Page) -> None:
        self._drop(key)
        self._pages[key] = page
        self.size += page.size
        while self.size > self._most:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self.size -= page.size


def _whole_second(moment: datetime) -> datetime:
    """The next whole second, which HTTP's dates are of."""
    return moment.replace(microsecond=0) + timedelta(seconds=1)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _look(task: asyncio.Task[Page]) -> None:
    """That nobody waits for it any more is no reason to log how it failed."""
    if not task.cancelled():
        task.exception()
