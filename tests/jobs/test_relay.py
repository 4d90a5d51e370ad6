"""From the store to the hub, through every fault of the store that can be made for real."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.hub.test_hub import Reader
from tests.support.flashes import flash, record
from tests.support.link import linked
from tests.support.process import PATIENCE
from ticker.hub.hub import Hub
from ticker.jobs.relay import Relay
from ticker.metrics import Metrics
from ticker.news.document import utcnow
from ticker.news.subscription import Subscription
from ticker.server.valkey import EmbeddedValkey
from ticker.settings import Settings
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.import_lock import ImportLock
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import pytest

    from ticker.news.flash import Flash
    from ticker.protocol.frames import Frame

ALL = Subscription("en")


class Waiting(Reader):
    """A reader that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = asyncio.Event()

    def send(self, frame: Frame) -> None:
        super().send(frame)
        self._heard.set()

    async def until(self, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message, said or to come, that is wanted."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in self.told:
                    if seen(message):
                        return message
                self._heard.clear()
                await self._heard.wait()


@asynccontextmanager
async def relayed(url: str, **settings: Any) -> AsyncIterator[Hub]:
    """A hub that is fed from this store, loaded."""
    configured = replace(Settings(), **settings)
    store, hub = Store(url), Hub(configured, Metrics())
    task = asyncio.create_task(
        Relay(Wire(store), Archive(store), ImportLock(store), hub, configured).run()
    )
    try:
        await hub.until_loaded(30)
        yield hub
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.close()


async def publish(url: str, *items: Flash) -> None:
    store = Store(url)
    for item in items:
        key = IdempotencyKey(f"{item.id}.{item.version}", "", 60)
        await Wire(store).append(record(item), "announce", key)
    await store.close()


def is_fresh(message: dict[str, Any]) -> bool:
    """A beat that says the store is back."""
    return message["type"] == "beat" and "stale" not in message


def recent(count: int, **fields: Any) -> list[Flash]:
    now = utcnow().replace(microsecond=0)
    return [
        flash(f"{n:03d}", firstcreated=now - timedelta(seconds=count - n), **fields)
        for n in range(count)
    ]


def shown(hub: Hub) -> list[str]:
    return [item.id for item in hub.lines(ALL)[1]]


async def test_boards_are_loaded_from_what_is_stored(store_url: str) -> None:
    """A new hub shows the newest fifty lines and every pinned one, however long the log is."""
    old = replace(recent(1)[0], id="old", firstcreated=utcnow() - timedelta(days=3), pinned=True)
    stale = replace(old, id="stale", pinned=False)
    await publish(store_url, old, stale, *recent(60))
    async with relayed(store_url, memory=5) as hub:
        assert shown(hub) == ["old", *(f"{n:03d}" for n in range(59, 10, -1))]
        assert hub.lines(ALL)[0].offset == 62
        reader = Waiting()
        hub.join(reader, ALL, hub.lines(ALL)[0])
        assert reader.last["reset"] is False


async def test_two_hubs_show_the_same(store_url: str) -> None:
    """Whoever joined earlier or later, on whatever process: the boards are equal."""
    items = recent(30)
    async with relayed(store_url) as early:
        await publish(store_url, *items[:20])
        async with relayed(store_url) as late:
            readers = [Waiting(), Waiting()]
            early.join(readers[0], ALL, None)
            late.join(readers[1], ALL, None)
            await publish(store_url, *items[20:])
            for reader in readers:
                await reader.until(lambda it: it["cursor"].startswith("30."))
            assert early.lines(ALL) == late.lines(ALL)


async def test_a_killed_store_is_shown_and_nothing_is_lost_or_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While the store is away readers are told; when it is back they get each line once."""
    items = recent(3)
    with EmbeddedValkey(tmp_path) as server:
        async with relayed(server.url) as hub:
            reader = Waiting()
            hub.join(reader, ALL, None)
            await publish(server.url, items[0])
            await reader.until(lambda it: it["type"] == "flash")
            os.kill(server.pid, signal.SIGKILL)
            await reader.until(lambda it: "stale" in it)
            assert not hub.is_ready
            server.stop()
            with EmbeddedValkey(tmp_path):
                await publish(server.url, *items[1:])
                await reader.until(lambda it: it["cursor"].startswith("3."))
                await reader.until(is_fresh)
            told = [it["flash"]["id"] for it in reader.told if it["type"] == "flash"]
            assert told == ["000", "001", "002"]
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith("hub lost the store: ")
    assert said[-1].startswith("store is back after ")
    assert len([it for it in said if it.startswith("store is back")]) == 1


async def test_lost_data_resets_every_reader(tmp_path: Path) -> None:
    """When the store comes back empty, readers get the new board instead of a wrong silence."""
    first, second = tmp_path / "first", tmp_path / "second"
    with EmbeddedValkey(first) as server:
        async with relayed(server.url) as hub:
            reader = Waiting()
            hub.join(reader, ALL, None)
            await publish(server.url, *recent(3))
            await reader.until(lambda it: it["cursor"].startswith("3."))
            server.stop()
            await reader.until(lambda it: "stale" in it)
            first.rename(second)
            with EmbeddedValkey(first):
                reset = await reader.until(
                    lambda it: (
                        it["type"] == "hello"
                        and it["cursor"].startswith("0.")
                        and reader.told.index(it) > 0
                    )
                )
                assert reset["reset"] is True
                assert shown(hub) == []
                await publish(server.url, flash("new", firstcreated=utcnow()))
                await reader.until(lambda it: it.get("flash", {}).get("id") == "new")


async def test_a_store_that_goes_silent_is_shown_and_nothing_is_lost(
    store_url: str, tmp_path: Path
) -> None:
    """A store that says nothing more is as bad as none: readers are told, and catch up after."""
    items = recent(2)
    async with linked(store_url, tmp_path / "link") as (link, bad_url), relayed(bad_url) as hub:
        reader = Waiting()
        hub.join(reader, ALL, None)
        await publish(store_url, items[0])
        await reader.until(lambda it: it["type"] == "flash")
        link.stall()
        await publish(store_url, items[1])
        await reader.until(lambda it: "stale" in it)
        link.heal()
        await reader.until(is_fresh)
        told = [it["flash"]["id"] for it in reader.told if it["type"] == "flash"]
        assert told == ["000", "001"]


async def test_a_lost_edition_is_lost_alone(store_url: str) -> None:
    """When one edition's log is replaced, readers of the others notice nothing."""
    async with relayed(store_url) as hub:
        reader, other = Waiting(), Waiting()
        hub.join(reader, ALL, None)
        hub.join(other, Subscription("ar"), None)
        await publish(store_url, *recent(2), *recent(1, edition="ar"))
        await reader.until(lambda it: it["cursor"].startswith("2."))
        await other.until(lambda it: it["type"] == "flash")
        store = Store(store_url)
        commands: Any = store.commands
        reader.frames.clear()
        await commands.delete(*await commands.keys("{ticker:en}:*"))
        await store.close()
        reset = await reader.until(lambda it: it["type"] == "hello")
        assert (reset["reset"], reset["flashes"]) == (True, [])
        assert [it["type"] for it in other.told] == ["hello", "flash"]


async def test_a_fault_of_our_own_does_not_end_the_relay(store_url: str) -> None:
    """A record that cannot be read is said in the log, and the relay goes on."""
    async with relayed(store_url) as hub:
        reader = Waiting()
        hub.join(reader, ALL, None)
        store = Store(store_url)
        commands: Any = store.commands
        await commands.publish("{ticker:en}:live", "1.0000000000000000 not a record")
        await publish(store_url, *recent(1))
        await reader.until(lambda it: it.get("flash", {}).get("id") == "000")
        await store.close()
