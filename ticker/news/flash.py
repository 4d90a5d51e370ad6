"""The flash, an immutable entity, and what an editor may do to it: correct, kill, release.

A flash is one breaking line with its metadata. It never changes: `correct`, `kill` and `release`
return its next version. Field names are IPTC ninjs 2.x (`pubstatus`, `versioncreated`, `located`);
this module knows no JSON, no clock and no I/O.
"""

# Without `from __future__ import annotations`: the table of fields is read from those of `Flash`.

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from ticker.news.fields import Field, Kind, by_service, table


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


HEADLINE_MAX: Final = 280
URGENCY_DEFAULT: Final = 3
URGENCY_RANGE: Final = range(1, 10)


class IllegalChangeError(Exception):
    """The flash's status does not allow this change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One version of one breaking line; `ticker.news.fields` says how to add a field.

    Times are UTC. `firstcreated` of a withheld flash is when it was filed.
    """

    id: Annotated[str, by_service("the same over all versions, unique over editions", Kind.KEY)]
    edition: Annotated[str, by_service("code of its edition", Kind.CODE)]
    version: Annotated[int, by_service("counts from 1, without gaps", Kind.NUMBER)]
    pubstatus: Annotated[PubStatus, by_service("IPTC publishing status", Kind.CODE)]
    urgency: Annotated[
        int,
        Field(
            "1 flash, 2 alert, 3 urgent, 4 update, 5 normal, to 9",
            Kind.URGENCY,
            max=URGENCY_RANGE[-1],
        ),
    ] = URGENCY_DEFAULT
    headline: Annotated[str, Field("the line", Kind.LINE, max=HEADLINE_MAX)]
    source: Annotated[str | None, Field("who says so", Kind.LINE, max=120)] = None
    located: Annotated[str | None, Field("where the news comes from", Kind.LINE, max=120)] = None
    section: Annotated[str | None, Field("code of its section", Kind.CODE)] = None
    region: Annotated[str | None, Field("code of its region", Kind.CODE)] = None
    tags: Annotated[
        tuple[str, ...], Field("keywords", Kind.LINES, max=64, items=20, option="tag")
    ] = ()
    coverage: Annotated[str | None, Field("slug of the running story", Kind.SLUG, max=120)] = None
    url: Annotated[str | None, Field("the article, http or https", Kind.URL, max=2048)] = None
    pinned: Annotated[bool, Field("stays on top of the board, whatever its age", Kind.FLAG)] = False
    correction: Annotated[
        str | None,
        Field(
            "note to readers on what was wrong",
            Kind.LINE,
            max=HEADLINE_MAX,
            is_correction=True,
            metavar="NOTE",
        ),
    ] = None
    firstcreated: Annotated[datetime, by_service("first publication", Kind.TIME)]
    versioncreated: Annotated[datetime, by_service("when this version was made", Kind.TIME)]
    expires: Annotated[datetime | None, Field("leaves the board then", Kind.TIME)] = None
    embargoed: Annotated[datetime | None, Field("withheld until then", Kind.TIME)] = None
    story: Annotated[
        str | None,
        Field(
            "key that it shares with its versions in other editions",
            Kind.KEY,
            max=64,
            is_optional=True,
        ),
    ] = None

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


FIELDS: Final = table(Flash)
CHANGEABLE: Final = {name: field for name, field in FIELDS.items() if field.is_editable}


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
