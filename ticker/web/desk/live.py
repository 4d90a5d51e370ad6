"""`/desk/{edition}/live`: WebSocket of desks, the board as readers get it and the desk feed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ticker.hub.audience import DESK
from ticker.hub.outbox import Outbox
from ticker.news.event import Cursor
from ticker.news.subscription import Subscription
from ticker.store.faults import StoreUnavailableError
from ticker.web.admission import Admission
from ticker.web.problems import EXPECTED, problem_at, problem_of
from ticker.web.query import parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.websockets import WebSocket

    from ticker.hub.backpressure import Buffers
    from ticker.jobs.desk_feed import DeskFeed
    from ticker.web.authentication import Authenticator
    from ticker.web.live import Live

_BUFFER: Final = 4 * 1024 * 1024


class DeskLive:
    """The desks' WebSocket. A desk is no reader: it is not in presence or deliveries.

    Args:
        authenticator: Judges who asks.
        live: Serves who is admitted.
        desk_feed: Tells them more than readers.
        buffers: Count what waits for them.
        refused: Hears of what the store did not do.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        live: Live,
        desk_feed: DeskFeed,
        buffers: Buffers,
        refused: Callable[[StoreUnavailableError], None],
    ) -> None:
        self._refused = refused
        self._authenticator = authenticator
        self._live = live
        self._desk_feed = desk_feed
        self._buffers = buffers

    async def websocket(self, websocket: WebSocket) -> None:
        """Needs a session, and an Origin of ours (cross-site WebSocket hijacking)."""
        try:
            self._authenticator.check_own(websocket)
            session = await self._authenticator.session(websocket)
            if session is None:
                raise problem_at(401, "Cookie", "Nobody is logged in.")
            edition = self._authenticator.edition_for(websocket, session)
            position = parameters(websocket.url.query).get("cursor", [""])[-1]
        except EXPECTED as error:
            if isinstance(error, StoreUnavailableError):
                self._refused(error)
            await websocket.send_denial_response(problem_of(error).response())
            return
        admission = Admission(edition, Subscription(edition.code), Cursor.parse(position))
        outbox = Outbox(DESK, _BUFFER, buffers=self._buffers)
        joined = partial(self._desk_feed.join, edition.code, outbox, session)
        try:
            await self._live.converse(websocket, outbox, admission, joined)
        finally:
            self._desk_feed.leave(edition.code, outbox)
