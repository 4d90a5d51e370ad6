"""Reading what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.flashes import NOON, after, flash, record
from ticker.news.event import Record
from ticker.news.flash import Flash, PubStatus, correct, kill, release
from ticker.news.subscription import Subscription
from ticker.store.archive import Archive
from ticker.store.wire import IdempotencyKey

if TYPE_CHECKING:
    from ticker.store.client import Store
    from ticker.store.wire import Mode, Wire


async def put(wire: Wire, *items: Flash, mode: Mode = "announce") -> None:
    for item in items:
        key = IdempotencyKey(f"{item.edition}{item.id}{item.version}", "", 60)
        await wire.append(record(item), mode, key)


async def test_the_newest_version_and_all_of_them(wire: Wire, archive: Archive) -> None:
    """A line is found as it is now, and with all that it was."""
    line = flash("a")
    killed = kill(line, after(5))
    await put(wire, line, killed)
    assert await archive.get("en", "a") == killed
    assert [it.flash for it in await archive.versions("en", "a")] == [line, killed]
    assert await archive.get("ar", "a") is None
    assert await archive.versions("en", "nowhere") == []


async def test_a_pin_that_is_over_is_looked_at_once(
    wire: Wire, archive: Archive, store: Store
) -> None:
    """Old pins pile up for nobody who pins; one that gets more time is among them again."""
    over = flash("over", pinned=True, expires=after(9))
    await put(wire, flash("pin", pinned=True), over)
    assert {it.id for it in await archive.pinned("en", after(1))} == {"pin", "over"}
    assert [it.id for it in await archive.pinned("en", after(10))] == ["pin"]
    assert await store.commands.zrange(store.keys("en").pins, 0, -1) == ["pin"]
    await put(wire, correct(over, {"expires": after(99)}, after(11)))
    assert {it.id for it in await archive.pinned("en", after(12))} == {"pin", "over"}


async def test_recent_lines_and_pins(wire: Wire, archive: Archive) -> None:
    """A hub that starts finds the newest usable lines and every pinned one."""
    lines = [flash(f"{n}", firstcreated=after(n)) for n in range(6)]
    await put(wire, *lines[1:], flash("pin", firstcreated=after(-99), pinned=True))
    await put(wire, kill(lines[5], after(9)))
    found = await archive.recent("en", after(1), 2)
    assert sorted(it.id for it in found) == ["3", "4", "pin"]
    assert await archive.recent("es", NOON, 5) == []


async def test_before_a_line(wire: Wire, archive: Archive) -> None:
    """The page before a line goes on exactly where it stands, among lines of one moment too."""
    await put(wire, *(flash(name) for name in "abcd"), flash("z", firstcreated=after(-1)))
    assert [it.id for it in await archive.before(flash("c"), 2)] == ["b", "a"]
    assert [it.id for it in await archive.before(flash("a"), 9)] == ["z"]


async def test_a_story_holds_its_lines_of_all_days(wire: Wire, archive: Archive) -> None:
    """A running story is found whole, newest first, and goes on before any of its lines."""
    day = 24 * 3600
    lines = [flash(f"{n}", coverage="flood", firstcreated=after(n * day)) for n in range(4)]
    await put(wire, *lines, flash("x", coverage="other"), flash("y"))
    await put(wire, flash("ar", edition="ar", coverage="flood"))
    assert await archive.coverage("en", "flood", 9) == lines[::-1]
    assert await archive.coverage("en", "flood", 2) == [lines[3], lines[2]]
    assert await archive.coverage("en", "flood", 9, lines[2]) == [lines[1], lines[0]]
    assert await archive.coverage("en", "nowhere", 9) == []
    assert await archive.coverage("es", "flood", 9) == []


async def test_a_line_leaves_its_story_when_it_moves_or_dies(wire: Wire, archive: Archive) -> None:
    """A story never holds a killed, a withheld or a moved line."""
    held = flash("h", pubstatus=PubStatus.WITHHELD, embargoed=after(9), coverage="flood")
    await put(wire, held, mode="file")
    assert await archive.coverage("en", "flood", 9) == []
    released = release(held, after(9))
    await put(wire, released)
    assert await archive.coverage("en", "flood", 9) == [released]
    moved = correct(released, {"coverage": "storm"}, after(10))
    await wire.append(record(moved), "announce", IdempotencyKey("moved", "", 60), released.coverage)
    assert await archive.coverage("en", "flood", 9) == []
    assert await archive.coverage("en", "storm", 9) == [moved]
    bare = correct(moved, {"coverage": None}, after(11))
    await wire.append(record(bare), "announce", IdempotencyKey("bare", "", 60), moved.coverage)
    assert await archive.coverage("en", "storm", 9) == []
    back = correct(bare, {"coverage": "flood"}, after(12))
    await wire.append(record(back), "announce", IdempotencyKey("back", "", 60), bare.coverage)
    await put(wire, kill(back, after(13)))
    assert await archive.coverage("en", "flood", 9) == []


async def test_the_newest_lines(wire: Wire, archive: Archive) -> None:
    """The past begins with the newest line, expired or not, and goes on where a page ends."""
    await put(wire, *(flash(f"{n}", firstcreated=after(n), expires=after(n)) for n in range(3)))
    everything = Subscription("en")
    assert ids(await archive.search(everything, None, 2)) == (["2", "1"], "1")
    assert ids(await archive.search(everything, flash("1", firstcreated=after(1)), 2)) == (
        ["0"],
        None,
    )
    assert ids(await archive.search(everything, None, 3)) == (["2", "1", "0"], None)
    assert ids(await archive.search(Subscription("ar"), None, 3)) == ([], None)


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
    wire: Wire, archive: Archive, wanted: Subscription
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
    found, more = await archive.search(wanted, None, 100)
    assert found == [it for it in reversed(lines) if wanted.matches(it)]
    assert found
    assert more is None


async def test_a_search_looks_at_so_many_lines_and_no_more(
    wire: Wire, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that finds nothing costs a few reads and takes no line apart; it can be gone on with."""
    monkeypatch.setattr("ticker.store.archive.SCANNED_MAX", 40)
    monkeypatch.setattr("ticker.store.archive._PAGE", 20)
    lines = [
        flash(f"{n:02}", firstcreated=after(n), tags=("rare",) if n == 3 else ()) for n in range(50)
    ]
    await put(wire, *lines)
    archive, rare = Archive(store), Subscription("en", tags=frozenset({"rare"}))
    taken: list[str] = []
    decode = Record.decode

    def take_apart(text: str) -> Record:
        taken.append(text)
        return decode(text)

    monkeypatch.setattr(Record, "decode", take_apart)
    before = await calls(store)
    assert ids(await archive.search(rare, None, 9)) == ([], "10")
    assert await calls(store) - before == 4
    assert taken == []
    assert ids(await archive.search(rare, lines[10], 9)) == (["03"], None)
    assert len(taken) == 1


async def calls(store: Store) -> int:
    """How many commands that read flashes and their index the store was given."""
    stats = await store.commands.info("commandstats")
    named = ("cmdstat_hmget", "cmdstat_zrevrange", "cmdstat_zrevrangebyscore")
    return sum(stats.get(it, {}).get("calls", 0) for it in named)


async def test_what_is_due(wire: Wire, archive: Archive) -> None:
    """Withheld lines are due when their embargo is over, in every edition."""
    held = [
        flash(f"{edition}{n}", edition=edition, pubstatus=PubStatus.WITHHELD, embargoed=after(n))
        for edition in ("en", "ar")
        for n in (1, 2)
    ]
    await put(wire, *held, mode="file")
    due = await archive.due(["en", "ar", "es"], after(1))
    assert [it.flash.id for it in due] == ["en1", "ar1"]
