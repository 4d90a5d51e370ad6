"""Message size: how many bytes a flash may have as readers get it.

What is bounded is the whole line, since each of its fields alone says nothing of a board: this
times the lines of a board is the most that a hello holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ticker.news import document
from ticker.news.faults import Fault, InvalidError
from ticker.news.flash import CHANGEABLE, Flash, PubStatus

if TYPE_CHECKING:
    from collections.abc import Collection

# With its cursor and the head of its frame it has 4,096 at most.
FLASH_BYTES_MAX: Final = 4000
# More versions than a line may have.
_LAST_VERSION: Final = 99_999


def size(flash: Flash) -> int:
    """Bytes in UTF-8 of the public document, as long as it can become without another word.

    A release, an unpin and an expiry are changes of a few bytes that must never be refused.
    """
    longest = replace(
        flash,
        version=_LAST_VERSION,
        pubstatus=PubStatus.WITHHELD,
        pinned=False,
        expires=flash.firstcreated,
        embargoed=flash.firstcreated,
    )
    return _bytes(document.full(longest))


def check_size(flash: Flash, given: Collection[str], before: Flash | None = None) -> None:
    """Check that a flash is as short as it must be, or no longer than it was.

    Lines of an old backup, from before there was a bound, can be corrected so.

    Args:
        flash: What the request would leave.
        given: The fields that it names.
        before: What there was.

    Raises:
        InvalidError: It is too long; the fault names the biggest of the given fields.
    """
    whole = size(flash)
    if whole <= FLASH_BYTES_MAX or (before is not None and whole <= size(before)):
        return
    sizes = {name: _bytes(document.full(flash)[name]) for name in given if name in CHANGEABLE}
    biggest = max(sizes, key=lambda name: sizes[name])
    raise InvalidError(
        [
            Fault(
                biggest,
                f"has {sizes[biggest]} bytes in UTF-8, with which the line has {whole};"
                f" the whole line may have {FLASH_BYTES_MAX}",
            )
        ]
    )


def _bytes(value: object) -> int:
    return len(document.dumps(value).encode())
