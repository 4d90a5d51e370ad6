"""`ticker export`: what was acknowledged is in it, and what comes meanwhile never in part."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import redis
from hypothesis import given, settings as examples

from tests.editing.test_intake import RULES, ask
from tests.support.clock import Clock
from tests.support.newsroom import (
    EVERYTHING,
    Newsroom,
    at,
    empty,
    faults,
    kept,
    play,
    run,
    steps,
    write,
)
from ticker.backup.export import Exporter
from ticker.backup.format import BackupError
from ticker.commands.backups import export, restore
from ticker.editing.intake import Intake
from ticker.news.event import GENESIS
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.keys import Keys
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.process import Here


def test_chosen_editions_come_alone(source: str, target: str, tmp_path: Path) -> None:
    """One edition is restored beside another that goes on; accounts stay where they are."""
    play(source, [*EVERYTHING, ("publish", "drill-ar", 0)])
    whole, part = str(tmp_path / "whole"), str(tmp_path / "part")
    export(at(source), whole, [], force=False)
    export(at(source), part, ["en"], force=False)
    assert "drill-ar" not in (tmp_path / "part").read_text()
    assert "digest" not in (tmp_path / "part").read_text()
    play(target, [("publish", "drill-ar", 0)])
    before = kept(target)
    for path in (whole, part):
        restore(at(target), path, ["en"])
        now = kept(target)
        english = {key: value for key, value in now.items() if key.startswith("{ticker:en}")}
        assert {key: now[key] for key in now.keys() - english.keys()} == before
        assert english == {
            key: value for key, value in kept(source).items() if key.startswith("{ticker:en}")
        }
        with redis.Redis.from_url(target) as client:
            client.delete(*english)
    with pytest.raises(BackupError, match="no lines of xx, but of drill-ar, en"):
        restore(at(target), whole, ["xx"])
    with pytest.raises(BackupError, match="no lines of fr, but of drill-ar, en"):
        export(at(source), str(tmp_path / "none"), ["fr"], force=False)
    assert not (tmp_path / "none").exists()


def test_nothing_is_exported_from_nothing(here: Here, target: str, tmp_path: Path) -> None:
    """A wrong address would make a backup of an empty store: it is refused, and leaves no file."""
    path = tmp_path / "backup"
    assert "the store is empty" in here("export", path, "--redis", target).refusal
    assert list(tmp_path.iterdir()) == []


def test_a_broken_log_is_not_exported(source: str, tmp_path: Path) -> None:
    """A backup that nobody could restore is not made."""
    play(source, EVERYTHING)
    with redis.Redis.from_url(source) as client:
        client.xdel(Keys("en").wire, "3-0")
    with pytest.raises(BackupError, match="en: the log is broken"):
        export(at(source), str(tmp_path / "backup"), [], force=False)
    assert list(tmp_path.iterdir()) == []


@examples(max_examples=15)
@given(steps.filter(bool), steps.filter(bool))
def test_the_newsroom_goes_on_during_an_export(
    source: str,
    target: str,
    tmp_path: Path,
    before: list[tuple[str, str, int]],
    meanwhile: list[tuple[str, str, int]],
) -> None:
    """What was acknowledged before is in it whole, and what comes meanwhile never in part."""
    empty(source)
    empty(target)
    path = tmp_path / "backup"
    acknowledged: dict[str, Any] = {}

    async def job(store: Store) -> None:
        newsroom = Newsroom(store)
        for step in [("publish", "en", 1), *before]:
            await newsroom.do(*step)
        acknowledged.update(kept(source))
        writing = asyncio.create_task(write(Exporter(store).lines([])))
        for step in [*meanwhile, *meanwhile]:
            await newsroom.do(*step)
        path.write_bytes(await writing)

    run(source, job)
    restore(at(target), str(path), [])
    now, restored = kept(source), kept(target)
    for key, (value, _) in restored.items():
        if ":versions:" in key or key.endswith((":wire", ":audit")):
            reached = acknowledged.get(key, ([], 0))[0]
            assert value[: len(reached)] == reached
            assert now[key][0][: len(value)] == value
    assert acknowledged.keys() - restored.keys() <= {
        key for key in acknowledged if ":coverage:" in key or key.endswith((":pins", ":due", ":queue", ":board"))
    }  # fmt: skip
    for key, (value, _) in restored.items():
        if ":idempotency:" in key:
            edition, flash = (
                key.split(":")[1].removesuffix("}"),
                json.loads(value["record"])["flash"],
            )
            assert len(restored[Keys(edition).versions(flash["id"])][0]) >= flash["version"]
    assert run(target, faults) == {"en": None, "drill-ar": None}


def test_a_line_goes_out_at_any_moment_of_an_export(
    source: str, target: str, tmp_path: Path
) -> None:
    """Between any two looks at the store: its draft is in the backup, and the logs are whole."""
    done = False
    moment = 0
    while not done:
        moment += 1
        empty(source)
        empty(target)
        play(source, [("publish", "en", 0), ("draft", "en", 1), ("hold", "en", 1)])
        content, done = run(source, partial(_disturbed, source, moment))
        (tmp_path / "backup").write_bytes(content)
        restore(at(target), str(tmp_path / "backup"), [])
        assert sum(":versions:" in key for key in kept(target)) == 3
        assert run(target, faults) == {"en": None, "drill-ar": None}
    assert moment > 10


async def _disturbed(url: str, moment: int, store: Store) -> tuple[bytes, bool]:
    """An export in which every line that waits is let go before one of its commands."""
    commands: Any = store.commands
    other, execute, asked = Store(url), commands.execute_command, 0

    async def disturb(*args: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == moment:
            intake = Intake(Wire(other), Archive(other), RULES, Clock())
            for record in await Archive(other).queue("en"):
                await intake.release(ask(), record.flash.id)
        return await execute(*args, **options)

    commands.execute_command = disturb
    content = await write(Exporter(store).lines([]))
    await other.close()
    return content, asked < moment


def test_records_of_an_older_ticker_keep_their_bytes(
    source: str, target: str, tmp_path: Path
) -> None:
    """A record is put back as it was written, not as it would be written today."""

    async def age(store: Store) -> None:
        line = await Intake(Wire(store), Archive(store), RULES, Clock()).publish(
            ask(), {"headline": "Old"}
        )
        record = await Archive(store).record("en", line.id)
        assert record is not None
        values = json.loads(record.encode())
        names = ("flash", "action", "by", "at", "reason")
        older = json.dumps({name: values[name] for name in names})
        commands: Any = store.commands
        cursor = GENESIS.follows(older)
        await commands.delete(Keys("en").wire)
        await commands.xadd(Keys("en").wire, {"tag": cursor.tag, "record": older}, id="1-0")
        await commands.hset(Keys("en").head, "tag", cursor.tag)
        await commands.hset(Keys("en").flashes, line.id, older)
        await commands.lset(Keys("en").versions(line.id), 0, older)

    run(source, age)
    export(at(source), str(tmp_path / "backup"), [], force=False)
    restore(at(target), str(tmp_path / "backup"), [])
    assert kept(target) == kept(source)
