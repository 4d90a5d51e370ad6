"""What the operator's machines ask."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import redis
from websockets.exceptions import InvalidStatus

from tests.support.service import Running, receive, running
from ticker.metrics import NAMES
from ticker.server.valkey import EmbeddedValkey
from ticker.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


async def test_ready_only_while_the_store_is_followed(tmp_path: Path) -> None:
    """Without its store a service lives and shows its boards, but takes no posts; with it, again."""
    with EmbeddedValkey(tmp_path) as store:
        async with running(replace(Settings(), redis_url=store.url, port=0)) as service:
            assert (await service.get("/readyz")).json == {"status": "ready"}
            store.stop()
            while (answer := await service.get("/readyz")).status == 200:
                pass
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
            assert (await service.get("/healthz")).json == {"status": "ok"}
            assert (await service.get("/readyz/readers")).json == {"status": "ready"}
            refused = await service.request("POST", "/v1/en/flashes", body={"headline": "x"})
            assert (refused.status, refused.headers["retry-after"]) == (503, "2")
            assert (await service.get("/v1/en/flashes")).status == 200
            async with service.live("en") as reader:
                assert "stale" in await receive(reader)
            with EmbeddedValkey(tmp_path):
                while (await service.get("/readyz")).status != 200:
                    pass
                await service.post("en", "Back")


async def test_a_hub_that_stops_lives_and_takes_nobody_in(settings: Settings) -> None:
    """Told to stop, it sends new readers elsewhere at once: by 503, by 404 to a HAProxy that asks so."""
    async with running(settings) as service:
        service.server._service.hub.retire()
        for path, status in (
            ("/healthz", 200), ("/readyz", 503), ("/readyz/readers", 503),
            ("/readyz/readers?unready=404", 404), ("/readyz/readers?unready=500", 503),
        ):  # fmt: skip
            assert (await service.get(path)).status == status


async def test_no_probe_asks_the_store(service: Running, valkey: str) -> None:
    """However often balancers ask, by GET or HEAD, the store has only its usual work."""
    paths = ("/healthz", "/readyz", "/readyz/readers")
    # On one connection, so that a busy machine adds little of the usual work to be told from theirs.
    asked = [f"{method} {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode()
             for _ in range(100) for path in paths for method in ("GET", "HEAD")]  # fmt: skip
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    with redis.Redis.from_url(valkey) as client:
        before = client.info("stats")["total_commands_processed"]
        for request in asked:
            outgoing.write(request)
            head = (await incoming.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200")
            if request.startswith(b"GET"):
                size = re.search(rb"content-length: (\d+)", head)
                assert size is not None
                await incoming.readexactly(int(size[1]))
        assert client.info("stats")["total_commands_processed"] - before < len(asked) / 2
    outgoing.close()


async def test_probes_have_room_in_a_full_house(settings: Settings) -> None:
    """With every place taken, probes are answered as before: the hub does its work."""
    async with (
        running(replace(settings, max_readers=1)) as service,
        service.live("en") as reader,
    ):
        await receive(reader)
        with pytest.raises(InvalidStatus):
            await service.live("en")
        for path in ("/healthz", "/readyz", "/readyz/readers"):
            assert (await service.get(path)).status == 200


async def test_metrics_are_prometheus_text(service: Running) -> None:
    """Every metric is there with its type, and what happened is counted."""
    async with service.sse("en") as reader:
        await reader.message()
        await service.post("en", "A line")
        await reader.message()
        answer = await service.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = answer.body.decode()
    for name, (kind, _) in NAMES.items():
        assert f"# TYPE {name} {kind}\n" in text
    sample = re.compile(r'[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+]+')
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(sample.fullmatch(line) for line in lines)
    assert 'ticker_readers{edition="en",transport="sse"} 1' in lines
    assert 'ticker_offset{edition="en"} 1' in lines
    assert 'ticker_store_up{edition="en"} 1' in lines
    assert "ticker_accounts_up 1" in lines
