"""Context of a write: principal, edition, precondition (If-Match) and idempotency key."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.news import cleaning, text
from ticker.news.document import dumps
from ticker.news.event import Record
from ticker.news.faults import Fault, InvalidError
from ticker.news.flash import Flash, PubStatus
from ticker.news.stages import NOW, PublishOptions
from ticker.store.wire import IdempotencyKey

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticker.accounts.principal import Principal
    from ticker.news.stages import Placement
    from ticker.store.wire import Mode

_REASON_MAX: Final = 280
_KEY_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class EditContext:
    """Request context: who asks, for which edition, and under which conditions.

    Attributes:
        principal: Whose token or session it is.
        edition: Code of the edition.
        if_match: Versions that the flash may have (optimistic concurrency); None: any.
        key: The client's idempotency key; None: it has none.
        address: The client's, for the log.
        batch: Digest of the whole list of lines that this one is asked for with; "": it stands
            alone.
    """

    principal: Principal
    edition: str
    if_match: Collection[str] | None = None
    key: str | None = None
    address: str | None = None
    batch: str = ""

    def record(
        self,
        flash: Flash,
        action: str,
        placement: Placement | None = None,
        reason: str | None = None,
    ) -> Record:
        """Audit record: what the log keeps of a version that this request makes."""
        return Record(
            flash=flash,
            action=action,
            by=self.principal.name,
            at=flash.versioncreated,
            reason=reason,
            address=self.address,
            stage=placement.stage if placement else None,
            due=placement.due if placement else None,
        )

    def idempotency_key(
        self,
        verb: str,
        flash_id: str = "",
        data: dict[str, Any] | None = None,
        options: PublishOptions = NOW,
    ) -> IdempotencyKey | None:
        """Idempotency key of this request, if it has one, with the fingerprint of what it asks."""
        if self.key is None:
            return None
        fields = sorted((data or {}).items())
        how = [options.draft, options.hold]
        asked = dumps([verb, flash_id, sorted(self.if_match or ()), fields, how])
        if self.batch:
            asked = dumps([verb, self.batch])
        name = dumps([self.principal.name, self.key])
        owner = _digest(self.principal.name)
        return IdempotencyKey(_digest(name), _digest(asked), _KEY_SECONDS, owner)


def clean_reason(reason: str) -> str:
    """Why a line is killed, for the desk only.

    Raises:
        InvalidError: It is no line of text.
    """
    try:
        return text.line(reason, _REASON_MAX)
    except text.TextError as error:
        raise InvalidError([Fault("reason", str(error), _is_cleanable(reason))]) from error


def _is_cleanable(reason: str) -> bool:
    try:
        text.line(cleaning.clean(reason).text, _REASON_MAX)
    except text.TextError:
        return False
    return True


def mode_of(before: Flash | None, after: Flash) -> Mode:
    """Announce a version to readers, unless the flash was never published and still is not."""
    if after.pubstatus is PubStatus.USABLE:
        return "announce"
    was_out = before is not None and before.pubstatus is PubStatus.USABLE
    return "announce" if was_out else "file"


def _digest(name: str) -> str:
    return sha256(name.encode(errors="surrogatepass")).hexdigest()
