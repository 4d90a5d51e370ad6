"""Sums of what hubs told of each version; tests/web/api/test_reach.py has them of real readers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.support.flashes import NOON, after
from ticker.news.reach import Receipt, VersionRef
from ticker.store.deliveries import Deliveries

if TYPE_CHECKING:
    from ticker.store.client import Store

LINE = VersionRef("en", "a", 1, NOON, killed=False)


def receipt(readers: int, times: dict[int, int], *, confirmed: int | None) -> Receipt:
    return Receipt(
        readers=Counter(sse=readers),
        times={"sse": Counter(times)},
        confirmed=None if confirmed is None else Counter(sse=confirmed),
        left=Counter(sse=readers - sum(times.values())),
    )


async def test_hubs_are_added_up(store: Store) -> None:
    """An editor sees one number for all hubs, and each hub's last word counts."""
    deliveries = Deliveries(store)
    await deliveries.keep("one", {LINE: receipt(3, {1: 1}, confirmed=0)})
    await deliveries.keep("one", {LINE: receipt(3, {1: 2, 40: 1}, confirmed=3)})
    await deliveries.keep("other", {LINE: receipt(2, {5: 1}, confirmed=1)})
    found = await deliveries.read("en", "a", 1)
    assert found is not None
    assert found["transports"] == {"sse": {"readers": 5, "written": 4, "confirmed": 4, "left": 1}}
    assert (found["p50"], found["p99"], found["last"]) == (1, 40, 40)
    assert {hub: it["written"] for hub, it in found["hubs"].items()} == {"one": 3, "other": 1}
    assert await deliveries.read("en", "a", 2) is None


async def test_meters_of_old_lines_are_forgotten(store: Store) -> None:
    """The meters of the newest hundred versions are listed, and each is kept for a day."""
    deliveries = Deliveries(store)
    refs = [VersionRef("en", f"{n:03}", 1, after(n), killed=False) for n in range(120)]
    await deliveries.keep("hub", {ref: Receipt() for ref in refs})
    listed = await deliveries.newest("en", 1000)
    assert [it["id"] for it in listed] == [f"{n:03}" for n in range(119, 19, -1)]
    commands: Any = store.commands
    for name in await commands.keys("*landing:*"):
        assert 0 < await commands.ttl(name) <= 24 * 3600


async def test_what_no_kernel_can_tell_is_not_told(store: Store) -> None:
    """One hub that cannot see what machines confirm leaves the sum unknown, not too small."""
    deliveries = Deliveries(store)
    await deliveries.keep("one", {LINE: receipt(1, {1: 1}, confirmed=1)})
    await deliveries.keep("mac", {LINE: receipt(1, {1: 1}, confirmed=None)})
    found = await deliveries.read("en", "a", 1)
    assert found is not None
    assert (found["written"], found["confirmed"]) == (2, None)


async def test_the_newest_versions_are_listed_first(store: Store) -> None:
    """The desk lists what was made last; a kill is among them and says so."""
    deliveries = Deliveries(store)
    kill = VersionRef("en", "a", 2, after(60), killed=True)
    other = VersionRef("en", "b", 1, after(30), killed=False)
    await deliveries.keep(
        "one", {it: receipt(1, {1: 1}, confirmed=1) for it in (LINE, kill, other)}
    )
    newest = await deliveries.newest("en", 2)
    assert [(it["id"], it["version"], it["killed"]) for it in newest] == [
        ("a", 2, True),
        ("b", 1, False),
    ]
    assert await deliveries.newest("ar", 2) == []
