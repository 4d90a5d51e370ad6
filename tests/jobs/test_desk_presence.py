"""Who is at a desk is told to all who are, by whichever hub they are at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.desk import desk_line, hire, log_in, until
from tests.support.service import running
from ticker.accounts.principal import Role
from ticker.store.client import Store
from ticker.store.desks import Desks
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    import pytest

    from tests.support.service import Running
    from ticker.settings import Settings


async def until_here(desk: Any, *names: str) -> None:
    """Until a desk is told of exactly these people."""
    while set((await until(desk, "desks"))["desks"]) != set(names):
        pass


async def test_desks_see_who_comes_and_goes(service: Running) -> None:
    """At the desk of the same edition, and at no other."""
    for name in ("amal", "ben"):
        await hire(service, name)
    amal, ben = await log_in(service, "amal"), await log_in(service, "ben")
    async with await desk_line(amal) as first, await desk_line(amal, "ar") as elsewhere:
        await until_here(first, "amal")
        await until_here(elsewhere, "amal")
        async with await desk_line(ben) as second:
            await until_here(second, "amal", "ben")
            await until_here(first, "amal", "ben")
        await until_here(first, "amal")
        async with await desk_line(ben, "ar"):
            await until_here(elsewhere, "amal", "ben")
        async with await desk_line(ben, "drill-en") as drill:
            await until_here(drill, "ben")


async def test_desks_of_two_hubs_see_each_other(settings: Settings) -> None:
    """Whoever is at another process is here too, and is gone when that process has ended."""
    async with running(settings) as one:
        await hire(one, "amal")
        await hire(one, "rima", Role.REPORTER)
        amal, rima = await log_in(one, "amal"), await log_in(one, "rima")
        async with await desk_line(amal) as desk:
            await until_here(desk, "amal")
            async with running(settings) as other:
                rima.service = other
                await desk_line(rima)
                await until_here(desk, "amal", "rima")
            await until_here(desk, "amal")


async def test_a_desk_hears_its_own_id_once_it_is_known(service: Running) -> None:
    """From then on its page can say what is written there; another desk has another id."""
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    async with await desk_line(amal) as first, await desk_line(amal) as second:
        ids = [(await until(it, "desk"))["desk"] for it in (first, second)]
        assert len(set(ids)) == 2
        line = await service.post("en", "A line")
        for desk in ids:
            told = {"desk": desk, "id": line["id"]}
            assert (await amal.ask("POST", "/desk/en/writing", told)).status == 204
        while (await until(first, "desks"))["desks"] != {"amal": [line["id"]]}:
            pass


async def test_only_so_many_desks_are_told_of(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens a thousand fills nothing; those that came first are shown."""
    monkeypatch.setattr("ticker.jobs.desk_presence.DESKS_MAX", 2)
    for name in ("amal", "ben", "carla"):
        await hire(service, name)
    editors = {name: await log_in(service, name) for name in ("amal", "ben", "carla")}
    async with await desk_line(editors["amal"]) as first, await desk_line(editors["ben"]):
        await until_here(first, "amal", "ben")
        async with await desk_line(editors["carla"]) as third:
            await until_here(third, "amal", "ben")
            stored = await desks_in_store(service)
            assert set(stored.values()) == {"amal", "ben"}


async def desks_in_store(service: Running) -> dict[str, str]:
    """Desk id → name, as the store has them."""
    store = Store(service.settings.redis_url)
    commands: Any = store.commands
    texts = await commands.hvals(store.keys("en").desks)
    await store.close()
    return {desk: name for it in texts for desk, name in json.loads(it.partition(" ")[2]).items()}


async def test_a_store_that_was_away_is_told_again(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who came meanwhile is here as soon as it is back."""
    monkeypatch.setattr("ticker.jobs.desk_presence._AGAIN_SECONDS", 0.01)
    await hire(service, "amal")
    amal = await log_in(service, "amal")
    tell, tries = Desks.tell, 0

    async def away(self: Desks, hub: str, edition: str, desks: Any) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StoreUnavailableError
        await tell(self, hub, edition, desks)

    monkeypatch.setattr(Desks, "tell", away)
    async with await desk_line(amal) as desk:
        await until_here(desk, "amal")
    assert tries >= 3
