"""Whose hands made the lines that desks see, told as they change, read once for each version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.desk import desk_line, hire, log_in, until
from ticker.jobs.desk_hands import HandsReader
from ticker.store.archive import Archive
from ticker.store.client import Store

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.news.event import Record
    from ticker.news.hands import Hands


async def test_desks_hear_whose_a_line_is(service: Running) -> None:
    """Who made it, whose words it has, who touched it last; of lines out and of those that wait."""
    for name in ("amal", "ben"):
        await hire(service, name)
    amal, ben = await log_in(service, "amal"), await log_in(service, "ben")
    made = [
        (await amal.ask("POST", path, {"headline": "A line"})).json["id"]
        for path in ("/v1/en/flashes", "/v1/en/flashes?draft=true")
    ]
    own = {"first": "amal", "author": "amal", "last": "amal", "shared": False}
    connection = await desk_line(amal)
    try:
        while (await until(connection, "hands"))["hands"] != dict.fromkeys(made, own):
            pass
        await ben.ask("PATCH", f"/v1/en/flashes/{made[0]}?refile=true", {"tags": ["a"]})
        tagged = own | {"last": "ben", "shared": True}
        while (await until(connection, "hands"))["hands"] != {made[0]: tagged, made[1]: own}:
            pass
        await ben.ask("PATCH", f"/v1/en/flashes/{made[1]}", {"headline": "Other words"})
        reworded = own | {"author": "ben", "last": "ben", "shared": True}
        while (await until(connection, "hands"))["hands"] != {made[0]: tagged, made[1]: reworded}:
            pass
    finally:
        await connection.close()


class Counting(Archive):
    """An archive that notes which versions it was asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked: list[int] = []

    async def hands(self, record: Record) -> Hands:
        self.asked.append(record.flash.version)
        return await super().hands(record)


async def test_a_version_is_read_once(service: Running) -> None:
    """Looking again at the same lines asks the store for none; what is gone is forgotten."""
    line = await service.post("en", "A line")
    store = Store(service.settings.redis_url)
    archive = Counting(store)
    reader = HandsReader(archive)
    for _ in range(3):
        assert list(await reader.of("en", [(line["id"], 1)])) == [line["id"]]
    assert archive.asked == [1]
    assert await reader.of("en", []) == {}
    await reader.of("en", [(line["id"], 1)])
    assert archive.asked == [1, 1]
    await service.patch("en", line["id"], headline="Another")
    assert await reader.of("en", [(line["id"], 2)]) != {}
    assert archive.asked == [1, 1, 2]
    await store.close()
