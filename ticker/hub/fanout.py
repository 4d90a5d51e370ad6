"""Fan-out: one frame written to many sockets, in order, in slices, and to each exactly once.

Who gets a line, a correction or a kill is decided in `room`; here it is bytes with an urgency.
What is broadcast waits in a queue that also holds those who join meanwhile, so that a newcomer,
whose hello already tells of what waits, is not told twice. A pass over many is cut into slices
with the event loop in between; what comes during a pass is coalesced into one write after it.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Protocol, cast

from ticker.hub.audience import Reader
from ticker.hub.load import Load
from ticker.protocol.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticker.hub.receipts import Receipts
    from ticker.news.reach import VersionRef

# Against head-of-line blocking: a handshake or a heartbeat waits for 5 to 10 ms of writing.
_SLICE: Final = 1000
# An answer to an editor takes a dozen turns of the event loop, one after another. With a slice in
# each of them it would go out behind them all. Each turn costs, so that there are few as long as no
# editor waits: enough for a request to come in.
_TURNS_MAX: Final = 50
_TURNS_MIN: Final = 5
_FRAMES_MAX: Final = 64
_CALM: Final = 10
# While the process is busy, lines of this urgency number and up are coalesced with the next frame.
_COALESCED_FROM: Final = 4
_REST_SECONDS: Final = 2.0


class Socket(Reader, Protocol):
    """A reader whose socket may be written to past its transport.

    Attributes:
        fd: File descriptor to write to; -1 whenever the transport holds unsent bytes or is
            closing, so that a descriptor that may be reused is never written to.
    """

    fd: int

    @property
    def is_gone(self) -> bool:
        """Whether it left."""

    def write(self, data: bytes) -> None:
        """Write through the transport, or not at all when closing."""


class Scheduler:
    """Priority scheduler: one slice after the other for who has frames, the most urgent first.

    Args:
        load: Of the process.
        rest: Seconds that the least urgent lines may be held back to be coalesced.
    """

    def __init__(self, load: Load | None = None, rest: float = _REST_SECONDS) -> None:
        self._load = load or Load()
        self._rest = rest
        self._resting: dict[Fanout, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._busy: dict[Fanout, None] = {}
        self._scheduled = False

    def wake(self, fanout: Fanout) -> None:
        """This fan-out has frames to write."""
        self._resting.pop(fanout, None)
        self._busy[fanout] = None
        self._schedule()

    def may_rest(self, urgency: int) -> bool:
        """Coalescing: whether a line had better wait until it can leave with others."""
        return self._load.is_busy and urgency >= _COALESCED_FROM

    def rest(self, fanout: Fanout) -> None:
        """This fan-out has frames that may wait a little, to be coalesced with others."""
        self._resting[fanout] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._rest, self._rouse)

    def _rouse(self) -> None:
        self._timer = None
        for fanout in list(self._resting):
            fanout.rouse()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._give_way(0)

    def _give_way(self, turns: int) -> None:
        """Let the event loop go round before the next slice, longer while editors are answered."""
        call_soon = asyncio.get_running_loop().call_soon
        if turns < (_TURNS_MAX if self._load.answering else _TURNS_MIN):
            call_soon(self._give_way, turns + 1)
        else:
            call_soon(self._run)

    def _run(self) -> None:
        self._scheduled = False
        fanout = min(self._busy, key=lambda busy: busy.urgency)
        if not fanout.step():
            del self._busy[fanout]
        if self._busy:
            self._schedule()


class Fanout:
    """Fan-out to an audience of sockets that get equal bytes.

    Args:
        encoding: Name of the `Frame` attribute that holds these bytes.
        scheduler: Says whose turn it is.
        receipts: Told who got what when.

    Attributes:
        urgency: Of the most urgent line that waits.
    """

    def __init__(self, encoding: str, scheduler: Scheduler, receipts: Receipts) -> None:
        self._receipts = receipts
        self._refs: list[VersionRef] = []
        self._told: list[Socket] = []
        self._encode: Callable[[Frame], bytes] = attrgetter(encoding)
        self._scheduler = scheduler
        self._members: dict[Socket, None] = {}
        self._newcomers: set[Socket] = set()
        self._queue: deque[Frame | Socket] = deque()
        self._listening: list[Socket] = []
        self._data = b""
        self._resting = False
        self.urgency = _CALM

    def __len__(self) -> int:
        return len(self._members) + len(self._newcomers)

    def add(self, reader: Reader) -> None:
        """Tell it all that is said from now on; what waits is in its hello."""
        socket = cast("Socket", reader)
        if self._queue:
            self._queue.append(socket)
            self._newcomers.add(socket)
        else:
            self._members[socket] = None

    def discard(self, reader: Reader) -> None:
        """Tell it nothing more."""
        socket = cast("Socket", reader)
        self._members.pop(socket, None)
        self._newcomers.discard(socket)

    def readers(self) -> list[Reader]:
        """All of them."""
        return [*self._members, *self._newcomers]

    def send(self, frame: Frame, urgency: int) -> None:
        """Broadcast, once scheduled; a line held back is coalesced with one that may not wait."""
        alone = self._resting or not self._queue
        self._queue.append(frame)
        self.urgency = min(self.urgency, urgency)
        if alone and self._scheduler.may_rest(urgency):
            self._resting = True
            self._scheduler.rest(self)
        else:
            self.rouse()

    def rouse(self) -> None:
        """Have what waits written."""
        self._resting = False
        self._scheduler.wake(self)

    def step(self) -> bool:
        """Write one slice; False when nothing is left."""
        if not self._listening:
            self._begin()
        slice_, self._listening = self._listening[:_SLICE], self._listening[_SLICE:]
        written = _write_to_all(slice_, self._data)
        if self._refs and slice_:
            self._receipts.wrote(self._refs, slice_[0].transport, written)
        if self._refs and not self._listening:
            self._receipts.watch(self._refs, self._told)
            self._refs, self._told = [], []
        if self._listening or (self._queue and not self._resting):
            return True
        self._data = b""
        self.urgency = _CALM
        return False

    def _begin(self) -> None:
        """Let in who joined before the next frame, and begin a pass with all frames coalesced."""
        self._admit()
        frames: list[Frame] = []
        while self._queue and len(frames) < _FRAMES_MAX:
            if not isinstance(self._queue[0], Frame):
                break
            frames.append(cast("Frame", self._queue.popleft()))
        self._data = b"".join(map(self._encode, frames))
        self._told = self._listening = list(self._members)
        self._refs = [frame.ref for frame in frames if frame.ref is not None]
        if self._refs and self._listening:
            transport = self._listening[0].transport
            self._receipts.expect(self._refs, transport, len(self._listening))
        # Who joined after these frames hears only what comes later.
        self._admit()

    def _admit(self) -> None:
        while self._queue and not isinstance(self._queue[0], Frame):
            socket = cast("Socket", self._queue.popleft())
            if socket in self._newcomers:
                self._newcomers.discard(socket)
                self._members[socket] = None


def _write_to_all(sockets: list[Socket], data: bytes) -> int:
    """Write past the transports, whose buffers are empty: half the price of a transport's write.

    Returns to how many sockets all of it was written.
    """
    write, size, slow = os.write, len(data), 0
    for socket in sockets:
        try:
            sent = write(socket.fd, data)
        except OSError:
            # Slow (EBADF by fd -1, EAGAIN) or broken: its transport knows what to do.
            slow += 1
            socket.write(data)
        else:
            if sent != size:
                slow += 1
                socket.write(data[sent:])
    return len(sockets) - slow
