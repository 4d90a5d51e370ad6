"""Long polling over HTTP: the listing, asked for what comes after a position."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.service import Running, running
from tests.web.api.test_reach import landed
from ticker.hub.long_poll import WAIT_MAX
from ticker.protocol.frames import CloseCode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ticker.hub.audience import Reader
    from ticker.hub.hub import Hub
    from ticker.settings import Settings

FLASHES = "/v1/en/flashes"


def hub_of(service: Running) -> Hub:
    return service.server._service.hub


async def position(service: Running, path: str = FLASHES) -> str:
    cursor: str = (await service.get(path)).json["cursor"]
    return cursor


async def waiting(service: Running, count: int = 1) -> list[Reader]:
    """Those who wait, once they are so many."""
    while len(readers := hub_of(service).readers) != count:
        await service.get("/healthz")
    return readers


async def until(service: Running, sample: str) -> None:
    while sample not in (await service.get("/metrics")).body.decode():
        pass


class Connection:
    """A connection that is kept, as a browser or a proxy does."""

    def __init__(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self._incoming, self.outgoing = incoming, outgoing

    def ask(self, query: str, version: str = "1.1") -> None:
        self.outgoing.write(f"GET {FLASHES}?{query} HTTP/{version}\r\nHost: x\r\n\r\n".encode())

    async def answer(self) -> tuple[str, Any]:
        head = (await self._incoming.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return head, json.loads(await self._incoming.readexactly(size))

    async def rest(self) -> bytes:
        return await self._incoming.read()


@pytest.fixture
async def connection(service: Running) -> AsyncIterator[Connection]:
    made = Connection(*await asyncio.open_connection("127.0.0.1", service.port))
    yield made
    made.outgoing.close()


async def test_a_line_its_correction_and_its_kill(service: Running) -> None:
    """Each is answered when it comes, from where the reader was; and nothing is kept by caches (P38)."""
    first = await service.get(f"{FLASHES}?wait={WAIT_MAX}")
    assert (first.json["type"], first.json["reset"], first.json["flashes"]) == ("hello", True, [])
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers
    cursor = first.json["cursor"]

    async def comes() -> dict[str, Any]:
        nonlocal cursor
        answer = (await asking).json
        assert answer["reset"] is False
        cursor = answer["cursor"]
        (flash,) = answer["flashes"]
        return dict(flash)

    async def ask() -> asyncio.Task[Any]:
        task = asyncio.create_task(service.get(f"{FLASHES}?after={cursor}&wait={WAIT_MAX}"))
        await waiting(service)
        return task

    asking = await ask()
    line = await service.post("en", "Libel")
    assert await comes() == line
    asking = await ask()
    await service.patch("en", line["id"], headline="Better", correction="It was worse")
    assert (await comes())["headline"] == "Better"
    asking = await ask()
    await service.kill("en", line["id"])
    assert (await comes()).keys() == {
        "id", "edition", "version", "pubstatus", "firstcreated", "versioncreated",
    }  # fmt: skip
    assert hub_of(service).readers == []
    # Without a wait it is what came since.
    assert (await service.get(f"{FLASHES}?after={cursor}")).json["flashes"] == []
    for version in (1, 3):
        found = await landed(service, {**line, "version": version}, lambda it: it["written"] == 1)
        assert (found["readers"], found["confirmed"], found["left"]) == (1, 0, 1)


async def test_what_is_wrong_with_a_question_is_said(service: Running) -> None:
    """Each fault by its name, so that scripts of any site can read it; and nobody waits."""
    for wait in ("-1", str(WAIT_MAX + 1), "1.5", "soon", ""):
        answer = await service.get(f"{FLASHES}?after=1.a&wait={wait}", Origin="https://a.example")
        assert (answer.status, answer.fields) == (422, ["wait"]), wait
        assert answer.headers["access-control-allow-origin"] == "*"
    for other in ("before=x", "limit=5", "q=x", "source=x"):
        answer = await service.get(f"{FLASHES}?after=1.a&{other}")
        assert (answer.status, answer.fields) == (422, [other.partition("=")[0]])
    answer = await service.get(f"{FLASHES}?after=1.a&section=nothing")
    assert (answer.status, answer.fields) == (422, ["section"])
    assert (await service.get("/v1/xx/flashes?wait=5")).status == 404
    for cursor in ("", "nonsense", "1.0123456789abcdef", "1.0%00"):
        assert (await service.get(f"{FLASHES}?after={cursor}&wait=5")).json["reset"] is True


async def test_connections_that_are_kept_and_old_ones(
    service: Running, connection: Connection
) -> None:
    """What is sent behind a question is answered after it; HTTP/1.0 gets a whole answer; HEAD waits for nothing."""
    cursor = await position(service)
    connection.ask(f"after={cursor}&wait={WAIT_MAX}")
    connection.ask("limit=1")
    await waiting(service)
    line = await service.post("en", "A line")
    assert (await connection.answer())[1]["flashes"] == [line]
    assert (await connection.answer())[1]["flashes"] == [line]
    connection.ask(f"after={await position(service)}&wait=0", "1.0")
    head, body = await connection.answer()
    assert body["flashes"] == []
    assert "transfer-encoding" not in head
    assert await connection.rest() == b""
    query = f"{FLASHES}?after={await position(service)}&wait={WAIT_MAX}"
    assert (await service.request("HEAD", query, token=None)).status == 200


async def test_who_goes_away_is_let_go(service: Running, connection: Connection) -> None:
    """At once, and the count of readers follows some seconds later, as it might have come back."""
    connection.ask(f"after={await position(service)}&wait={WAIT_MAX}")
    (reader,) = await waiting(service)
    assert reader.transport == "poll"
    await until(service, 'ticker_readers{edition="en",transport="poll"} 1')
    connection.outgoing.transport.abort()
    await waiting(service, 0)


async def test_a_hub_that_sends_readers_away_answers(
    service: Running, connection: Connection
) -> None:
    """Whoever waits comes back elsewhere, from where it is: its connection is closed."""
    await service.post("en", "A line")
    cursor = await position(service)
    connection.ask(f"after={cursor}&wait={WAIT_MAX}")
    (reader,) = await waiting(service)
    reader.close(CloseCode.SERVICE_RESTART)
    head, body = await connection.answer()
    assert "connection: close" in head
    assert (body["reset"], body["flashes"], body["cursor"]) == (False, [], cursor)
    assert await connection.rest() == b""
    await until(service, 'ticker_closed_total{code="1012"} 1')


async def test_a_full_hub_refuses_it_as_others(settings: Settings) -> None:
    """Who waits has a place; where there is none the answer says when to come back, and is counted."""
    async with running(replace(settings, max_readers=1)) as service:
        cursor = await position(service)
        query = f"{FLASHES}?after={cursor}&wait={WAIT_MAX}"
        asking = asyncio.create_task(service.get(query))
        await waiting(service)
        refused = await service.get(query)
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
        await until(service, 'ticker_refused_total{status="503"} 1')
        await service.post("en", "A line")
        assert (await asking).status == 200


async def test_sites_and_compression(settings: Settings) -> None:
    """A site that may not read gets 403 as on the live line; a long board goes out compressed, once for all."""
    newsroom = settings.newsroom
    own = replace(newsroom.editions["en"], origins=("https://news.example",))
    only = replace(newsroom, editions={**newsroom.editions, "en": own})
    async with running(replace(settings, newsroom=only)) as service:
        for number in range(4):
            await service.post("en", f"A rather long line, which has the number {number}")
        query = f"{FLASHES}?wait=1"
        assert (await service.get(query, Origin="https://evil.example")).status == 403
        answer = await service.get(query, Origin="https://news.example", Accept_Encoding="gzip")
        assert answer.headers["access-control-allow-origin"] == "https://news.example"
        assert {"Accept-Encoding", "Origin"} <= set(answer.headers["vary"].split(", "))
        assert answer.headers["content-encoding"] == "gzip"
        body = json.loads(gzip.decompress(answer.body))
        plain = (await service.get(query)).json
        assert body["flashes"] == plain["flashes"]
        assert len(plain["flashes"]) == 4
