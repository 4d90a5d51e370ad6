"""Reading what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.flashes import NOON, after, flash, record
from ticker.news.flash import Flash, PubStatus, correct, kill, release
from ticker.store.wire import IdempotencyKey

if TYPE_CHECKING:
    from ticker.store.archive import Archive
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
