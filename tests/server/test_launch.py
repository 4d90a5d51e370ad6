from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import Serving, free_port, serving, ticker
from ticker.client import ClientError
from ticker.server.valkey import url
from ticker.store.client import Store

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_store_that_dies_by_itself_is_started_again(tmp_path: Path) -> None:
    """When only the embedded store is killed, the service brings it back and goes on."""
    with serving(tmp_path / "data") as service:
        flash = service.client.publish("en", "Kept")
        store = Store(url(tmp_path / "data"))
        commands: Any = store.commands
        before = (await commands.info("server"))["process_id"]
        await store.close()
        os.kill(before, signal.SIGKILL)
        corrected = False
        while not corrected:
            with suppress(ClientError):
                service.client.correct("en", flash["id"], headline="Kept and corrected")
                corrected = True
        after = (await commands.info("server"))["process_id"]
        await store.close()
        assert after != before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_accepted_is_kept(tmp_path: Path, workers: str) -> None:
    """A line that was accepted is there after the service was killed at that very moment."""
    with serving(tmp_path / "data", "--workers", workers) as service:
        posted = []
        for number in range(3):
            posted.append(service.client.publish("en", f"line {number}")["id"])
            service.kill()
            service.start()
        for flash_id in posted:
            assert service.client.find(flash_id) == "en"


async def test_board_after_a_crash(tmp_path: Path) -> None:
    """After a crash readers find the board as it was: corrected, killed and pinned lines too."""
    with serving(tmp_path / "data") as service:
        client = service.client
        ids = [client.publish("ar", f"line {number}")["id"] for number in range(4)]
        client.correct("ar", ids[0], headline="corrected")
        client.kill("ar", ids[1], "wrong")
        client.correct("ar", ids[2], pinned=True)
        before = await service.remote.get("/v1/ar/flashes")
        service.kill()
        service.start()
        after = await service.remote.get("/v1/ar/flashes")
    assert [flash["headline"] for flash in after.json["flashes"]] == [
        "line 2",
        "line 3",
        "corrected",
    ]
    assert after.body == before.body


def test_second_service(served: Serving) -> None:
    """A second service on one data directory is refused, naming the first, which goes on."""
    refused = ticker("serve", "--port", str(free_port()), "--data", served.data)
    assert f"in use by process {served.process.pid}:" in refused.refusal
    assert served.client.is_ready()


def test_second_port(served: Serving, tmp_path: Path) -> None:
    """A second service on one port is refused, naming the address, before any store is started."""
    refused = ticker("serve", "--port", str(served.port), "--data", tmp_path / "data")
    assert f"127.0.0.1:{served.port}" in refused.refusal
    assert "in use" in refused.refusal
    assert not (tmp_path / "data").exists()


def test_directory_that_cannot_be_written() -> None:
    """A data directory that nobody can write to is refused by its name."""
    refused = ticker("serve", "--port", str(free_port()), "--data", "/proc/ticker")
    assert "/proc/ticker" in refused.refusal


def test_free_port_is_announced(tmp_path: Path) -> None:
    """With `--port 0` a free port is taken, and the operator reads which."""
    service = Serving(tmp_path / "data", port=0)
    service.start(ready=False)
    try:
        while (said := re.search(r"http://127\.0\.0\.1:(\d+)\n", service.log)) is None:
            assert service.process.poll() is None, service.log
        service.port = int(said[1])
        service.await_ready()
    finally:
        service.stop()
