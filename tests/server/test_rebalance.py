"""After a rolling restart: readers go where there are fewest, on an operator's word."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.test_drain import Reader, hub  # noqa: F401 - the fixture
from tests.support.process import Serving, serving, workers_of
from tests.support.service import receive
from ticker.hub.audience import DESK
from ticker.server.rebalance import Rebalance
from ticker.store.client import Store
from ticker.store.presence import Presence

if TYPE_CHECKING:
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

    from ticker.hub.hub import Hub

_READERS = 24
_SURPLUS = 11  # above the mean of 24 and 1


class Counted:
    """What the others have."""

    def __init__(self, **others: int) -> None:
        self._others = others

    async def by_hub(self) -> dict[str, int]:
        return self._others.copy()


@pytest.mark.parametrize(
    ("mine", "others", "slices"),
    [
        (300, {"b": 0}, [75, 75]),
        (300, {"b": 0, "c": 300}, [100]),
        (300, {"b": 300}, []),
        (299, {"b": 300}, []),
        (301, {"b": 300}, []),
        (300, {"a": 7, "b": 0}, [75, 75]),
        (300, {}, []),
        (0, {"b": 0}, []),
    ],
)
async def test_who_is_above_the_mean_is_sent_on(
    hub: Hub,  # noqa: F811
    mine: int,
    others: dict[str, int],
    slices: list[int],
) -> None:
    """A hub comes down to the mean and no further, a hundred readers at most each tenth of a second."""
    readers = [Reader(hub, ("en", "ar")[turn % 2]) for turn in range(mine)]
    left = [0]

    async def pause(seconds: float) -> None:
        assert seconds == pytest.approx(0.1)
        left.append(sum(reader.closed is not None for reader in readers))

    await Rebalance(hub, Counted(**others), "a", pause).run()  # type: ignore[arg-type]
    left.append(sum(reader.closed is not None for reader in readers))
    assert [now - before for before, now in pairwise(left)] == (slices or [0])
    assert abs(sum(1 if it.closed else 0 for it in readers[::2]) * 2 - sum(slices)) <= 1


async def test_desks_stay(hub: Hub) -> None:  # noqa: F811
    """No editor's desk is closed for the sake of balance, nor counted."""
    desks = [Reader(hub) for _ in range(10)]
    for desk in desks:
        desk.transport = DESK
    readers = [Reader(hub) for _ in range(10)]
    await Rebalance(hub, Counted(b=4), "a").run()  # type: ignore[arg-type]
    assert sum(reader.closed is not None for reader in readers) == 3
    assert not any(desk.closed for desk in desks)


async def test_without_a_store_nobody_is_sent_on(
    hub: Hub,  # noqa: F811
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where nobody knows how many the others have, all stay, and the log says so."""
    reader, store = Reader(hub), Store(f"unix://{tmp_path}/nobody")
    await Rebalance(hub, Presence(store), "a").run()
    await store.close()
    assert reader.closed is None
    assert "no rebalance: " in caplog.text


async def _counted(service: Serving, counts: list[int]) -> None:
    """Until the hubs have told the store of so many readers."""
    while True:
        told = (await service.remote.request("GET", "/v1/en/readers")).json
        if sorted(told["hubs"].values()) == counts:
            return
        await asyncio.sleep(0.05)  # below the rate limit of requests


async def test_an_operator_has_readers_balanced(tmp_path: Path, store_url: str) -> None:
    """SIGUSR1 to both hubs: the full one sends half of its readers on, the empty one nobody."""
    with ExitStack() as stack:
        full = stack.enter_context(serving(tmp_path / "a", redis=store_url))
        empty = stack.enter_context(serving(tmp_path / "b", redis=store_url, token=False))
        empty.token = full.token
        async with AsyncExitStack() as readers:
            stayed = await readers.enter_async_context(empty.remote.live("en"))
            seated = [
                await readers.enter_async_context(full.remote.live("en")) for _ in range(_READERS)
            ]
            await asyncio.gather(*map(receive, [*seated, stayed]))
            await _counted(empty, [1, _READERS])
            for each in (full, empty):
                each.process.send_signal(signal.SIGUSR1)
            await _counted(empty, [1, _READERS - _SURPLUS])
            posted = await empty.remote.post("en", "Who is still there")
            heard = await asyncio.gather(*map(_line, [*seated, stayed]))
            assert Counter(heard) == {1012: _SURPLUS, posted["id"]: _READERS - _SURPLUS + 1}
        assert f"rebalance: {_SURPLUS} of {_READERS} readers are sent on" in full.log
        assert "rebalance: 0 of 1 readers are sent on" in empty.log


async def _line(reader: ClientConnection) -> str | int | None:
    """The id of the next line, or the code with which it is closed."""
    try:
        flash: dict[str, str] = (await receive(reader))["flash"]
    except ConnectionClosed:
        return reader.close_code
    return flash["id"]


async def test_workers_are_told_too(pair: Serving) -> None:
    """SIGUSR1 to the first process reaches its workers, also one that has just begun, and ends none."""
    workers = workers_of(pair.process.pid)
    pair.process.send_signal(signal.SIGUSR1)
    while pair.log.count("rebalance: 0 of 0 readers") < 2:
        assert pair.process.poll() is None
        await asyncio.sleep(0.02)
    assert workers_of(pair.process.pid) == workers
