"""Composition of the HTTP layer: parts that all kinds of visitors share, and what each brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticker.web.authentication import Authenticator
from ticker.web.live import Live
from ticker.web.reading import Reading
from ticker.web.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from ticker.core import Core
    from ticker.jobs.supervisor import Jobs


class Shared:
    """The core, and the parts of the HTTP layer that no single URL owns."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.settings = core.settings
        self.newsroom = core.settings.newsroom
        self.templates = Templates(core.settings.public_url)
        self.authenticator = Authenticator(core.tokens, core.sessions, core.settings)
        self.reading = Reading(core.hub, core.archive)
        self.live = Live(core.hub, core.settings, core.metrics, core.receipts, core.buffers)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A kind of visitor: its URLs, most specific first, and jobs that belong to them."""

    routes: Sequence[BaseRoute]
    jobs: Jobs = field(default_factory=dict)
