"""Finding lines of the past by a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.store.test_archive import put
from tests.support.flashes import after, flash
from ticker.news.event import Record
from ticker.news.subscription import Subscription
from ticker.store.search import Search

if TYPE_CHECKING:
    from ticker.news.flash import Flash
    from ticker.store.client import Store
    from ticker.store.wire import Wire


@pytest.fixture
def search(store: Store) -> Search:
    return Search(store)


async def test_the_newest_lines(wire: Wire, search: Search) -> None:
    """The past begins with the newest line, expired or not, and goes on where a page ends."""
    await put(wire, *(flash(f"{n}", firstcreated=after(n), expires=after(n)) for n in range(3)))
    everything = Subscription("en")
    assert ids(await search.find(everything, None, 2)) == (["2", "1"], "1")
    assert ids(await search.find(everything, flash("1", firstcreated=after(1)), 2)) == (
        ["0"],
        None,
    )
    assert ids(await search.find(everything, None, 3)) == (["2", "1", "0"], None)
    assert ids(await search.find(Subscription("ar"), None, 3)) == ([], None)


def ids(found: tuple[list[Flash], str | None]) -> tuple[list[str], str | None]:
    return [it.id for it in found[0]], found[1]


@pytest.mark.parametrize(
    "wanted",
    [
        Subscription("en", sections=frozenset({"sports", "health"})),
        Subscription("en", regions=frozenset({"asia"})),
        Subscription("en", tags=frozenset({'a "b"', "é", "none"})),
        Subscription("en", coverages=frozenset({"storm"})),
        Subscription("en", urgency=3),
        Subscription("en", frozenset({"health"}), urgency=5, tags=frozenset({"é"})),
    ],
    ids=["sections", "region", "tags", "coverage", "urgency", "several"],
)
async def test_a_filter_finds_what_it_names(
    wire: Wire, search: Search, wanted: Subscription
) -> None:
    """A filtered page of the past has the lines that the filter is for, and no others."""
    lines = [
        flash(
            f"{n:02}",
            firstcreated=after(n),
            headline="sports asia storm é none 3",
            urgency=1 + n % 9,
            section=("sports", "health", "culture", None)[n % 4],
            region=("asia", None, "europe")[n % 3],
            tags=(('a "b"',), ("é", "x"), ("b",), ())[n % 4],
            coverage=("storm", None, "storm-2")[n % 3],
        )
        for n in range(36)
    ]
    await put(wire, *lines)
    found, more = await search.find(wanted, None, 100)
    assert found == [it for it in reversed(lines) if wanted.matches(it)]
    assert found
    assert more is None


async def test_a_search_looks_at_so_many_lines_and_no_more(
    wire: Wire, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that finds nothing costs a few reads and takes no line apart; it can be gone on with."""
    monkeypatch.setattr("ticker.store.search.SCANNED_MAX", 40)
    monkeypatch.setattr("ticker.store.search._PAGE", 20)
    lines = [
        flash(f"{n:02}", firstcreated=after(n), tags=("rare",) if n == 3 else ()) for n in range(50)
    ]
    await put(wire, *lines)
    search, rare = Search(store), Subscription("en", tags=frozenset({"rare"}))
    taken: list[str] = []
    decode = Record.decode

    def take_apart(text: str) -> Record:
        taken.append(text)
        return decode(text)

    monkeypatch.setattr(Record, "decode", take_apart)
    before = await calls(store)
    assert ids(await search.find(rare, None, 9)) == ([], "10")
    assert await calls(store) - before == 4
    assert taken == []
    assert ids(await search.find(rare, lines[10], 9)) == (["03"], None)
    assert len(taken) == 1


async def calls(store: Store) -> int:
    """How many commands that read flashes and their index the store was given."""
    stats = await store.commands.info("commandstats")
    named = ("cmdstat_hmget", "cmdstat_zrevrange", "cmdstat_zrevrangebyscore")
    return sum(stats.get(it, {}).get("calls", 0) for it in named)
