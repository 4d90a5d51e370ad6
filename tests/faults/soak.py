"""An hour of news: `make soak`, or `python -m tests.faults.soak --help`.

Thousands of readers, of whom some come and go each second, a line every two seconds, a fault each
minute. Everything is judged each minute; the memory of a hub that is never killed is watched.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.acts import ACTS
from tests.faults.campaign import BrokenPromiseError, Round, play
from tests.faults.sets import let_in, plain
from tests.faults.storm import allow_files
from ticker.bench.kernel import memory

if TYPE_CHECKING:
    from tests.faults.stage import Stage

_PACE = 2.0
_LINES = 24  # which, with the fault and the judging, take a minute
_SAMPLE_SECONDS = 10.0
_GROWTH_MAX = 0.05
_JUDGED_FROM = 30.0  # minutes: before, there is too little to compare
_WARM_MINUTES = 10.0
_BEAT = 5.0
# So that a hub remembers after ten minutes all that it ever will, and its memory can be compared.
_SETTINGS = {"TICKER_MEMORY": "200"}


@dataclass(slots=True)
class Churn:
    """Readers who leave and come back, and others who come in their place.

    Attributes:
        share: Of all readers, each second.
        count: How many have come or gone.
    """

    stage: Stage
    share: float
    count: int = 0
    _calm: bool = False

    def stop(self) -> None:
        """Nobody moves, so that all can be judged."""
        self._calm = True

    def go_on(self) -> None:
        """They come and go again."""
        self._calm = False

    async def run(self) -> None:
        chance = random.Random()
        seats = self.stage.swarm.seats
        while True:
            await asyncio.sleep(1)
            if self._calm:
                continue
            for seat in chance.sample(seats, round(len(seats) * self.share)):
                seat.leave()
                if chance.random() < 0.5:
                    seat.forget()
                self.count += 1


@dataclass(slots=True)
class Memory:
    """Kilobytes of the processes that live through it all, minute by minute."""

    stage: Stage
    begun: float = field(default_factory=time.monotonic)
    samples: list[tuple[float, int, int]] = field(default_factory=list)

    async def run(self) -> None:
        while True:
            hub = memory(self.stage.hubs[0].process.pid).rss
            # A store that is being restarted has no memory to speak of.
            with suppress(OSError, KeyError, IndexError):
                store = memory(self.stage.store.process.pid).rss
                self.samples.append((self.minutes, hub, store))
            await asyncio.sleep(_SAMPLE_SECONDS)

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self.begun) / 60

    def between(self, start: float, end: float) -> int:
        """The hub's median in some minutes."""
        return round(
            statistics.median([hub for at, hub, _ in self.samples if start <= at < end] or [0])
        )

    @property
    def is_flat(self) -> bool:
        """Whether the hub is no bigger at the end than when it had seen everything once."""
        early, late = self._early_and_late()
        return self.minutes < _JUDGED_FROM or late <= early * (1 + _GROWTH_MAX)

    def _early_and_late(self) -> tuple[int, int]:
        end = self.minutes
        warm = min(_WARM_MINUTES, end / 2)
        return self.between(warm, warm + 10), self.between(end - 10, end)

    def report(self) -> str:
        warm = min(_WARM_MINUTES, self.minutes / 2)
        early, late = self._early_and_late()
        most = max((hub for at, hub, _ in self.samples if at >= warm), default=0)
        return (
            f"hub memory: {early} kB in the ten minutes after minute {warm:.0f}, "
            f"{late} kB in the last ten, {most} kB at most; "
            f"store: {self.samples[0][2]} kB at first, {self.samples[-1][2]} kB at last"
        )


async def soak(stage: Stage, minutes: float, seed: str, churn: Churn, watch: Memory) -> int:
    """A fault a minute until the time is over; returns how many there were."""
    chance, number = random.Random(seed), 0
    acts = [act for act in ACTS.values() if act.on == "plain" and not act.loses]
    while watch.minutes < minutes:
        begun = time.monotonic()
        # First of all the hub that is watched carries all readers, so that it has its full size.
        act = chance.choice(acts) if number else ACTS["hub_killed"]
        round_ = Round(f"{seed}.{number}", (act,))
        await play(stage, round_, _LINES, _PACE, churn.stop)
        churn.go_on()
        number += 1
        print(
            f"{watch.minutes:5.1f} min  {time.monotonic() - begun:5.1f} s  {round_}  "
            f"{stage.promise.messages} messages, {churn.count} came or went, "
            f"hub {watch.samples[-1][1]} kB, store {watch.samples[-1][2]} kB",
            flush=True,
        )
    return number


async def _main(options: argparse.Namespace) -> int:
    allow_files(4 * options.readers)
    folder = Path(tempfile.mkdtemp(prefix="ticker-soak-"))
    async with plain(folder, options.seed, readers=0, beat=_BEAT, settings=_SETTINGS) as stage:
        await let_in(stage, options.readers)
        stage.mortal = stage.hubs[1:]
        churn, watch = Churn(stage, options.churn / 100), Memory(stage)
        jobs = [asyncio.create_task(churn.run()), asyncio.create_task(watch.run())]
        await asyncio.sleep(0)
        try:
            faults = await soak(stage, options.minutes, options.seed, churn, watch)
        except BrokenPromiseError as broken:
            print(f"BROKEN: {broken}\n  files: {folder}", flush=True)
            return 1
        finally:
            for job in jobs:
                job.cancel()
        print(
            f"{watch.minutes:.0f} minutes, {options.readers} readers, {len(stage.acks)} lines "
            f"acknowledged, {faults} faults, {churn.count} readers came or went, "
            f"{stage.promise.messages} messages judged, 0 violations\n{watch.report()}\n"
            f"refused and dismissed: {stage.swarm.notes}"
        )
    if not watch.is_flat:
        print("the hub has grown", flush=True)
    return 0 if watch.is_flat else 1


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--readers", type=int, default=5000)
    parser.add_argument("--churn", type=float, default=1.0, help="per cent of readers a second (1)")
    parser.add_argument("--seed", default=secrets.token_hex(3))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    return asyncio.run(_main(options))


if __name__ == "__main__":
    sys.exit(main())
