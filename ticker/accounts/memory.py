"""Stale-if-error (RFC 5861 §4): what the store confirmed lately stands for a while without it.

On a Cluster tokens and sessions lie on shards of their own, which may be away while those of
editions are not. Knows neither tokens nor sessions.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_T = TypeVar("_T")

# How long what was confirmed stands, and how many are remembered.
MEMORY_SECONDS: Final = 600.0
MEMORY_MAX: Final = 1000
# Circuit breaker: requests do not wait again so soon for a store that did not answer. Longer than
# whoever confirms takes for a round, so that they do not.
_AGAIN_SECONDS: Final = 15.0


@dataclass(slots=True)
class _Entry(Generic[_T]):
    value: _T
    confirmed: float
    used: float
    ask_at: float = 0.0


class Memory(Generic[_T]):
    """What the store has confirmed, by key.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, _Entry[_T]] = OrderedDict()
        self._forgotten = 0

    async def ask(self, key: str, read: Callable[[], Awaitable[_T | None]]) -> _T | None:
        """What the store says of a key; while it is away, what it last said.

        Args:
            key: Of what is wanted.
            read: Asks the store; None: it has no such thing, and nobody remembers one.

        Raises:
            StoreUnavailableError: It is away, and confirmed nothing lately.
        """
        now, forgotten = self._clock(), self._forgotten
        entry = self._standing(key, now)
        if entry is not None and now < entry.ask_at:
            return entry.value
        try:
            value = await read()
        except StoreUnavailableError:
            # Looked up anew: it may have been revoked meanwhile.
            entry = self._standing(key, now)
            if entry is None:
                raise
            self.postpone(key)
            return entry.value
        if value is None:
            self.forget(key)
        elif forgotten == self._forgotten:
            self._known[key] = _Entry(value, now, now)
            self._known.move_to_end(key)
            if len(self._known) > MEMORY_MAX:
                self._known.popitem(last=False)
        return value

    def forget(self, key: str) -> None:
        """It was revoked; what is being read of anything at this moment is not remembered."""
        self._forgotten += 1
        self._known.pop(key, None)

    def known(self) -> list[str]:
        """What is to be confirmed again; what nobody used lately is forgotten instead."""
        now = self._clock()
        for key in [it for it, entry in self._known.items() if now - entry.used > MEMORY_SECONDS]:
            del self._known[key]
        return list(self._known)

    def confirm(self, key: str, value: _T | None) -> None:
        """The store was asked again: it says this; None: it has no such thing any more."""
        if value is None:
            self.forget(key)
        elif key in self._known:
            entry = self._known[key]
            entry.value, entry.confirmed, entry.ask_at = value, self._clock(), 0.0

    def postpone(self, key: str) -> None:
        """The store did not answer: for a while its last word stands without asking."""
        if key in self._known:
            self._known[key].ask_at = self._clock() + _AGAIN_SECONDS

    def _standing(self, key: str, now: float) -> _Entry[_T] | None:
        entry = self._known.get(key)
        if entry is None or now - entry.confirmed >= MEMORY_SECONDS:
            return None
        entry.used = now
        return entry
