"""Boards of the past: what a replay of the whole log tells, for a price that does not grow with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings as examples, strategies as st

from tests.support.flashes import NOON, after, flash, record
from tests.support.traffic import bytes_sent
from ticker.hub.hub import Hub
from ticker.jobs import checkpoints as job
from ticker.metrics import Metrics
from ticker.news.board import Board
from ticker.news.checkpoint import START, Checkpoint
from ticker.news.event import GENESIS, Cursor, Event
from ticker.news.flash import PubStatus
from ticker.news.subscription import Subscription
from ticker.store.checkpoints import Checkpoints
from ticker.store.history import History
from ticker.store.past import Past
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ticker.news.flash import Flash
    from ticker.settings import Settings
    from ticker.store.client import Store
    from ticker.store.history import Entry

LINES, WINDOW, EVERY = 2, timedelta(hours=1), 2
YEAR = 365 * 24 * 3600

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["new", "new", "expiring", "pinned", "pinned a while", "held", "correct", "pin", "kill", "index"]
        ),
        st.integers(0, 9),
        st.sampled_from([0, 1, 30, 900, 2400, 4000]),
        # Hubs whose clocks differ; one was wrong for a while.
        st.sampled_from([0, 0, 2, -2, -100, -1000, 5000, YEAR]),
    ),
    min_size=8,
    max_size=40,
)  # fmt: skip


class Editors:
    """Writes versions of lines as hubs with clocks of their own do."""

    def __init__(self, store: Store) -> None:
        self.wire = Wire(store)
        self.lines: list[Flash] = []
        self.moments: list[datetime] = []

    async def do(self, kind: str, which: int, now: datetime) -> None:
        self.moments.append(now)
        if kind in {"correct", "pin", "kill"}:
            if self.lines:
                await self._change(kind, which % len(self.lines), now)
            return
        line = flash(
            f"{len(self.lines)}",
            firstcreated=now,
            versioncreated=now,
            pinned=kind.startswith("pinned"),
            expires=now + timedelta(seconds=1000)
            if kind in {"expiring", "pinned a while"}
            else None,
            pubstatus=PubStatus.WITHHELD if kind == "held" else PubStatus.USABLE,
        )
        self.lines.append(line)
        await self._append(line)

    async def _change(self, kind: str, which: int, now: datetime) -> None:
        line = self.lines[which]
        if line.pubstatus is PubStatus.CANCELED:
            return
        changes: dict[str, Any] = {"version": line.version + 1, "versioncreated": now}
        if line.pubstatus is PubStatus.WITHHELD:
            changes |= {"pubstatus": PubStatus.USABLE, "firstcreated": now}
        elif kind == "kill":
            changes |= {"pubstatus": PubStatus.CANCELED, "pinned": False}
        elif kind == "pin":
            changes["pinned"] = not line.pinned
        self.lines[which] = replace(line, **changes)
        await self._append(self.lines[which])

    async def _append(self, line: Flash) -> None:
        key = IdempotencyKey(f"{line.id}.{line.version}", "", 60)
        mode = "file" if line.pubstatus is PubStatus.WITHHELD else "announce"
        await self.wire.append(record(line), mode, key)  # type: ignore[arg-type]


def board_of(entries: Iterable[Entry], moment: datetime) -> tuple[Cursor, list[Flash]]:
    """The board as a replay of all entries has it."""
    board = Board(LINES, WINDOW, memory=1)
    for entry in entries:
        if entry.record.at <= moment:
            board.apply(Event(entry.cursor, entry.record.flash))
    return board.cursor, board.lines(Subscription("en"), moment)


async def replayed(store: Store, moment: datetime) -> tuple[Cursor, list[Flash]]:
    """The board as a replay of the whole log has it."""
    return board_of([entry async for entry in History(store).entries("en")], moment)


@examples(max_examples=20)
@given(steps, st.lists(st.integers(-10, 40_000), max_size=4), st.booleans())
# Behind a line of two seconds ahead, one is pinned, in a segment that needs not be read for its age.
@example(
    [
        ("new", 0, 0, 0),
        ("new", 0, 0, 2),
        ("pin", 0, 0, 0),
        *[("new", 0, 0, 0)] * 4,
        ("index", 0, 0, 0),
    ],
    [],
    False,
)
async def test_the_past_is_that_of_a_whole_replay(
    valkey_store: Store, played: list[tuple[str, int, int, int]], asked: list[int], indexed: bool
) -> None:
    """At any moment, however clocks differ, wherever the checkpoints end: the same lines and position."""
    await valkey_store.commands.flushall()
    editors, now = Editors(valkey_store), NOON
    for kind, which, pause, skew in played:
        now += timedelta(seconds=pause, milliseconds=1)
        if kind == "index":
            await Checkpoints(valkey_store, EVERY).extend("en")
        else:
            await editors.do(kind, which, now + timedelta(seconds=skew))
    if indexed:
        await Checkpoints(valkey_store, EVERY).extend("en")
    past = Past(valkey_store, LINES, WINDOW, EVERY)
    millisecond = timedelta(milliseconds=1)
    near = [it + d for it in editors.moments for d in (-millisecond, 0 * millisecond)]
    whole = [entry async for entry in History(valkey_store).entries("en")]
    for moment in [*near, *map(after, asked), now + WINDOW, now + timedelta(days=400)]:
        assert await past.board_at("en", moment) == board_of(whole, moment)


async def log_of(store: Store, lines: int, *, start: int = 0) -> Editors:
    """A log with a line each minute; the first of all is pinned."""
    editors = Editors(store)
    for number in range(start, start + lines):
        await editors.do("new" if number else "pinned", 0, after(60 * number))
    return editors


async def test_the_past_costs_the_same_after_many_lines(valkey_store: Store) -> None:
    """A board of yesterday is read from the entries around it, whatever came before and since."""
    past, sent = Past(valkey_store, LINES, WINDOW), {}
    for lines in (300, 1500):
        await valkey_store.commands.flushall()
        await log_of(valkey_store, lines)
        await Checkpoints(valkey_store).extend("en")
        number = lines - 150
        moment = after(60 * number)
        sent[lines] = await bytes_sent(valkey_store, past.board_at("en", moment))
        assert [it.id for it in (await past.board_at("en", moment))[1]] == [
            "0", f"{number}",
        ]  # fmt: skip
    assert sent[1500] < sent[300] * 1.25


@pytest.mark.parametrize("skew", [YEAR, -YEAR], ids=["ahead", "behind"])
@pytest.mark.parametrize("kind", ["new", "pinned", "correct"])
async def test_a_clock_that_was_wrong_costs_the_past_nothing(
    valkey_store: Store, kind: str, skew: int
) -> None:
    """After an entry that is dated a year wrong, a board of then is found as it was, for the same price."""
    past, sent = Past(valkey_store, LINES, WINDOW), {}
    for lines in (450, 900):
        await valkey_store.commands.flushall()
        editors = Editors(valkey_store)
        for number in range(lines):
            await editors.do("new" if number else "pinned", 0, after(60 * number))
            if number == 50:
                await editors.do(kind, 50, after(60 * number + skew))
        await Checkpoints(valkey_store).extend("en")
        moment = after(60 * (lines - 250))
        assert await past.board_at("en", moment) == await replayed(valkey_store, moment)
        sent[lines] = await bytes_sent(valkey_store, past.board_at("en", moment))
        early = after(60 * 45)
        assert await past.board_at("en", early) == await replayed(valkey_store, early)
    assert sent[900] < sent[450] * 1.25


async def test_checkpoints_of_another_log_are_made_anew(valkey_store: Store) -> None:
    """Where a log was replaced, what was told of the old one is not believed."""
    checkpoints = Checkpoints(valkey_store, EVERY)
    past = Past(valkey_store, LINES, WINDOW, EVERY)
    await log_of(valkey_store, 13)
    await checkpoints.extend("en")
    number, newest = await checkpoints.last("en")
    assert (number, newest.cursor.offset) == (6, 12)
    assert Checkpoint.decode(newest.encode()) == newest
    keys = valkey_store.keys("en")
    for name in await valkey_store.commands.keys("*"):
        if name != keys.checkpoints:
            await valkey_store.commands.delete(name)
    assert await checkpoints.last("en") == (0, START)
    assert await past.board_at("en", after(5)) == (GENESIS, [])
    await checkpoints.extend("en")
    assert not await valkey_store.commands.exists(keys.checkpoints)
    await log_of(valkey_store, 9, start=1)
    assert await past.board_at("en", after(360)) == await replayed(valkey_store, after(360))
    await checkpoints.extend("en")
    assert (await checkpoints.last("en"))[0] == 4
    assert await past.board_at("en", after(360)) == await replayed(valkey_store, after(360))


async def test_hubs_make_the_missing_checkpoints(valkey_store: Store, settings: Settings) -> None:
    """A store of an older version gets them while the hub runs."""
    await log_of(valkey_store, 205)
    hub = Hub(settings, Metrics())
    for edition in settings.newsroom.all_editions:
        hub.load(edition, [], GENESIS, [])
    kept = Checkpoints(valkey_store)
    task = asyncio.create_task(job.keep(hub, kept, ["ar", "en"]))
    while (await kept.last("en"))[0] < 2:  # noqa: ASYNC110 - the store knows no events
        await asyncio.sleep(0)
    task.cancel()
    first = START.after(await kept.behind("en", 0, 100))
    assert (await kept.get("en", 2)) == first.after(await kept.behind("en", 100, 100))
