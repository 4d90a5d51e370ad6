"""Presence of desks: tells the store who is at the desks of this process, and that they still are.

A desk has an id of its own, which it hears once the store knows it: from then on its page may say
which line is written on there.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from ticker.protocol.frames import Frame
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from ticker.hub.outbox import Outbox
    from ticker.store.desks import Desks

_log = logging.getLogger(__name__)
# Heartbeat: a hub that is silent for thrice as long is taken for dead.
_REPEAT_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 1.0
# Of an edition, at one hub; whoever comes after them is not told of.
DESKS_MAX: Final = 200


@dataclass(slots=True)
class _Guest:
    """Who is at an open desk, and whether it was told its id."""

    desk: str
    name: str
    knows: bool = False


class DeskPresence:
    """Who is at the desks of one process.

    Args:
        desks: Those of all processes.
        hub: Name of this one.
    """

    def __init__(self, desks: Desks, hub: str) -> None:
        self._desks = desks
        self._hub = hub
        self._open: dict[str, dict[Outbox, _Guest]] = {}
        self._changed = asyncio.Event()

    def join(self, edition: str, outbox: Outbox, name: str) -> None:
        """A desk was opened by somebody."""
        self._open.setdefault(edition, {})[outbox] = _Guest(token_hex(8), name)
        self._changed.set()

    def leave(self, edition: str, outbox: Outbox) -> None:
        """A desk is closed."""
        self._open.get(edition, {}).pop(outbox, None)
        self._changed.set()

    async def run(self) -> None:
        """Tell of them for as long as this is not cancelled, and sign off at the end."""
        try:
            while True:
                self._changed.clear()
                await self._next(await self._tell_all())
        finally:
            for edition in self._open:
                await self._desks.tell(self._hub, edition, {})

    async def _next(self, seconds: float) -> None:
        """Until it is to be told again, or something has changed."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _tell_all(self) -> float:
        """Tell of every edition; returns after how many seconds it is to be repeated."""
        wait = _REPEAT_SECONDS
        for edition in list(self._open):
            try:
                await self._tell(edition)
            except StoreUnavailableError as error:
                _log.debug("desks are not told of: %s", error)
                wait = _AGAIN_SECONDS
        return wait

    async def _tell(self, edition: str) -> None:
        told = dict(list(self._open[edition].items())[:DESKS_MAX])
        await self._desks.tell(self._hub, edition, {it.desk: it.name for it in told.values()})
        for outbox, guest in told.items():
            if not guest.knows:
                guest.knows = True
                outbox.send(Frame({"type": "desk", "cursor": "", "desk": guest.desk}))
        if not self._open[edition]:
            del self._open[edition]
