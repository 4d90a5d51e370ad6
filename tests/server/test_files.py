"""A low limit of open files: a smaller house, and not one that nobody can enter or leave."""

from __future__ import annotations

import asyncio
import json
import resource
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
import redis
from websockets.exceptions import InvalidStatus

from tests.support.process import Serving, command, serving
from tests.support.service import Remote, receive
from ticker.server.files import fit
from ticker.server.valkey import url
from ticker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

_HARD = 300


def limited(monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    """Have commands be started with a limit of open files, soft (-Sn) or soft and hard (-n)."""
    words = ("sh", "-c", f'ulimit {flag} {_HARD}; exec "$@"', "sh")
    monkeypatch.setattr("tests.support.process.command", lambda *args: [*words, *command(*args)])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A service that may open a few hundred files."""
    limited(monkeypatch, "-n")
    with serving(tmp_path / "data") as service:
        yield service


def test_the_limit_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system allows is taken, as far as the readers need it, and nothing is said."""
    limited(monkeypatch, "-Sn")
    settings = {"TICKER_MAX_READERS": "1000"}
    with serving(tmp_path / "data", "--workers", "2", token=False, settings=settings) as service:
        soft, hard = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
        assert _HARD < 2000 < soft <= hard
    assert "ulimit" not in service.log


def test_a_low_limit_is_said(small: Serving) -> None:
    """The operator reads once what the limit is, what it should be, and what it leaves."""
    (said,) = [json.loads(line) for line in small.log.splitlines() if "ulimit -n" in line]
    assert said["level"] == "warning"
    assert f"is {_HARD} and should be " in said["message"]


def test_a_few_readers_less_are_said_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However many readers are left, the operator is warned that they are fewer than set."""
    monkeypatch.setattr("resource.getrlimit", lambda _: (20_000, 20_000))
    fitted = fit(Settings())
    assert 10_000 < fitted.max_readers < Settings().max_readers
    (said,) = caplog.records
    assert (said.levelname, str(fitted.max_readers) in said.message) == ("WARNING", True)


async def _strangers(stack: AsyncExitStack, remote: Remote) -> list[asyncio.Task[bytes]]:
    """People who say nothing, more than there can be files: what each of them is told."""
    told = []
    for _ in range(_HARD):
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", remote.port)
        stack.callback(outgoing.close)
        told.append(asyncio.create_task(incoming.read()))
        stack.callback(told[-1].cancel)
    return told


class _Editor:
    """An editor's connection that stays open."""

    def __init__(self, service: Serving) -> None:
        self._service = service

    async def connect(self) -> None:
        self._in, self._out = await asyncio.open_connection("127.0.0.1", self._service.port)

    def close(self) -> None:
        self._out.close()

    async def post(self, headline: str) -> str:
        """The status of the answer."""
        body = json.dumps({"headline": headline}).encode()
        head = (
            f"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: Bearer {self._service.token}\r\nContent-Type: application/json\r\n"
        )
        self._out.write(head.encode() + b"\r\n" + body)
        answer = (await self._in.readuntil(b"\r\n\r\n")).decode().lower()
        (size,) = [
            int(line.partition(": ")[2])
            for line in answer.split("\r\n")
            if line.startswith("content-length")
        ]
        await self._in.readexactly(size)
        return answer.split(" ")[1]


async def _arrive(stack: AsyncExitStack, remote: Remote) -> ClientConnection | InvalidStatus:
    """A reader, or how she was refused."""
    try:
        return await stack.enter_async_context(remote.live("en"))
    except InvalidStatus as refusal:
        return refusal


async def _fill(stack: AsyncExitStack, remote: Remote) -> list[ClientConnection]:
    """Readers until one is refused."""
    readers: list[ClientConnection] = []
    while not isinstance(came := await _arrive(stack, remote), InvalidStatus):
        assert (await receive(came))["type"] == "hello"
        readers.append(came)
    assert came.response.status_code == 503
    assert "Retry-After" in came.response.headers
    return readers


async def test_a_full_house_goes_on(small: Serving) -> None:
    """Who is too many gets 503; editors post, readers hear, and a lost store comes back."""
    remote = small.remote
    async with AsyncExitStack() as stack:
        readers = await _fill(stack, remote)
        assert len(readers) > _HARD // 4
        line = await remote.post("en", "Editors have places of their own")
        assert (await receive(readers[0]))["flash"]["id"] == line["id"]

        editor = _Editor(small)
        await editor.connect()
        stack.callback(editor.close)
        assert await editor.post("In time") == "201"
        told = asyncio.as_completed(await _strangers(stack, remote))
        for answer in [await next(told) for _ in range(20)]:
            assert b"Retry-After" in answer
            assert answer.startswith(b"HTTP/1.1 503 ")

        with redis.Redis.from_url(url(small.data)) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal")
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        while await editor.post("After the store was lost") != "201":
            assert small.process.poll() is None
        for reader in readers:
            while "After the store was lost" not in str(await receive(reader)):
                pass
    assert "Too many open files" not in small.log
