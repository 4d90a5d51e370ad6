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
from ticker.accounts.challenges import Challenges
from ticker.accounts.devices import Devices
from ticker.accounts.federation import Federation
from ticker.accounts.fetch import Fetcher
from ticker.accounts.login_limits import LoginLimits
from ticker.accounts.openid import RelyingParty
from ticker.accounts.passkeys import Passkeys, are_possible
from ticker.accounts.passwords import Passwords
from ticker.accounts.refused_logins import RefusedLogins
from ticker.accounts.repeated_entries import RepeatedEntries
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import Tokens
from ticker.accounts.users import Users
from ticker.editing.batch import Batch
from ticker.editing.intake import Intake
from ticker.hub.audience import QueuedAudience
from ticker.hub.backpressure import Buffers
from ticker.hub.fanout import Fanout, Scheduler
from ticker.hub.hub import Hub
from ticker.hub.load import Load
from ticker.hub.receipts import Receipts
from ticker.hub.screens import Screens
from ticker.hub.sockets import KINDS
from ticker.jobs import (
    accounts,
    checkpoints,
    coverage_titles,
    deliveries,
    presence,
    rehearsal,
    schedule,
    screens,
)
from ticker.jobs.desk_feed import DeskFeed
from ticker.jobs.desk_presence import DeskPresence
from ticker.jobs.desk_topics import people, topics
from ticker.jobs.full_text import FullTextFollower
from ticker.jobs.inspection import Inspector
from ticker.jobs.relay import Relay
from ticker.jobs.supervisor import supervised
from ticker.metrics import Metrics, labels
from ticker.news.document import utcnow
from ticker.news.draft import Rules
from ticker.settings import has_sign_on
from ticker.store.archive import Archive
from ticker.store.checkpoints import Checkpoints
from ticker.store.clicks import Clicks
from ticker.store.client import Store
from ticker.store.coverage_titles import CoverageTitles
from ticker.store.deliveries import Deliveries
from ticker.store.desks import Desks
from ticker.store.follow import Follower
from ticker.store.full_text import FullText
from ticker.store.full_text_index import FullTextIndex
from ticker.store.history import History
from ticker.store.import_lock import ImportLock
from ticker.store.inspection import Inspection
from ticker.store.past import Past
from ticker.store.presence import Presence
from ticker.store.refusals import ACCOUNTS, Refusals
from ticker.store.replication import Policy
from ticker.store.search import Search
from ticker.store.stories import Stories, StoryVersions
from ticker.store.widgets import WidgetScripts
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ticker.hub.audience import Audience
    from ticker.jobs.supervisor import Job, Jobs
    from ticker.settings import Settings


class Core:
    """Object graph of a process, without its URLs. Nothing is opened here, but by `running`."""

    def __init__(self, settings: Settings) -> None:
        # Node name: tells this process from the others in presence and deliveries.
        self.name = f"{gethostname()}-{getpid()}-{token_hex(2)}"
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings.redis_url, settings.namespace)
        self.refusals = Refusals(self.metrics, parts=self._parts)
        self.inspector = Inspector(
            Inspection(self.store, self.name, settings.newsroom), self.metrics
        )
        self._build_store(settings)
        self._build_accounts(settings)
        self._build_hub(settings)
        self._build_desks()
        policy = Policy(settings.wait_replicas, settings.wait_fsync)
        self.wire = Wire(self.store, policy)
        rules = Rules(settings.newsroom.sections, settings.newsroom.regions)
        self.intake = Intake(self.wire, self.archive, rules, two_key=settings.two_key)
        self.batch = Batch(self.intake, self.wire)
        self._register()

    def _build_desks(self) -> None:
        self.desk_presence = DeskPresence(self.desks, self.name)
        told = topics(self.hub, self.archive, self.stories, self.deliveries, self.presence)
        told["desks"] = people(self.desks)
        self.desk_feed = DeskFeed(self.store, self.hub, self.sessions, told, self.desk_presence)

    def _register(self) -> None:
        """Gauge: whether users and tokens can be looked up; one server is away as a whole."""

        def is_up() -> bool:
            apart = ACCOUNTS in self.refusals.parts
            return ACCOUNTS not in self.refusals.reasons if apart else not self.hub.stale

        self.metrics.probe("ticker_accounts_up", lambda: {labels(): float(is_up())})

    def _build_store(self, settings: Settings) -> None:
        editions = settings.newsroom.editions
        self.archive = Archive(self.store)
        self.search = Search(self.store)
        self.full_text = FullText(self.store)
        self.history = History(self.store)
        self.past = Past(self.store, settings.board_lines, settings.board_window)
        self.stories = Stories(self.store, editions)
        self.story_versions = StoryVersions(self.store)
        self.clicks = Clicks(self.store, editions)
        self.deliveries = Deliveries(self.store)
        self.presence = Presence(self.store)
        self.desks = Desks(self.store)
        self.coverage_titles = CoverageTitles(self.store)
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
        self.repeated_entries = RepeatedEntries(self.store, self.audit)
        sign_on, self.relying_party = settings.newsroom.sign_on, None
        if sign_on is not None:
            secret = settings.sign_on_secret
            self.relying_party = RelyingParty(sign_on, secret, Fetcher().fetch)
        self.passkeys = None
        if has_sign_on() and are_possible(settings.public_url):
            challenges = Challenges(self.store)
            self.passkeys = Passkeys(self.store, self.users, challenges, settings.public_url)
        groups = sign_on.groups if sign_on else ()
        self.federation = Federation(self.users, self.tokens, self.sessions, self.audit, groups)

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
        self.screens = Screens(self.metrics, self.receipts)
        self.hub = Hub(settings, self.metrics, lanes=lanes, load=self.load, screens=self.screens)
        self.full_text_follower = FullTextFollower(
            self.hub,
            FullTextIndex(self.store, self.name),
            list(settings.newsroom.all_editions),
            self.metrics,
        )

    @property
    def jobs(self) -> Jobs:
        """Background tasks by name, for a process that has readers."""
        return {
            **self._jobs_of_parts(),
            "beats": partial(schedule.beats, self.hub, self.settings.beat),
            "inspection": self.inspector.run,
            "accounts": partial(accounts.confirm, self.tokens, self.sessions, self.refusals),
            "checkpoints": partial(
                checkpoints.keep,
                self.hub,
                Checkpoints(self.store),
                list(self.settings.newsroom.all_editions),
            ),
            "full text": self.full_text_follower.run,
            "clicks": self.clicks.run,
            "refused logins": self.refused_logins.run,
            "repeated entries": self.repeated_entries.run,
            "desks": self.desk_feed.look,
            "desk channel": self.desk_feed.listen,
            "sessions": self.desk_feed.watch_sessions,
            "desk presence": self.desk_presence.run,
            "load": self.load.run,
            "receipts": self.receipts.run,
            "deliveries": partial(deliveries.keep, self.receipts, self.deliveries, self.name),
            "screens": partial(screens.follow, self.screens, self.presence),
            "presence": partial(presence.tell, self.hub, self.presence, self.name),
        }

    def _jobs_of_parts(self) -> Jobs:
        """What is done for all editions at once; on a Cluster for each, whose shard may be away."""
        newsroom, jobs = self.settings.newsroom, {}
        if not self.store.topology.sharded:
            return {
                "relay": self._relay(None).run,
                "releases": self._releases(list(newsroom.all_editions)),
                "titles": self._titles(list(newsroom.all_editions)),
                "rehearsal": self._rehearsal(list(newsroom.editions), ""),
            }
        for edition in newsroom.all_editions:
            jobs[f"relay of {edition}"] = self._relay([edition]).run
            jobs[f"releases of {edition}"] = self._releases([edition])
            jobs[f"titles of {edition}"] = self._titles([edition])
        for edition in newsroom.editions:
            jobs[f"rehearsal of {edition}"] = self._rehearsal([edition], edition)
        return jobs

    def _relay(self, editions: list[str] | None) -> Relay:
        parts = Follower(self.store), self.archive, ImportLock(self.store)
        return Relay(*parts, self.hub, self.settings, editions)

    def _releases(self, editions: list[str]) -> Job:
        return partial(schedule.releases, self.hub, self.intake, self.refusals, editions)

    def _titles(self, editions: list[str]) -> Job:
        return partial(coverage_titles.follow, self.hub, self.coverage_titles, editions)

    def _rehearsal(self, editions: list[str], part: str) -> Job:
        return partial(rehearsal.rehearse, self.wire, self.refusals, editions, part)

    @property
    def _parts(self) -> list[str]:
        """What may be away while the rest is not, as refusals tell it."""
        if not self.store.topology.sharded:
            return [""]
        return [*self.settings.newsroom.editions, ACCOUNTS]

    @asynccontextmanager
    async def running(self, jobs: Jobs) -> AsyncIterator[None]:
        """Lifespan of the core: start the jobs; at the end stop them and close the store."""
        async with supervised(jobs):
            yield
        await self.store.close()
