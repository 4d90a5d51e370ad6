"""The judge is judged: every way of breaking the promise is seen, and nothing else."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.promise import GENESIS, Ack, Entry, Line, Promise, Reader, read_log

if TYPE_CHECKING:
    from collections.abc import Iterable


def history(lines: Iterable[Line], name: str = "") -> list[Entry]:
    """A log of these versions; another name makes another history of them."""
    log, before, tag = [], GENESIS, name
    for place, line in enumerate(lines, 1):
        tag = sha1(f"{tag} {line}".encode(), usedforsecurity=False).hexdigest()[:16]
        log.append(Entry(before, f"{place}.{tag}", line, 3))
        before = log[-1].cursor
    return log


T1, T2 = "2026-11-25T12:00:00.000Z", "2026-11-25T12:00:01.000Z"
A1, A2, A3 = Line("a", 1, "one", T1), Line("a", 2, "two", T1), Line("a", 3, None, T1)
B1 = Line("b", 1, "other", T2)
LOG = history([A1, B1, A2, A3])
C = [GENESIS, *(entry.cursor for entry in LOG)]


def flash(line: Line) -> dict[str, Any]:
    told = {"id": line.id, "edition": "en", "version": line.version, "firstcreated": line.created}
    told["versioncreated"] = line.created
    if line.headline is None:
        return {**told, "pubstatus": "canceled"}
    return {**told, "headline": line.headline, "pubstatus": "usable"}


def hello(cursor: str, *lines: Line, reset: bool = True) -> dict[str, Any]:
    flashes = [flash(line) for line in lines]
    return {"type": "hello", "cursor": cursor, "reset": reset, "flashes": flashes}


def live(cursor: str, line: Line) -> dict[str, Any]:
    return {"type": "flash", "cursor": cursor, "flash": flash(line)}


def beat(cursor: str) -> dict[str, Any]:
    return {"type": "beat", "cursor": cursor}


def judged(
    *messages: dict[str, Any], log: list[Entry] = LOG, acks: Iterable[Ack] = ()
) -> list[str]:
    """What is wrong with one reader who heard this."""
    promise, reader = Promise(), Reader("reader")
    for message in messages:
        if message["type"] == "hello":
            promise.connected(reader)
        promise.hear(reader, message)
    promise.judge(log, acks, [reader])
    return promise.violations


def test_nothing_is_wrong_with_a_reader_who_heard_everything() -> None:
    """One who heard each version once, in order, has nothing to complain of."""
    assert judged(
        hello(C[0]), *(live(entry.cursor, entry.line) for entry in LOG), beat(C[4])
    ) == []  # fmt: skip


def test_nothing_is_wrong_with_a_reader_who_was_away() -> None:
    """One who resumes gets the newest version of what changed, and that is enough."""
    assert judged(hello(C[1], A1), hello(C[4], B1, A3, reset=False)) == []
    assert judged(hello(C[4], B1)) == []
    assert judged(hello(C[3], B1, A2), hello(C[4], A3, reset=False)) == []


@pytest.mark.parametrize(
    ("messages", "violation"),
    [
        pytest.param([beat(C[4]), hello(C[4], B1)], "first message", id="no hello first"),
        pytest.param([hello(C[1], A1), live(C[3], A2)], "came after 1", id="a line is left out"),
        pytest.param([hello(C[1], A1), beat(C[4])], "a beat says", id="a line is left out at the end"),
        pytest.param([hello(C[1], A1), live(C[1], A1)], "came after", id="a line comes again"),
        pytest.param([hello(C[3], B1, A2), live(C[4], A1)], "version 1 came after 2", id="older"),
        pytest.param([hello(C[4], B1), hello(C[2], reset=False)], "went back", id="back in time"),
        pytest.param([hello(C[3], B1)], "missing", id="a board that lacks a line"),
        pytest.param([hello(C[4], B1, A2)], "too much", id="a board with a killed line"),
        pytest.param(
            [hello(C[1], A1), hello(C[4], A3, reset=False)], "missing", id="a replay that lacks one"
        ),
        pytest.param(
            [hello(C[1], A1), hello(C[4], B1, reset=False)], "missing", id="a kill is not told"
        ),
        pytest.param([hello(C[3], B1, A2)], "is at 3", id="a reader who is behind"),
        pytest.param([hello(C[3], A2, B1)], "another order", id="a board in another order"),
        pytest.param(
            [hello(C[1], A1), hello(C[4], A3, B1, reset=False)], "another order", id="so a replay"
        ),
        pytest.param(
            [hello(C[1], A1), hello(C[4], B1)], "that was known", id="a board where none was due"
        ),
        pytest.param([hello("9.9", A1), hello(C[4], B1)], "never was", id="a phantom board"),
        pytest.param(
            [hello(C[4], B1), live("5.5", A1), hello(C[4], B1)], "not in the log", id="a phantom line"
        ),
        pytest.param(
            [hello(C[3], B1, A2), live(C[4], Line("a", 3, "three", T1))], "the log has", id="other words"
        ),
    ],
)  # fmt: skip
def test_what_a_reader_should_not_have_heard(
    messages: list[dict[str, Any]], violation: str
) -> None:
    """A reader who heard too much, too little or the wrong thing is found."""
    assert any(violation in found for found in judged(*messages)), judged(*messages)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({**flash(A3), "headline": "one"}, id="words of a killed line"),
        pytest.param({**flash(A3), "url": "https://a.example"}, id="the link of a killed line"),
        pytest.param({**flash(A1), "pubstatus": "withheld"}, id="a line that is not out"),
    ],
)
def test_what_no_reader_may_be_told(told: dict[str, Any]) -> None:
    """Words that were killed or are not out yet are seen wherever they stand."""
    with pytest.raises(ValueError, match=r"a reader was told|says more"):
        Promise().hear(Reader("reader"), {**hello(C[0]), "flashes": [told]})


def test_readers_who_heard_different_things() -> None:
    """Two readers who were told different things at one position are found."""
    promise, one, other = Promise(), Reader("one"), Reader("other")
    for reader, line in ((one, A1), (other, B1)):
        promise.hear(reader, hello(C[0]))
        promise.hear(reader, live(C[1], line))
    assert "others" in promise.violations[0]


def test_a_reader_who_walks_into_another_history() -> None:
    """One who goes on from a lost position without a reset is found."""
    lost = history([A1], "lost")[0]
    found = judged(hello(lost.cursor, A1), live(C[2], B1), live(C[3], A2), live(C[4], A3))
    assert any("stepped from the lost" in it for it in found)


@pytest.mark.parametrize(
    ("log", "acks", "violation"),
    [
        pytest.param(LOG[:2], [Ack("correct", A2, 1.0)], "is gone", id="an acknowledged version"),
        pytest.param(LOG, [Ack("publish", Line("c", 1, "late"), 1.0, withheld=True)], "is gone",
                     id="an embargo that never ended"),
        pytest.param(history([A1, Line("c", 1, "one")]), [], "twice", id="published twice"),
        pytest.param(history([A1, A2, A2._replace(version=3)]), [], "twice", id="corrected twice"),
        pytest.param(history([A1, A2, A3, A2._replace(version=4)]), [], "follows its kill",
                     id="a killed line comes back"),
        pytest.param(history([A1, A3]), [], "version 3 follows 1", id="a version is left out"),
    ],
)  # fmt: skip
def test_what_a_log_should_not_be(log: list[Entry], acks: list[Ack], violation: str) -> None:
    """A log that lost what was acknowledged, or has something twice, is found."""
    assert any(violation in found for found in judged(log=log, acks=acks))


def test_what_a_fault_destroyed_is_excused() -> None:
    """What was acknowledged may be gone where it is known that it was destroyed."""
    promise = Promise()
    promise.judge([], [Ack("publish", A1, 1.0)], [], lambda ack: ack.line == A1)
    assert promise.violations == []


def test_a_log_whose_chain_is_broken() -> None:
    """A tag that is not that of its record is found."""
    with pytest.raises(AssertionError, match="breaks at 1"):
        read_log([("1-0", {"tag": "0" * 16, "record": "{}"})])


@pytest.mark.parametrize(
    ("messages", "violation"),
    [
        ([live(C[1], A1), beat(C[2])], ""),
        ([beat(C[2])], "missed"),
        ([live(C[2], B1)], "missed"),
    ],
)
def test_readers_who_filter(messages: list[dict[str, Any]], violation: str) -> None:
    """One who asks for urgent lines is told of each of them; a beat takes them past the others."""
    promise, reader = Promise(), Reader("reader", 2)
    log = [entry._replace(urgency=place) for place, entry in enumerate(LOG[:2], 2)]
    for message in (hello(C[0]), *messages):
        promise.hear(reader, message)
    promise.judge(log, [], [])
    assert bool(promise.violations) == bool(violation)
    assert all(violation in found for found in promise.violations)


def test_an_embargo_that_ended_early() -> None:
    """A line that came out before its embargo ended is found, unless clocks were set."""
    promise, log = Promise(), [LOG[0]._replace(action="release", is_early=True)]
    log[0] = log[0]._replace(line=Line("a", 2, "one", T1))
    promise.judge(log, [], [])
    assert "embargo" in promise.violations[0]


def test_a_pinned_line_stands_on_top() -> None:
    """A board is in order with its pinned lines first, and in no other."""
    log = [LOG[0]._replace(is_pinned=True), LOG[1]]
    assert judged(hello(C[2], A1, B1), log=log) == []
    assert "another order" in judged(hello(C[2], B1, A1), log=log)[0]


def test_lines_of_another_service() -> None:
    """A line that editors of another service were told of is in our log, or on our screens: found."""
    promise, reader = Promise(), Reader("reader")
    promise.hear(reader, hello(C[1], A1))
    promise.judge_apart(LOG, [reader], {"c"})
    assert promise.violations == []
    promise.judge_apart(LOG[:1], [], {"a"})
    promise.judge_apart([], [reader], {"a"})
    assert ["has a line of others" in it for it in promise.violations] == [True, False]
    assert ["was told of lines of others" in it for it in promise.violations] == [False, True]
