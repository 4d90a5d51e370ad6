"""The manual's own deployment: docs/ops/nginx.conf and docs/ops/haproxy.cfg, as they stand."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import AsyncExitStack, ExitStack, aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.followers import Follower
from tests.support.link import Link
from tests.support.nodes import until
from tests.support.process import Serving, serving
from tests.support.proxies import EXAMPLES, Proxy, proxying
from tests.support.service import receive
from ticker.server.valkey import EmbeddedValkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.service import Remote

_READERS = 12
# As the head of haproxy.cfg has it. nginx asks no hub, and needs none.
_SETTINGS = {
    "haproxy": {"TICKER_DRAIN_NOTICE": "3", "TICKER_TRUSTED_PROXIES": "127.0.0.1"},
    "nginx": {"TICKER_TRUSTED_PROXIES": "127.0.0.1"},
}


class _Strict(Follower):
    """A reader who puts up with being sent away, and with no refusal."""

    async def run(self) -> None:
        while True:
            with suppress(ConnectionClosed, EOFError):
                async with aclosing(self._messages()) as messages:
                    async for message in messages:
                        self._take(message)


def test_a_frozen_hub_is_noticed_in_time() -> None:
    """By the numbers of the manual's own file, a hub without an answer is down within 15 s, as it says."""
    file = (EXAMPLES / "haproxy.cfg").read_text("utf-8")
    wait = int(re.findall(r"timeout check (\d+)s", file)[0])
    readers = file.partition("backend readers")[2].partition("backend editors")[0]
    checks = re.findall(r"check inter (\d+)s fastinter (\d+)s .*?fall (\d+)", readers)
    first, others, fall = map(int, checks[0])
    noticed = first + wait + (fall - 1) * (others + wait)
    assert noticed <= 15
    assert f"= {noticed} s" in file
    manual = (EXAMPLES.parent / "operate.md").read_text("utf-8")
    assert f"no answer twice | {noticed} s at most |" in manual


@pytest.fixture(params=["nginx", "haproxy"])
def deployed(
    request: pytest.FixtureRequest, tmp_path: Path, store_url: str
) -> Iterator[tuple[Proxy, list[Serving]]]:
    """Two hubs on one store behind a proxy of that name."""
    with ExitStack() as stack:
        yield _deploy(stack, request.param, tmp_path, store_url)


def _deploy(
    stack: ExitStack, name: str, folder: Path, store_url: str
) -> tuple[Proxy, list[Serving]]:
    hubs = _start(stack, name, folder, store_url)
    token = hubs[1].make_token()
    ports = [hub.port for hub in hubs]
    return stack.enter_context(proxying(name, folder, ports, token)), hubs


def _start(stack: ExitStack, name: str, folder: Path, store_url: str) -> list[Serving]:
    hubs = [
        stack.enter_context(
            serving(
                folder / hub, redis=store_url, token=False, ready=False, settings=_SETTINGS[name]
            )
        )
        for hub in ("one", "two")
    ]
    for hub in hubs:
        hub.await_ready()
        stack.callback(hub.kill)  # at the end nobody waits for their goodbye
    return hubs


async def _seen(proxy: Proxy) -> None:
    """Until the proxy sends readers and editors to all hubs."""
    if proxy.name == "haproxy":
        await asyncio.to_thread(until, partial(_is_up, proxy), "all are up")


def _is_up(proxy: Proxy) -> bool:
    return proxy.statuses("readers") == proxy.statuses("editors") == ["UP"] * 2


async def _edit(remote: Remote, acknowledged: list[str], done: asyncio.Event) -> None:
    """Post a line every few dozen milliseconds, each on a new connection, and read the board.

    The board may be another hub's, which hears of the line a moment later.
    """
    while not done.is_set():
        acknowledged.append((await remote.post("en", f"line {len(acknowledged)}"))["id"])
        listing = await remote.get("/v1/en/flashes")
        assert listing.status == 200
        assert {flash["id"] for flash in listing.json["flashes"]} <= set(acknowledged)
        await asyncio.sleep(0.03)


async def test_a_rolling_restart_is_no_outage(deployed: tuple[Proxy, list[Serving]]) -> None:
    """Hubs restarted in turn behind the manual's proxy: no refusal, every line once, to everybody."""
    proxy, hubs = deployed
    await _seen(proxy)
    readers = [_Strict(proxy.remote, streams=bool(number % 2)) for number in range(_READERS)]
    acknowledged: list[str] = []
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(reader.run()) for reader in readers]
        for reader in readers:
            await reader.news.wait()
        editing = group.create_task(_edit(proxy.remote, acknowledged, done))
        for hub in hubs:
            assert await asyncio.to_thread(hub.stop) == 0
            await asyncio.to_thread(hub.start)
            await _seen(proxy)
        done.set()
        await editing
        for reader in readers:
            await reader.until(acknowledged[-1])
        for task in following:
            task.cancel()
    assert len(acknowledged) > 20
    for reader in readers:
        assert reader.heard == acknowledged
    assert sum(reader.visits for reader in readers) >= 2 * _READERS


async def test_readers_come_in_while_the_store_is_away(tmp_path: Path) -> None:
    """Behind HAProxy the last board is shown to newcomers; editors read from a hub why they must wait."""
    with ExitStack() as stack:
        store = stack.enter_context(EmbeddedValkey(tmp_path))
        proxy, _ = _deploy(stack, "haproxy", tmp_path, store.url)
        await _seen(proxy)
        posted = await proxy.remote.post("en", "Before the store went")
        store.stop()
        down = ["DOWN"] * 2
        await asyncio.to_thread(until, lambda: proxy.statuses("editors") == down, "no editors")
        assert proxy.statuses("readers") == ["UP"] * 2
        async with proxy.remote.live("en") as reader:
            hello = await receive(reader)
        assert "stale" in hello
        assert [flash["id"] for flash in hello["flashes"]] == [posted["id"]]
        refused = await proxy.remote.request("POST", "/v1/en/flashes", body={"headline": "x"})
        assert refused.status == 503
        assert "store" in refused.json["detail"]


@pytest.mark.parametrize("how", ["frozen", "cut off by the network"])
async def test_a_hub_that_answers_nothing_is_noticed(
    tmp_path: Path, store_url: str, how: str
) -> None:
    """HAProxy cuts off who reads from such a hub: they come back to another, by themselves."""
    async with AsyncExitStack() as stack:
        processes = stack.enter_context(ExitStack())
        hubs = _start(processes, "haproxy", tmp_path, store_url)
        network = Link(hubs[0].port)
        await network.open()
        stack.push_async_callback(network.close)
        ports, token = [network.port, hubs[1].port], hubs[1].make_token()
        proxy = processes.enter_context(proxying("haproxy", tmp_path, ports, token))
        await _seen(proxy)
        # Readers without a watchdog of their own.
        readers = [_Strict(proxy.remote, streams=True) for _ in range(_READERS)]
        async with asyncio.TaskGroup() as group:
            following = [group.create_task(reader.run()) for reader in readers]
            for reader in readers:
                await reader.news.wait()
            if how == "frozen":
                hubs[0].process.send_signal(signal.SIGSTOP)
            else:
                network.stall()
            posted = await hubs[1].remote.post("en", "While a hub answers nothing")
            for reader in readers:
                await reader.until(posted["id"])
            for task in following:
                task.cancel()
        assert {reader.visits for reader in readers} == {1, 2}
