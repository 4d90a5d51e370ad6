"""Many connections that read pages without a pause, and everybody else."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.flood import flooded, pages
from tests.support.service import Running, receive
from tests.web.test_rendered import renders

READERS = 20


@pytest.mark.parametrize(
    "path",
    [
        "/en",
        "/embed/en",
        "/v1/en/flashes",
        "/en?before=now&tag=zz",
        "/en?tag={n}",
        "/en/feed.atom?tag={n}",
        "/en?q=before",
        "/v1/en/flashes?q=before+{n}",
    ],
)
async def test_readers_of_pages_keep_nobody_out(service: Running, path: str) -> None:
    """Amid a flood of a page, readers come in, an editor posts and a kill comes; pages cost nothing."""
    await service.post("en", "Before")
    async with flooded(service.port, pages(path)) as flood:
        await flood.is_on.wait()
        async with asyncio.TaskGroup() as group:
            coming = [group.create_task(reader(service)) for _ in range(READERS)]
            line = await service.post("en", "Amid")
            killed = await service.kill("en", line["id"])
            found = await service.request("GET", "/v1/en/flashes?q=amid")
    assert [it["id"] for it in found.json["flashes"]] == [line["id"]]
    assert killed.status == 200
    assert [it.result() for it in coming] == ["canceled"] * READERS
    if "{n}" in path:
        assert flood.answers[503] > 0
        assert min(flood.retry_after) > 0
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
