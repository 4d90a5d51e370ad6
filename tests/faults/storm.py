"""Ten thousand readers lose their connection in one moment: `python -m tests.faults.storm`.

All come back at once to one hub process while editors post. What it costs the hub and the store is
measured beside a calm time with as many posts, and everybody must have the right board.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.sets import let_in, plain
from ticker.bench.kernel import Cpu

if TYPE_CHECKING:
    from tests.faults.stage import Stage

READERS = 10_000
_POSTS = 10
_PACE = 0.1
_PATIENCE = 60.0
_SPARE_FILES = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """What happened in some time.

    Attributes:
        seconds: How long it took.
        cpu_seconds: Of the hub.
        commands: That the store carried out.
    """

    seconds: float
    cpu_seconds: float
    commands: int


class Meter:
    """Reads what a hub and a store have done since the last reading."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._cpu = Cpu(stage.hubs[0].process.pid)
        self._at = time.monotonic()
        self._commands = 0

    async def lap(self) -> Cost:
        commands, at = await self._read(), time.monotonic()
        cost = Cost(at - self._at, self._cpu.lap() / 1e9, commands - self._commands)
        self._at, self._commands = at, commands
        return cost

    async def _read(self) -> int:
        async with self._stage.store.client() as client:
            return int((await client.info("stats"))["total_commands_processed"])


async def storm(stage: Stage) -> tuple[Cost, Cost]:
    """What a calm time costs, and what a storm does, each with as many posts."""
    meter = Meter(stage)
    stage.post(_POSTS, _PACE)
    await meter.lap()
    await stage.settle()
    calm = await meter.lap()
    stage.post(_POSTS, _PACE)
    await stage.progress(1)
    await meter.lap()
    for seat in stage.swarm.seats:
        seat.leave()
    await stage.swarm.until(lambda seat: not seat.is_connected, _PATIENCE)
    late = await stage.swarm.until(lambda seat: seat.is_connected, _PATIENCE)
    stormy = await meter.lap()
    assert not late, f"{len(late)} readers did not come back: {stage.swarm.notes}"
    await stage.settle()
    await stage.judge()
    assert not stage.promise.violations, "\n".join(stage.promise.violations)
    return calm, stormy


def allow_files(count: int) -> None:
    """Let this process and its children open so many files, as far as the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _SPARE_FILES
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def _main(readers: int) -> None:
    allow_files(readers)
    folder = Path(tempfile.mkdtemp(prefix="ticker-storm-"))
    async with plain(folder, "storm", readers=0, launchers=((),), beat=5, pause=0) as stage:
        stage.swarm.hubs = [("127.0.0.1", stage.hubs[0].port)]
        await let_in(stage, readers)
        for number in range(1, 4):
            calm, stormy = await storm(stage)
            print(
                f"storm {number}: {readers} readers back in {stormy.seconds:.1f} s, "
                f"hub {stormy.cpu_seconds:.2f} s of CPU "
                f"({stormy.cpu_seconds / readers * 1e6:.0f} µs a reader), "
                f"store {stormy.commands} commands; "
                f"calm: {calm.seconds:.1f} s, {calm.cpu_seconds:.2f} s, {calm.commands} commands",
                flush=True,
            )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.storm", description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    asyncio.run(_main(parser.parse_args().readers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
