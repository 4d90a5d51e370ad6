"""History, the black box: boards of the past, and a log that shows every touch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings as examples, strategies as st

from tests.editing.test_intake import RULES, ask
from tests.support.clock import Clock
from ticker.editing.intake import Intake
from ticker.news.board import Board
from ticker.news.document import format_time
from ticker.news.event import GENESIS
from ticker.news.flash import IllegalChangeError
from ticker.news.subscription import Subscription
from ticker.store.archive import Archive
from ticker.store.checkpoints import EVERY, Checkpoints
from ticker.store.history import History
from ticker.store.keys import Keys
from ticker.store.past import Past
from ticker.store.verification import Verification
from ticker.store.wire import Wire

if TYPE_CHECKING:
    import pytest

    from ticker.news.flash import Flash
    from ticker.store.client import Store

LINES, WINDOW = 4, timedelta(hours=1)
KEYS = Keys("en")

steps = st.lists(
    st.tuples(
        st.sampled_from(["publish", "expiring", "draft", "correct", "pin", "kill", "look"]),
        st.integers(0, 6),
        st.sampled_from([0, 1, 30, 900, 2400]),
    ),
    min_size=4,
    max_size=25,
)


class Newsroom:
    """Plays a history, and watches a board as a hub does while it happens."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock()
        self.wire = Wire(store)
        self.intake = Intake(self.wire, Archive(store), RULES, self.clock)
        self.board = Board(LINES, WINDOW, 1000)
        self.ids: list[str] = []

    async def do(self, kind: str, which: int) -> None:
        more: dict[str, Any] = {"headline": f"{kind} {len(self.ids)}"}
        if kind == "expiring":
            more["expires"] = format_time(self.clock() + timedelta(seconds=1000))
        if kind in {"publish", "expiring"}:
            self.ids.append((await self.intake.publish(ask(), more)).id)
        elif self.ids:
            flash_id = self.ids[which % len(self.ids)]
            change = {"pinned": which % 2 == 0} if kind == "pin" else {"headline": f"new {which}"}
            try:
                if kind == "kill":
                    await self.intake.kill(ask(), flash_id, "why")
                else:
                    await self.intake.correct(ask(), flash_id, change)
            except IllegalChangeError:
                pass
        _, events = await self.wire.tail("en", 100)
        for event in events:
            self.board.apply(event)

    def shown(self) -> list[Flash]:
        return self.board.lines(Subscription("en"), self.clock())


@examples(max_examples=25)
@given(steps)
async def test_the_past_is_as_it_was(
    valkey_store: Store, played: list[tuple[str, int, int]]
) -> None:
    """At any moment of any history, the board that was on show is the one that is told later."""
    await valkey_store.commands.flushall()
    newsroom = Newsroom(valkey_store)
    seen = []
    for kind, which, pause in played:
        if kind != "look":
            await newsroom.do(kind, which)
        seen.append((newsroom.clock(), newsroom.shown()))
        newsroom.clock.forward(pause + 0.001)
    past = Past(valkey_store, LINES, WINDOW)
    for moment, shown in seen:
        assert (await past.board_at("en", moment))[1] == shown
    assert (await Verification(valkey_store, "en").run())[1] is None


async def _rewrite(store: Store, index: int, field: str, position: int) -> None:
    """Flip one bit of one entry, as somebody with the store in hand could."""
    commands: Any = store.commands
    entries = await commands.xrange(KEYS.wire)
    await commands.delete(KEYS.wire)
    for number, (entry_id, fields) in enumerate(entries):
        if number == index:
            raw = bytearray(fields[field].encode())
            raw[position % len(raw)] ^= 1
            fields[field] = raw.decode("utf-8", "replace")
        await commands.xadd(KEYS.wire, fields, id=entry_id)


@examples(max_examples=30)
@given(st.integers(0, 7), st.sampled_from(["record", "tag"]), st.integers(0, 10_000))
async def test_one_flipped_bit_is_found(
    valkey_store: Store, index: int, field: str, position: int
) -> None:
    """Wherever it is, the log says which entry was touched."""
    await valkey_store.commands.flushall()
    newsroom = Newsroom(valkey_store)
    for number, kind in enumerate(["publish", "correct", "publish", "pin", "kill", "publish"]):
        await newsroom.do(kind, number)
    count, fault = await Verification(valkey_store, "en").run()
    assert fault is None
    await _rewrite(valkey_store, index % count, field, position)
    _, fault = await Verification(valkey_store, "en").run()
    assert fault is not None
    assert fault.offset == index % count + 1


async def test_other_touches_are_found(valkey_store: Store) -> None:
    """A missing entry, a cut tail, another version or current state beside the log."""
    commands: Any = valkey_store.commands
    newsroom = Newsroom(valkey_store)
    assert await Verification(valkey_store, "en").run() == (0, None)
    for kind in ("publish", "publish", "correct"):
        await newsroom.do(kind, 0)
    assert await Verification(valkey_store, "en").run() == (3, None)
    current = await commands.hget(KEYS.flashes, newsroom.ids[0])
    await commands.hset(KEYS.flashes, newsroom.ids[0], current.replace("new", "old"))
    assert "current version" in str((await Verification(valkey_store, "en").run())[1])
    await commands.hset(KEYS.flashes, newsroom.ids[0], current)
    await commands.lset(KEYS.versions(newsroom.ids[0]), 0, current)
    assert "version is another" in str((await Verification(valkey_store, "en").run())[1])
    await commands.xdel(KEYS.wire, "3-0")
    await commands.xdel(KEYS.wire, "1-0")
    assert "missing" in str((await Verification(valkey_store, "en").run())[1])
    await commands.delete(KEYS.wire)
    assert "head" in str((await Verification(valkey_store, "en").run())[1])
    past = Past(valkey_store, LINES, WINDOW)
    assert (await past.board_at("en", newsroom.clock()))[0] == GENESIS


async def test_what_is_kept_for_quick_reading_is_checked(valkey_store: Store) -> None:
    """Nobody makes a line another's, or a board of the past another one, beside the log."""
    commands: Any = valkey_store.commands
    newsroom = Newsroom(valkey_store)
    for number in range(EVERY):
        await newsroom.do("publish" if number < EVERY - 1 else "correct", 0)
    await Checkpoints(valkey_store).extend("en")
    assert await Verification(valkey_store, "en").run() == (EVERY, None)
    for key, field, why in ((KEYS.hands, newsroom.ids[0], "hands"), (KEYS.checkpoints, "1", "checkpoint")):  # fmt: skip
        kept = await commands.hget(key, field)
        await commands.hset(key, field, kept.replace("editor", "rosa").replace(",{", ",{", 1).replace("[\"100", "[\"99"))  # fmt: skip
        _, fault = await Verification(valkey_store, "en").run()
        assert fault is not None
        assert (fault.offset, why in fault.why) == (EVERY, True)
        await commands.hset(key, field, kept)
    assert await Verification(valkey_store, "en").run() == (EVERY, None)


async def test_a_log_that_goes_on_is_not_broken(
    valkey_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that are posted while the log is read are read too."""
    newsroom = Newsroom(valkey_store)
    await newsroom.do("publish", 0)
    head, late = History.head, [1, 1]

    async def posting(self: History, edition: str) -> Any:
        if late:
            late.pop()
            await newsroom.do("correct", len(late))
        return await head(self, edition)

    monkeypatch.setattr(History, "head", posting)
    assert await Verification(valkey_store, "en").run() == (3, None)
