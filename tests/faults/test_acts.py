"""Some faults alone, on real processes; `make faults` plays all of them, alone and together."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from tests.faults.acts import ACTS
from tests.faults.campaign import Round, play
from tests.faults.sets import SETS, missing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.faults.stage import Stage


# They share their set-ups.
pytestmark = pytest.mark.xdist_group("faults")
SMOKE = (
    "clicks_flooded",
    "editors_killed",
    "fat_board_for_newcomers",
    "hub_killed",
    "link_cut_in_a_message",
    "logins_flooded",
    "neighbour_reaches_over",
    "pages_flooded",
    "readers_dropped",
    "store_killed",
    "store_truncated",
)


@pytest.fixture(scope="module")
async def set_up(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Callable[[str], Awaitable[Stage]]]:
    """Gives the set-up of a name, which the tests of this file share."""
    async with AsyncExitStack() as stack:
        made: dict[str, Stage] = {}

        async def of(name: str) -> Stage:
            if reason := missing(name):
                pytest.skip(reason)
            if name not in made:
                await stack.aclose()
                made.clear()
                folder = tmp_path_factory.mktemp(name)
                made[name] = await stack.enter_async_context(SETS[name](folder, "alone"))
            return made[name]

        yield of


@pytest.mark.parametrize("name", SMOKE)
async def test_the_promise_holds(name: str, set_up: Callable[[str], Awaitable[Stage]]) -> None:
    """Nothing acknowledged is lost or shown twice, whatever breaks."""
    act = ACTS[name]
    await play(await set_up(act.on), Round(f"alone {name}", (act,)))
