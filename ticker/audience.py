"""Readers, and readers that are told the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ticker.frames import CloseCode, Frame


class Reader(Protocol):
    """One live connection, as the hub sees it."""

    @property
    def transport(self) -> str:
        """What carries it, for the metrics: websocket or sse."""

    @property
    def lane(self) -> str:
        """Readers of one lane get the same bytes, written in one way."""

    def send(self, frame: Frame) -> None:
        """Take a message without waiting; a reader that cannot keep up closes itself."""

    def close(self, code: CloseCode) -> None:
        """Say goodbye and leave."""


class Audience(Protocol):
    """The readers of one group and one lane."""

    def __len__(self) -> int:
        """How many they are."""

    def add(self, reader: Reader) -> None:
        """Tell it all that is said from now on, and nothing that was said before."""

    def discard(self, reader: Reader) -> None:
        """Tell it nothing more."""

    def readers(self) -> list[Reader]:
        """All of them."""

    def send(self, frame: Frame, urgency: int) -> None:
        """Tell everybody, soon and in order; a lower urgency number goes before other audiences."""


class Direct:
    """An audience of readers that each have a queue of their own."""

    def __init__(self) -> None:
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
        """Tell everybody at once."""
        for reader in self.readers():
            reader.send(frame)
