"""What an editor asks for: who, where, under which conditions, and how often it may happen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import dumps
from ticker.news.event import Record
from ticker.news.stages import NOW, Wish
from ticker.store.wire import Once

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticker.accounts.principal import Principal
    from ticker.news.flash import Flash
    from ticker.news.stages import Standing

_KEY_SECONDS: Final = 24 * 3600
_OWN_KEY_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, for which edition, and under which conditions.

    Attributes:
        principal: Whose token or session it is.
        edition: Code of the edition.
        if_match: Versions that the flash may have; None: any.
        key: The client's idempotency key; None: it has none.
        address: From where.
    """

    principal: Principal
    edition: str
    if_match: Collection[str] | None = None
    key: str | None = None
    address: str | None = None

    def record(
        self, flash: Flash, action: str, standing: Standing | None = None, reason: str | None = None
    ) -> Record:
        """What the log keeps of a version that this request makes."""
        return Record(
            flash=flash,
            action=action,
            by=self.principal.name,
            at=flash.versioncreated,
            reason=reason,
            address=self.address,
            stage=standing.stage if standing else None,
            due=standing.due if standing else None,
        )

    def once(
        self, verb: str, flash_id: str = "", data: dict[str, Any] | None = None, wish: Wish = NOW
    ) -> Once:
        """What makes this request happen once, however often it is sent."""
        if self.key is None:
            return own_once()
        fields = sorted((data or {}).items())
        how = [wish.draft, wish.hold]
        asked = dumps([verb, flash_id, sorted(self.if_match or ()), fields, how])
        name = dumps([self.principal.name, self.key])
        return Once(_digest(name), _digest(asked), _KEY_SECONDS)


def own_once() -> Once:
    """Makes the store client's own retries harmless."""
    return Once(secrets.token_hex(16), "", _OWN_KEY_SECONDS)


def _digest(name: str) -> str:
    return sha256(name.encode(errors="surrogatepass")).hexdigest()
