"""Play faults for a while: `make faults`, or `python -m tests.faults --help`."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.acts import ACTS, Act
from tests.faults.campaign import BrokenPromiseError, Round, play, rounds
from tests.faults.sets import SETS, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.stage import Stage

# A log that is too long makes judging slow; then everything begins anew.
_ROUNDS_ON_A_STAGE = 40


class Theatre:
    """Keeps the set-up of the last round while it can serve the next one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self._name = ""
        self._count = 0
        self._stage: Stage | None = None

    async def on(self, name: str, seed: str) -> Stage:
        """The set-up of a name."""
        self._count += 1
        if self._stage is None or name != self._name or self._count % _ROUNDS_ON_A_STAGE == 0:
            await self.close()
            folder = self._folder / f"{self._count}-{name}"
            folder.mkdir()
            self._name = name
            self._stage = await self._stack.enter_async_context(SETS[name](folder, seed))
        return self._stage

    async def close(self) -> None:
        """Leave nothing behind but files."""
        self._stage = None
        await self._stack.aclose()


async def run(minutes: float, chosen: Iterator[Round], folder: Path) -> int:
    """Play rounds until the time is over or the promise is broken; returns an exit code."""
    theatre, begun, played, heard = Theatre(folder), time.monotonic(), 0, 0
    try:
        for round_ in chosen:
            if time.monotonic() - begun > 60 * minutes:
                break
            at = time.monotonic()
            stage = await theatre.on(round_.acts[0].on, round_.seed)
            before = stage.messages
            await play(stage, round_)
            messages = stage.messages - before
            played, heard = played + 1, heard + messages
            print(f"{time.monotonic() - at:5.1f} s {messages:6d} messages  {round_}", flush=True)
    except BrokenPromiseError as broken:
        print(f"BROKEN: {broken}\n  files: {folder}", flush=True)
        return 1
    finally:
        await theatre.close()
    print(f"{played} rounds, {heard} messages, 0 violations")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    parser.add_argument("--seed", default=secrets.token_hex(3), help="decides what is played")
    parser.add_argument("--act", action="append", default=[], choices=sorted(ACTS), metavar="NAME")
    parser.add_argument("--round", metavar="SEED", help="one round of these acts again")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> Iterator[Round]:
    acts: list[Act] = [ACTS[name] for name in options.act or ACTS]
    if options.round:
        return iter([Round(options.round, tuple(acts))])
    for name in sorted({act.on for act in acts}):
        if reason := missing(name):
            print(f"left out: {', '.join(it.name for it in acts if it.on == name)}: {reason}")
    return rounds(options.seed, [act for act in acts if not missing(act.on)])


def main() -> int:
    """The command."""
    options = _arguments()
    print(f"seed {options.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="ticker-faults-"))
    return asyncio.run(run(options.minutes, _chosen(options), folder))


if __name__ == "__main__":
    sys.exit(main())
