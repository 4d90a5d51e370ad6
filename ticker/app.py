"""The composition root: the whole object graph on one page, and its life in order."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware

from ticker.accounts import Accounts
from ticker.archive import Archive
from ticker.crowd import Crowd, Pace
from ticker.draft import Rules
from ticker.hub import Hub
from ticker.intake import Intake
from ticker.lean import KINDS
from ticker.metrics import Metrics
from ticker.relay import Relay
from ticker.store import Store, StoreUnavailableError
from ticker.web.editors import Editors
from ticker.web.flashes import Flashes
from ticker.web.health import Health
from ticker.web.html import Html
from ticker.web.live import Live
from ticker.web.pages import Pages
from ticker.web.problems import handlers
from ticker.web.routes import Faces, routes
from ticker.web.security import Guard, SecurityHeaders
from ticker.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_RELEASE_EVERY: Final = 1.0
_LOAD_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """One process's service: the ASGI application, and the parts that its server works with."""

    asgi: Starlette
    hub: Hub
    live: Live
    metrics: Metrics


def build(settings: Settings) -> Service:
    """Put everything together. Nothing is opened here: that is the lifespan's job."""
    metrics = Metrics()
    newsroom = settings.newsroom

    store = Store(settings.redis_url)
    wire = Wire(store)
    archive = Archive(store)
    accounts = Accounts(store)

    pace = Pace()
    lanes = {kind.lane: partial(Crowd, kind.lane, pace) for kind in KINDS}
    hub = Hub(settings, metrics, lanes=lanes)
    relay = Relay(wire, archive, hub, settings)
    intake = Intake(wire, archive, Rules(newsroom.sections, newsroom.regions))

    guard = Guard(accounts, settings)
    live = Live(hub, settings, metrics)
    html = Html()
    faces = Faces(
        editors=Editors(intake, hub, guard, newsroom, metrics),
        flashes=Flashes(hub, archive, guard, settings),
        health=Health(hub, store, metrics),
        live=live,
        pages=Pages(html, hub, settings),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(relay.run(), name="relay"),
            asyncio.create_task(_beats(hub, settings.beat), name="beats"),
            asyncio.create_task(_releases(intake, list(newsroom.editions)), name="releases"),
        ]
        # Whoever comes first finds the boards, unless the store is away.
        await hub.until_loaded(_LOAD_SECONDS)
        yield
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await store.close()

    asgi = Starlette(
        routes=routes(faces),
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=handlers(),
        lifespan=lifespan,
    )
    return Service(asgi, hub, live, metrics)


async def _beats(hub: Hub, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        hub.beat()


async def _releases(intake: Intake, editions: list[str]) -> None:
    """Release embargoed lines when they are due; the wire lets only one process win."""
    while True:
        await asyncio.sleep(_RELEASE_EVERY)
        try:
            await intake.release_due(editions)
        except StoreUnavailableError as error:
            _log.debug("embargoes wait for the store: %s", error)
        except Exception:  # noqa: BLE001 - a supervisor outlives every fault
            _log.exception("releasing embargoes failed")
