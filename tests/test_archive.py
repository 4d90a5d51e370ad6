"""Reading what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.flashes import NOON, after, flash, record
from ticker.flash import Flash, PubStatus, kill
from ticker.wire import Once

if TYPE_CHECKING:
    from ticker.archive import Archive
    from ticker.wire import Mode, Wire


async def put(wire: Wire, *items: Flash, mode: Mode = "announce") -> None:
    for item in items:
        once = Once(f"{item.edition}{item.id}{item.version}", "", 60)
        await wire.append(record(item), mode, once)


async def test_the_newest_version_and_all_of_them(wire: Wire, archive: Archive) -> None:
    """A line is found as it is now, and with all that it was."""
    line = flash("a")
    killed = kill(line, after(5))
    await put(wire, line, killed)
    assert await archive.get("en", "a") == killed
    assert [it.flash for it in await archive.versions("en", "a")] == [line, killed]
    assert await archive.get("ar", "a") is None
    assert await archive.versions("en", "nowhere") == []


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


async def test_what_is_due(wire: Wire, archive: Archive) -> None:
    """Withheld lines are due when their embargo is over, in every edition."""
    held = [
        flash(f"{edition}{n}", edition=edition, pubstatus=PubStatus.WITHHELD, embargoed=after(n))
        for edition in ("en", "ar")
        for n in (1, 2)
    ]
    await put(wire, *held, mode="file")
    due = await archive.due(["en", "ar", "es"], after(1))
    assert [it.id for it in due] == ["en1", "ar1"]
