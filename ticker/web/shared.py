"""Composition of the HTTP layer: parts that all kinds of visitors share, and what each brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticker.web.agency import AgencyItems
from ticker.web.authentication import Authenticator
from ticker.web.live import Live
from ticker.web.reading import Reading
from ticker.web.render_queue import RenderQueue
from ticker.web.rendered import RenderedPages
from ticker.web.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from ticker.core import Core
    from ticker.jobs.supervisor import Jobs


class Public:
    """Least privilege: what pages and banners of readers are made of. Nothing here can write."""

    def __init__(self, core: Core) -> None:
        self.settings = core.settings
        self.newsroom = core.settings.newsroom
        self.templates = Templates(core.settings.public_url, core.settings.newsroom)
        self.archive = core.archive
        self.story_versions = core.story_versions
        self.search = core.search
        self.full_text = core.full_text
        self.clicks = core.clicks
        self.widgets = core.widgets
        self.reading = Reading(core.hub, core.archive)
        self.render_queue = RenderQueue(core.metrics)
        self.rendered = RenderedPages(self.render_queue, core.metrics)
        self.agency = AgencyItems(
            self.templates, self.reading, core.story_versions, core.settings.newsroom
        )
        self.live = Live(core.hub, core.settings, core.metrics, core.receipts, core.buffers)


class Shared(Public):
    """The same, and the core: for programs and editors, who are authenticated."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.core = core
        self.authenticator = Authenticator(core.tokens, core.sessions, core.settings)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A kind of visitor: its URLs, most specific first, and jobs that belong to them."""

    routes: Sequence[BaseRoute]
    jobs: Jobs = field(default_factory=dict)
