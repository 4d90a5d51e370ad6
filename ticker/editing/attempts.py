"""Idempotent requests: what is asked again and again is done once, and what is refused is not done.

An earlier try may still be on its way to the store while a later one is judged. Where the later
one is refused for what has changed meanwhile, as an embargo that is over, the earlier one has made
its line by then, and its answer counts, or it makes none any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticker.editing.bounds import FullError
from ticker.news import timing
from ticker.news.faults import InvalidError
from ticker.news.flash import IllegalChangeError
from ticker.store.wire import VersionConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ticker.news.flash import Flash
    from ticker.store.wire import IdempotencyKey, Wire


class PreconditionError(Exception):
    """Optimistic concurrency: `If-Match` names another version than the current one."""

    def __init__(self, current: int) -> None:
        super().__init__(f'the current version is "{current}"')


_PASSING: Final = (FullError, IllegalChangeError, PreconditionError, VersionConflictError)


async def once(
    wire: Wire,
    edition: str,
    key: IdempotencyKey,
    attempt: Callable[[IdempotencyKey], Awaitable[Flash]],
) -> Flash:
    """Idempotent replay: what a request's key has answered already, or what the attempt makes.

    Args:
        wire: Where keys are remembered.
        edition: That is written to.
        key: Of the request.
        attempt: Does it, under the key that it is given.

    Raises:
        KeyReusedError: The key has answered another request.
        AttemptVoidError: A later try of the same request was refused meanwhile.
        StoreUnavailableError: Whether it is done is not known.
    """
    earlier, key = await wire.recall(edition, key)
    if earlier is not None:
        return earlier
    try:
        return await attempt(key)
    except (*_PASSING, InvalidError) as error:
        if isinstance(error, InvalidError) and not _depends_on_time(error):
            raise
        earlier = await wire.refuse(edition, key)
        if earlier is None:
            raise
        return earlier


def _depends_on_time(error: InvalidError) -> bool:
    """Whether the same request could have been right a moment ago."""
    return any(fault.field in timing.TIMES for fault in error.faults)
