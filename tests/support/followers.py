"""Readers who come back and a publisher who asks again: what a restart must lose nothing for."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.service import receive

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.support.service import Remote


class Follower:
    """A reader behind a balancer who comes back with her cursor, and notes each line as it comes."""

    def __init__(self, remote: Remote, *, streams: bool) -> None:
        self.heard: list[str] = []
        self.visits = 0
        self.news = asyncio.Event()
        self._remote = remote
        self._streams = streams
        self._cursor = ""

    async def run(self) -> None:
        while True:
            with suppress(ConnectionClosed, InvalidHandshake, OSError, EOFError):
                async with aclosing(self._messages()) as messages:
                    async for message in messages:
                        self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        self._cursor = message["cursor"]
        lines = message.get("flashes", [message.get("flash")])
        self.heard += [line["id"] for line in lines if line]
        self.news.set()

    async def _messages(self) -> AsyncGenerator[dict[str, Any]]:
        query = f"cursor={self._cursor}"
        if self._streams:
            async with self._remote.sse("en", query) as stream:
                self.visits += 1
                while True:
                    yield await stream.message()
        async with self._remote.live("en", query) as reader:
            self.visits += 1
            while True:
                yield await receive(reader)

    async def until(self, flash_id: str) -> None:
        while flash_id not in self.heard:
            self.news.clear()
            await self.news.wait()


class Publisher:
    """Posts a line after the other; asks again, with the same key, until each is acknowledged."""

    def __init__(self, remote: Remote) -> None:
        self.acknowledged: list[str] = []
        self._remote = remote

    async def post(self, number: int) -> str:
        while True:
            with suppress(OSError, IndexError, ValueError):
                answer = await self._remote.request(
                    "POST",
                    "/v1/en/flashes",
                    body={"headline": f"line {number}"},
                    headers={"Idempotency-Key": f"line-{number}"},
                )
                if answer.status == 201:
                    self.acknowledged.append(answer.json["id"])
                    return self.acknowledged[-1]

    async def next(self, reader: Follower) -> None:
        """Post one more line, and wait until a reader has it."""
        await reader.until(await self.post(len(self.acknowledged)))


@asynccontextmanager
async def following(readers: list[Follower], publisher: Publisher) -> AsyncGenerator[None]:
    """Readers who follow while the context lasts; at its end each must have seen all lines once."""
    tasks = [asyncio.create_task(reader.run()) for reader in readers]
    for reader in readers:
        await reader.news.wait()
    yield
    last = await publisher.post(-1)
    for reader in readers:
        await reader.until(last)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for reader in readers:
        assert reader.visits > 1
        assert reader.heard == publisher.acknowledged
