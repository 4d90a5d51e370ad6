"""The ASGI application of one process: HTTP around the core."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette

from ticker.core import Core
from ticker.web.error_pages import ErrorPages
from ticker.web.problems import handlers
from ticker.web.routes import visitors
from ticker.web.security import SecurityHeaders
from ticker.web.shared import Shared
from ticker.web.slashes import Slashes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.hub.backpressure import Buffers
    from ticker.hub.hub import Hub
    from ticker.hub.load import Load
    from ticker.jobs.supervisor import Jobs
    from ticker.metrics import Metrics
    from ticker.settings import Settings
    from ticker.store.presence import Presence
    from ticker.web.live import Live

_LOAD_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """One process's service: the ASGI application, and the parts that its server works with.

    Attributes:
        name: Of this process in `presence`.
    """

    asgi: SecurityHeaders
    hub: Hub
    live: Live
    metrics: Metrics
    buffers: Buffers
    load: Load
    presence: Presence
    name: str


def build(settings: Settings) -> Service:
    """Application factory. Nothing is opened here: that is the lifespan's job."""
    core = Core(settings)
    shared = Shared(core)
    kinds = visitors(shared)
    jobs: Jobs = {**core.jobs, **{name: job for kind in kinds for name, job in kind.jobs.items()}}
    app = Starlette(
        routes=[route for kind in kinds for route in kind.routes],
        exception_handlers=handlers(
            ErrorPages(shared.templates, settings.newsroom).respond, core.refusals.add
        ),
        lifespan=partial(_life, core, jobs),
    )
    Slashes(app.router, shared.templates)
    # Outermost: Starlette's answer to an unhandled exception does not pass its middleware.
    asgi = SecurityHeaders(app, https=settings.public_url.startswith("https:"))
    return Service(
        *(asgi, core.hub, shared.live, core.metrics, core.buffers, core.load),
        *(core.presence, core.name),
    )


@asynccontextmanager
async def _life(core: Core, jobs: Jobs, _: Starlette) -> AsyncIterator[None]:
    """ASGI lifespan: run the jobs; wait a little for the boards, so the first reader has one."""
    async with core.running(jobs):
        await core.hub.until_loaded(_LOAD_SECONDS)
        yield
