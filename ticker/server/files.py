"""Limit of open files (RLIMIT_NOFILE): raised for all connections, or fewer connections.

A process without a free file closes connections unheard, and can't reach its store again.
"""

from __future__ import annotations

import logging
import resource
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ticker.server.limits import SPARE, lingering

if TYPE_CHECKING:
    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_OWN: Final = 128  # the store's connections (100 for commands), the log, what we listen on
_NO_READERS_SHARE: Final = 5


def fit(settings: Settings) -> Settings:
    """Raise the limit of open files as far as is needed and allowed.

    The settings that come back fit it: fewer connections and readers, where it is too low. Each
    process has the limit for itself, and children inherit it.
    """
    connections = settings.max_connections or settings.max_readers + SPARE
    needed = _files(connections)
    limit = _raise(needed)
    if limit >= needed:
        return settings
    fits = _connections(limit)
    # Some stay free for editors, pages and probes when the readers' places are full.
    readers = min(settings.max_readers, fits - min(SPARE, fits // _NO_READERS_SHARE))
    _log.warning(
        "the limit of open files (ulimit -n) is %s and should be %s: each process takes %s readers "
        "and %s connections at most, not %s and %s",
        *(limit, needed, readers, fits, settings.max_readers, connections),
    )
    return replace(settings, max_readers=readers, max_connections=fits)


def _files(connections: int) -> int:
    """Files that a process with so many connections may have open."""
    return connections + lingering(connections) + _OWN


def _connections(limit: int) -> int:
    """The most connections that so many files are enough for; one in any case."""
    fits = limit - _OWN
    while fits > 1 and _files(fits) > limit:
        fits -= 1
    return max(1, fits)


def _raise(needed: int) -> int:
    """Raise the soft limit to what is needed, up to the hard one; what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return needed
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
