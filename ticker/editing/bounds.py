"""How much there may be of what editors and their programs make: no tool fills the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ticker.news.flash import PubStatus

if TYPE_CHECKING:
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


async def check_new(archive: Archive, flash: Flash) -> int | None:
    """Check that there is room for a new line, where it is to wait or to stand.

    Returns how many there may be there, which the wire judges again; None: any number.

    Raises:
        FullError: There is none.
    """
    most = most_beside(flash)
    if flash.pubstatus is PubStatus.WITHHELD:
        if await archive.waiting(flash.edition) >= QUEUE_MAX:
            raise FullError("queue", f"{QUEUE_MAX} lines wait; release or discard some.")
    elif most is not None:
        await _check_pins(archive, flash)
    return most


async def check_pin(archive: Archive, before: Flash, flash: Flash) -> None:
    """Check that there is room on top of the board for a line that a correction brings there.

    Raises:
        FullError: It would be one pinned line too many.
    """
    if _is_on_top(flash, flash) and not _is_on_top(before, flash):
        await _check_pins(archive, flash)


def check_version(record: Record) -> int | None:
    """Check that a line has not been changed too often.

    Returns how many there may be where this version comes to stand, as `check_new` does.

    Raises:
        FullError: It has.
    """
    if record.flash.version > VERSIONS_MAX and record.action not in _ALWAYS:
        raise FullError("version", f"The line has {VERSIONS_MAX} versions; kill it or file anew.")
    return most_beside(record.flash)


def most_beside(flash: Flash) -> int | None:
    """How many lines there may be where this one comes to stand; None: any number."""
    if flash.pubstatus is PubStatus.WITHHELD:
        return QUEUE_MAX
    return PINS_MAX if _is_on_top(flash, flash) else None


async def fit_on_top(archive: Archive, released: Flash) -> Flash:
    """A line that goes out, without its pin where too many are: a release always goes through."""
    full = _is_on_top(released, released) and await _is_one_too_many(archive, released)
    return replace(released, pinned=False) if full else released


async def _check_pins(archive: Archive, flash: Flash) -> None:
    if await _is_one_too_many(archive, flash):
        raise FullError("pinned", f"{PINS_MAX} lines are pinned; unpin one.")


async def _is_one_too_many(archive: Archive, flash: Flash) -> bool:
    pinned = await archive.pinned(flash.edition, flash.versioncreated)
    return sum(it.id != flash.id for it in pinned) >= PINS_MAX


def _is_on_top(flash: Flash, at: Flash) -> bool:
    """Whether readers have it pinned when the other version is made."""
    is_pinned = flash.pinned and flash.pubstatus is PubStatus.USABLE
    return is_pinned and not flash.is_expired(at.versioncreated)
