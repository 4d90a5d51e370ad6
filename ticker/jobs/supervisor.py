"""Supervisor: runs jobs beside the requests, and starts one again that a fault has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_log = logging.getLogger(__name__)
_AGAIN_SECONDS: Final = 1.0

Job: TypeAlias = Callable[[], Coroutine[None, None, None]]
# Name, as the log has it → what runs until it is cancelled.
Jobs: TypeAlias = Mapping[str, Job]


@asynccontextmanager
async def supervised(jobs: Jobs) -> AsyncIterator[None]:
    """Run these jobs for as long as the context does."""
    ending = asyncio.Event()
    tasks = [asyncio.create_task(_kept(name, job, ending), name=name) for name, job in jobs.items()]
    try:
        yield
    finally:
        ending.set()
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept(name: str, job: Job, ending: asyncio.Event) -> None:
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
