"""How much there may be of what editors and their programs make: no tool fills the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ticker.news.flash import PubStatus
from ticker.news.size import check_size

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticker.news.event import Record
    from ticker.news.flash import Flash
    from ticker.store.archive import Archive

QUEUE_MAX: Final = 500
VERSIONS_MAX: Final = 1000
# A fifth of a board: more, and what is new stands below what is old.
PINS_MAX: Final = 10
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


async def check_new(archive: Archive, flash: Flash, given: Collection[str]) -> None:
    """Check that there is room for a new line, where it is to wait or to stand.

    Raises:
        InvalidError: It is too long.
        FullError: There is none.
    """
    if flash.pubstatus is PubStatus.WITHHELD:
        await check_queue(archive, flash.edition)
    await check_line(archive, flash, given)


def check_versions(record: Record) -> None:
    """Check that a line has not been changed too often.

    Raises:
        FullError: It has.
    """
    if record.flash.version > VERSIONS_MAX and record.action not in _ALWAYS:
        raise FullError("version", f"The line has {VERSIONS_MAX} versions; kill it or file anew.")


async def check_line(
    archive: Archive, flash: Flash, given: Collection[str], before: Flash | None = None
) -> None:
    """Check that a line is not too long, and that there is room on top of the board if it is there.

    Args:
        archive: Where the other lines are.
        flash: What the request would leave.
        given: The fields that it names.
        before: What there was.

    Raises:
        InvalidError: It is too long.
        FullError: It would be one pinned line too many.
    """
    check_size(flash, given, before)
    if before is not None and _is_on_top(before, flash):
        return
    if await _is_one_too_many(archive, flash):
        raise FullError("pinned", f"{PINS_MAX} lines are pinned; unpin one.")


def most_beside(flash: Flash) -> int | None:
    """How many lines there may be where this one comes to stand; None: any number."""
    if flash.pubstatus is PubStatus.WITHHELD:
        return QUEUE_MAX
    return PINS_MAX if _is_on_top(flash, flash) else None


async def fit_on_top(archive: Archive, released: Flash) -> Flash:
    """A line that goes out, without its pin where too many are: a release always goes through."""
    full = await _is_one_too_many(archive, released)
    return replace(released, pinned=False) if full else released


async def _is_one_too_many(archive: Archive, flash: Flash) -> bool:
    if not _is_on_top(flash, flash):
        return False
    pinned = await archive.pinned(flash.edition, flash.versioncreated)
    return sum(it.id != flash.id for it in pinned) >= PINS_MAX


def _is_on_top(flash: Flash, at: Flash) -> bool:
    """Whether readers have it pinned when the other version is made."""
    is_shown = flash.pubstatus is PubStatus.USABLE and not flash.is_expired(at.versioncreated)
    return flash.pinned and is_shown
