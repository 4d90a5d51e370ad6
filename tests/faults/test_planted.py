"""The checker is checked: a service with a planted bug is found out."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.faults.acts import ACTS, Act
from tests.faults.campaign import BrokenPromiseError, Round, play
from tests.faults.planted import BUGS, LEAKS, chokes, drops, mixes, resumes_late, whispers
from tests.faults.sets import plain, shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.stage import Stage


_QUICK = {drops, resumes_late, whispers}


@pytest.mark.parametrize(
    "bug",
    [
        pytest.param(bug, id=bug.__name__, marks=() if bug in _QUICK else pytest.mark.slow)
        for bug in BUGS
    ],
)
async def test_a_hub_with_a_bug_is_found_out(bug: Callable[[], None], tmp_path: Path) -> None:
    """A hub that drops, repeats or resumes from the wrong place is caught."""
    launcher = ("tests.faults.planted", bug.__name__)
    async with plain(tmp_path, bug.__name__, launchers=(launcher, launcher)) as playing:
        with pytest.raises(BrokenPromiseError, match=BUGS[bug]):
            await _play_on(playing, bug.__name__)


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param(leak, id=leak.__name__, marks=() if leak is mixes else pytest.mark.slow)
        for leak in LEAKS
    ],
)
async def test_services_that_are_not_apart_are_found_out(
    leak: Callable[[], None], tmp_path: Path
) -> None:
    """A service that writes into another one's log, counts its readers or knows its tokens is caught."""
    launcher = ("tests.faults.planted", leak.__name__)
    async with shared(tmp_path, leak.__name__, launcher=launcher) as playing:
        with pytest.raises(BrokenPromiseError, match=LEAKS[leak]):
            await play(playing, Round(leak.__name__, (ACTS["neighbour_reaches_over"],)))


@pytest.mark.slow
async def test_a_hub_that_chokes_on_strangers_is_found_out(tmp_path: Path) -> None:
    """A hub that answers a flood with an error of its own is caught, though no reader notices."""
    launcher = ("tests.faults.planted", chokes.__name__)
    flood = ACTS["logins_flooded"]
    async with plain(tmp_path, "chokes", launchers=(launcher, launcher)) as playing:
        with pytest.raises(BrokenPromiseError, match="answered strangers 500"):
            await play(playing, Round("chokes", (flood,)))


async def _play_on(stage: Stage, name: str) -> None:
    """Readers leave and come back, as often as it takes: not every place shows every bug."""
    for number in count():
        acts = ACTS["readers_away"], ACTS["readers_dropped"]
        await play(stage, Round(f"{name}.{number}", acts))


async def test_a_store_that_lost_its_tail_is_found_out(tmp_path: Path) -> None:
    """A store that forgets what was acknowledged is caught, though all agree afterwards."""
    truncated = Act("silent", ACTS["store_truncated"].play)
    async with plain(tmp_path, "tail") as playing:
        with pytest.raises(BrokenPromiseError, match=r"acknowledged .* is gone"):
            await play(playing, Round("tail", (truncated,)))
