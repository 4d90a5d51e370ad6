"""Where the tests keep their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import scratch

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_a_killed_run_left_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of the tests clears the memory of what earlier ones left, and not of what others use."""
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    (tmp_path / "ticker-tests-killed" / "data").mkdir(parents=True)
    (tmp_path / "of somebody else").mkdir()
    ours, others = scratch.claim(), scratch.claim()
    assert {*tmp_path.iterdir()} == {ours, others, tmp_path / "of somebody else"}


def test_a_small_memory_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's few megabytes are not filled with stores and browsers."""
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_ROOM", 1 << 62)
    assert scratch.claim() is None
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path / "missing")
    assert scratch.claim() is None
