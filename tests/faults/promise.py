"""The promise, checked mechanically: what was acknowledged, what each reader heard, what the log says.

Nothing of the service is used here, not even its hash chain: what is judged must not judge itself.
Readers report each message; what is wrong by itself is found at once, the rest when things are calm.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha1
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

GENESIS = "0." + "0" * 16
# All that a reader may be told of a killed line.
TOMBSTONE = {"id", "edition", "version", "pubstatus", "firstcreated", "versioncreated"}
_MEMORY = 1000
_VIOLATIONS_MAX = 12


class Line(NamedTuple):
    """A version of a line as a reader is told of it; a killed one has no words.

    Attributes:
        created: When it was first published, as RFC 3339.
    """

    id: str
    version: int
    headline: str | None
    created: str = ""


Lines: TypeAlias = "dict[str, Line]"


@dataclass(frozen=True, slots=True)
class Ack:
    """What an editor was told.

    Attributes:
        verb: publish, correct or kill.
        line: The version that was made.
        at: When the answer came, by the monotonic clock.
        withheld: Whether it waits for its embargo to end, by itself.
    """

    verb: str
    line: Line
    at: float
    withheld: bool = False


class Entry(NamedTuple):
    """One entry of a log.

    Attributes:
        is_early: Whether it was released before its embargo ended, by the clock of who released it.
        is_pinned: Whether it stands on top of a board.
    """

    before: str
    cursor: str
    line: Line
    urgency: int
    action: str = "publish"
    is_early: bool = False
    is_pinned: bool = False


class Greeting(NamedTuple):
    """A hello: from where to where it takes the reader, and with what.

    Attributes:
        is_board: Whether it replaces everything.
    """

    watches: int | None
    since: str
    cursor: str
    is_board: bool
    lines: tuple[Line, ...]


class Passage(NamedTuple):
    """How one who filters went on: by a line that they asked for, or by a beat."""

    watches: int
    start: str
    end: str
    is_line: bool


@dataclass(slots=True)
class Reader:
    """What one reader knows, by the rules of the protocol and nothing else.

    Attributes:
        name: For the reports.
        urgency: It asks for lines of this urgency number or a lower one; None: for all.
        cursor: Where it is; empty before its first hello.
        lines: What it shows.
        versions: Id → newest version that it was told of.
        greeted: Whether this connection has had its hello.
        resets: Boards that it was given.
    """

    name: str
    urgency: int | None = None
    cursor: str = ""
    lines: Lines = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    greeted: bool = False
    resets: int = 0


class Promise:
    """Collects what was seen, and says what of it breaks the promise.

    Attributes:
        violations: What was found.
        messages: How many were heard.
        trusts_clocks: Whether the clocks are right all the time.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.violations: list[str] = []
        self.trusts_clocks = True
        self._known: dict[str, Entry] = {}
        self._forget()

    def _forget(self) -> None:
        """What was judged is not judged again."""
        self._said: dict[str, Line] = {}
        self._steps: set[tuple[str, str]] = set()
        self._passages: set[Passage] = set()
        self._greetings: set[Greeting] = set()

    def blame(self, reader: Reader | str, what: str) -> None:
        """Note a violation."""
        name = reader if isinstance(reader, str) else reader.name
        if len(self.violations) < _VIOLATIONS_MAX:
            self.violations.append(f"{name}: {what}")

    def connected(self, reader: Reader) -> None:
        """A reader has a new connection."""
        reader.greeted = False

    def hear(self, reader: Reader, message: Mapping[str, Any]) -> None:
        """A reader was sent a message, which it applies.

        Raises:
            KeyError, TypeError, ValueError: It is no message of the protocol.
        """
        self.messages += 1
        kind = message["type"]
        if not reader.greeted and kind != "hello":
            self.blame(reader, f"the first message was a {kind}")
        hear: Callable[[Reader, Mapping[str, Any]], None] = {
            "hello": self._hello,
            "flash": self._flash,
            "drop": self._drop,
            "beat": self._beat,
        }[kind]
        hear(reader, message)
        reader.greeted = True
        reader.cursor = message["cursor"]

    def _hello(self, reader: Reader, message: Mapping[str, Any]) -> None:
        lines = tuple(line_of(flash) for flash in message["flashes"])
        cursor, is_board = message["cursor"], message["reset"]
        if is_board:
            reader.resets += 1
            reader.lines.clear()
            reader.versions.clear()
        elif offset(cursor) < offset(reader.cursor):
            self.blame(reader, f"went back from {reader.cursor} to {cursor} without a reset")
        else:
            self._step(reader, cursor)
        self._greetings.add(Greeting(reader.urgency, reader.cursor, cursor, is_board, lines))
        for line in lines:
            self._upsert(reader, line)
        for flash_id in message.get("drops", ()):
            reader.lines.pop(flash_id, None)

    def _flash(self, reader: Reader, message: Mapping[str, Any]) -> None:
        line, cursor = line_of(message["flash"]), message["cursor"]
        if self._said.setdefault(cursor, line) != line:
            self.blame(reader, f"heard {line} at {cursor}, others {self._said[cursor]}")
        self._follows(reader, cursor)
        self._upsert(reader, line)

    def _drop(self, reader: Reader, message: Mapping[str, Any]) -> None:
        self._follows(reader, message["cursor"])
        reader.lines.pop(message["id"], None)

    def _beat(self, reader: Reader, message: Mapping[str, Any]) -> None:
        cursor = message["cursor"]
        if cursor == reader.cursor:
            return
        if reader.urgency is None:
            self.blame(reader, f"a beat says {cursor}, it is at {reader.cursor}")
        else:
            self._passages.add(Passage(reader.urgency, reader.cursor, cursor, is_line=False))
            self._step(reader, cursor)

    def _follows(self, reader: Reader, cursor: str) -> None:
        """A live message is the very next one, or for one who filters, a later one."""
        steps = offset(cursor) - offset(reader.cursor)
        if steps < 1 or (steps > 1 and reader.urgency is None):
            self.blame(reader, f"{cursor} came after {reader.cursor}")
        if reader.urgency is not None:
            self._passages.add(Passage(reader.urgency, reader.cursor, cursor, is_line=True))
        self._step(reader, cursor)

    def _step(self, reader: Reader, cursor: str) -> None:
        if cursor != reader.cursor:
            self._steps.add((reader.cursor, cursor))

    def _upsert(self, reader: Reader, line: Line) -> None:
        known = reader.versions.get(line.id, 0)
        if line.version <= known:
            self.blame(reader, f"{line.id} version {line.version} came after {known}")
        reader.versions[line.id] = line.version
        if line.headline is None:
            reader.lines.pop(line.id, None)
        else:
            reader.lines[line.id] = line

    def remember(self, log: Sequence[Entry]) -> None:
        """A history as it is now; another may replace it."""
        self._known |= {entry.cursor: entry for entry in log}

    def judge(
        self,
        log: Sequence[Entry],
        acks: Iterable[Ack],
        readers: Iterable[Reader],
        excused: Callable[[Ack], bool] = lambda _: False,
        *,
        whole: bool = True,
    ) -> None:
        """Compare everything that was seen since the last time with the log, now that all is calm.

        Args:
            log: The whole log.
            acks: All that editors were told.
            readers: All readers, who are connected.
            excused: Whether a fault has destroyed what this told of.
            whole: Whether nobody can have seen anything that is not in this log.
        """
        self.remember(log)
        self._judge_log(log)
        self._judge_acks(log, acks, excused)
        self._judge_steps(log)
        self._judge_passages(log)
        self._judge_greetings(log, whole=whole)
        self._judge_said(log, whole=whole)
        self._judge_readers(log, readers)
        self._forget()

    def judge_apart(
        self, log: Iterable[Entry], readers: Iterable[Reader], strange: set[str]
    ) -> None:
        """Nothing of another service or edition is in our log or was on our screens.

        Args:
            log: Ours.
            readers: Ours.
            strange: Ids of the lines that the others' editors were told of.
        """
        for entry in log:
            if entry.line.id in strange:
                self.blame("log", f"has a line of others: {entry.line}")
        for reader in readers:
            if strange & reader.versions.keys():
                told = sorted(strange & reader.versions.keys())
                self.blame(reader, f"was told of lines of others: {told[:3]}")

    def _judge_log(self, log: Sequence[Entry]) -> None:
        versions: dict[str, int] = defaultdict(int)
        said: set[str] = set()
        dead: set[str] = set()
        for entry in log:
            line = entry.line
            # A line that was withheld comes on the log with its release, its second version.
            if line.version != versions[line.id] + 1 + (entry.action == "release"):
                self.blame("log", f"{line.id} version {line.version} follows {versions[line.id]}")
            versions[line.id] = line.version
            if line.id in dead:
                self.blame("log", f"{line.id} version {line.version} follows its kill")
            if line.headline is None:
                dead.add(line.id)
            elif line.headline in said:  # each request has words of its own
                self.blame("log", f"{line.headline!r} is there twice")
            else:
                said.add(line.headline)
            if entry.is_early and self.trusts_clocks:
                self.blame("log", f"{line.id} came out before its embargo ended")

    def _judge_acks(
        self, log: Sequence[Entry], acks: Iterable[Ack], excused: Callable[[Ack], bool]
    ) -> None:
        there = {entry.line for entry in log}
        released = {entry.line.id for entry in log if entry.action == "release"}
        for ack in acks:
            is_there = ack.line.id in released if ack.withheld else ack.line in there
            if not is_there and not excused(ack):
                self.blame("log", f"acknowledged {ack.verb} is gone: {ack.line}")

    def _judge_steps(self, log: Sequence[Entry]) -> None:
        """Nobody walks from one history into another without being told."""
        places = {entry.cursor for entry in log} | {GENESIS}
        for start, end in self._steps:
            if start not in places and end in places:
                self.blame("readers", f"stepped from the lost {start} to {end} without a reset")

    def _judge_passages(self, log: Sequence[Entry]) -> None:
        """One who filters is told of every line that they asked for."""
        places = _places(log)
        for passage in self._passages:
            if passage.start not in places or passage.end not in places:
                continue
            end = places[passage.end] - passage.is_line
            for entry in log[places[passage.start] : end]:
                if entry.urgency <= passage.watches:
                    self.blame("readers", f"one who watches {passage.watches} missed {entry.line}")

    def _judge_greetings(self, log: Sequence[Entry], *, whole: bool) -> None:
        """Each hello told what its reader lacked, and nothing else."""
        places = _places(log)
        for greeting in self._greetings:
            history = self._history(log, places, greeting.cursor)
            if history is None:
                if whole:
                    self.blame("readers", f"greeted at {greeting.cursor}, which never was")
                continue
            behind = (
                places[greeting.cursor] - places[greeting.since]
                if (greeting.since in places and greeting.cursor in places)
                else _MEMORY
            )
            if greeting.is_board:
                expected = board(history, greeting.watches)
                if whole and 0 <= behind < _MEMORY:
                    self.blame(
                        "readers", f"got a board at {greeting.since}, a place that was known"
                    )
            else:
                start = next(
                    (n for n, it in enumerate(history, 1) if it.cursor == greeting.since),
                    0 if greeting.since == GENESIS else None,
                )
                if start is None:
                    self.blame("readers", f"resumed from {greeting.since}, not in that history")
                    continue
                expected = missed(history[start:], greeting.watches)
            if tuple(expected) != greeting.lines:
                self.blame("readers", _difference(greeting, expected))

    def _history(
        self, log: Sequence[Entry], places: Mapping[str, int], cursor: str
    ) -> Sequence[Entry] | None:
        """The entries up to a cursor, also of a history that is lost; None for one never seen."""
        if cursor in places:
            return log[: places[cursor]]
        found: list[Entry] = []
        while cursor != GENESIS:
            if cursor not in self._known:
                return None
            found.append(self._known[cursor])
            cursor = found[-1].before
        return found[::-1]

    def _judge_said(self, log: Sequence[Entry], *, whole: bool) -> None:
        there = {entry.cursor for entry in log}
        for cursor, line in self._said.items():
            if cursor in self._known and self._known[cursor].line != line:
                self.blame(
                    "readers", f"heard {line} at {cursor}, the log has {self._known[cursor]}"
                )
            if whole and cursor not in there:
                self.blame("readers", f"heard {line} at {cursor}, which is not in the log")

    def _judge_readers(self, log: Sequence[Entry], readers: Iterable[Reader]) -> None:
        head = log[-1].cursor if log else GENESIS
        boards: dict[int | None, Lines] = {}
        for reader in readers:
            shows = boards.setdefault(reader.urgency, shown(log, reader.urgency))
            if reader.cursor != head:
                self.blame(reader, f"is at {reader.cursor}, the log at {head}")
            if reader.lines != shows:
                wrong = dict(set(reader.lines.items()) ^ set(shows.items()))
                self.blame(reader, f"shows other lines than the log: {sorted(wrong)[:5]}")


def offset(cursor: str) -> int:
    """The place of a cursor; before everything for one who has none."""
    return int(cursor.partition(".")[0] or -1)


def line_of(flash: Mapping[str, Any]) -> Line:
    """What a reader was told.

    Raises:
        ValueError: A reader must not be told this.
    """
    if flash["pubstatus"] not in {"usable", "canceled"}:
        raise ValueError(f"a reader was told of a line that is {flash['pubstatus']}")
    if flash["pubstatus"] == "canceled" and set(flash) != TOMBSTONE:
        raise ValueError(f"a killed line says more than that: {sorted(flash)}")
    return version_of(flash)


def version_of(flash: Mapping[str, Any]) -> Line:
    """What readers may be told of a version that was stored or acknowledged."""
    words = None if flash["pubstatus"] == "canceled" else flash["headline"]
    return Line(flash["id"], flash["version"], words, flash["firstcreated"])


def read_log(entries: Iterable[tuple[str, Mapping[str, str]]]) -> list[Entry]:
    """The entries of a stream, chained.

    Raises:
        AssertionError: The chain is broken.
    """
    log: list[Entry] = []
    before, tag = GENESIS, "0" * 16
    for place, (entry_id, fields) in enumerate(entries, 1):
        record = fields["record"]
        tag = sha1(f"{tag}{record}".encode(), usedforsecurity=False).hexdigest()[:16]
        cursor = f"{place}.{tag}"
        assert (entry_id, fields["tag"]) == (f"{place}-0", tag), f"the log breaks at {place}"
        document = json.loads(record)
        flash, action = document["flash"], document["action"]
        early = action == "release" and flash["versioncreated"] < (flash["embargoed"] or "")
        made = version_of(flash), flash["urgency"], action, early, flash["pinned"]
        log.append(Entry(before, cursor, *made))
        before = cursor
    return log


def shown(log: Iterable[Entry], urgency: int | None) -> Lines:
    """What one who watches these urgencies has on the screen after these entries."""
    return {line.id: line for line in board(log, urgency)}


def board(log: Iterable[Entry], urgency: int | None) -> list[Line]:
    """The same, pinned ones first, then newest first; of one millisecond the greater id is first."""
    newest = {entry.line.id: entry for entry in log}
    on_show = [
        entry
        for entry in newest.values()
        if entry.line.headline is not None and _is_for(entry, urgency)
    ]
    on_show.sort(key=lambda it: (it.is_pinned, it.line.created, it.line.id), reverse=True)
    return [entry.line for entry in on_show]


def missed(entries: Iterable[Entry], urgency: int | None) -> list[Line]:
    """The newest version of each line that changed, in the order of these versions."""
    newest: dict[str, Entry] = {}
    for entry in entries:
        newest.pop(entry.line.id, None)
        newest[entry.line.id] = entry
    return [entry.line for entry in newest.values() if _is_for(entry, urgency)]


def _places(log: Sequence[Entry]) -> dict[str, int]:
    """Cursor → how many entries there are up to it."""
    return {GENESIS: 0} | {entry.cursor: place for place, entry in enumerate(log, 1)}


def _is_for(entry: Entry, urgency: int | None) -> bool:
    return urgency is None or entry.urgency <= urgency


def _difference(greeting: Greeting, expected: Iterable[Line]) -> str:
    way = f"{'a board' if greeting.is_board else greeting.since} to {greeting.cursor}"
    said, due = set(greeting.lines), set(expected)
    if said == due:
        return f"hello from {way}: in another order"
    return f"hello from {way}: missing {sorted(due - said)[:3]}, too much {sorted(said - due)[:3]}"
