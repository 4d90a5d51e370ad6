"""What the operator's machines ask."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.support.service import Running, running
from ticker.metrics import NAMES
from ticker.server.valkey import EmbeddedValkey
from ticker.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


async def test_ready_only_while_the_store_is_followed(tmp_path: Path) -> None:
    """Without its store a service is alive and not ready; with it, ready again."""
    with EmbeddedValkey(tmp_path) as store:
        async with running(replace(Settings(), redis_url=store.url, port=0)) as service:
            assert (await service.get("/readyz")).json == {"status": "ready"}
            store.stop()
            answer = await service.get("/readyz")
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
            assert (await service.get("/healthz")).json == {"status": "ok"}
            refused = await service.request("POST", "/v1/en/flashes", body={"headline": "x"})
            assert (refused.status, refused.headers["retry-after"]) == (503, "2")
            assert (await service.get("/v1/en/flashes")).status == 200
            with EmbeddedValkey(tmp_path):
                while (await service.get("/readyz")).status != 200:
                    pass
                await service.post("en", "Back")


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
