"""The composition root: the whole object graph on one page, and its life in order."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware

from ticker.accounts import Accounts
from ticker.archive import Archive
from ticker.clicks import Clicks
from ticker.crowd import Crowd, Pace
from ticker.draft import Rules
from ticker.hub import Hub
from ticker.intake import Intake
from ticker.lean import KINDS
from ticker.metrics import Metrics
from ticker.relay import Relay
from ticker.releases import Releases
from ticker.settings import static_dir
from ticker.store import Store, StoreUnavailableError
from ticker.web.builder import Builder
from ticker.web.clicks import Clicked
from ticker.web.coverage import Coverage
from ticker.web.editors import Editors
from ticker.web.embed import Embed
from ticker.web.flashes import Flashes
from ticker.web.health import Health
from ticker.web.html import Html
from ticker.web.live import Live
from ticker.web.oembed import Oembed
from ticker.web.pages import Pages
from ticker.web.people import People
from ticker.web.permalinks import Permalinks
from ticker.web.problems import handlers
from ticker.web.routes import Faces, routes
from ticker.web.security import Guard, SecurityHeaders
from ticker.web.widget import Widget
from ticker.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping

    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_RELEASE_EVERY: Final = 1.0
_LOAD_SECONDS: Final = 5.0
Jobs: TypeAlias = "Mapping[str, Callable[[], Coroutine[None, None, None]]]"


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
    clicks = Clicks(store, newsroom.editions)

    pace = Pace()
    lanes = {kind.lane: partial(Crowd, kind.lane, pace) for kind in KINDS}
    hub = Hub(settings, metrics, lanes=lanes)
    relay = Relay(wire, archive, hub, settings)
    intake = Intake(wire, archive, Rules(newsroom.sections, newsroom.regions))

    guard = Guard(accounts, settings)
    live = Live(hub, settings, metrics)
    html = Html(settings.public_url)
    widget = Widget(static_dir(), Releases(store))
    faces = Faces(
        editors=Editors(intake, hub, guard, newsroom, metrics),
        flashes=Flashes(hub, archive, guard, settings),
        health=Health(hub, store, metrics),
        live=live,
        pages=Pages(html, hub, archive, clicks, settings),
        permalinks=Permalinks(html, hub, archive, settings),
        coverage=Coverage(html, hub, archive, settings),
        clicked=Clicked(clicks, hub, settings),
        widget=widget,
        embed=Embed(html, hub, settings),
        oembed=Oembed(html, settings),
        builder=Builder(html, widget, settings),
    )

    jobs: Jobs = {
        "relay": relay.run,
        "beats": partial(_beats, hub, settings.beat),
        "releases": partial(_releases, intake, list(newsroom.editions)),
        "clicks": clicks.run,
        "widget": widget.keep,
    }
    asgi = Starlette(
        routes=routes(faces),
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=handlers(People(html, newsroom).respond),
        lifespan=partial(_life, hub, store, jobs),
    )
    return Service(asgi, hub, live, metrics)


@asynccontextmanager
async def _life(hub: Hub, store: Store, jobs: Jobs, _: Starlette) -> AsyncIterator[None]:
    """From the first job's start to the store's end."""
    tasks = [asyncio.create_task(job(), name=name) for name, job in jobs.items()]
    # Whoever comes first finds the boards, unless the store is away.
    await hub.until_loaded(_LOAD_SECONDS)
    yield
    for task in reversed(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await store.close()


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
