"""Requests cost the same, whatever the log has before and behind what they ask for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.support.service import running
from tests.support.traffic import bytes_sent
from ticker.bench.history import write_backup
from ticker.commands.backups import restore
from ticker.news.document import format_time
from ticker.store.checkpoints import Checkpoints
from ticker.store.full_text_index import FullTextIndex
from ticker.store.history import History

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.service import Running
    from ticker.news.flash import Flash
    from ticker.settings import Settings
    from ticker.store.client import Store

FEW, MANY = 600, 1800
# As far from the newest entry in both logs, and behind what a hub holds.
BACK = 300

Request = tuple[str, str, Any]


def requests(old: Flash) -> dict[str, Request]:
    """Kind → a request about a line of old that nobody made before."""
    lines = "/v1/en/flashes"
    number = int(old.headline[:7])
    return {
        "post": ("POST", lines, {"headline": f"More than {number}"}),
        "listing": ("GET", f"{lines}?before={old.id}&limit=20", None),
        "filter": ("GET", f"{lines}?before={old.id}&coverage=harbour-bridge&limit=20", None),
        "page": ("GET", f"/en?before={old.id}", None),
        "permalink": ("GET", f"/en/f/{old.id}", None),
        "coverage": ("GET", f"/en/coverage/harbour-bridge?before={old.id}", None),
        "board then": ("GET", f"/v1/en/board?at={format_time(old.firstcreated)}", None),
        "log": ("GET", f"/v1/en/log?limit={20 + number % 3}", None),
        "versions": ("GET", f"{lines}/{old.id}/versions", None),
        "correction": ("PATCH", f"{lines}/{old.id}", {"headline": f"Not {number}"}),
        "kill": ("DELETE", f"{lines}/{old.id}?reason=wrong", None),
    }


async def log_of(store: Store, settings: Settings, folder: Path, entries: int) -> list[Flash]:
    """An edition with so many entries on its log, and all that is made of them; lines of old."""
    backup = folder / str(entries)
    with backup.open("wb") as file:
        write_backup(file, entries)
    await store.commands.flushall()
    await asyncio.to_thread(restore, settings, str(backup), [])
    index = FullTextIndex(store)
    while (state := await index.extend("en")) and state.cursor.offset < entries:
        pass
    await Checkpoints(store).extend("en")
    records = [entry.record async for entry in History(store).entries("en")]
    return [it.flash for it in records[-BACK:] if it.action == "publish"][:3]


async def sent_for(store: Store, service: Running, request: Request) -> int:
    """Bytes that the store sends for it."""
    method, path, body = request

    async def ask() -> None:
        answer = await service.request(method, path, body=body)
        assert answer.status in (200, 201), (path, answer.body)

    return await bytes_sent(store, ask())


async def sent_by_kind(store: Store, service: Running, lines: list[Flash]) -> Mapping[str, int]:
    """The least of some, since in one or the other is what the service asks of itself."""
    kinds: dict[str, list[int]] = {}
    for line in lines:
        for kind, request in requests(line).items():
            kinds.setdefault(kind, []).append(await sent_for(store, service, request))
    return {kind: min(sent) for kind, sent in kinds.items()}


async def test_no_request_reads_a_whole_log(
    settings: Settings, valkey_store: Store, tmp_path: Path
) -> None:
    """Each kind of request takes as much from a store with three times the log."""
    sent: dict[int, Mapping[str, int]] = {}
    for entries in (FEW, MANY):
        lines = await log_of(valkey_store, settings, tmp_path, entries)
        async with running(settings) as service:
            sent[entries] = await sent_by_kind(valkey_store, service, lines)
    few, many = sent[FEW], sent[MANY]
    assert {kind: (few[kind], many[kind]) for kind in few if many[kind] > few[kind] * 1.25} == {}
