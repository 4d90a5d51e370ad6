"""Replication: whether a write is on replicas and disks before it is acknowledged (WAIT)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticker.store.faults import Reason, StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from ticker.store.client import Store

_MILLISECONDS: Final = 1500


class UnconfirmedError(StoreUnavailableError):
    """A write was made, and is not known to be everywhere that it must be.

    Args:
        missing: What is missing, in words for editors.
    """

    def __init__(self, missing: str) -> None:
        super().__init__(missing, Reason.UNCONFIRMED)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Policy:
    """What must be so before a write is acknowledged.

    Attributes:
        replicas: So many have it, beside the primary.
        fsync: The primary and those replicas have it on disk.
    """

    replicas: int = 0
    fsync: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything to wait for."""
        return self.replicas > 0 or self.fsync


class Confirmation:
    """Confirms writes by a policy that asks for something."""

    def __init__(self, store: Store, policy: Policy) -> None:
        self._topology = store.topology
        self._policy = policy

    async def confirm(self, key: str, seconds: int) -> None:
        """Wait for this key, and for all that was written before it where it is.

        WAIT counts what its own connection has written. So the key is written to, by giving it
        these seconds to live, and with that we know that the server we ask has it: after a
        failover another one may answer.

        Raises:
            UnconfirmedError: It is not so within 1.5 s, or cannot be known.
        """
        try:
            with store_errors():
                kept, reached = await self._topology.together(
                    key, ("EXPIRE", key, seconds), self._wait()
                )
        except StoreUnavailableError as error:
            raise UnconfirmedError(error.reason.value) from error
        if not kept:
            raise UnconfirmedError("another primary has taken over, and does not have it")
        local, replicas = reached if self._policy.fsync else (1, reached)
        if replicas < self._policy.replicas:
            raise UnconfirmedError(f"{replicas} of {self._policy.replicas} replicas have it")
        if local < 1:
            raise UnconfirmedError("the primary does not have it on disk")

    def _wait(self) -> tuple[str | int, ...]:
        if self._policy.fsync:
            return "WAITAOF", 1, self._policy.replicas, _MILLISECONDS
        return "WAIT", self._policy.replicas, _MILLISECONDS
