"""A store that has lost some of it, as one does whose memory evicts keys: a kill still works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import redis

from tests.support.flashes import flash, record
from tests.support.service import receive
from tests.support.traffic import bytes_sent
from ticker.store.keys import Keys
from ticker.store.wire import IdempotencyKey, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.service import Running
    from ticker.store.archive import Archive
    from ticker.store.client import Store

KEYS = Keys("en")
PARTS: dict[str, Callable[[str], list[str]]] = {
    "versions": lambda flash_id: [KEYS.versions(flash_id)],
    "current lines": lambda _: [KEYS.flashes],
    "board": lambda _: [KEYS.board, KEYS.pins],
    "head": lambda _: [KEYS.head],
    "all but the log": lambda flash_id: [
        *(KEYS.versions(flash_id), KEYS.flashes, KEYS.board, KEYS.pins, KEYS.head)
    ],
}


@pytest.mark.parametrize("part", PARTS)
async def test_a_line_that_readers_see_can_be_killed(
    service: Running, store_url: str, part: str
) -> None:
    """Whatever the store has lost beside the log, the line leaves the screens, by one tombstone."""
    async with service.live("en") as reader:
        await receive(reader)
        line = await service.post("en", "Wrong")
        assert (await service.patch("en", line["id"], headline="Still wrong")).status == 200
        other = await service.post("en", "Another")
        with redis.Redis.from_url(store_url) as client:
            client.delete(*PARTS[part](line["id"]))
            for key in ("first", "first", "second"):
                killed = await service.request(
                    "DELETE",
                    f"/v1/en/flashes/{line['id']}?reason=wrong",
                    headers={"Idempotency-Key": key},
                )
                assert (killed.status, killed.json["pubstatus"]) == (200, "canceled")
            assert (await service.kill("en", line["id"])).status == 200
            assert client.xlen(KEYS.wire) == 4
        told = [await receive(reader) for _ in range(4)]
        last = told[-1]["flash"]
        assert (last["id"], last["pubstatus"]) == (line["id"], "canceled")
        assert (await service.kill("en", other["id"])).status == 200


@pytest.mark.parametrize("lost", [[KEYS.wire], [KEYS.wire, KEYS.head]], ids=["log", "log and head"])
async def test_a_kill_needs_no_log(service: Running, store_url: str, lost: list[str]) -> None:
    """Where the log itself is lost the line leaves the screens all the same, and the next one too."""
    async with service.live("en") as reader:
        await receive(reader)
        lines = [await service.post("en", "Wrong"), await service.post("en", "Wrong too")]
        with redis.Redis.from_url(store_url) as client:
            client.delete(*lost)
        shown = {line["id"] for line in lines}
        for count, line in enumerate(lines):
            killed = await service.kill("en", line["id"])
            assert (killed.status, killed.json["pubstatus"]) == (200, "canceled")
            assert (await service.kill("en", line["id"])).status == 200
            while len(shown) > 1 - count:
                shown = seen(shown, await receive(reader))
            board = (await service.get("/v1/en/flashes")).json["flashes"]
            assert line["id"] not in {it["id"] for it in board}
        assert shown == set()


def seen(shown: set[str], message: dict[str, Any]) -> set[str]:
    """Lines on a reader's screen, after one more message."""
    if message["type"] == "hello":
        return {it["id"] for it in message["flashes"]}
    if message["type"] != "flash":
        return shown
    flash_id = {message["flash"]["id"]}
    return shown - flash_id if message["flash"]["pubstatus"] == "canceled" else shown | flash_id


async def test_what_was_never_there_cannot_be_killed(service: Running) -> None:
    """An id that no entry of the log has is not found."""
    await service.post("en", "A line")
    assert (await service.kill("en", "nowhere")).status == 404


async def _filed(wire: Wire, start: int, end: int) -> None:
    for number in range(start, end):
        line = record(flash(f"line{number}"))
        await wire.append(line, "announce", IdempotencyKey(f"{number}", "", 60))


async def test_an_unknown_id_costs_the_same_after_many_lines(
    wire: Wire, archive: Archive, store: Store
) -> None:
    """A kill of what was never there is refused without reading the log."""
    sent, filed = [], 0
    for lines in (50, 1500):
        await _filed(wire, filed, lines)
        filed = lines
        sent.append(await bytes_sent(store, archive.logged("en", "nowhere")))
    assert sent[1] < 2 * sent[0]


@pytest.mark.parametrize("since", [0, 1, 30, 300])
async def test_a_loss_shows_after_any_number_of_lines(
    wire: Wire, archive: Archive, store: Store, since: int
) -> None:
    """What was lost is found on the log, however many lines came since, and after a first kill."""
    await _filed(wire, 0, 20)
    await store.commands.delete(KEYS.flashes)
    await _filed(wire, 20, 20 + since)
    for number in (0, 1, 19):
        found = await archive.logged("en", f"line{number}")
        assert found is not None
        assert found.flash.id == f"line{number}"
        await store.commands.hset(KEYS.flashes, found.flash.id, found.encode())
    assert await archive.logged("en", "nowhere") is None
