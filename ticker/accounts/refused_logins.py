"""Refused logins as sums: what strangers do is in the audit log, and cannot make it grow.

Each name that somebody has, and each network that tries others, gets one entry in a quarter of an
hour at most; beyond so many networks one entry stands for all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ticker.accounts.principal import NOBODY
from ticker.accounts.sums import PLACES_MAX, Sums, entering, origin_of
from ticker.news.document import utcnow
from ticker.protocol.networks import client_network
from ticker.store.faults import store_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticker.accounts.audit import Audit
    from ticker.store.client import Store

_SCRIPT: Final = (Path(__file__).parent / "refused_logins.lua").read_text(encoding="utf-8")
STRANGERS_MAX: Final = 50
ATTACK_MIN: Final = 10  # fewer are somebody who has forgotten a password


@dataclass(frozen=True, slots=True)
class Refused:
    """A sum of refused logins.

    Attributes:
        since: When the first one was, RFC 3339.
        wrong: How many had a wrong name or password.
        unread: How many were refused without a look, as there were too many.
        places: The first networks that they came from.
    """

    since: str
    wrong: int
    unread: int
    places: list[str]

    @property
    def count(self) -> int:
        """All of them."""
        return self.wrong + self.unread

    @property
    def has_more_places(self) -> bool:
        """Whether they may have come from networks that are not kept."""
        return len(self.places) == PLACES_MAX


class RefusedLogins:
    """Counts refused logins for all processes. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, audit: Audit, clock: Callable[[], datetime] = utcnow) -> None:
        self._commands: Any = store.commands
        self._untold = store.house.refused_untold
        self._sums = Sums(store, store.house.refused_logins, _SCRIPT, clock)
        self._audit = audit

    async def note(self, known: str, address: str, kind: Literal["wrong", "unread"]) -> None:
        """Count one, by a name that somebody has, or by nobody's."""
        network = client_network(address)
        name = "" if known == NOBODY else known
        fields: list[str | int] = [name, f"\0{network}", "\0", STRANGERS_MAX, PLACES_MAX]
        await self._sums.add(*fields, network, kind, also=[self._untold])

    async def tell(self, name: str) -> Refused | None:
        """What was refused under a name since the last time that its owner was told."""
        with store_errors():
            text = await self._commands.hget(self._untold, name)
            await self._commands.hdel(self._untold, name)
        return Refused(**json.loads(text)) if text else None

    async def attacked(self) -> dict[str, Refused]:
        """Names of users that many logins are refused under now → their sums, not entered yet."""
        totals = {field: Refused(**total) for field, total in await self._sums.open()}
        return {
            name: refused
            for name, refused in sorted(totals.items())
            if not name.startswith("\0") and refused.count >= ATTACK_MIN
        }

    async def enter_due(self) -> None:
        """Enter the sums whose time is over in the audit log; of many processes one does."""
        for field, total in await self._sums.due():
            await self._enter(field, Refused(**total))

    async def run(self) -> None:
        """Enter sums for as long as this is not cancelled."""
        await entering(self.enter_due)

    async def _enter(self, field: str, refused: Refused) -> None:
        known = NOBODY if field.startswith("\0") else field
        origin, address = origin_of(refused.places)
        detail = (
            f"{refused.wrong} wrong, {refused.unread} too many, since {refused.since}, {origin}"
        )
        await self._audit.note(known, "logins refused", known, address, detail)
