"""Rounds of faults on one stage: each alone, then several at once, each judged when all is calm.

What happens is decided by a seed alone, so that the same seed plays the same faults again.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.faults.acts import Act
    from tests.faults.stage import Stage

_POSTS = 25
_PACE = 0.05


class BrokenPromiseError(AssertionError):
    """What was seen breaks the promise; the message says what, and how to play it again."""


@dataclass(frozen=True, slots=True)
class Round:
    """Acts that are played at once.

    Attributes:
        seed: Decides everything that is random in it.
        acts: What is broken.
    """

    seed: str
    acts: tuple[Act, ...]

    def __str__(self) -> str:
        return f"{' + '.join(act.name for act in self.acts)} (seed {self.seed})"


def rounds(seed: str, acts: Sequence[Act]) -> Iterator[Round]:
    """Each act alone, in random order, then random ones together, without end."""
    chance = random.Random(seed)
    alone = list(acts)
    chance.shuffle(alone)
    # Those of one set-up one after another: a set-up takes seconds.
    alone.sort(key=lambda act: act.on)
    for number, act in enumerate(alone):
        yield Round(f"{seed}.{number}", (act,))
    number = len(alone)
    while True:
        yield Round(f"{seed}.{number}", tuple(_together(chance, acts)))
        number += 1


def _together(chance: random.Random, acts: Sequence[Act]) -> list[Act]:
    """Some acts of one set-up that break different things; one of them may destroy data."""
    together, most = [chance.choice(acts)], chance.choice((2, 3))
    for act in chance.sample(acts, len(acts)):
        taken = {other.breaks for other in together}
        if act.on == together[0].on and not act.loses and act.breaks not in taken:
            together.append(act)
    return together[:most]


async def play(
    stage: Stage,
    round_: Round,
    posts: int = _POSTS,
    pace: float = _PACE,
    calm: Callable[[], None] = lambda: None,
) -> None:
    """Break things while editors post, mend them, and judge.

    Args:
        stage: The set-up.
        round_: What to break.
        posts: How many answers editors are to get.
        pace: Seconds between two of their requests, on average.
        calm: Called when nothing is broken any more, before all is judged.

    Raises:
        BrokenPromiseError: Somebody saw something that they should not have seen, or missed it.
    """
    stages = [stage, *stage.beside]
    for each in stages:
        each.may_lose = any(act.loses for act in round_.acts)
        each.post(posts, pace)
    await asyncio.gather(*(each.progress(1) for each in stages))
    # Each has a chance of its own, or what they draw would depend on who is first.
    await asyncio.gather(
        *(act.play(stage, random.Random(f"{round_.seed} {act.name}")) for act in round_.acts)
    )
    await asyncio.gather(*(each.finish_posts() for each in stages))
    calm()
    for each in stages:
        await each.settle()
        await each.judge()
        if each.promise.violations:
            raise BrokenPromiseError("\n  ".join([str(round_), *each.promise.violations]))
