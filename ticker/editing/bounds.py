"""How much there may be of what editors and their programs make: no tool fills the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ticker.news.event import Record
    from ticker.store.archive import Archive

QUEUE_MAX: Final = 500
VERSIONS_MAX: Final = 1000
# Whatever there is of a line, it can go out, and it can be withdrawn.
_ALWAYS: Final = frozenset({"release", "kill"})


class FullError(Exception):
    """There is as much of it as there may be.

    Attributes:
        field: What there is too much of.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


async def check_queue(archive: Archive, edition: str) -> None:
    """Check that there is room for one more line that waits.

    Raises:
        FullError: There is none.
    """
    if await archive.waiting(edition) >= QUEUE_MAX:
        raise FullError("queue", f"{QUEUE_MAX} lines wait; release or discard some.")


def check_versions(record: Record) -> None:
    """Check that a line has not been changed too often.

    Raises:
        FullError: It has.
    """
    if record.flash.version > VERSIONS_MAX and record.action not in _ALWAYS:
        raise FullError("version", f"The line has {VERSIONS_MAX} versions; kill it or file anew.")
