"""What is remembered of tokens and sessions while the store is away, and for how long."""

from __future__ import annotations

import pytest

from ticker.accounts.memory import MEMORY_MAX, MEMORY_SECONDS, Memory
from ticker.store.faults import StoreUnavailableError


class Shard:
    """Stands for the part of the store that has the tokens, and its clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.has: dict[str, str] = {}
        self.is_away = False
        self.asked = 0
        self.memory: Memory[str] = Memory(lambda: self.now)

    async def ask(self, key: str) -> str | None:
        async def read() -> str | None:
            self.asked += 1
            if self.is_away:
                raise StoreUnavailableError
            return self.has.get(key)

        return await self.memory.ask(key, read)

    def confirm(self) -> None:
        for key in self.memory.known():
            self.memory.confirm(key, self.has.get(key))


@pytest.fixture
def shard() -> Shard:
    made = Shard()
    made.has = {"seen": "amal", "unseen": "ben"}
    return made


async def test_who_was_seen_is_known_for_a_while(shard: Shard) -> None:
    """Ten minutes from when the store last confirmed it, and no longer."""
    assert await shard.ask("seen") == "amal"
    shard.is_away, shard.now = True, MEMORY_SECONDS - 1
    assert await shard.ask("seen") == "amal"
    with pytest.raises(StoreUnavailableError):
        await shard.ask("unseen")
    shard.now = MEMORY_SECONDS
    with pytest.raises(StoreUnavailableError):
        await shard.ask("seen")


async def test_a_store_that_does_not_answer_is_not_waited_for_each_time(shard: Shard) -> None:
    """A busy token waits for a silent store once, and not again while others ask in vain."""
    await shard.ask("seen")
    shard.is_away = True
    for _ in range(10):
        assert await shard.ask("seen") == "amal"
    assert shard.asked == 2
    shard.now = 14.0
    shard.memory.postpone("seen")
    shard.now = 28.0
    await shard.ask("seen")
    assert shard.asked == 2
    shard.now = 29.0
    await shard.ask("seen")
    assert shard.asked == 3
    # Once the store was heard again, it is asked at once.
    shard.is_away = False
    shard.confirm()
    await shard.ask("seen")
    assert shard.asked == 4


async def test_what_was_revoked_stays_revoked(shard: Shard) -> None:
    """Whoever of the processes hears it, by whatever look at the store: it holds from then on."""
    for heard in ("asked", "confirmed", "done here"):
        shard.has["seen"], shard.is_away = "amal", False
        assert await shard.ask("seen") == "amal"
        del shard.has["seen"]
        if heard == "asked":
            assert await shard.ask("seen") is None
        elif heard == "confirmed":
            shard.confirm()
        else:
            shard.memory.forget("seen")
        shard.is_away = True
        with pytest.raises(StoreUnavailableError):
            await shard.ask("seen")


async def test_what_is_revoked_while_it_is_read_is_not_remembered(shard: Shard) -> None:
    """Race: the store's answer is from before, and comes after."""

    async def read() -> str:
        shard.memory.forget("seen")
        return "amal"

    await shard.memory.ask("seen", read)
    assert shard.memory.known() == []


async def test_other_rights_are_heard_too(shard: Shard) -> None:
    """What the store says now is what is remembered."""
    await shard.ask("seen")
    shard.has["seen"], shard.now = "amal, editor of en only", 300.0
    shard.confirm()
    shard.is_away, shard.now = True, MEMORY_SECONDS + 299
    assert await shard.ask("seen") == "amal, editor of en only"


async def test_memory_is_bounded(shard: Shard) -> None:
    """The oldest are forgotten, and those that nobody used for ten minutes; strangers count never."""
    for number in range(MEMORY_MAX + 10):
        shard.has[str(number)] = "somebody"
        await shard.ask(str(number))
        await shard.ask(f"no token {number}")
    assert shard.memory.known() == [str(number) for number in range(10, MEMORY_MAX + 10)]
    shard.now = MEMORY_SECONDS + 1
    await shard.ask("seen")
    assert shard.memory.known() == ["seen"]
