"""The flash, and what an editor may do to it.

A flash is one breaking line with its metadata. It never changes: `correct`, `kill` and `release`
return its next version. Field names are IPTC ninjs 2.x (`pubstatus`, `versioncreated`, `located`);
this module knows no JSON, no clock and no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class PubStatus(StrEnum):
    """IPTC publishing status (http://cv.iptc.org/newscodes/pubstatusg2/)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class Stage(StrEnum):
    """Why a withheld flash waits, other than for the end of its embargo.

    draft: for its author. held: a few seconds, in which it can be stopped; then it goes out by
    itself. awaiting: for a second editor, who releases it.
    """

    DRAFT = "draft"
    HELD = "held"
    AWAITING = "awaiting"


URGENCY_DEFAULT: Final = 3
URGENCY_RANGE: Final = range(1, 10)


class IllegalChangeError(Exception):
    """The flash's status does not allow this change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One version of one breaking line.

    Attributes:
        id: Stable over versions, unique over editions, sorts by creation time.
        edition: Code of the edition it belongs to.
        version: 1 for the first, then contiguous.
        pubstatus: usable (on the wire), withheld (embargoed), canceled (killed).
        urgency: 1 flash, 2 alert, 3 urgent, 4 update, 5 normal; 6–9 for feeds.
        headline: The line: 1–280 grapheme clusters, NFC, one line.
        source: Who says so.
        located: Dateline: the place the news comes from.
        section: Code from the configured vocabulary.
        region: Code from the configured vocabulary.
        tags: Free keywords.
        coverage: Slug of the running story it belongs to.
        url: Link to the article, http or https.
        pinned: Stays on top of the board, whatever its age.
        correction: Note to readers on what the last correction changed.
        firstcreated: First publication (for a withheld flash: when it was filed), UTC.
        versioncreated: When this version was made, UTC.
        expires: Leaves the board then.
        embargoed: Withheld until then.
        story: Key that it shares with its versions in other editions; None: it has none, or its
            own id is the key.
    """

    id: str
    edition: str
    version: int
    pubstatus: PubStatus
    urgency: int
    headline: str
    source: str | None
    located: str | None
    section: str | None
    region: str | None
    tags: tuple[str, ...]
    coverage: str | None
    url: str | None
    pinned: bool
    correction: str | None
    firstcreated: datetime
    versioncreated: datetime
    expires: datetime | None
    embargoed: datetime | None
    story: str | None = None

    @property
    def story_key(self) -> str:
        """What its versions in other editions have as their `story`."""
        return self.story or self.id

    @property
    def order(self) -> tuple[datetime, str]:
        """Sort key of first publication, the same on every hub and in every browser."""
        return (self.firstcreated, self.id)

    def is_expired(self, now: datetime) -> bool:
        """Whether its time on the board is over."""
        return self.expires is not None and self.expires <= now


CHANGEABLE: Final = frozenset(field.name for field in fields(Flash)) - {
    "id",
    "edition",
    "version",
    "pubstatus",
    "firstcreated",
    "versioncreated",
}


def correct(
    flash: Flash, changes: Mapping[str, Any], now: datetime, stage: Stage | None = None
) -> Flash:
    """The flash with `changes`, as its next version; the same object when nothing changes.

    A withheld flash in no stage stays withheld while its embargo lies ahead, and is released
    otherwise.

    Raises:
        IllegalChangeError: It is killed, or the change would take a published line back.
    """
    if flash.pubstatus is PubStatus.CANCELED:
        raise IllegalChangeError("The flash is killed; a killed line stays dead.")
    changed = replace(flash, **changes)
    if changed == flash:
        return flash
    embargo_ahead = changed.embargoed is not None and changed.embargoed > now
    if flash.pubstatus is PubStatus.USABLE and embargo_ahead and "embargoed" in changes:
        raise IllegalChangeError("The flash is published; an embargo cannot take it back.")
    if flash.pubstatus is PubStatus.WITHHELD and not embargo_ahead and stage is None:
        return release(changed, now)
    return replace(changed, version=flash.version + 1, versioncreated=now)


def release(flash: Flash, now: datetime) -> Flash:
    """The withheld flash as a published one; its first publication is now."""
    is_early = flash.embargoed is not None and flash.embargoed > now
    return replace(
        flash,
        version=flash.version + 1,
        pubstatus=PubStatus.USABLE,
        firstcreated=now,
        versioncreated=now,
        embargoed=None if is_early else flash.embargoed,
    )


def wait(flash: Flash, now: datetime) -> Flash:
    """The withheld flash as it is, to wait for something else from now on."""
    return replace(flash, version=flash.version + 1, versioncreated=now)


def kill(flash: Flash, now: datetime) -> Flash:
    """The flash as a canceled one, to be removed from every screen; the same object if it was."""
    if flash.pubstatus is PubStatus.CANCELED:
        return flash
    return replace(
        flash,
        version=flash.version + 1,
        pubstatus=PubStatus.CANCELED,
        pinned=False,
        versioncreated=now,
    )
