"""Early readers: who resumes from a position that this hub has yet to reach.

Another hub of the service told them more than this one has heard. A snapshot made now would take
lines from their screens, and put back what was killed since. So they wait for their hello until the
hub has caught up, or long enough to know that their position is on another history.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ticker.hub.audience import Reader

# The head of the wire is looked at every two seconds, however silent its channel.
_PATIENCE_SECONDS: Final = 2.5


class _Place(NamedTuple):
    edition: str
    offset: int
    seat: Callable[[], object]
    timer: asyncio.TimerHandle


class EarlyReaders:
    """Readers who wait for this hub to catch up with them."""

    def __init__(self) -> None:
        self._places: dict[Reader, _Place] = {}

    def __iter__(self) -> Iterator[Reader]:
        return iter(self._places)

    def wait(self, reader: Reader, edition: str, offset: int, seat: Callable[[], object]) -> None:
        """Have a reader seated once the edition has reached this offset, or time is up."""
        timer = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._seat, reader)
        self._places[reader] = _Place(edition, offset, seat, timer)

    def discard(self, reader: Reader) -> None:
        """A reader has gone."""
        if place := self._places.pop(reader, None):
            place.timer.cancel()

    def settle(self, edition: str, offset: int) -> None:
        """An edition has reached this offset: seat whom it has caught up with."""
        if self._places:
            self._seat_where(lambda it: it.edition == edition and it.offset <= offset)

    def release(self, editions: Collection[str]) -> None:
        """These editions were loaded anew, or cannot catch up for now: seat everybody."""
        if self._places:
            self._seat_where(lambda it: it.edition in editions)

    def _seat_where(self, is_due: Callable[[_Place], bool]) -> None:
        for reader in [reader for reader, place in self._places.items() if is_due(place)]:
            self._seat(reader)

    def _seat(self, reader: Reader) -> None:
        place = self._places.pop(reader)
        place.timer.cancel()
        place.seat()
