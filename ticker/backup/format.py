"""Backup format: JSON Lines in a hash chain, each with a sum of itself and those before it.

The first line says what is in the file, the last one ends it. The sums show where a file was
damaged; the logs in it are checked by their own hash chains. This module knows no store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import IO, TYPE_CHECKING, Any, Final

from ticker.news.document import dumps
from ticker.news.event import GENESIS, Cursor, Record
from ticker.news.flash import PubStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT: Final = 1
HEADER: Final = "ticker backup"
_END: Final = "end"
_LONGEST: Final = 16 * 1024 * 1024
_SUM: Final = ',"sum":"{}"}}'
_SUM_LENGTH: Final = len(_SUM.format(GENESIS.tag))
_AUDIT: Final = ""
_CHAINED: Final = frozenset({"entry", "audit"})
_RECORDS: Final = frozenset({"filed", "entry", "answered"})
_NEVER: Final = {"filed": PubStatus.USABLE, "entry": PubStatus.WITHHELD}
# Kind of a line → its fields; each `record` is a text as it is stored.
_KINDS: Final[Mapping[str, Mapping[str, type]]] = {
    HEADER: {"format": int, "ticker": str, "made": str, "editions": dict, "audit": str},
    "filed": {"edition": str, "record": str},
    "entry": {"edition": str, "cursor": str, "record": str},
    "story": {"edition": str, "key": str, "id": str},
    "checked": {"edition": str, "id": str, "at": int},
    "title": {"edition": str, "slug": str, "title": str},
    "answered": {"edition": str, "key": str, "fingerprint": str, "record": str, "until": int},
    "user": {"name": str, "record": str},
    "token": {"name": str, "digest": str, "record": str},
    "audit": {"cursor": str, "record": str},
    "widget": {"name": str, "script": str},
    _END: {},
}


class BackupError(Exception):
    """A backup cannot be made, read or put back; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a backup.

    Attributes:
        number: 1 for the first.
        kind: What it holds.
        values: Its fields.
        sum: Of it and all lines before it.
    """

    number: int
    kind: str
    values: Mapping[str, Any]
    sum: str

    def fault(self, why: str) -> BackupError:
        """The error that this line is."""
        return BackupError(f"line {self.number}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Record):
    """A record that was stored before, with the text that its tag was made of."""

    text: str

    def encode(self) -> str:
        """That text, whatever we would write today."""
        return self.text

    @staticmethod
    def of(text: str) -> Kept:
        """The record of a stored text.

        Raises:
            KeyError, ValueError, TypeError: It is not one of ours.
        """
        record = Record.decode(text)
        return Kept(**{it.name: getattr(record, it.name) for it in fields(Record)}, text=text)


@dataclass(slots=True)
class Contents:
    """What a whole backup was found to hold.

    Attributes:
        heads: Edition → where its log ends; under "" the audit log.
        sum: Of the last line, so of the whole file.
    """

    heads: dict[str, Cursor] = field(default_factory=dict)
    sum: str = ""


class Writer:
    """Writes a backup, line by line.

    Args:
        file: Opened for writing bytes.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._reached = GENESIS

    def write(self, kind: str, values: Mapping[str, Any]) -> None:
        """Add a line; the first must be the header."""
        body = dumps({"kind": kind, **values})
        self._reached = self._reached.follows(body)
        self._file.write(f"{body[:-1]}{_SUM.format(self._reached.tag)}\n".encode())

    def end(self) -> None:
        """Add the last line, without which the file is not whole."""
        self.write(_END, {})


def read(file: IO[bytes]) -> Iterator[Line]:
    """The lines of a backup, each checked for damage; whole only if this does not raise.

    Raises:
        BackupError: The file is no backup, damaged, cut off or of a newer format.
    """
    reached = GENESIS
    while raw := file.readline(_LONGEST):
        number = reached.offset + 1
        text = _text(raw, number)
        body = f"{text[:-_SUM_LENGTH]}}}"
        reached = reached.follows(body)
        if text[-_SUM_LENGTH:] != _SUM.format(reached.tag):
            raise BackupError(f"line {number}: it was changed, or a line before it is missing")
        line = _line(number, body, reached.tag)
        if line.kind == _END and file.readline(1):
            raise BackupError(f"line {number + 1}: something follows the last line")
        yield line
        if line.kind == _END:
            return
    raise BackupError(f"line {reached.offset + 1}: the file ends here, before its last line")


def check(file: IO[bytes]) -> Contents:
    """Verify a whole backup: recompute every hash chain in it.

    Raises:
        BackupError: It is not whole, or not what was written.
    """
    contents, reached = Contents(), dict[str, Cursor]()
    for line in read(file):
        contents.sum = line.sum
        if line.kind == HEADER:
            contents.heads = {code: _cursor(line, it) for code, it in _logs(line).items()}
            reached = dict.fromkeys(contents.heads, GENESIS)
        elif _log_of(line) not in reached:
            raise line.fault("the first line does not name its edition")
        elif line.kind in _CHAINED:
            _follow(line, reached)
        if line.kind in _RECORDS:
            _check_record(line)
        if line.kind == _END and reached != contents.heads:
            raise line.fault("a log does not end where the first line says")
    return contents


def _text(raw: bytes, number: int) -> str:
    if number == 1:
        _check_format(raw)
    if not raw.endswith(b"\n"):
        raise BackupError(f"line {number}: the file ends within it, or it is too long")
    try:
        return raw[:-1].decode()
    except UnicodeDecodeError as error:
        raise BackupError(f"line {number}: it was changed, and is no UTF-8 any more") from error


def _check_format(raw: bytes) -> None:
    try:
        header = json.loads(raw)
        is_ours = header["kind"] == HEADER and isinstance(header["format"], int)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_ours = False
    if not is_ours:
        raise BackupError("line 1: this does not begin as a backup of Ticker does")
    if header["format"] > FORMAT:
        raise BackupError(
            f"line 1: the backup is of format {header['format']}, made by a newer Ticker; "
            f"this one reads format {FORMAT}"
        )


def _line(number: int, body: str, tag: str) -> Line:
    try:
        values = json.loads(body)
        kind = values.pop("kind")
        found = {name: type(value) for name, value in values.items()}
        is_ours = found == _KINDS.get(kind) and (number == 1) == (kind == HEADER)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_ours = False
    if not is_ours:
        raise BackupError(f"line {number}: it is none of those that a backup holds")
    return Line(number, kind, values, tag)


def _logs(line: Line) -> dict[str, Any]:
    """Name of each log → where it ends; the audit log's is empty."""
    return {**line.values["editions"], _AUDIT: line.values["audit"]}


def _cursor(line: Line, text: Any) -> Cursor:
    cursor = Cursor.parse(text) if isinstance(text, str) else None
    if cursor is None:
        raise line.fault("a position is malformed")
    return cursor


def _follow(line: Line, reached: dict[str, Cursor]) -> None:
    """Move on with an entry of a log, which must be the next one of its chain."""
    log = _log_of(line)
    expected = reached[log].follows(line.values["record"])
    if _cursor(line, line.values["cursor"]) != expected:
        raise line.fault("the entry does not follow the one before it: its offset or tag is wrong")
    reached[log] = expected


def _check_record(line: Line) -> None:
    try:
        flash = Kept.of(line.values["record"]).flash
        is_ours = flash.edition == line.values["edition"] and flash.version >= 1
    except (KeyError, ValueError, TypeError):
        is_ours = False
    if not is_ours:
        raise line.fault("its record is none of that edition")
    # A filed version was never out, and the log has nothing that was not.
    if flash.pubstatus is _NEVER.get(line.kind):
        raise line.fault(f"its record cannot be {flash.pubstatus} there")


def _log_of(line: Line) -> str:
    edition: str = line.values.get("edition", _AUDIT)
    return edition
