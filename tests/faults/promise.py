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
_VIOLATIONS_MOST = 12


class Line(NamedTuple):
    """A version of a line as a reader is told of it; a killed one has no words."""

    id: str
    version: int
    headline: str | None


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
    """One entry of a log."""

    before: str
    cursor: str
    line: Line
    urgency: int
    action: str = "publish"


class Greeting(NamedTuple):
    """A hello: from where it takes the reader (None: it is a board), to where, and with what."""

    watches: int | None
    since: str | None
    cursor: str
    lines: tuple[Line, ...]


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
    """

    def __init__(self) -> None:
        self.messages = 0
        self.violations: list[str] = []
        self._said: dict[str, Line] = {}
        self._steps: set[tuple[str, str]] = set()
        self._greetings: set[Greeting] = set()
        self._known: dict[str, Entry] = {}

    def blame(self, reader: Reader | str, what: str) -> None:
        """Note a violation."""
        name = reader if isinstance(reader, str) else reader.name
        if len(self.violations) < _VIOLATIONS_MOST:
            self.violations.append(f"{name}: {what}")

    def connected(self, reader: Reader) -> None:
        """A reader has a new connection."""
        reader.greeted = False

    def hear(self, reader: Reader, message: Mapping[str, Any]) -> None:
        """A reader was sent a message, which it applies."""
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
        cursor = message["cursor"]
        if message["reset"]:
            reader.resets += 1
            reader.lines.clear()
            reader.versions.clear()
            self._greetings.add(Greeting(reader.urgency, None, cursor, lines))
        else:
            if offset(cursor) < offset(reader.cursor):
                self.blame(reader, f"went back from {reader.cursor} to {cursor} without a reset")
            self._step(reader, cursor)
            self._greetings.add(Greeting(reader.urgency, reader.cursor, cursor, lines))
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
        if reader.urgency is None and message["cursor"] != reader.cursor:
            self.blame(reader, f"a beat says {message['cursor']}, it is at {reader.cursor}")

    def _follows(self, reader: Reader, cursor: str) -> None:
        """A live message is the very next one, or for one who filters, a later one."""
        steps = offset(cursor) - offset(reader.cursor)
        if steps < 1 or (steps > 1 and reader.urgency is None):
            self.blame(reader, f"{cursor} came after {reader.cursor}")
        self._step(reader, cursor)

    def _step(self, reader: Reader, cursor: str) -> None:
        if reader.urgency is None and cursor != reader.cursor:
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
        lost_before: float = 0.0,
    ) -> None:
        """Compare everything that was seen with the log, now that all is calm.

        Args:
            log: The whole log.
            acks: All that editors were told.
            readers: All readers, who are connected.
            lost_before: Until when acknowledged lines may be gone, since a fault destroyed them.
        """
        self.remember(log)
        self._judge_log(log)
        self._judge_acks(log, acks, lost_before)
        self._judge_steps(log)
        self._judge_greetings(log)
        self._judge_said()
        self._judge_readers(log, readers)

    def _judge_log(self, log: Sequence[Entry]) -> None:
        versions: dict[str, int] = defaultdict(int)
        first: set[str | None] = set()
        for entry in log:
            line = entry.line
            # A line that was withheld comes on the log with its release, its second version.
            if line.version != versions[line.id] + 1 + (entry.action == "release"):
                self.blame("log", f"{line.id} version {line.version} follows {versions[line.id]}")
            versions[line.id] = line.version
            if entry.action in {"publish", "release"}:
                if line.headline in first:
                    self.blame("log", f"{line.headline!r} was published twice")
                first.add(line.headline)

    def _judge_acks(self, log: Sequence[Entry], acks: Iterable[Ack], lost_before: float) -> None:
        there = {entry.line for entry in log}
        released = {entry.line.id for entry in log if entry.action == "release"}
        for ack in acks:
            is_there = ack.line.id in released if ack.withheld else ack.line in there
            if not is_there and ack.at > lost_before:
                self.blame("log", f"acknowledged {ack.verb} is gone: {ack.line}")

    def _judge_steps(self, log: Sequence[Entry]) -> None:
        """Nobody walks from one history into another without being told."""
        places = {entry.cursor for entry in log} | {GENESIS}
        for start, end in self._steps:
            if (start in places) != (end in places) and end in places:
                self.blame("readers", f"stepped from the lost {start} to {end} without a reset")

    def _judge_greetings(self, log: Sequence[Entry]) -> None:
        """Each hello told what its reader lacked, and nothing else."""
        places = {GENESIS: 0} | {entry.cursor: place for place, entry in enumerate(log, 1)}
        for greeting in self._greetings:
            if greeting.cursor not in places or greeting.since not in {None, *places}:
                continue
            upto = log[: places[greeting.cursor]]
            if greeting.since is None:
                expected: Iterable[Line] = shown(upto, greeting.watches).values()
            else:
                expected = missed(log, places[greeting.since], len(upto), greeting.watches)
            if sorted(expected) != sorted(greeting.lines):
                self.blame("readers", _difference(greeting, expected))
        self._greetings.clear()

    def _judge_said(self) -> None:
        for cursor, line in self._said.items():
            if cursor in self._known and self._known[cursor].line != line:
                self.blame(
                    "readers", f"heard {line} at {cursor}, the log has {self._known[cursor]}"
                )

    def _judge_readers(self, log: Sequence[Entry], readers: Iterable[Reader]) -> None:
        head = log[-1].cursor if log else GENESIS
        boards: dict[int | None, Lines] = {}
        for reader in readers:
            board = boards.setdefault(reader.urgency, shown(log, reader.urgency))
            if reader.cursor != head:
                self.blame(reader, f"is at {reader.cursor}, the log at {head}")
            if reader.lines != board:
                wrong = dict(set(reader.lines.items()) ^ set(board.items()))
                self.blame(reader, f"shows other lines than the log: {sorted(wrong)[:5]}")


def offset(cursor: str) -> int:
    """The place of a cursor; before everything for one who has none."""
    return int(cursor.partition(".")[0] or -1)


def line_of(flash: Mapping[str, Any]) -> Line:
    """What a flash says."""
    killed = flash["pubstatus"] == "canceled"
    if killed and "headline" in flash:
        raise AssertionError(f"a killed line has words: {flash}")
    return Line(flash["id"], flash["version"], None if killed else flash["headline"])


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
        flash = document["flash"]
        if flash["pubstatus"] == "canceled":
            flash.pop("headline")
        line = line_of(flash)
        log.append(Entry(before, cursor, line, flash["urgency"], document["action"]))
        before = cursor
    return log


def shown(log: Iterable[Entry], urgency: int | None) -> Lines:
    """What one who watches these urgencies has on the screen after these entries."""
    newest = {entry.line.id: entry for entry in log}
    return {
        flash_id: entry.line
        for flash_id, entry in newest.items()
        if entry.line.headline is not None and _is_for(entry, urgency)
    }


def missed(log: Sequence[Entry], start: int, end: int, urgency: int | None) -> list[Line]:
    """The newest version of each line that changed between two places."""
    newest = {entry.line.id: entry for entry in log[start:end]}
    return [entry.line for entry in newest.values() if _is_for(entry, urgency)]


def _is_for(entry: Entry, urgency: int | None) -> bool:
    return urgency is None or entry.urgency <= urgency


def _difference(greeting: Greeting, expected: Iterable[Line]) -> str:
    way = f"{greeting.since or 'a board'} to {greeting.cursor}"
    said, due = set(greeting.lines), set(expected)
    return f"hello from {way}: missing {sorted(due - said)[:3]}, too much {sorted(said - due)[:3]}"
