"""Two services on one store: neither hears of the other, whatever keeps them apart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from redis.asyncio import Redis

from tests.support.newsroom import EVERYTHING, Newsroom
from tests.support.service import receive, running
from ticker.commands.backups import export, restore
from ticker.commands.stores import on_store
from ticker.settings import Settings
from ticker.store.keys import House, Keys

if TYPE_CHECKING:
    from pathlib import Path

    from ticker.store.client import Store

APART = {
    "two databases": ({}, {"redis_url": "?db=1"}),
    "two databases, neither of them 0": ({"redis_url": "?db=2"}, {"redis_url": "?db=1"}),
    "two namespaces": ({}, {"namespace": "staging"}),
    "one that begins like the other": ({"namespace": "ticker-2"}, {"namespace": "ticker"}),
}


@pytest.fixture(params=APART)
def both(request: pytest.FixtureRequest, any_store_url: str) -> list[Settings]:
    """Production and staging, on one server."""
    return [
        replace(
            Settings(),
            port=0,
            redis_url=any_store_url + options.get("redis_url", ""),
            namespace=options.get("namespace", "ticker"),
        )
        for options in APART[request.param]
    ]


async def test_a_line_of_one_never_reaches_readers_of_the_other(both: list[Settings]) -> None:
    """What is posted to staging is on no screen of production, nor the other way round."""
    async with running(both[0]) as production, running(both[1]) as staging:
        readers = production.live("en"), staging.live("en")
        async with readers[0] as reader, readers[1] as tester:
            for greeted in (reader, tester):
                assert (await receive(greeted))["flashes"] == []
            await staging.post("en", "A test")
            await production.post("en", "News")
            await staging.post("en", "Another test")
            heard = [await receive(tester), await receive(tester)]
            assert [it["flash"]["headline"] for it in heard] == ["A test", "Another test"]
            assert (await receive(reader))["flash"]["headline"] == "News"
            await production.post("en", "More news")
            assert (await receive(reader))["flash"]["headline"] == "More news"
        strange = await production.request(
            "POST", "/v1/en/flashes", body={"headline": "x"}, token=staging.token
        )
        assert strange.status == 401


async def test_no_channel_belongs_to_both(both: list[Settings], any_store_url: str) -> None:
    """What one service tells readers or desks is on no channel of the other, for these know no databases."""
    async with (
        running(both[0]) as production,
        running(both[1]) as staging,
        Redis.from_url(any_store_url) as client,
        client.pubsub() as everything,
    ):
        await everything.psubscribe("*:live*", "*:desk*")
        heard: list[set[bytes]] = []
        for service in (production, staging):
            await service.post("en", "A line")
            channels: set[bytes] = set()
            while len(channels) < len({"live", "desk"}):
                said = await everything.get_message(ignore_subscribe_messages=True, timeout=None)
                if said is not None:
                    channels.add(said["channel"])
            heard.append(channels)
        assert not heard[0] & heard[1]


def test_a_backup_goes_from_one_to_the_other(both: list[Settings], tmp_path: Path) -> None:
    """Export and import take a newsroom along, beside another one on the same store."""

    async def play(store: Store) -> None:
        newsroom = Newsroom(store)
        for step in EVERYTHING:
            await newsroom.do(*step)

    def lines(settings: Settings, name: str) -> list[dict[str, Any]]:
        export(settings, str(tmp_path / name), [], force=False)
        made = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        return sorted(
            ({k: v for k, v in line.items() if k not in {"sum", "made"}} for line in made), key=str
        )

    on_store(both[0], play)
    ours = lines(both[0], "ours")
    restore(both[1], str(tmp_path / "ours"), [])
    assert lines(both[1], "theirs") == ours
    assert lines(both[0], "still ours") == ours


def test_a_store_of_an_older_version_is_taken_over() -> None:
    """Without a namespace, and in database 0, everything has the name that it always had."""
    assert Keys("en").wire == "{ticker:en}:wire"
    assert (Keys("en").live, Keys("en").desk) == ("{ticker:en}:live", "{ticker:en}:desk")
    house = House()
    assert [house.import_lock, house.audit, house.audit_head, house.census, house.widgets] == [
        f"{{ticker}}:{part}" for part in ("import", "audit", "audit:head", "census", "widgets")
    ]
    assert [house.users, house.digests] == [
        f"ticker:{part}" for part in ("users", "tokens:digests")
    ]
    assert [house.session("a"), house.sessions_of("a")] == [
        f"ticker:{part}" for part in ("sessions:a", "sessions-of:a")
    ]


def test_every_key_and_channel_has_the_namespace() -> None:
    """One pattern for a right of the store's user covers all that a service touches."""
    assert Keys("en", "staging").wire == "{staging:en}:wire"
    assert Keys("en", "staging", 3).live == "{staging:en}:live@3"
    assert House("staging").users == "staging:users"
    assert House("staging").audit == "{staging}:audit"
    assert House("staging").split("{staging:en}:wire") == ("en", "wire")
    assert House("staging").split("{ticker:en}:wire") is None
