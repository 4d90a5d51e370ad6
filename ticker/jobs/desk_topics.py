"""Topics of the desk feed: what desks are told of besides the board, whole at first, then changes.

A state of a topic knows what to say to whoever was told an earlier one (a delta), or none (a
snapshot). It never changes.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

from ticker.jobs.desk_hands import HandsReader
from ticker.news.document import dumps
from ticker.news.subscription import Subscription
from ticker.protocol.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ticker.hub.hub import Hub
    from ticker.news.event import RecordDocument
    from ticker.store.archive import Archive
    from ticker.store.deliveries import Deliveries
    from ticker.store.desks import Desks
    from ticker.store.presence import Presence
    from ticker.store.stories import Stories

_LANDINGS: Final = 30
# Of JSON: a queue comes in messages of about so much, between which a line of the board may go.
_PART_BYTES: Final = 64 * 1024


class State(Protocol):
    """How things stand with a topic."""

    def since(self, told: Any) -> Sequence[Frame]:
        """What to say to a desk that knows an earlier state, or none; nothing if it is the same."""


class Whole:
    """State of a small topic, which is said whole when it changes: hands, stories, desks."""

    def __init__(self, topic: str, value: Any) -> None:
        self.frame = Frame({"type": topic, "cursor": "", topic: value})

    def since(self, told: Whole | None) -> Sequence[Frame]:
        """All of it."""
        same = told is not None and told.frame.text == self.frame.text
        return () if same else (self.frame,)


class Queue:
    """State of the queue: the lines that wait, each a record of up to some kilobytes.

    A message `queue` has records to be upserted and ids to be dropped; with `reset` they are all
    there is, and with `more` the next message goes on with the same change.
    """

    def __init__(self, records: Sequence[RecordDocument]) -> None:
        self.records = {record["flash"]["id"]: record for record in records}

    def since(self, told: Queue | None) -> Sequence[Frame]:
        """What has changed; all lines to those who know none."""
        if told is None:
            return self._snapshot
        known = told.records
        changed = [it for flash_id, it in self.records.items() if known.get(flash_id) != it]
        drops = [flash_id for flash_id in known if flash_id not in self.records]
        return _messages(changed, drops, reset=False) if changed or drops else ()

    @cached_property
    def _snapshot(self) -> Sequence[Frame]:
        return _messages(list(self.records.values()), [], reset=True)


def _messages(
    records: Sequence[RecordDocument], drops: list[str], *, reset: bool
) -> Sequence[Frame]:
    parts: list[list[RecordDocument]] = [[]]
    size = 0
    for record in records:
        length = len(dumps(record).encode())
        if parts[-1] and size + length > _PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(record)
        size += length
    return [
        Frame(
            {
                "type": "queue",
                "cursor": "",
                "reset": reset and number == 1,
                "queue": part,
                "drops": drops if number == 1 else [],
                "more": number < len(parts),
            }
        )
        for number, part in enumerate(parts, 1)
    ]


Topics = dict[str, "Callable[[str], Awaitable[State]]"]


class _Remembered:
    """A topic of each edition for as long as nothing has changed of what it is made from."""

    def __init__(self) -> None:
        self._states: dict[str, tuple[object, State]] = {}
        self._reading = asyncio.Lock()

    async def get(
        self, edition: str, revision: object, read: Callable[[], Awaitable[State]]
    ) -> State:
        """The state at a revision; revision before data, so that what changes meanwhile is read."""
        async with self._reading:
            known = self._states.get(edition)
            if known is None or known[0] != revision:
                known = self._states[edition] = (revision, await read())
            return known[1]


def people(desks: Desks) -> Callable[[str], Awaitable[State]]:
    """Topic `desks`: who is at an edition's desks now, and which lines they write on."""

    async def here(edition: str) -> State:
        return Whole("desks", await desks.of(edition))

    return here


def topics(
    hub: Hub, archive: Archive, all_stories: Stories, deliveries: Deliveries, presence: Presence
) -> Topics:
    """Topic → how it stands in an edition. They raise `StoreUnavailableError`.

    Of the queue and the stories one revision is read while nothing changes.
    """
    queues, known_stories = _Remembered(), _Remembered()
    reader = HandsReader(archive)
    waiting: dict[str, list[tuple[str, int]]] = {}

    async def queue(edition: str) -> State:
        async def read() -> State:
            records = await archive.queue(edition)
            waiting[edition] = [(it.flash.id, it.flash.version) for it in records]
            return Queue([record.as_document(with_address=False) for record in records])

        return await queues.get(edition, await archive.revision(edition), read)

    async def stories(edition: str) -> State:
        _, lines = hub.lines(Subscription(edition))

        async def read() -> State:
            return Whole("stories", await all_stories.of(lines))

        shown = [(line.id, line.version) for line in lines]
        return await known_stories.get(edition, (await all_stories.revision(), shown), read)

    async def hands(edition: str) -> State:
        await queue(edition)
        _, lines = hub.lines(Subscription(edition))
        board = [(it.id, it.version) for it in lines]
        return Whole("hands", await reader.of(edition, [*waiting.get(edition, ()), *board]))

    async def landings(edition: str) -> State:
        return Whole("landings", await deliveries.newest(edition, _LANDINGS))

    async def readers(edition: str) -> State:
        return Whole("readers", await presence.of(edition))

    return {
        "queue": queue,
        "hands": hands,
        "stories": stories,
        "landings": landings,
        "readers": readers,
    }
