from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from tests.support.listening import listening
from ticker.client import Away, Client, Drop, Line, Reset
from ticker.client.exchange import Connections
from ticker.client.follow import Follower

if TYPE_CHECKING:
    from tests.support.service import Running


async def test_each_version_comes_once_and_in_order(service: Running) -> None:
    """Who follows with a filter gets the board, then new lines, kills, and lines that leave the filter."""
    first = await service.post("en", "first", section="sports")
    await service.post("en", "elsewhere", section="politics")
    async with aclosing(Client(service.url).follow("en", section="sports")) as events:
        board = await anext(events)
        assert isinstance(board, Reset)
        assert board.is_first
        assert [it["id"] for it in board.flashes] == [first["id"]]
        second = await service.post("en", "second", section="sports")
        line = await anext(events)
        assert isinstance(line, Line)
        assert (line.flash["headline"], line.is_killed) == ("second", False)
        await service.patch("en", first["id"], section="politics")
        drop = await anext(events)
        assert isinstance(drop, Drop)
        assert drop.id == first["id"]
        await service.kill("en", second["id"])
        killed = await anext(events)
        assert isinstance(killed, Line)
        assert killed.is_killed
        assert "headline" not in killed.flash


async def test_a_replay_is_had_whole(service: Running) -> None:
    """Who keeps the cursor of any event of a replay but its last gets the others again: none is lost."""
    client = Client(service.url)
    cursor = (await client.board("en")).cursor
    for headline in ("one", "two", "three"):
        await service.post("en", headline)
    seen = []
    async with aclosing(client.follow("en", cursor=cursor)) as events:
        for _ in range(2):
            line = await anext(events)
            assert isinstance(line, Line)
            seen.append(line.flash["headline"])
    async with aclosing(client.follow("en", cursor=line.cursor)) as events:
        again = [it for it in [await anext(events) for _ in range(3)] if isinstance(it, Line)]
    assert {*seen, *(it.flash["headline"] for it in again)} == {"one", "two", "three"}
    async with aclosing(client.follow("en", cursor=again[-1].cursor)) as events:
        await service.post("en", "four")
        last = await anext(events)
    assert isinstance(last, Line)
    assert last.flash["headline"] == "four"


async def test_a_history_that_is_not_known_is_said(service: Running) -> None:
    """Who comes back with a position of another history gets the board, and is told that it is a break."""
    await service.post("en", "a line")
    async with aclosing(Client(service.url).follow("en", cursor="7.0000000000000000")) as events:
        board = await anext(events)
    assert isinstance(board, Reset)
    assert not board.is_first


def test_a_store_that_is_away_is_an_event() -> None:
    """That lines may be old is said when it begins and when it ends, and not with each beat."""
    follower = Follower(Connections("http://127.0.0.1"), "en", {})
    beats: list[dict[str, str]] = [{}, {"stale": "T"}, {"stale": "T"}, {}, {}]
    said = [[*follower._taken({"type": "beat", "cursor": "1.a", **beat})] for beat in beats]
    assert [len(it) for it in said] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("field", "least"),
    [("Retry-After: 7\r\n", 7), ("", 0), ("Retry-After: soon\r\n", 0), (f"Retry-After: {'9' * 20}\r\n", 60)],
)  # fmt: skip
async def test_refused(monkeypatch: pytest.MonkeyPatch, field: str, least: float) -> None:
    """A follower who is refused stays away for as long as it was told to, and then a little (P31)."""
    waits: asyncio.Queue[float] = asyncio.Queue()

    async def refuse(_: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        outgoing.write(f"HTTP/1.1 503 x\r\n{field}Content-Length: 0\r\n\r\n".encode())
        outgoing.close()

    async def wait(seconds: float) -> None:
        waits.put_nowait(seconds)
        await asyncio.Event().wait()

    async with listening(refuse) as port:
        monkeypatch.setattr("ticker.client.follow.asyncio.sleep", wait)
        events = Client(f"http://127.0.0.1:{port}").follow("en")
        assert isinstance(await anext(events), Away)
        task = asyncio.ensure_future(anext(events))
        assert least <= await waits.get() < least + 5
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
