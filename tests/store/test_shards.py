"""A Cluster without replicas: a shard that is away takes nothing along but what lies on it."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from redis.crc import key_slot

from tests.support.replicated import Replicated, cluster
from tests.support.service import Running, receive, running
from ticker.accounts.principal import Role
from ticker.settings import Settings
from ticker.store.keys import House

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.asyncio.client import ClientConnection

    from tests.support.nodes import Node

# Where things are, of the three shards: no edition is where the tokens are.
TOKENS, AR, EN = 0, 1, 2


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    folder = tmp_path_factory.mktemp("shards")
    with cluster(folder, "cluster-require-full-coverage no", copies=False) as started:
        assert started.primary("ar") is started.nodes[AR]
        assert started.primary("en") is started.nodes[EN]
        assert key_slot(House().digests.encode()) < 5461
        yield started


@pytest.fixture
def shards(servers: Replicated) -> Iterator[list[Node]]:
    """All shards up and empty."""
    for node in servers.nodes:
        node.ask("FLUSHALL")
    yield list(servers.nodes)
    servers.mend()


@pytest.fixture
def settings(servers: Replicated) -> Settings:
    return replace(Settings(), redis_url=servers.url, port=0)


async def post(service: Running, edition: str, token: str = "") -> int:
    body = {"headline": f"A line of {edition}"}
    path = f"/v1/{edition}/flashes"
    return (await service.request("POST", path, body=body, token=token)).status


async def until_stale(reader: ClientConnection, *, stale: bool) -> None:
    """Until a reader is told that what it sees is old, or is not any more."""
    while ("stale" in await receive(reader)) is not stale:
        pass


async def until_said(service: Running, *words: str) -> None:
    """Until the warnings of `/readyz` are as many, each with its word."""
    while True:
        answer = await service.get("/readyz")
        assert answer.status == 200
        warnings = sorted(answer.json.get("warnings", []))
        if len(warnings) == len(words) and all(
            warning.startswith(word) for warning, word in zip(warnings, words, strict=True)
        ):
            return


async def gauges(service: Running) -> dict[str, str]:
    text = (await service.get("/metrics")).body.decode()
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("ticker_"))


@pytest.mark.parametrize("silent", [False, True])
async def test_a_shard_that_is_away_stops_its_own_editions_only(
    settings: Settings, shards: list[Node], caplog: pytest.LogCaptureFixture, *, silent: bool
) -> None:
    """Its readers see "stale" and its editors get 503; those of others notice nothing."""
    async with running(settings) as service, service.live("ar") as ar, service.live("en") as en:
        assert (await receive(ar))["type"] == (await receive(en))["type"] == "hello"
        if silent:
            shards[AR].signal(signal.SIGSTOP)
        else:
            await asyncio.to_thread(shards[AR].kill)
        await until_stale(ar, stale=True)
        for _ in range(20):
            assert await post(service, "en") == 201
            assert (await receive(en))["type"] == "flash"
        assert await post(service, "ar") == 503
        await until_said(
            service,
            *("accounts:", "ar: readers", "ar:", "drill-en: readers", "drill-es: readers"),
        )
        told = await gauges(service)
        assert told['ticker_store_up{edition="ar"}'] == "0"
        assert told['ticker_store_up{edition="en"}'] == "1"
        assert "hub lost the store of ar: " in caplog.text
        assert "hub lost the store of en" not in caplog.text
        assert "editors of ar get 503: " in caplog.text
        if silent:
            shards[AR].signal(signal.SIGCONT)
        else:
            shards[AR].start()
        await until_stale(ar, stale=False)
        await until_said(service)
        assert await post(service, "ar") == 201
        assert "store of ar is back after " in caplog.text
        assert "lines of ar are taken again after " in caplog.text


async def test_known_tokens_do_without_their_shard(
    settings: Settings, shards: list[Node], caplog: pytest.LogCaptureFixture
) -> None:
    """Who was seen lately goes on, nobody else; it is said, and readers are not told a lie."""
    async with running(settings) as service, service.live("en") as en:
        unseen = await service.token_for(Role.EDITOR)
        assert (await receive(en))["type"] == "hello"
        assert await post(service, "en") == 201
        await asyncio.to_thread(shards[TOKENS].kill)
        assert [await post(service, edition) for edition in ("en", "ar", "es")] == [201] * 3
        assert await post(service, "en", unseen) == 503
        await until_said(service, "accounts:")
        told = await gauges(service)
        assert told["ticker_accounts_up"] == "0"
        assert told['ticker_store_up{edition="en"}'] == "1"
        assert caplog.text.count("users and tokens that were not seen lately get 503: ") == 1
        assert [(await receive(en))["type"] for _ in range(2)] == ["flash"] * 2
        shards[TOKENS].start()
        await until_said(service)
        assert await post(service, "en", unseen) == 201
        assert "users and tokens are looked up again after " in caplog.text


async def test_a_hub_that_starts_without_a_shard_serves_the_others(
    settings: Settings, shards: list[Node]
) -> None:
    """A restart while a shard is away takes no edition from its readers that could be shown."""
    await asyncio.to_thread(shards[AR].kill)
    async with running(settings) as service:
        assert await post(service, "en") == 201
        assert (await service.get("/v1/en/flashes")).status == 200
        assert (await service.get("/v1/ar/flashes")).status == 503
        shards[AR].start()
        while (await service.get("/v1/ar/flashes")).status != 200:
            pass
        assert await post(service, "ar") == 201


async def test_without_any_shard_nothing_is_ready(settings: Settings, shards: list[Node]) -> None:
    """Where no edition can be followed, the balancer is told."""
    async with running(settings) as service:
        for node in shards:
            await asyncio.to_thread(node.kill)
        while (await service.get("/readyz")).status == 200:
            pass
        assert await post(service, "en") == 503
        for node in shards:
            node.start()
        while (await service.get("/readyz")).status != 200:
            pass
        await until_said(service)
