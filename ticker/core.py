"""The composition root: the object graph of one process, without HTTP.

The store and what lives on it, accounts, hub, use cases, jobs.
A worker that has no readers builds the same graph and runs what it needs of it.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from os import getpid
from secrets import token_hex
from socket import gethostname
from typing import TYPE_CHECKING

from ticker.accounts.audit import Audit
from ticker.accounts.devices import Devices
from ticker.accounts.login_limits import LoginLimits
from ticker.accounts.passwords import Passwords
from ticker.accounts.refused_logins import RefusedLogins
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import Tokens
from ticker.accounts.users import Users
from ticker.editing.intake import Intake
from ticker.hub.audience import QueuedAudience
from ticker.hub.backpressure import Buffers
from ticker.hub.fanout import Fanout, Scheduler
from ticker.hub.hub import Hub
from ticker.hub.load import Load
from ticker.hub.receipts import Receipts
from ticker.hub.sockets import KINDS
from ticker.jobs import deliveries, presence, rehearsal, schedule
from ticker.jobs.desk_feed import DeskFeed, topics
from ticker.jobs.inspection import Inspector
from ticker.jobs.relay import Relay
from ticker.jobs.supervisor import supervised
from ticker.metrics import Metrics
from ticker.news.document import utcnow
from ticker.news.draft import Rules
from ticker.store.archive import Archive
from ticker.store.clicks import Clicks
from ticker.store.client import Store
from ticker.store.deliveries import Deliveries
from ticker.store.follow import Follower
from ticker.store.history import History
from ticker.store.import_lock import ImportLock
from ticker.store.inspection import Inspection
from ticker.store.presence import Presence
from ticker.store.refusals import Refusals
from ticker.store.replication import Policy
from ticker.store.search import Search
from ticker.store.stories import Stories
from ticker.store.widgets import WidgetScripts
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ticker.hub.audience import Audience
    from ticker.jobs.supervisor import Jobs
    from ticker.settings import Settings


class Core:
    """Object graph of a process, without its URLs. Nothing is opened here, but by `running`."""

    def __init__(self, settings: Settings) -> None:
        # Node name: tells this process from the others in presence and deliveries.
        self.name = f"{gethostname()}-{getpid()}-{token_hex(2)}"
        self.settings = settings
        self.metrics = Metrics()
        self.refusals = Refusals(self.metrics)
        self.store = Store(settings.redis_url, settings.namespace)
        self.inspector = Inspector(
            Inspection(self.store, self.name, settings.newsroom), self.metrics
        )
        self._build_store(settings)
        self._build_accounts(settings)
        self._build_hub(settings)
        self.desk_feed = DeskFeed(
            self.store,
            self.hub,
            self.sessions,
            topics(self.hub, self.archive, self.stories, self.deliveries, self.presence),
        )
        policy = Policy(settings.wait_replicas, settings.wait_fsync)
        self.wire = Wire(self.store, policy)
        rules = Rules(settings.newsroom.sections, settings.newsroom.regions)
        self.intake = Intake(self.wire, self.archive, rules, two_key=settings.two_key)
        self.relay = Relay(
            Follower(self.store), self.archive, ImportLock(self.store), self.hub, settings
        )

    def _build_store(self, settings: Settings) -> None:
        editions = settings.newsroom.editions
        self.archive = Archive(self.store)
        self.search = Search(self.store)
        self.history = History(self.store, settings.board_lines, settings.board_window)
        self.stories = Stories(self.store, editions)
        self.clicks = Clicks(self.store, editions)
        self.deliveries = Deliveries(self.store)
        self.presence = Presence(self.store)
        self.widgets = WidgetScripts(self.store)

    def _build_accounts(self, settings: Settings) -> None:
        self.tokens = Tokens(self.store)
        self.users = Users(self.store, Passwords())
        idle, lifetime = settings.session_idle, settings.session_lifetime
        self.sessions = Sessions(self.store, self.users, idle, lifetime, utcnow)
        self.devices = Devices(self.store, self.users)
        self.login_limits = LoginLimits(self.store, self.users)
        self.audit = Audit(self.store)
        self.refused_logins = RefusedLogins(self.store, self.audit)

    def _build_hub(self, settings: Settings) -> None:
        self.load = Load()
        self.buffers = Buffers(settings.buffers)
        for shown in (self.load, self.buffers):
            shown.register(self.metrics)
        scheduler = Scheduler(self.load)
        self.receipts = Receipts(load=self.load)
        lanes: dict[str, Callable[[], Audience]] = {
            kind.lane: partial(Fanout, kind.lane, scheduler, self.receipts) for kind in KINDS
        }
        lanes["outbox"] = partial(QueuedAudience, self.receipts)
        self.hub = Hub(settings, self.metrics, lanes=lanes, load=self.load)

    @property
    def jobs(self) -> Jobs:
        """Background tasks by name, for a process that has readers."""
        editions = list(self.settings.newsroom.all_editions)
        return {
            "relay": self.relay.run,
            "beats": partial(schedule.beats, self.hub, self.settings.beat),
            "releases": partial(schedule.releases, self.hub, self.intake, self.refusals, editions),
            "inspection": self.inspector.run,
            "rehearsal": partial(
                rehearsal.rehearse, self.wire, self.refusals, self.settings.newsroom.editions
            ),
            "clicks": self.clicks.run,
            "refused logins": self.refused_logins.run,
            "desks": self.desk_feed.look,
            "desk channel": self.desk_feed.listen,
            "sessions": self.desk_feed.watch_sessions,
            "load": self.load.run,
            "buffers": self.buffers.run,
            "receipts": self.receipts.run,
            "deliveries": partial(deliveries.keep, self.receipts, self.deliveries, self.name),
            "presence": partial(presence.tell, self.hub, self.presence, self.name),
        }

    @asynccontextmanager
    async def running(self, jobs: Jobs) -> AsyncIterator[None]:
        """Lifespan of the core: start the jobs; at the end stop them and close the store."""
        async with supervised(jobs):
            yield
        await self.store.close()
