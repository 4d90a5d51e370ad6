"""Delivery receipts of this process: when each line was written to readers, how many hold it.

Written means that the kernel took all bytes. Confirmed means that the reader's machine has said, by
TCP, that it holds them: the kernel keeps what is not acknowledged, and is asked how much that is.
Nothing is kept for a single reader, and no reader is asked anything.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
import termios
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from ticker.hub.load import Load
from ticker.news.reach import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ticker.news.reach import ScreenReports, VersionRef

_KNOWN_MAX: Final = 200
_PASSES_MAX: Final = 32
_LOOKS_AFTER: Final = (0.05, 0.2, 1.0, 5.0, 15.0)
# Some 2 ms of asking the kernel, and then the others' turn.
_SLICE: Final = 2000
_REST_SECONDS: Final = 0.01
_BUSY_SECONDS: Final = 1.0
_NOTHING: Final = b"\0\0\0\0"
# Linux: what is unsent or not acknowledged (tcp(7), SIOCOUTQ); elsewhere the number means another.
CAN_CONFIRM: Final = sys.platform == "linux"


class Receiver(Protocol):
    """A reader whose socket can be asked.

    Attributes:
        fd: Its file descriptor; -1 while bytes wait in front of it, or it is gone.
    """

    fd: int

    @property
    def is_gone(self) -> bool:
        """Whether it left."""

    @property
    def transport(self) -> str:
        """What carries it."""


@dataclass(slots=True)
class _Pass:
    refs: list[VersionRef]
    pending: list[Receiver]
    at: float
    looks: int = 0


class Receipts:
    """The receipts of this process, of the newest lines.

    Args:
        clock: Aware UTC, not cut to milliseconds, which are rounded here.
        load: Of the process; while it is busy the kernel isn't asked.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        load: Load | None = None,
    ) -> None:
        self._clock = clock
        self._load = load or Load()
        self._known: dict[VersionRef, Receipt] = {}
        self._changed: set[VersionRef] = set()
        self._passes: deque[_Pass] = deque()
        self._news = asyncio.Event()

    def expect(self, refs: Iterable[VersionRef], transport: str, readers: int) -> None:
        """Lines are about to be written to so many readers."""
        for ref in refs:
            self._of(ref).readers[transport] += readers

    def wrote(self, refs: Iterable[VersionRef], transport: str, readers: int) -> None:
        """The kernel has taken lines for so many readers just now."""
        now = self._clock()
        for ref in refs:
            delay = max(0, round((now - ref.made).total_seconds() * 1000))
            self._of(ref).times.setdefault(transport, Counter())[delay] += readers

    def parted(self, refs: Iterable[VersionRef], transport: str, readers: int) -> None:
        """So many have gone, and their machines have not said whether they hold these lines."""
        for ref in refs:
            self._of(ref).left[transport] += readers

    def watch(self, refs: list[VersionRef], readers: Sequence[Receiver]) -> None:
        """Find out whose machines hold these lines; all of these readers have one transport."""
        if not CAN_CONFIRM or not readers:
            return
        at = asyncio.get_running_loop().time() + _LOOKS_AFTER[0]
        self._passes.append(_Pass(refs, list(readers), at))
        # Where lines come faster than stuck readers are given up, the oldest stay unconfirmed.
        while len(self._passes) > _PASSES_MAX:
            self._passes.popleft()
        self._news.set()

    def tell_screens(self, ref: VersionRef, reports: ScreenReports) -> None:
        """What screens say of a version is another now."""
        self._of(ref).screens = reports

    def take_changed(self) -> dict[VersionRef, Receipt]:
        """The receipts that changed since this was asked before."""
        changed, self._changed = self._changed, set()
        return {ref: self._known[ref] for ref in changed if ref in self._known}

    async def run(self) -> None:
        """Ask the kernel for as long as this is not cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            each = await self._due()
            if self._load.is_busy:
                each.at = loop.time() + _BUSY_SECONDS
                continue
            await self._look(each)
            each.looks += 1
            if not each.pending or each.looks == len(_LOOKS_AFTER):
                if each in self._passes:
                    self._passes.remove(each)
            else:
                each.at = loop.time() + _LOOKS_AFTER[each.looks]

    async def _due(self) -> _Pass:
        """The pass whose look is due, once one is; a newer line may well be due before an older."""
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            first = min(self._passes, key=lambda it: it.at, default=None)
            pause = None if first is None else first.at - loop.time()
            if first is not None and pause is not None and pause <= 0:
                return first
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._news.wait()

    async def _look(self, each: _Pass) -> None:
        """Sort those of a pass who hold all from those who went and those who do not yet."""
        asked, each.pending = each.pending, []
        if not asked:
            return
        transport = asked[0].transport
        for start in range(0, len(asked), _SLICE):
            if start:
                await asyncio.sleep(_REST_SECONDS)
            some = asked[start : start + _SLICE]
            waiting = _unconfirmed(some)
            each.pending += [reader for reader in waiting if not reader.is_gone]
            left = sum(reader.is_gone for reader in waiting)
            self._note(each.refs, transport, len(some) - len(waiting), left)

    def _note(self, refs: list[VersionRef], transport: str, confirmed: int, left: int) -> None:
        if confirmed or left:
            for ref in refs:
                receipt = self._of(ref)
                if receipt.confirmed is not None:
                    receipt.confirmed[transport] += confirmed
                receipt.left[transport] += left

    def _of(self, ref: VersionRef) -> Receipt:
        self._changed.add(ref)
        receipt = self._known.get(ref)
        if receipt is None:
            receipt = self._known[ref] = Receipt(confirmed=Counter() if CAN_CONFIRM else None)
            if len(self._known) > _KNOWN_MAX:
                oldest = next(iter(self._known))
                del self._known[oldest]
        return receipt


def _unconfirmed(readers: Iterable[Receiver]) -> list[Receiver]:
    """Those whose machines have not acknowledged every byte that was ever written to them."""
    ioctl, request = fcntl.ioctl, termios.TIOCOUTQ
    waiting = []
    for reader in readers:
        fd = reader.fd
        try:
            if fd == -1 or ioctl(fd, request, _NOTHING) != _NOTHING:
                waiting.append(reader)
        except OSError:
            waiting.append(reader)
    return waiting
