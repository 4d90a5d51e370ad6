"""Many connections that read pages without a pause, and everybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.support.service import Running, receive
from tests.web.test_rendered import renders

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 40
READERS = 20


class Flood:
    """Keep-alive connections that ask again as soon as they are answered."""

    def __init__(self, service: Running, path: str) -> None:
        self._service = service
        self._path = path
        self._numbers: Iterator[int] = count()
        self.answers: Counter[int] = Counter()
        self.everybody_answered = asyncio.Event()
        self.retry_after: set[bytes] = set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._ask())

    async def _ask(self) -> None:
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", self._service.port)
        try:
            while True:
                path = self._path.format(n=next(self._numbers))
                outgoing.write(f"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
                head = (await incoming.readuntil(b"\r\n\r\n")).lower()
                fields = dict(it.split(b": ", 1) for it in head.splitlines()[1:] if it)
                await incoming.readexactly(int(fields[b"content-length"]))
                self.answers[int(head[9:12])] += 1
                if head[9:12] == b"503":
                    self.retry_after.add(fields[b"retry-after"])
                if self.answers.total() > 3 * CONNECTIONS:
                    self.everybody_answered.set()
        finally:
            outgoing.transport.abort()


@pytest.mark.parametrize(
    "path", ["/en", "/embed/en", "/v1/en/flashes", "/en?before=now&tag=zz", "/en?tag={n}"]
)
async def test_readers_of_pages_keep_nobody_out(service: Running, path: str) -> None:
    """Amid a flood of a page, readers come in, an editor posts and a kill comes; pages cost nothing."""
    await service.post("en", "Before")
    flood = Flood(service, path)
    flooding = asyncio.create_task(flood.run())
    await flood.everybody_answered.wait()
    async with asyncio.TaskGroup() as group:
        coming = [group.create_task(reader(service)) for _ in range(READERS)]
        line = await service.post("en", "Amid")
        killed = await service.kill("en", line["id"])
    assert killed.status == 200
    assert [it.result() for it in coming] == ["canceled"] * READERS
    flooding.cancel()
    await asyncio.wait({flooding})
    if "{n}" in path:
        assert flood.answers[503] > 0
        assert all(int(it) > 0 for it in flood.retry_after)
    else:
        assert set(flood.answers) == {200}
        # What is stored, the line, its kill: no more, for some thousand answers.
        assert await renders(service) <= 3


async def reader(service: Running) -> str:
    """A new reader, until it has heard of the kill of a line, or was told that it is gone."""
    async with service.live("en") as live:
        while True:
            message = await receive(live)
            if message["type"] == "flash" and message["flash"]["pubstatus"] == "canceled":
                return "canceled"
            if message["type"] == "hello" and message["cursor"].startswith("3."):
                return "canceled"
