"""How many requests begin in one turn of the event loop."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ticker.server.turns import PER_TURN, Queue, Turns, queue_of

if TYPE_CHECKING:
    from tests.support.service import Running


async def test_a_turn_is_short_however_many_ask() -> None:
    """Of a thousand that ask at once a few begin in each turn, in their order, and none is left."""
    turns, begun = Turns(), list[int]()
    for n in range(1000):
        turns.begin(partial(begun.append, n), Queue.READERS)
    before = len(begun)
    assert before <= PER_TURN
    while before < 1000:
        await asyncio.sleep(0)
        assert before < len(begun) <= before + PER_TURN
        before = len(begun)
    assert begun == list(range(1000))


async def test_editors_and_probes_wait_behind_no_page() -> None:
    """An editor's request begins in the turn in which it comes."""
    turns, begun = Turns(), list[str]()
    for _ in range(1000):
        turns.begin(partial(begun.append, "page"), Queue.READERS)
    turns.begin(partial(begun.append, "post"), Queue.FIRST)
    assert begun == ["page"] * PER_TURN + ["post"]


async def test_strangers_forms_begin_one_by_one() -> None:
    """Of logins and clicks one begins in a turn, and neither editors nor readers wait behind them."""
    turns, begun = Turns(), list[str]()
    for _ in range(1000):
        turns.begin(partial(begun.append, "login"), Queue.STRANGERS)
    turns.begin(partial(begun.append, "post"), Queue.FIRST)
    turns.begin(partial(begun.append, "page"), Queue.READERS)
    assert begun == ["login", "post", "page"]
    await asyncio.sleep(0)
    assert begun == ["login", "post", "page", "login"]


@pytest.mark.parametrize(
    ("method", "path", "queue"),
    [
        ("GET", "/en", Queue.READERS),
        ("GET", "/desk/login", Queue.READERS),
        ("GET", "/readyz", Queue.FIRST),
        ("POST", "/v1/en/flashes", Queue.FIRST),
        ("DELETE", "/v1/en/flashes/a", Queue.FIRST),
        ("POST", "/desk/logout", Queue.FIRST),
        ("POST", "/desk/login", Queue.STRANGERS),
        ("POST", "/desk/login/passkey/options", Queue.STRANGERS),
        ("POST", "/v1/en/flashes/a/clicks", Queue.STRANGERS),
        ("POST", "/v1/en/flashes/a/screens", Queue.STRANGERS),
    ],
)
def test_who_waits_where(method: str, path: str, queue: Queue) -> None:
    """What anybody may send is in no queue of editors."""
    assert queue_of(method, path) == queue


async def test_who_comes_in_a_quiet_moment_begins_at_once() -> None:
    """Nobody waits where nobody else asks."""
    turns, begun = Turns(), list[int]()
    for n in range(3):
        turns.begin(partial(begun.append, n), Queue.READERS)
        assert begun[-1] == n
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest.mark.parametrize("pipelined", [False, True])
async def test_everybody_is_answered_in_turn(
    service: Running, monkeypatch: pytest.MonkeyPatch, *, pipelined: bool
) -> None:
    """Requests on many connections, or many on each, get their answers where one begins at a time."""
    monkeypatch.setattr(service.server._limits.turns, "_per_turn", (1, 1, 1))
    request = b"GET /v1/editions HTTP/1.1\r\nHost: t\r\n\r\n"

    async def ask() -> int:
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
        for _ in range(1 if pipelined else 5):
            outgoing.write(request * (5 if pipelined else 1))
            for _ in range(5 if pipelined else 1):
                head = await incoming.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await incoming.readexactly(size)
        outgoing.close()
        return 5

    async def leave() -> None:
        _, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
        outgoing.write(request)
        outgoing.transport.abort()

    answered, *_ = await asyncio.gather(
        asyncio.gather(*(ask() for _ in range(20))), *(leave() for _ in range(20))
    )
    assert answered == [5] * 20
    assert (await service.post("en", "Line"))["headline"] == "Line"
