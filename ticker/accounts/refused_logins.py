"""Refused logins as sums: what strangers do is in the audit log, and cannot make it grow.

Each name that somebody has, and each network that tries others, gets one entry in a quarter of an
hour at most; beyond so many networks one entry stands for all.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ticker.accounts.login_limits import NOBODY
from ticker.news.document import format_time, utcnow
from ticker.protocol.networks import client_network
from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticker.accounts.audit import Audit
    from ticker.store.client import Store

_SCRIPT: Final = (Path(__file__).parent / "refused_logins.lua").read_text(encoding="utf-8")
# Sums that began by a time, taken away: fields and texts in turn.
TAKE_DUE: Final = """
local taken = {}
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if cjson.decode(fields[i + 1]).since <= ARGV[1] then
    redis.call('HDEL', KEYS[1], fields[i])
    taken[#taken + 1] = fields[i]
    taken[#taken + 1] = fields[i + 1]
  end
end
return taken
"""
INTERVAL: Final = timedelta(minutes=15)
STRANGERS_MAX: Final = 50
PLACES_MAX: Final = 3
_LOOK_SECONDS: Final = 60.0


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


class RefusedLogins:
    """Counts refused logins for all processes. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, audit: Audit, clock: Callable[[], datetime] = utcnow) -> None:
        self._commands: Any = store.commands
        self._sums, self._untold = store.house.refused_logins, store.house.refused_untold
        self._add = store.script(_SCRIPT)
        self._take = store.script(TAKE_DUE)
        self._audit = audit
        self._clock = clock

    async def note(self, known: str, address: str, kind: Literal["wrong", "unread"]) -> None:
        """Count one, by a name that somebody has, or by nobody's."""
        network = client_network(address)
        name = "" if known == NOBODY else known
        now = format_time(self._clock())
        fields: list[str | int] = [name, f"\0{network}", "\0", STRANGERS_MAX, PLACES_MAX]
        with store_errors():
            await self._add([self._sums, self._untold], [*fields, now, network, kind])

    async def tell(self, name: str) -> Refused | None:
        """What was refused under a name since the last time that its owner was told."""
        with store_errors():
            text = await self._commands.hget(self._untold, name)
            await self._commands.hdel(self._untold, name)
        return Refused(**json.loads(text)) if text else None

    async def enter_due(self) -> None:
        """Enter the sums whose time is over in the audit log; of many processes one does."""
        with store_errors():
            before = format_time(self._clock() - INTERVAL)
            taken = await self._take([self._sums], [before])
        for field, text in zip(taken[::2], taken[1::2], strict=True):
            await self._enter(field, Refused(**json.loads(text)))

    async def run(self) -> None:
        """Enter sums for as long as this is not cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.enter_due()
            except StoreUnavailableError:
                continue

    async def _enter(self, field: str, refused: Refused) -> None:
        known = NOBODY if field.startswith("\0") else field
        places = refused.places
        more = " and more" if len(places) == PLACES_MAX else ""
        detail = (
            f"{refused.wrong} wrong, {refused.unread} too many, since {refused.since}, "
            f"from {', '.join(places)}{more}"
        )
        address = places[0] if len(places) == 1 else ""
        await self._audit.note(known, "logins refused", known, address, detail)
