"""Times of a line: its embargo lies ahead, and it expires after its release, or nobody sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ticker.news.faults import Fault, InvalidError
from ticker.news.flash import PubStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from ticker.news.flash import Flash

TIMES = ("embargoed", "expires")


def faults(
    values: Mapping[str, Any], now: datetime, release: datetime, given: Collection[str] = TIMES
) -> list[Fault]:
    """What is wrong with the times of a line that is not out yet.

    Args:
        values: Its fields as they would be.
        now: A time is in the future when it is after this.
        release: When it goes out if no embargo is later: now, or at the end of its hold.
        given: Which of them this request sets; the others are as they were.
    """
    found = []
    embargoed, expires = values.get("embargoed"), values.get("expires")
    if "embargoed" in given and embargoed is not None and embargoed <= now:
        found.append(Fault("embargoed", "must be in the future"))
    elif expires is None:
        return found
    elif "expires" in given and expires <= now:
        found.append(Fault("expires", "must be in the future"))
    elif embargoed is not None and expires <= embargoed:
        late = Fault("embargoed", "must be before the line expires")
        found.append(Fault("expires", "must be after the embargo") if "expires" in given else late)
    elif expires <= release:
        found.append(Fault("expires", "must be after the release"))
    return found


def is_over(flash: Flash, moment: datetime) -> bool:
    """Whether it has expired by then."""
    return flash.expires is not None and flash.expires <= moment


def check_change(
    before: Flash, changes: Mapping[str, Any], now: datetime, due: datetime | None
) -> None:
    """Judge the times that a correction sets; one that is published may expire at once.

    Args:
        before: The line as it is.
        changes: Field → value.
        now: When.
        due: When it goes out by itself.

    Raises:
        InvalidError: One is wrong.
    """
    given = [name for name in TIMES if name in changes and changes[name] != getattr(before, name)]
    if before.pubstatus is PubStatus.CANCELED or not given:
        return
    values = {name: changes.get(name, getattr(before, name)) for name in TIMES}
    if before.pubstatus is PubStatus.USABLE:
        values["expires"] = None
    is_held = due is not None and due != before.embargoed
    found = faults(values, now, due if due is not None and is_held else now, given)
    if found:
        raise InvalidError(found)


def check_release(flash: Flash, now: datetime, hold: float) -> None:
    """Refuse to let a line out that would then be on no screen.

    Args:
        flash: The line as it is.
        now: When.
        hold: Seconds until it goes out.

    Raises:
        InvalidError: It has expired by then.
    """
    if is_over(flash, now + timedelta(seconds=hold)):
        raise InvalidError([Fault("expires", "has passed: set a later time, or none")])
