"""The file of a backup: every damage is found, and its line named."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.newsroom import kept
from ticker.backup.format import BackupError, Writer, check, read
from ticker.news.event import Cursor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.process import Here


def refused(content: bytes) -> str:
    with pytest.raises(BackupError) as caught:
        check(io.BytesIO(content))
    return str(caught.value)


def test_every_damage_is_found_and_its_line_named(backup: bytes) -> None:
    """A changed byte, a missing, repeated or moved line and a cut-off file are all refused."""
    lines = backup.splitlines(keepends=True)
    kinds = {json.loads(line)["kind"] for line in lines}
    assert kinds == {
        "ticker backup", "filed", "entry", "story", "checked", "title", "answered",
        "user", "token", "audit", "widget", "end",
    }  # fmt: skip
    check(io.BytesIO(backup))
    for index, line in enumerate(lines):
        for position in (0, 1, len(line) // 3, len(line) // 2, len(line) - 5, len(line) - 1):
            flipped = bytearray(line)
            flipped[position] ^= 1
            damaged = b"".join([*lines[:index], bytes(flipped), *lines[index + 1 :]])
            assert refused(damaged).startswith(f"line {index + 1}: ")
    for index in range(len(lines)):
        missing = [*lines[:index], *lines[index + 1 :]]
        assert refused(b"".join(missing)).startswith(f"line {index + 1}: ")
        repeated = [*lines[: index + 1], *lines[index:]]
        assert refused(b"".join(repeated)).startswith(f"line {index + 2}: ")
        swapped = [*lines[:index], *lines[index + 1 : index + 2], lines[index], *lines[index + 2 :]]
        if index + 1 < len(lines):
            assert refused(b"".join(swapped)).startswith(f"line {index + 1}: ")
    for cut in range(1, len(backup), 97):
        assert refused(backup[:-cut]).startswith("line ")
    assert refused(backup + b"\n").startswith(f"line {len(lines) + 1}: something follows")


def rewritten(backup: bytes, change: Callable[[int, str, dict[str, Any]], None]) -> bytes:
    """A backup with right sums, as somebody with this code at hand could make it."""
    out = io.BytesIO()
    writer = Writer(out)
    for line in read(io.BytesIO(backup)):
        values = json.loads(json.dumps(line.values))
        change(line.number, line.kind, values)
        writer.write(line.kind, values)
    return out.getvalue()


@pytest.mark.parametrize("field", ["record", "cursor"])
@pytest.mark.parametrize("kind", ["entry", "audit"])
def test_a_file_put_together_anew_breaks_the_chain(backup: bytes, kind: str, field: str) -> None:
    """Right sums do not help: an entry that is not the one of its tag is named."""
    of_kind = [line.number for line in read(io.BytesIO(backup)) if line.kind == kind]
    for number in (of_kind[0], of_kind[-1]):

        def change(at: int, _: str, values: dict[str, Any], number: int = number) -> None:
            if at == number and field == "record":
                values["record"] = values["record"].replace('":"', '": "', 1)
            elif at == number:
                cursor = Cursor.parse(values["cursor"])
                assert cursor is not None
                values["cursor"] = str(replace(cursor, tag="0" * 16))

        assert "does not follow the one before" in refused(rewritten(backup, change))


def test_a_log_without_its_end_is_noticed(backup: bytes) -> None:
    """The first line says how far each log goes; one that ends earlier is refused."""
    lines = list(read(io.BytesIO(backup)))
    last = max(line.number for line in lines if line.kind == "entry")
    out = io.BytesIO()
    writer = Writer(out)
    for line in lines:
        if line.number != last:
            writer.write(line.kind, line.values)
    assert "a log does not end where the first line says" in refused(out.getvalue())


def test_a_line_of_another_kind_or_form_is_refused(backup: bytes) -> None:
    """Unknown kinds, wrong fields, records that are none, and filed lines that were out."""

    def only(wanted: str, **given: Any) -> bytes:
        def change(_: int, kind: str, values: dict[str, Any]) -> None:
            if kind == wanted:
                values.update(given)

        return rewritten(backup, change)

    assert "none of those that a backup holds" in refused(only("checked", at="noon"))
    assert "none of those that a backup holds" in refused(only("story", more=1))
    assert "its record is none of that edition" in refused(only("filed", record="{}"))
    assert "its record is none of that edition" in refused(only("filed", record="[1]"))
    assert "does not name its edition" in refused(only("story", edition="fr"))
    assert "a position is malformed" in refused(only("ticker backup", audit="1"))
    usable = next(
        line.values["record"] for line in read(io.BytesIO(backup)) if line.kind == "entry"
    )
    assert "its record cannot be usable there" in refused(only("filed", record=usable))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1: the file ends here"),
        (b"\x1f\x8b\x08\x00binary", "line 1: this does not begin as a backup"),
        (b'{"cursor":"1.0"}\n', "line 1: this does not begin as a backup"),
        (b"[" * 100_000, "line 1: this does not begin as a backup"),
        (
            b'{"kind":"ticker backup","format":2,"sum":"0"}\n',
            "line 1: the backup is of format 2, made by a newer Ticker; this one reads format 1",
        ),
    ],
    ids=["empty", "binary", "a log", "nested", "newer"],
)
def test_another_file_is_refused_in_one_line(
    here: Here, content: bytes, why: str, target: str, tmp_path: Path
) -> None:
    """A file that is no backup, or one of a newer Ticker, leaves the store as it is."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert here("import", path, "--redis", target).refusal.startswith(why)
    assert kept(target) == {}


def test_a_damaged_file_writes_nothing(
    here: Here, backup: bytes, target: str, tmp_path: Path
) -> None:
    """Everything is checked before the first write, up to the last line."""
    path = tmp_path / "damaged"
    path.write_bytes(backup.removesuffix(backup.splitlines(keepends=True)[-1]))
    assert "the file ends here" in here("import", path, "--redis", target).refusal
    assert kept(target) == {}
