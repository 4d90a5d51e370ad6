"""Deliveries (the landing meter) over HTTP, against what readers count themselves."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.support.service import receive, running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.service import Running
    from ticker.settings import Settings

SOCKETS, STREAMS = 350, 150


async def landed(
    service: Running, flash: dict[str, Any], until: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The meter of a version, once it says so."""
    path = f"/v1/{flash['edition']}/flashes/{flash['id']}/landing?version={flash['version']}"
    while True:
        answer = await service.request("GET", path)
        if answer.status == 200 and until(answer.json):
            found: dict[str, Any] = answer.json
            return found
        await asyncio.sleep(0.05)


async def test_the_meter_says_what_five_hundred_readers_counted(settings: Settings) -> None:
    """For a line, its correction and its kill, on two hubs and two transports, the sums agree."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(running(settings))
        second = await stack.enter_async_context(running(settings))
        first.token = second.token
        seen: dict[tuple[str, int], int] = {}

        async def count(next_message: Callable[[], Awaitable[dict[str, Any]]]) -> None:
            assert (await next_message())["type"] == "hello"
            open_.release()
            for _ in range(3):
                flash = (await next_message())["flash"]
                key = flash["id"], flash["version"]
                seen[key] = seen.get(key, 0) + 1

        open_ = asyncio.Semaphore(0)
        tasks = []
        for number in range(SOCKETS):
            host = first if number % 2 else second
            reader = await stack.enter_async_context(host.live("en"))
            tasks.append(asyncio.create_task(count(partial(receive, reader))))
        for number in range(STREAMS):
            host = first if number % 2 else second
            stream = await stack.enter_async_context(host.sse("en"))
            tasks.append(asyncio.create_task(count(stream.message)))
        for _ in tasks:
            await open_.acquire()

        line = await first.post("en", "A line")
        versions = [line, (await first.patch("en", line["id"], headline="The line")).json]
        versions.append((await second.kill("en", line["id"])).json)
        await asyncio.gather(*tasks)

        everybody = SOCKETS + STREAMS
        for version in versions:
            found = await landed(first, version, lambda it: it["confirmed"] == everybody)
            assert seen[version["id"], version["version"]] == everybody
            assert found["readers"] == found["written"] == everybody
            assert found["left"] == 0
            assert found["killed"] is (version is versions[2])
            assert 0 <= found["p50"] <= found["p99"] <= found["last"]
            by_transport = {name: it["written"] for name, it in found["transports"].items()}
            assert by_transport == {"websocket": SOCKETS, "sse": STREAMS}
            assert [it["written"] for it in found["hubs"].values()] == [everybody // 2] * 2


async def test_who_left_is_neither_reached_nor_missed(service: Running) -> None:
    """A reader that is gone before its machine answered is counted as gone."""
    async with service.live("en") as stays:
        await receive(stays)
        async with service.live("en") as goes:
            await receive(goes)
        line = await service.post("en", "A line")
        found = await landed(service, line, lambda it: it["confirmed"] == 1)
    assert (found["readers"], found["left"]) == (1, 0)


async def test_the_meter_is_for_editors(service: Running) -> None:
    """Nobody without rights in the edition learns who reads, and an unknown version is named."""
    line = await service.post("en", "A line")
    path = f"/v1/en/flashes/{line['id']}/landing"
    assert (await service.request("GET", path, token=None)).status == 401
    answer = await service.request("GET", f"{path}?version=7")
    assert (answer.status, answer.fields) == (404, ["version"])
    assert (await service.request("GET", "/v1/en/flashes/none/landing")).status == 404
    assert (await service.request("GET", f"{path}?version=x")).status == 422
