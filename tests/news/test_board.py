"""The board: what is on show, and what a reader who comes back has missed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.support.flashes import NOON, after, chain, flash
from tests.support.reader import ReferenceReader
from ticker.news import document, flash as flashes
from ticker.news.board import Board
from ticker.news.event import GENESIS, Cursor, Event
from ticker.news.flash import Flash, PubStatus
from ticker.news.newsroom import Edition
from ticker.news.subscription import Subscription
from ticker.protocol import frames
from ticker.protocol.frames import Encoder

ALL = Subscription("en")
DAY = timedelta(hours=24)
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "store.json").read_text("utf-8"))


def board(memory: int = 100, lines: int = 50) -> Board:
    return Board(lines, DAY, memory)


def ids(shown: list[Flash]) -> list[str]:
    return [item.id for item in shown]


def test_newest_first_and_pinned_on_top() -> None:
    """The newest line stands first, below what an editor has pinned."""
    events = chain(
        [
            flash("a", firstcreated=after(1), pinned=True),
            flash("b", firstcreated=after(2)),
            flash("c", firstcreated=after(3)),
        ]
    )
    shown = board()
    for event in events:
        assert shown.apply(event)
    assert ids(shown.lines(ALL, after(4))) == ["a", "c", "b"]


def test_a_correction_does_not_move_a_line() -> None:
    """A corrected line stays where it was first published."""
    shown = board()
    for event in chain(
        [
            flash("a", firstcreated=after(1)),
            flash("b", firstcreated=after(2)),
            flash("a", 2, firstcreated=after(1), versioncreated=after(3)),
        ]
    ):
        shown.apply(event)
    assert [(item.id, item.version) for item in shown.lines(ALL, after(4))] == [("b", 1), ("a", 2)]


def test_old_versions_and_repeats_are_no_news() -> None:
    """What a hub already knows changes nothing, in whatever order it comes again (P17)."""
    one, two = chain([flash("a", 1), flash("a", 2)])
    shown = board()
    assert shown.apply(two)
    assert not shown.apply(one)
    assert not shown.apply(two)
    assert shown.cursor == two.cursor


@pytest.mark.parametrize(
    ("fields", "is_on"),
    [
        ({}, True),
        ({"firstcreated": NOON - DAY + timedelta(milliseconds=1)}, True),
        ({"firstcreated": NOON - DAY}, False),
        ({"firstcreated": NOON - DAY, "pinned": True}, True),
        ({"expires": after(0.001)}, True),
        ({"expires": NOON}, False),
        ({"expires": NOON, "pinned": True}, False),
        ({"pubstatus": PubStatus.CANCELED}, False),
        ({"pubstatus": PubStatus.WITHHELD}, False),
    ],
)
def test_what_is_on_show(fields: dict[str, Any], *, is_on: bool) -> None:
    """A line is on show while it is usable, not expired, and a day old at most or pinned (P20)."""
    shown = board()
    shown.load([flash("a", **fields)], GENESIS, [])
    assert bool(shown.lines(ALL, NOON)) is is_on


def test_at_most_so_many_lines_and_the_next_moves_up() -> None:
    """A board shows its newest fifty; when one is killed, the next comes into sight."""
    shown = board()
    shown.load([flash(f"{n:02d}", firstcreated=after(n)) for n in range(60)], GENESIS, [])
    assert ids(shown.lines(ALL, after(60))) == [f"{n:02d}" for n in range(59, 9, -1)]
    killed = flashes.kill(shown.lines(ALL, after(60))[0], after(61))
    shown.apply(chain([killed])[0])
    assert ids(shown.lines(ALL, after(61))) == [f"{n:02d}" for n in range(58, 8, -1)]


def test_the_last_kills_are_known() -> None:
    """What readers must let go of is remembered, newest kill first, as far as the memory goes."""
    lines = [flash(name) for name in "abc"]
    dead = [flashes.kill(it, after(n)) for n, it in enumerate(lines)]
    known = board(memory=4)
    for event in chain([*lines, *dead]):
        known.apply(event)
    assert ids(known.killed(10)) == ["c", "b", "a"]
    assert ids(known.killed(2)) == ["c", "b"]
    for event in chain([flash("d"), flash("e")], known.cursor):
        known.apply(event)
    assert ids(known.killed(10)) == ["c", "b"]


def test_a_filtered_board_has_its_own_fifty() -> None:
    """A reader of one section sees its newest lines, however many others came after them."""
    shown = board(lines=2)
    lines = [flash(f"{n}", firstcreated=after(n)) for n in range(5)]
    shown.load([*lines, flash("s", section="sports")], GENESIS, [])
    assert ids(shown.lines(Subscription("en", frozenset({"sports"})), after(9))) == ["s"]


def test_resuming_gives_the_latest_version_of_what_changed() -> None:
    """Who was away gets each changed line once, as it is now, in the order of the wire."""
    events = chain([flash("a"), flash("b"), flash("a", 2), flash("c"), flash("b", 2)])
    shown = board()
    for event in events:
        shown.apply(event)
    missed = shown.since(events[0].cursor)
    assert missed is not None
    assert [(item.id, item.version) for item in missed] == [("a", 2), ("c", 1), ("b", 2)]
    assert shown.since(events[-1].cursor) == []
    assert len(shown.since(GENESIS) or []) == 3


def test_a_position_of_another_history_is_not_known() -> None:
    """A reader of a history that was replaced, or from the future, is not fooled into silence."""
    events = chain([flash("a"), flash("b")])
    shown = board()
    for event in events:
        shown.apply(event)
    assert shown.since(Cursor(1, "f" * 16)) is None
    assert shown.since(Cursor(2, "f" * 16)) is None
    assert shown.since(Cursor(3, events[1].cursor.tag)) is None
    assert shown.since(Cursor(0, "f" * 16)) is None


def test_a_position_older_than_the_memory_is_not_known() -> None:
    """Who was away for too long gets the whole board instead of a guess."""
    events = chain([flash(f"{n}") for n in range(6)])
    shown = board(memory=3)
    for event in events:
        shown.apply(event)
    assert shown.since(events[1].cursor) is None
    assert [item.id for item in shown.since(events[2].cursor) or []] == ["3", "4", "5"]


def test_pruning_keeps_what_can_still_be_needed() -> None:
    """Lines that are off the board are let go once nobody can resume from before them."""
    old = flash("old", firstcreated=NOON - DAY)
    shown = board(memory=1)
    for event in chain([old, flash("new")]):
        shown.apply(event)
    shown.prune(NOON)
    assert shown.get("old") is None
    assert shown.get("new") is not None


def test_so_many_lines_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that publishes all day fills no memory: the newest stay, and what is pinned."""
    monkeypatch.setattr("ticker.news.board.HELD_MAX", 10)
    shown = board(memory=1, lines=3)
    lines = [flash(f"{n:02}", firstcreated=after(n - 99), pinned=n == 4) for n in range(30)]
    for event in chain(lines):
        shown.apply(event)
    before = ids(shown.lines(ALL, NOON))
    shown.prune(NOON)
    assert ids(shown.lines(ALL, NOON)) == before == ["04", "29", "28"]
    assert [n for n in range(30) if shown.get(f"{n:02}")] == [4, *range(21, 30)]


def test_when_the_next_line_leaves_by_itself() -> None:
    """A board knows when it will change without any event."""
    shown = board()
    assert shown.until(NOON) is None
    shown.load([flash("a"), flash("b", expires=after(5)), flash("c", pinned=True)], GENESIS, [])
    assert shown.until(NOON) == after(5)
    assert shown.until(after(5)) == NOON + DAY


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_reference_reader_agrees_with_the_browser(vector: dict[str, Any]) -> None:
    """The reader that these tests trust is the one that browsers run, case by case."""
    reader = ReferenceReader()
    for message in vector["messages"]:
        reader.apply(message)
    lines = reader.lines(document.parse_time(vector["now"]))
    assert [line for line, _ in lines] == vector["expect"]["lines"]
    assert dict(lines) == vector["expect"]["versions"]
    assert reader.cursor == vector["expect"]["cursor"]


# Any interleaving -----------------------------------------------------------------------------

SECTIONS = ("politics", "sports", None)
SUBSCRIPTIONS = st.builds(
    Subscription,
    st.just("en"),
    st.sampled_from([frozenset(), frozenset({"sports"}), frozenset({"sports", "politics"})]),
    urgency=st.sampled_from([None, 2, 4]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What editors may do to some lines: publish, correct, pin, move, expire, kill."""
    alive: dict[str, Flash] = {}
    versions: list[Flash] = []
    for step in range(draw(st.integers(1, 25))):
        now = after(step)
        name = draw(st.sampled_from("abcdef"))
        current = alive.get(name)
        if current is None:
            section = draw(st.sampled_from(SECTIONS))
            made = flash(name, section=section, urgency=draw(st.integers(1, 5)), firstcreated=now)
        elif current.pubstatus is PubStatus.CANCELED:
            continue
        elif draw(st.integers(0, 3)) == 0:
            made = flashes.kill(current, now)
        else:
            change: dict[str, Any] = draw(
                st.sampled_from(
                    [
                        {"headline": f"step {step}"},
                        {"pinned": not current.pinned},
                        {"section": "sports"},
                        {"section": "politics"},
                        {"urgency": 1},
                        {"expires": after(step + 3)},
                    ]
                )
            )
            made = flashes.correct(current, change, now)
            if made is current:
                continue
        alive[name] = made
        versions.append(made)
    return chain(versions)


@settings(max_examples=300)
@given(histories(), SUBSCRIPTIONS, st.data())
def test_any_interleaving_leaves_a_reader_with_the_same_board(
    history: list[Event], subscription: Subscription, data: st.DataObject
) -> None:
    """However often a reader is cut off or hears twice, it ends with the hub's board (P14, P15, P17, P23)."""
    shown = board(memory=data.draw(st.sampled_from([2, 5, 100])))
    encoder = Encoder(25, 50, 24, Edition("en", "en", "ltr", "English", "Breaking"))
    reader = ReferenceReader()
    now = after(100)

    def greet() -> None:
        missed = shown.since(Cursor.parse(reader.cursor) or Cursor(-1, ""))
        if missed is None:
            frame = encoder.snapshot(shown.cursor, shown.lines(subscription, now), now)
        else:
            frame = encoder.replay(
                shown.cursor,
                [item for item in missed if subscription.matches(item)],
                [i.id for i in missed if i.version > 1 and not subscription.matches(i)],
                now,
            )
        reader.apply(json.loads(frame.text))

    connected = False
    said: list[str] = []
    for event in history:
        shown.apply(event)
        if data.draw(st.integers(0, 4)) == 0:
            connected = not connected
            if connected:
                greet()
                continue
        if not connected:
            continue
        if subscription.matches(event.flash):
            said.append(frames.flash(event.cursor, event.flash).text)
        elif event.flash.version > 1:
            said.append(frames.drop(event.cursor, event.flash).text)
        else:
            said.append(encoder.beat(event.cursor, now).text)
        reader.apply(json.loads(said[-1]))
        if data.draw(st.booleans()) and '"flash"' in said[-1]:
            reader.apply(json.loads(said[-1]))
    greet()
    expected = [(item.id, item.version) for item in shown.lines(subscription, now)]
    assert reader.lines(now) == expected
    assert reader.cursor == str(shown.cursor)
