"""Following behind a proxy that takes WebSockets away."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.listening import listening
from ticker.client import Client, FollowError, Line, Reset
from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.service import Running

NO_WEBSOCKETS = {
    "stripped": b"",
    "400": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "403": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\n<p>No</p>",
    "426": b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>Hi</p>",
}


@asynccontextmanager
async def proxied(
    service: Running, answer: bytes, version: bytes = b"/1.1\r\n"
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that strips `Upgrade`, or answers such a request itself; and the heads it has seen."""
    heads: list[bytes] = []

    async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                target.write(data)
        finally:
            target.close()

    async def serve(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        head = await incoming.readuntil(b"\r\n\r\n")
        heads.append(head)
        if answer and b"Upgrade: websocket" in head:
            outgoing.write(answer)
        else:
            back, on = await asyncio.open_connection("127.0.0.1", service.port)
            on.write(head.replace(b"Upgrade: websocket\r\n", b"").replace(b"/1.1\r\n", version))
            await asyncio.gather(pipe(back, outgoing), pipe(incoming, on), return_exceptions=True)

    async with listening(serve) as port:
        yield f"http://127.0.0.1:{port}", heads


@pytest.mark.parametrize("kind", NO_WEBSOCKETS)
async def test_a_stream_where_no_websocket_is_let(service: Running, kind: str) -> None:
    """Where a proxy has nothing for WebSockets the lines come all the same, and at once."""
    await service.post("en", "before")
    async with (
        proxied(service, NO_WEBSOCKETS[kind]) as (url, heads),
        aclosing(Client(url).follow("en")) as events,
    ):
        board = await anext(events)
        assert isinstance(board, Reset)
        assert [it["headline"] for it in board.flashes] == ["before"]
        await service.post("en", "after")
        line = await anext(events)
        assert isinstance(line, Line)
        assert line.flash["headline"] == "after"
        assert [b"Upgrade: websocket" in head for head in heads] == [True, False]


@pytest.mark.parametrize("version", [b"/1.1\r\n", b"/1.0\r\n"], ids=["1.1", "1.0"])
async def test_it_resumes_over_streams(
    service: Running, monkeypatch: pytest.MonkeyPatch, version: bytes
) -> None:
    """After a break it comes back by a stream, and brings only what was missed."""
    monkeypatch.setattr("ticker.client.follow._BASE_SECONDS", 0.0)
    await service.post("en", "before")
    async with (
        proxied(service, b"", version) as (url, heads),
        aclosing(Client(url).follow("en")) as events,
    ):
        assert isinstance(await anext(events), Reset)
        for reader in service.server._service.hub.readers:
            reader.close(CloseCode.SERVICE_RESTART)
        await service.post("en", "after")
        line = await anext(events)
        assert isinstance(line, Line)
        assert line.flash["headline"] == "after"
        assert b"cursor=1." in heads[-1]


async def test_our_own_refusal_stands(service: Running) -> None:
    """What the service itself refuses is not asked for twice."""
    async with proxied(service, b"") as (url, heads):
        with pytest.raises(FollowError, match="404: edition: There is no edition 'xx'"):
            await anext(Client(url).follow("xx"))
    assert len(heads) == 1
