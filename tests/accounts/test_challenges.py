"""Challenges that passkeys answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticker.accounts.challenges import LIFE_SECONDS, Challenges, StaleChallengeError

if TYPE_CHECKING:
    from ticker.store.client import Store


@pytest.fixture
def moment() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def challenges(store: Store, moment: list[float]) -> Challenges:
    return Challenges(store, lambda: moment[0])


async def test_a_challenge_is_ours_and_for_one_use(challenges: Challenges) -> None:
    """One for a login serves nothing else, and nobody makes or changes one."""
    made = await challenges.issue("login")
    assert len(made) == 40
    assert made != await challenges.issue("login")
    await challenges.check(made, "login")
    changed = bytes([made[0] ^ 1]) + made[1:]
    longer = made[:23] + bytes([made[23] ^ 1]) + made[24:]
    for wrong in (changed, longer, made[:-1], made + b"x", b"", bytes(40)):
        with pytest.raises(StaleChallengeError):
            await challenges.check(wrong, "login")
    with pytest.raises(StaleChallengeError):
        await challenges.check(made, "add of some session")


async def test_a_challenge_does_not_live_long(challenges: Challenges, moment: list[float]) -> None:
    """Whoever comes with an old one must begin again."""
    made = await challenges.issue("login")
    moment[0] += LIFE_SECONDS - 1
    await challenges.check(made, "login")
    moment[0] += 1
    with pytest.raises(StaleChallengeError, match="expired"):
        await challenges.check(made, "login")


async def test_a_challenge_is_spent_once(challenges: Challenges) -> None:
    """The second answer is a replay, in whatever process it arrives."""
    made = await challenges.issue("login")
    await challenges.spend(made)
    with pytest.raises(StaleChallengeError, match="before"):
        await challenges.spend(made)


async def test_what_nobody_answers_is_not_kept(challenges: Challenges, store: Store) -> None:
    """Strangers can ask for any number; a spent one is forgotten once it has expired anyway."""
    for _ in range(50):
        made = await challenges.issue("login")
    keys = await store.commands.keys("*")
    assert len(keys) == 1
    await challenges.spend(made)
    (spent,) = set(await store.commands.keys("*")) - set(keys)
    assert LIFE_SECONDS < await store.commands.ttl(spent) <= 2 * LIFE_SECONDS
