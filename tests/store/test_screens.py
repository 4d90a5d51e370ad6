"""What screens said to all hubs, as one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.support.flashes import NOON
from ticker.news.reach import Receipt, ScreenReports, ScreenState, VersionRef
from ticker.store.deliveries import Deliveries

if TYPE_CHECKING:
    from ticker.store.client import Store
    from ticker.store.screens import Screens

LINE = VersionRef("en", "a", 1, NOON, killed=False)
A, B = "https://a.example", "https://b.example"


def told(readers: dict[str, int], painted: dict[str, int], one_in: int = 1) -> Receipt:
    """A hub whose readers all hold the line."""
    whole = Counter(websocket=sum(readers.values()))
    reports = ScreenReports(one_in, Counter(readers), {ScreenState.PAINTED: Counter(painted)})
    return Receipt(readers=whole, confirmed=whole, screens=reports)


async def merged(store: Store, *receipts: Receipt) -> Screens | None:
    deliveries = Deliveries(store)
    for number, receipt in enumerate(receipts):
        await deliveries.keep(f"hub {number}", {LINE: receipt})
    found = await deliveries.read("en", "a", 1)
    assert found is not None
    return found["screens"]


async def test_answers_come_to_any_hub(store: Store) -> None:
    """A reader of one hub may answer another, by whichever way the balancer sends it."""
    found = await merged(store, told({A: 3}, {A: 1, B: 1}), told({B: 2}, {A: 1}))
    assert found is not None
    assert (found["asked"], found["painted"]) == (5, 3)
    assert {site: (it["asked"], it["painted"]) for site, it in found["sites"].items()} == {
        A: (3, 2),
        B: (2, 1),
    }


async def test_strangers_cannot_make_it_more_than_it_is(store: Store) -> None:
    """No site has more screens than readers, none appears that has none, and none who lack the bytes."""
    receipt = told({A: 3}, {A: 900, B: 900})
    receipt.confirmed = Counter(websocket=2)
    found = await merged(store, receipt)
    assert found is not None
    assert found["painted"] == 2
    assert list(found["sites"]) == [A]


async def test_of_a_sample_so_many_are_expected(store: Store) -> None:
    """Where one in twelve is asked, a twelfth of the readers is awaited."""
    found = await merged(store, told({A: 12_000}, {A: 980}, 12), told({B: 120}, {B: 9}, 12))
    assert found is not None
    assert (found["one_in"], found["asked"], found["painted"]) == (12, 1010, 989)


async def test_where_nobody_was_asked_nothing_is_said(store: Store) -> None:
    """A line that programs alone have read has no screens, and neither has that of an older hub."""
    assert await merged(store, Receipt(readers=Counter(websocket=1))) is None
