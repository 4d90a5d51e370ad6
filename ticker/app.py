"""The composition root: the whole object graph on one page, and its life in order."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from os import getpid
from secrets import token_hex
from socket import gethostname
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.applications import Starlette

from ticker.accounts.audit import Audit
from ticker.accounts.login_limits import Logins
from ticker.accounts.passwords import Passwords
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import Accounts
from ticker.accounts.users import Users
from ticker.editing.intake import Intake
from ticker.hub.audience import Direct
from ticker.hub.backpressure import Buffers
from ticker.hub.fanout import Crowd, Pace
from ticker.hub.hub import Hub, utcnow
from ticker.hub.load import Load
from ticker.hub.receipts import Receipts
from ticker.hub.sockets import KINDS
from ticker.jobs.desk_feed import Desks
from ticker.jobs.relay import Relay
from ticker.jobs.topics import topics
from ticker.metrics import Metrics
from ticker.news.draft import Rules
from ticker.settings import static_dir
from ticker.store.archive import Archive
from ticker.store.clicks import Clicks
from ticker.store.client import Store, StoreUnavailableError
from ticker.store.deliveries import Landing
from ticker.store.history import History
from ticker.store.import_lock import Mark
from ticker.store.presence import Census
from ticker.store.replication import Policy
from ticker.store.stories import Siblings
from ticker.store.widgets import Releases
from ticker.store.wire import Wire
from ticker.web.api.clicks import Clicked
from ticker.web.api.editors import Editors
from ticker.web.api.flashes import Flashes
from ticker.web.api.health import Health
from ticker.web.api.history import Blackbox
from ticker.web.api.reach import Meter
from ticker.web.authentication import Guard
from ticker.web.desk.live import DeskLive
from ticker.web.desk.login import Login
from ticker.web.desk.page import Desk
from ticker.web.desk.staff import Staff
from ticker.web.embed.builder import Builder
from ticker.web.embed.frame import Embed
from ticker.web.embed.oembed import Oembed
from ticker.web.embed.widget import Widget
from ticker.web.error_pages import People
from ticker.web.live import Live
from ticker.web.pages.board import Pages
from ticker.web.pages.coverage import Coverage
from ticker.web.pages.permalinks import Permalinks
from ticker.web.problems import handlers
from ticker.web.routes import Faces, routes
from ticker.web.security import SecurityHeaders
from ticker.web.templating import Html

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping

    from ticker.hub.audience import Audience
    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_RELEASE_EVERY: Final = 1.0
_LOAD_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 1.0
Jobs: TypeAlias = "Mapping[str, Callable[[], Coroutine[None, None, None]]]"


@dataclass(frozen=True, slots=True)
class Service:
    """One process's service: the ASGI application, and the parts that its server works with."""

    asgi: SecurityHeaders
    hub: Hub
    live: Live
    metrics: Metrics
    buffers: Buffers


class _Core:
    """What the edge works with: the store and all that lives on it, and this process's hub."""

    def __init__(self, settings: Settings) -> None:
        newsroom = settings.newsroom
        self.metrics = Metrics()
        self.load = Load()
        self.buffers = Buffers(settings.buffers)
        for shown in (self.load, self.buffers):
            shown.register(self.metrics)
        self.store = Store(settings.redis_url)
        self.archive = Archive(self.store)
        policy = Policy(settings.wait_replicas, settings.wait_fsync)
        wire = Wire(self.store, policy)
        rules = Rules(newsroom.sections, newsroom.regions)
        self.intake = Intake(wire, self.archive, rules, two_key=settings.two_key)

        pace = Pace(self.load)
        self.receipts = Receipts(load=self.load)
        lanes: dict[str, Callable[[], Audience]] = {
            kind.lane: partial(Crowd, kind.lane, pace, self.receipts) for kind in KINDS
        }
        lanes["outbox"] = partial(Direct, self.receipts)
        self.hub = Hub(settings, self.metrics, lanes=lanes, load=self.load)
        self.relay = Relay(wire, self.archive, Mark(self.store), self.hub, settings)
        # What this process is called where hubs are told apart.
        name = f"{gethostname()}-{getpid()}-{token_hex(2)}"
        self.landing = Landing(self.store, self.receipts, name)
        self.census = Census(self.store, self.hub, name)

        self.accounts = Accounts(self.store)
        self.users = Users(self.store, Passwords())
        idle, lifetime = settings.session_idle, settings.session_lifetime
        self.sessions = Sessions(self.store, self.users, idle, lifetime, utcnow)
        self.siblings = Siblings(self.store, newsroom.editions)
        self.clicks = Clicks(self.store, newsroom.editions)
        self.desks = Desks(
            self.store,
            self.hub,
            self.sessions,
            topics(self.hub, self.archive, self.siblings, self.landing, self.census),
        )


def build(settings: Settings) -> Service:
    """Put everything together. Nothing is opened here: that is the lifespan's job."""
    core = _Core(settings)
    live = Live(core.hub, settings, core.metrics, core.receipts, core.buffers)
    html = Html(settings.public_url)
    widget = Widget(static_dir(), Releases(core.store))
    jobs: Jobs = {
        "relay": core.relay.run,
        "beats": partial(_beats, core.hub, settings.beat),
        "releases": partial(_releases, core.hub, core.intake, list(settings.newsroom.all_editions)),
        "clicks": core.clicks.run,
        "desks": core.desks.look,
        "doorbell": core.desks.listen,
        "sessions": core.desks.watch_sessions,
        "load": core.load.run,
        "buffers": core.buffers.run,
        "receipts": core.receipts.run,
        "landing": core.landing.run,
        "census": core.census.run,
        "widget": widget.keep,
    }
    app = Starlette(
        routes=routes(_faces(core, live, html, widget, settings)),
        exception_handlers=handlers(People(html, settings.newsroom).respond),
        lifespan=partial(_life, core.hub, core.store, jobs),
    )
    # Around all of it: what Starlette answers to a fault of ours is outside of its middleware.
    asgi = SecurityHeaders(app, https=settings.public_url.startswith("https:"))
    return Service(asgi, core.hub, live, core.metrics, core.buffers)


def _faces(core: _Core, live: Live, html: Html, widget: Widget, settings: Settings) -> Faces:
    """The edge: everything that has a URL."""
    hub, archive, newsroom = core.hub, core.archive, settings.newsroom
    guard = Guard(core.accounts, core.sessions, settings)
    history = History(core.store, settings.board_lines, settings.board_window)
    audit = Audit(core.store)
    logins = Logins(core.store, core.users)
    desk = Desk(html, guard, hub, archive, core.siblings, settings)
    return Faces(
        login=Login(html, guard, logins, core.sessions, audit, newsroom),
        staff=Staff(html, guard, core.users, core.accounts, core.sessions, logins, audit, newsroom),
        desk=desk,
        desk_live=DeskLive(guard, desk, live, core.desks),
        meter=Meter(guard, core.archive, core.landing, core.census, newsroom),
        blackbox=Blackbox(html, guard, history, archive, core.landing, newsroom),
        editors=Editors(core.intake, hub, guard, newsroom, core.metrics),
        flashes=Flashes(hub, archive, guard, settings),
        health=Health(hub, core.store, core.metrics),
        live=live,
        pages=Pages(html, hub, archive, core.clicks, settings),
        permalinks=Permalinks(html, hub, archive, settings),
        coverage=Coverage(html, hub, archive, settings),
        clicked=Clicked(core.clicks, hub, settings),
        widget=widget,
        embed=Embed(html, hub, settings),
        oembed=Oembed(html, settings),
        builder=Builder(html, widget, settings),
    )


@asynccontextmanager
async def _life(hub: Hub, store: Store, jobs: Jobs, _: Starlette) -> AsyncIterator[None]:
    """From the first job's start to the store's end."""
    ending = asyncio.Event()
    tasks = [asyncio.create_task(_kept(name, job, ending), name=name) for name, job in jobs.items()]
    # Whoever comes first finds the boards, unless the store is away.
    await hub.until_loaded(_LOAD_SECONDS)
    yield
    ending.set()
    for task in reversed(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await store.close()


async def _kept(
    name: str, job: Callable[[], Coroutine[None, None, None]], ending: asyncio.Event
) -> None:
    """Begin a job again that a fault of ours has ended; one that is done is done."""
    while not ending.is_set():
        try:
            await job()
        except Exception:  # noqa: BLE001 - a supervisor outlives every fault
            if ending.is_set():
                return  # on the way out, as of a store that is away
            _log.exception("job %s failed; starting it again", name)
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return


async def _beats(hub: Hub, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        hub.beat()


async def _releases(hub: Hub, intake: Intake, editions: list[str]) -> None:
    """Release withheld lines when they are due; the wire lets only one process win."""
    pause = _RELEASE_EVERY
    while True:
        await asyncio.sleep(pause)
        await hub.until_loaded(None)
        pause = _RELEASE_EVERY
        try:
            await intake.release_due(editions)
            due = await intake.next_due(editions)
            if due is not None:
                pause = min(pause, max(0.0, due))
        except StoreUnavailableError as error:
            _log.debug("embargoes wait for the store: %s", error)
