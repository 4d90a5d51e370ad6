"""A thousand readers at once; `make storm` has ten thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.sets import let_in, plain
from tests.faults.storm import storm

if TYPE_CHECKING:
    from pathlib import Path

_READERS = 1000


async def test_a_storm_costs_the_store_nothing(tmp_path: Path) -> None:
    """A thousand readers who come back at once get the right board, and the store hears of none."""
    async with plain(tmp_path, "storm", readers=0, launchers=((),), pause=0) as stage:
        stage.swarm.hubs = [("127.0.0.1", stage.hubs[0].port)]
        await let_in(stage, _READERS)
        _, stormy = await storm(stage)
    # On a busy machine it takes so long that the hub's own looks at the store add up.
    assert stormy.commands < _READERS / 2
