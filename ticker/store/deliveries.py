"""Deliveries: whom each version of a line has reached, over all hubs (the desk's landing meter).

Each hub keeps its own sums in the store, a few writes for a line however many read it; whoever
wants to know adds them up. No reader is named in them.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypedDict

from ticker.news.document import dumps, milliseconds
from ticker.store.faults import store_errors
from ticker.store.screens import Screens, encode_screens, merge_screens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.news.reach import Receipt, VersionRef
    from ticker.store.client import Store

_KEEP_SECONDS: Final = 24 * 3600
_LISTED: Final = 100


class Reached(TypedDict):
    """So many readers: of whom it was written to, confirmed by, and who left before that."""

    readers: int
    written: int
    confirmed: int
    left: int


class ReachedByHub(TypedDict):
    """The same of one hub."""

    readers: int
    written: int
    confirmed: int


class Landing(TypedDict):
    """Whom one version of a line has reached: docs/api.md, and the desk's landing meter.

    `confirmed` is None where no kernel can tell. `p50`, `p99` and `last` are milliseconds from the
    making of the version to the write, None where nothing was written. `screens` is None where no
    reader was asked.
    """

    id: str
    version: int
    killed: bool
    readers: int
    written: int
    left: int
    confirmed: int | None
    p50: int | None
    p99: int | None
    last: int | None
    transports: dict[str, Reached]
    hubs: dict[str, ReachedByHub]
    screens: Screens | None


class Deliveries:
    """Every hub's receipts. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys

    async def keep(self, hub: str, receipts: Mapping[VersionRef, Receipt]) -> None:
        """Keep what one hub knows now of these versions."""
        with store_errors():
            async with self._commands.pipeline(transaction=False) as pipe:
                for version, receipt in receipts.items():
                    keys = self._keys(version.edition)
                    name = f"{version.flash_id} {version.version}"
                    key = keys.landing(name)
                    pipe.hset(key, hub, _encode(version, receipt))
                    pipe.expire(key, _KEEP_SECONDS)
                    pipe.zadd(keys.landed, {name: milliseconds(version.made)})
                    pipe.zremrangebyrank(keys.landed, 0, -_LISTED - 1)
                await pipe.execute()

    async def read(self, edition: str, flash_id: str, version: int) -> Landing | None:
        """Whom a version has reached; None if no hub has told of it."""
        with store_errors():
            found = await self._commands.hgetall(
                self._keys(edition).landing(f"{flash_id} {version}")
            )
        return _merge(flash_id, version, found) if found else None

    async def newest(self, edition: str, limit: int) -> list[Landing]:
        """The same of the versions that were made last, newest first."""
        keys = self._keys(edition)
        with store_errors():
            names = await self._commands.zrevrange(keys.landed, 0, limit - 1)
            async with self._commands.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.hgetall(keys.landing(name))
                found = await pipe.execute()
        newest = []
        for name, hubs in zip(names, found, strict=True):
            flash_id, _, version = name.partition(" ")
            if hubs:
                newest.append(_merge(flash_id, int(version), hubs))
        return newest


def _encode(version: VersionRef, receipt: Receipt) -> str:
    return dumps(
        {
            "killed": version.killed,
            "readers": receipt.readers,
            "times": receipt.times,
            "confirmed": receipt.confirmed,
            "left": receipt.left,
            "screens": encode_screens(receipt.screens),
        }
    )


def _merge(flash_id: str, version: int, hubs: Mapping[str, str]) -> Landing:
    told = {hub: json.loads(text) for hub, text in hubs.items()}
    times: Counter[int] = Counter()
    transports: dict[str, Counter[str]] = {}
    for one in told.values():
        for transport, delays in one["times"].items():
            times.update({int(delay): count for delay, count in delays.items()})
            _of(transports, transport)["written"] += sum(delays.values())
        for name in ("readers", "confirmed", "left"):
            for transport, count in (one[name] or {}).items():
                _of(transports, transport)[name] += count
    whole = sum(transports.values(), Counter())
    can_confirm = all(one["confirmed"] is not None for one in told.values())
    most = whole["confirmed"] if can_confirm else whole["written"]
    return {
        "id": flash_id,
        "version": version,
        "killed": any(one["killed"] for one in told.values()),
        "readers": whole["readers"],
        "written": whole["written"],
        "left": whole["left"],
        "confirmed": whole["confirmed"] if can_confirm else None,
        "p50": _percentile(times, 0.50),
        "p99": _percentile(times, 0.99),
        "last": max(times, default=None),
        "transports": {name: _reached(counts) for name, counts in sorted(transports.items())},
        "hubs": {hub: _whole(one) for hub, one in sorted(told.items())},
        "screens": merge_screens([one.get("screens") for one in told.values()], most),
    }


def _of(transports: dict[str, Counter[str]], name: str) -> Counter[str]:
    return transports.setdefault(name, Counter(readers=0, written=0, confirmed=0, left=0))


def _reached(counts: Counter[str]) -> Reached:
    return {
        "readers": counts["readers"],
        "written": counts["written"],
        "confirmed": counts["confirmed"],
        "left": counts["left"],
    }


def _whole(one: Mapping[str, Any]) -> ReachedByHub:
    return {
        "readers": sum(one["readers"].values()),
        "written": sum(sum(delays.values()) for delays in one["times"].values()),
        "confirmed": sum((one["confirmed"] or {}).values()),
    }


def _percentile(times: Counter[int], share: float) -> int | None:
    """The delay within which this share of all was reached (nearest rank)."""
    rank = share * times.total()
    seen = 0
    for delay in sorted(times):
        seen += times[delay]
        if seen >= rank:
            return delay
    return None
