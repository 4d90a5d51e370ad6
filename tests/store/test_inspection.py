"""A store that works, and is not as it must be, is said loudly."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.process import PATIENCE
from tests.support.service import Running, running
from ticker.settings import Settings

if TYPE_CHECKING:
    from tests.support.nodes import Node

FAULTS = {
    "allkeys": ("eviction", "CONFIG SET maxmemory-policy allkeys-lru", "CONFIG SET maxmemory-policy noeviction"),
    "volatile": ("eviction", "CONFIG SET maxmemory-policy volatile-lru", "CONFIG SET maxmemory-policy noeviction"),
    "persistence": ("persistence", "CONFIG SET appendonly no", "CONFIG SET appendonly yes"),
    "unasked": ("unasked", "ACL SETUSER ticker -info", "ACL SETUSER ticker +info"),
}  # fmt: skip


@pytest.fixture
def ours(node: Node, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("ticker.jobs.inspection._EVERY_SECONDS", 0.05)
    url = f"redis://ticker:ticker@127.0.0.1:{node.port}"
    return replace(Settings(), redis_url=url, port=0)


async def until_warned(service: Running, count: int) -> str:
    """The warnings of `/readyz`, once there are so many."""
    async with asyncio.timeout(PATIENCE):
        while len(warnings := (await service.get("/readyz")).json.get("warnings", [])) != count:
            pass
    return " ".join(warnings)


@pytest.mark.parametrize("how", FAULTS)
async def test_a_store_that_may_lose_lines_is_said(
    ours: Settings, node: Node, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log once, in /readyz and in a metric, until it is mended."""
    what, fault, cure = FAULTS[how]
    assert node.ask(*fault.split()) == "OK"
    try:
        async with running(ours) as service:
            said = await until_warned(service, 1)
            metrics = (await service.get("/metrics")).body.decode()
            assert f'ticker_store_warnings{{what="{what}"}} 1' in metrics
            assert caplog.text.count(said) == 1
            assert node.ask(*cure.split()) == "OK"
            if what != "unasked":  # which is asked once
                await until_warned(service, 0)
                assert f"{what} is mended" in caplog.text
    finally:
        node.ask(*cure.split())


async def test_hubs_with_several_newsroom_files_are_said(
    ours: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Each names the other in /readyz, the log and a metric, for as long as both run."""
    sports = replace(ours.newsroom, sections={"sports": {"en": "Sports"}})
    async with running(ours) as service:
        assert await until_warned(service, 0) == ""
        async with running(replace(ours, newsroom=sports)) as other:
            for hub in (service, other):
                said = await until_warned(hub, 1)
                assert "another newsroom file" in said
                assert caplog.text.count(said) == 1
                metrics = (await hub.get("/metrics")).body.decode()
                assert 'ticker_store_warnings{what="newsroom"} 1' in metrics
        await until_warned(service, 0)
        assert "newsroom is mended" in caplog.text
