"""Audiences of the fan-out: a reader as the hub sees it, and readers that get equal bytes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from ticker.hub.receipts import Receipts
    from ticker.protocol.frames import CloseCode, Frame

# The transport of editors' desks, which are no readers and not counted as such.
DESK: Final = "desk"
# Whose browser named no site: apps, scripts, and pages of our own host's older browsers.
NO_SITE: Final = "direct"
OTHER: Final = "other"


class Reader(Protocol):
    """One live connection, as the hub sees it.

    Attributes:
        origin: The site that embeds it, for presence: an origin, direct, self or other.
    """

    origin: str

    @property
    def transport(self) -> str:
        """What carries it, for the metrics: websocket or sse."""

    @property
    def lane(self) -> str:
        """Readers of one lane get the same bytes, written in one way."""

    def send(self, frame: Frame) -> None:
        """Take a message without waiting; a reader that cannot keep up closes itself."""

    def close(self, code: CloseCode) -> None:
        """Close it with this code, and have it leave."""


class Audience(Protocol):
    """The readers of one group and one lane, to whom the same is broadcast."""

    def __len__(self) -> int:
        """How many they are."""

    def add(self, reader: Reader) -> None:
        """Tell it all that is said from now on, and nothing that was said before."""

    def discard(self, reader: Reader) -> None:
        """Tell it nothing more."""

    def readers(self) -> list[Reader]:
        """All of them."""

    def send(self, frame: Frame, urgency: int) -> None:
        """Broadcast soon and in order; a lower urgency number goes before other audiences."""


class QueuedAudience:
    """An audience of readers that each have a bounded queue of their own (`Outbox`).

    Args:
        receipts: Told how many readers a line is for; their own tasks tell when each has it.
    """

    def __init__(self, receipts: Receipts | None = None) -> None:
        self._receipts = receipts
        self._readers: set[Reader] = set()

    def __len__(self) -> int:
        return len(self._readers)

    def add(self, reader: Reader) -> None:
        """Tell it all that is said from now on."""
        self._readers.add(reader)

    def discard(self, reader: Reader) -> None:
        """Tell it nothing more."""
        self._readers.discard(reader)

    def readers(self) -> list[Reader]:
        """All of them."""
        return list(self._readers)

    def send(self, frame: Frame, urgency: int) -> None:
        """Fan-out by copying: put the frame into every queue."""
        if self._receipts is not None and frame.ref is not None:
            transports = Counter(it.transport for it in self._readers if it.transport != DESK)
            for transport, readers in transports.items():
                self._receipts.expect([frame.ref], transport, readers)
        for reader in self.readers():
            reader.send(frame)
