"""State machine of publication: draft, hold, embargo, two-person rule (second key), out.

Pure transitions; the wire keeps what they decide, and whichever process is first releases what is
due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ticker.news.flash import PubStatus, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ticker.news.event import Record
    from ticker.news.flash import Flash

_FLASH = 1


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How an editor wants a line to go out.

    Attributes:
        draft: Not yet.
        hold: After so many seconds, in which it can still be stopped.
    """

    draft: bool = False
    hold: float = 0.0


NOW = PublishOptions()


@dataclass(frozen=True, slots=True)
class Placement:
    """State of a line: what `Flash.pubstatus`, `Record.stage` and `Record.due` are to be."""

    pubstatus: PubStatus
    stage: Stage | None = None
    due: datetime | None = None


_OUT = Placement(PubStatus.USABLE)


def of_new(
    values: Mapping[str, Any], options: PublishOptions, now: datetime, *, two_key: bool
) -> Placement:
    """Initial state of a line that has these values."""
    if options.draft:
        return Placement(PubStatus.WITHHELD, Stage.DRAFT)
    if two_key and values["urgency"] == _FLASH:
        return Placement(PubStatus.WITHHELD, Stage.AWAITING)
    return _unless_it_waits(values["embargoed"], options, now)


def of_released(
    record: Record, options: PublishOptions, now: datetime, *, two_key: bool
) -> Placement:
    """Transition: release of a withheld line, by somebody who may."""
    flash = record.flash
    if record.stage is Stage.DRAFT and two_key and flash.urgency == _FLASH:
        return Placement(PubStatus.WITHHELD, Stage.AWAITING)
    if record.stage in {Stage.DRAFT, Stage.AWAITING}:
        return _unless_it_waits(flash.embargoed, options, now)
    return _OUT


def of_changed(before: Record, after: Flash, now: datetime, *, two_key: bool) -> Placement:
    """Transition: correction of its fields."""
    if after.pubstatus is not PubStatus.WITHHELD:
        return Placement(after.pubstatus)
    if before.stage in {Stage.DRAFT, Stage.AWAITING}:
        return Placement(PubStatus.WITHHELD, before.stage)
    if two_key and after.urgency == _FLASH:
        return Placement(PubStatus.WITHHELD, Stage.AWAITING)
    if before.stage is Stage.HELD:
        return Placement(PubStatus.WITHHELD, Stage.HELD, before.due)
    return _unless_it_waits(after.embargoed, NOW, now)


def _unless_it_waits(
    embargoed: datetime | None, options: PublishOptions, now: datetime
) -> Placement:
    if embargoed is not None and embargoed > now:
        return Placement(PubStatus.WITHHELD, None, embargoed)
    if options.hold > 0:
        due = now + timedelta(milliseconds=round(options.hold * 1000))
        return Placement(PubStatus.WITHHELD, Stage.HELD, due)
    return _OUT
