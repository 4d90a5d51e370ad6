"""The way of an editor's request from its URL to the wire, through modules and to the store."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from tests.support.service import Running

_EDITORS = "ticker.web.api.editors"
# What is asked of these is asked once; the others are made of small parts, each for one value.
_ASKED_ONCE = ("ticker.web.", "ticker.accounts.", "ticker.editing.", "ticker.hub.")
_TRIPS = frozenset({"Redis.execute_command", "Pipeline.execute"})
_OF_OTHERS = (
    *("ticker.web.pages", "ticker.web.embed", "ticker.web.desk", "ticker.web.live"),
    *("ticker.web.admission", "ticker.web.reading"),
)


class Way:
    """What editors' requests have called.

    Attributes:
        calls: Module and function of each call from one module to another.
        trips: How often the store was asked something, be it several things at once.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.trips = 0
        # Held, so that none is taken for another; a coroutine that goes on is called again.
        self._seen: dict[int, FrameType] = {}

    def see(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or id(frame) in self._seen or _EDITORS not in (above := callers(frame)):
            return
        self._seen[id(frame)] = frame
        module, function = name_of(frame), frame.f_code.co_name
        self.trips += frame.f_code.co_qualname in _TRIPS
        if module.startswith("ticker.") and module != above[0]:
            self.calls.append((module, function))


def name_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def callers(frame: FrameType) -> list[str]:
    """Our modules that have led to a call, the nearest first."""
    found, at = [], frame.f_back
    while at is not None:
        found += [name_of(at)] if name_of(at).startswith("ticker.") else []
        at = at.f_back
    return found


@contextmanager
def watched() -> Iterator[Way]:
    way, before = Way(), sys.getprofile()
    sys.setprofile(way.see)
    try:
        yield way
    finally:
        sys.setprofile(before)


async def ways(service: Running) -> dict[str, Way]:
    """A post, one with a hold, a correction and a kill."""
    ways, flashes = {}, "/v1/en/flashes"

    async def ask(name: str, method: str, path: str, **fields: Any) -> str:
        with watched() as ways[name]:
            answer = await service.request(method, path, body=fields or None)
        assert answer.status in {200, 201}, answer.body
        return f"{flashes}/{answer.json['id']}"

    await service.post("en", "The store knows our scripts from here on")
    await ask("hold", "POST", f"{flashes}?hold=9", headline="Port closed")
    line = await ask("post", "POST", flashes, headline="Port closed")
    await service.request("PATCH", line, body={"located": "Valencia"})
    await ask("correction", "PATCH", line, headline="Port open")
    await ask("kill", "DELETE", f"{line}?reason=wrong")
    return ways


async def test_a_write_asks_nobody_twice_and_nothing_of_readers(service: Running) -> None:
    """What an editor sends goes straight to the wire: no detour, and no question that was asked."""
    for way in (await ways(service)).values():
        assert ("ticker.store.wire", "append") in way.calls
        asked = Counter(call for call in way.calls if call[0].startswith(_ASKED_ONCE))
        assert [call for call, count in asked.items() if count > 1] == []
        assert [call for call in way.calls if call[0].startswith(_OF_OTHERS)] == []


async def test_a_write_waits_for_the_store_no_longer_than_it_must(service: Running) -> None:
    """A kill is in a hurry: whose token it is, the line as it is, and the next version of it."""
    trips = {name: way.trips for name, way in (await ways(service)).items()}
    # A line that waits is also counted with those that wait; a new one that goes out is only told.
    assert trips == {"post": 2, "hold": 3, "correction": 3, "kill": 3}
