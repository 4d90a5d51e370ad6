"""Who reads now: sums by edition, transport and site."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.test_hub import ALL, Reader
from tests.support.flashes import NOON
from tests.support.service import receive, running
from ticker.hub.hub import Hub
from ticker.metrics import Metrics
from ticker.news.event import GENESIS
from ticker.settings import Settings
from ticker.store.faults import StoreUnavailableError
from ticker.store.presence import Presence

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.store.client import Store


@pytest.fixture
def hub() -> Hub:
    made = Hub(Settings(), Metrics())
    for edition in made.editions:
        made.load(edition, [], GENESIS, [])
    return made


def reader(origin: str, transport: str = "websocket") -> Reader:
    made = Reader()
    made.origin = origin
    made.transport = transport
    return made


async def test_hubs_are_added_up_and_dead_ones_forgotten(store: Store, hub: Hub) -> None:
    """The sum is of all hubs that told of themselves lately."""
    now = NOON
    presence = Presence(store, lambda: now)
    guests = [reader("https://a.example"), reader("direct", "sse"), reader("direct", "desk")]
    for guest in guests:
        hub.join(guest, ALL, None)
    await presence.tell("one", hub.presence())
    await presence.tell("other", hub.presence())
    assert await presence.hubs() == ["one", "other"]
    assert (await presence.read())["en"] == {
        "readers": 4,
        "transports": {"sse": 2, "websocket": 2},
        "origins": {"direct": 2, "https://a.example": 2},
        "hubs": {"one": 2, "other": 2},
    }
    hub.polled("en", "direct", 5)
    await presence.tell("one", hub.presence())
    told = await presence.of("en")
    assert (told["readers"], told["transports"]) == (5, {"poll": 1, "sse": 2, "websocket": 2})
    assert await presence.by_hub() == {"one": 2, "other": 2}
    now += timedelta(seconds=40)
    hub.leave(guests[0], ALL)
    await presence.tell("one", hub.presence())
    assert await presence.hubs() == ["one"]
    told = await presence.of("en")
    assert (told["readers"], told["origins"]) == (2, {"direct": 2})


def test_strangers_cannot_fill_the_memory(hub: Hub) -> None:
    """A hundred sites are told apart; whoever invents more is among the others."""
    guests = [reader(f"https://{number}.example") for number in range(150)]
    for guest in guests:
        hub.join(guest, ALL, None)
    origins = hub.presence()["en"]["origins"]
    assert (len(origins), origins["other"]) == (101, 50)
    for guest in guests:
        hub.leave(guest, ALL)
    assert hub.presence()["en"] == {"transports": {}, "origins": {}}


@pytest.mark.parametrize("portable", [False, True], ids=["fast", "portable"])
async def test_sites_are_those_that_browsers_name(settings: Settings, *, portable: bool) -> None:
    """Our own pages, a partner's page, a program and nonsense are told apart, on both paths."""
    async with running(settings, portable=portable) as service:
        await _check_sites(service)


async def _check_sites(either: Running) -> None:
    origins = [f"http://127.0.0.1:{either.port}", "https://partner.example", None, "x" * 500]
    opened = []
    for origin in origins:
        socket = await either.live("en", origin=origin)
        await receive(socket)
        opened.append(socket)
    counted: dict[str, Any] = either.server._service.hub.presence()["en"]["origins"]
    assert counted == {"self": 1, "https://partner.example": 1, "direct": 1, "other": 1}
    for socket in opened:
        await socket.close()


async def test_who_polls_is_counted_like_everybody(settings: Settings) -> None:
    """A reader who asks for the board every few seconds stands in sums and metrics, by site (P36)."""
    async with running(settings) as service:
        path, partner = "/v1/en/flashes?poll=10", "https://partner.example"
        await service.get(path, Origin=partner)
        await service.get(path, Sec_Fetch_Site="same-origin")
        await service.get(path)
        for other in ("/v1/en/flashes", "/v1/en/flashes?poll=x", "/v1/en/flashes?poll="):
            await service.get(other)
        hub = service.server._service.hub
        assert hub.presence()["en"] == {
            "transports": {"poll": 3},
            "origins": {"direct": 1, "self": 1, partner: 1},
        }
        metrics = (await service.get("/metrics")).body.decode()
        assert 'ticker_readers{edition="en",transport="poll"} 3\n' in metrics
        async with service.live("en") as reader:
            await receive(reader)
            await service.get(path)
            assert await _told(service, websocket=1) == {"websocket": 1, "poll": 4}


async def _told(service: Running, **awaited: int) -> dict[str, int]:
    """Readers by transport, once a hub has told the store so."""
    async with asyncio.timeout(60):
        while True:
            answer = await service.request("GET", "/v1/en/readers")
            transports: dict[str, int] = answer.json["transports"]
            if transports.items() >= awaited.items():
                return transports
            await asyncio.sleep(0.2)


async def test_who_may_not_read_is_not_counted(settings: Settings) -> None:
    """A site that an edition is not for gets no answer that its page could read, and no place."""
    mine = "https://mine.example"
    editions = {
        code: replace(edition, origins=(mine,))
        for code, edition in settings.newsroom.editions.items()
    }
    closed = replace(settings, newsroom=replace(settings.newsroom, editions=editions))
    async with running(closed) as service:
        for origin in (mine, "https://other.example"):
            await service.get("/v1/en/flashes?poll=5", Origin=origin)
        origins = service.server._service.hub.presence()["en"]["origins"]
        assert origins == {mine: 1}


async def test_a_lost_store_is_said() -> None:
    """Nobody is told of readers that the store does not know of."""
    from ticker.store.client import Store  # noqa: PLC0415

    lost = Store("redis://127.0.0.1:1")
    with pytest.raises(StoreUnavailableError):
        await Presence(lost).tell("one", {})
    await lost.close()
