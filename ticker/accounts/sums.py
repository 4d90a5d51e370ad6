"""Sums: what may come in any number is counted for a quarter of an hour, then entered as one."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import format_time, utcnow
from ticker.store.faults import StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from ticker.store.client import Store

INTERVAL: Final = timedelta(minutes=15)
PLACES_MAX: Final = 3
_LOOK_SECONDS: Final = 60.0
# For the scripts that add: a sum keeps the first networks that it came from.
_ADD_PLACE: Final = """
local function add_place(sum, network, places_max)
  for _, place in ipairs(sum.places) do
    if place == network then return end
  end
  if #sum.places < places_max then
    sum.places[#sum.places + 1] = network
  end
end
"""
# Sums that began by a time, taken away: fields and texts in turn.
_TAKE_DUE: Final = """
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


class Sums:
    """A hash of sums. Every method raises `StoreUnavailableError`.

    Args:
        store: Where it is.
        key: Of the hash, field → {"since", "places", …}.
        script: Adds to a sum; may call `add_place(sum, network, places_max)`.
        clock: Aware UTC.
    """

    def __init__(
        self, store: Store, key: str, script: str, clock: Callable[[], datetime] = utcnow
    ) -> None:
        self._key = key
        self._commands: Any = store.commands
        self._add = store.script(_ADD_PLACE + script)
        self._take = store.script(_TAKE_DUE)
        self._clock = clock

    async def add(self, *arguments: str | int, also: Sequence[str] = ()) -> Any:
        """Run the script on the hash, and on more keys, with these arguments and the time."""
        with store_errors():
            return await self._add([self._key, *also], [format_time(self._clock()), *arguments])

    async def open(self) -> list[tuple[str, dict[str, Any]]]:
        """The sums whose time goes on, or has just ended."""
        with store_errors():
            texts = await self._commands.hgetall(self._key)
        return [(field, json.loads(text)) for field, text in texts.items()]

    async def due(self) -> list[tuple[str, dict[str, Any]]]:
        """Take away the sums whose time is over; of many processes one gets each."""
        with store_errors():
            taken = await self._take([self._key], [format_time(self._clock() - INTERVAL)])
        return [
            (field, json.loads(text)) for field, text in zip(taken[::2], taken[1::2], strict=True)
        ]


async def entering(enter_due: Callable[[], Awaitable[None]]) -> None:
    """Enter sums when they are due, for as long as this is not cancelled."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            await enter_due()
        except StoreUnavailableError:
            continue


def origin_of(places: Sequence[str]) -> tuple[str, str]:
    """The networks of a sum in words, and as the address of an entry if there is one alone."""
    more = " and more" if len(places) == PLACES_MAX else ""
    return f"from {', '.join(places)}{more}", places[0] if len(places) == 1 else ""
