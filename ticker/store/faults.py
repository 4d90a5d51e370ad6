"""Faults of the store: why it did not do what it was asked, in words and for metrics."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Final

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    ClusterError,
    ConnectionError as BrokenConnectionError,
    MasterDownError,
    MaxConnectionsError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    SlotNotCoveredError,
    TimeoutError as NoAnswerError,
    TryAgainError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Reason(Enum):
    """Why; the value is what people are told, without an address or a name that they don't know."""

    AWAY = "the store is away"
    SILENT = "the store does not answer in time"
    LEADERLESS = "the store is away: no sentinel names a primary"
    CLUSTER = "a part of the store's Cluster is away"
    CLIENTS = "the store takes no more connections"
    LOGIN = "the store does not accept the user or password of this service"
    RIGHTS = "the store's user lacks a right that this service needs"
    COMMAND = "the store does not have a command that this service needs"
    REPLICAS = "the store takes nothing while its replicas are away"
    DISK = "the store takes nothing: it cannot write to its disk"
    MEMORY = "the store takes nothing: its memory is full"
    READONLY = "the store takes nothing: it is a read-only replica"
    ORPHAN = "the store is a replica that has lost its primary"
    LOADING = "the store is still loading its data"
    BUSY = "the store is busy with a script"
    MOVED = "the store is being moved to another server"
    DEAF = "the store's announcements do not come through"
    IMPORT = "the store has half of a backup, and takes nothing else"
    UNCONFIRMED = "the store has not confirmed the change yet"
    REFUSED = "the store refused a command"

    @property
    def label(self) -> str:
        """The same for metrics."""
        return self.name.lower()


class StoreUnavailableError(Exception):
    """The store did not do what it was asked.

    Args:
        detail: What it said, for the log.
        reason: Why.

    Attributes:
        reason: Why.
    """

    def __init__(self, detail: str = "", reason: Reason = Reason.AWAY) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason


_CLASSES: Final[Mapping[type[Exception], Reason]] = {
    # The first that fits: those that are special before those that they are a kind of.
    MasterNotFoundError: Reason.LEADERLESS,
    MasterDownError: Reason.ORPHAN,
    SlotNotCoveredError: Reason.CLUSTER,
    ClusterDownError: Reason.CLUSTER,
    AskError: Reason.MOVED,
    TryAgainError: Reason.MOVED,
    ClusterError: Reason.MOVED,
    BusyLoadingError: Reason.LOADING,
    AuthenticationError: Reason.LOGIN,
    AuthorizationError: Reason.LOGIN,
    MaxConnectionsError: Reason.CLIENTS,
    NoPermissionError: Reason.RIGHTS,
    OutOfMemoryError: Reason.MEMORY,
    ReadOnlyError: Reason.READONLY,
}
_WORDS: Final[Mapping[str, Reason]] = {
    "NOREPLICAS": Reason.REPLICAS,
    "MISCONF": Reason.DISK,
    "BUSY ": Reason.BUSY,
    "LOADING": Reason.LOADING,
    "max number of clients": Reason.CLIENTS,
    "unknown command": Reason.COMMAND,
    "unknown redis command": Reason.COMMAND,
    "unknown valkey command": Reason.COMMAND,
    "acl failure": Reason.RIGHTS,
    "acl_check_cmd": Reason.COMMAND,
}
# What the client makes of its own connection when another task closed it at the same moment.
_TORN: Final = ("handler is closed", "transport", "event loop is closed")
_CLIENT: Final = ("redis.", "ticker.store.cluster")


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns every fault of the store into `StoreUnavailableError`.

    Raises:
        CancelledError: The task was cancelled, and the client swallowed it or made a fault of it,
            as `asyncio.wait_for` does before Python 3.12 when what it waits for ends in the same
            moment.
    """
    try:
        yield
    except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
        _check_cancelled()
        raise StoreUnavailableError(_detail(error), reason_of(error)) from error
    except (RuntimeError, AttributeError) as error:
        if not _is_torn(error):
            raise
        _check_cancelled()
        raise StoreUnavailableError(_detail(error)) from error
    _check_cancelled()


def _check_cancelled() -> None:
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def reason_of(error: Exception) -> Reason:
    """Why the store failed, by what its client raised."""
    for kind, reason in _CLASSES.items():
        if isinstance(error, kind):
            return reason
    said = str(error).lower()
    for word, reason in _WORDS.items():
        if word.lower() in said:
            return reason
    if isinstance(error, (NoAnswerError, TimeoutError)):
        return Reason.SILENT
    away = isinstance(error, (BrokenConnectionError, RedisClusterException, OSError))
    return Reason.AWAY if away else Reason.REFUSED


def _detail(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _is_torn(error: Exception) -> bool:
    """Whether the client tripped over a connection that was closed under it, on any event loop."""
    trace, raiser = error.__traceback__, ""
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        raiser = module if not module.startswith(("asyncio", "uvloop")) else raiser
        trace = trace.tb_next
    return raiser.startswith(_CLIENT) and (
        isinstance(error, AttributeError) or any(word in str(error) for word in _TORN)
    )
