"""`ticker export` and `ticker import`: what was acknowledged comes back, and nothing twice."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest
import redis
from hypothesis import HealthCheck, example, given, settings as examples, strategies as st

from tests.support.flashes import NOON
from tests.support.process import PATIENCE, command, environment, serving, ticker
from tests.support.service import receive
from tests.test_intake import RULES, Clock, ask
from ticker.accounts import Accounts, Principal, Role
from ticker.archive import Archive
from ticker.audit import Audit
from ticker.backup import BackupError, Writer, check, read
from ticker.document import format_time
from ticker.event import GENESIS, Cursor
from ticker.flash import IllegalChangeError
from ticker.history import History
from ticker.intake import Intake
from ticker.ops.export import Exporter, export
from ticker.ops.restore import Restorer, restore
from ticker.passwords import Passwords
from ticker.releases import Releases
from ticker.settings import Settings
from ticker.siblings import Siblings
from ticker.stages import Wish
from ticker.store import Keys, Store
from ticker.users import Users
from ticker.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from tests.support.service import Remote

_KINDS = ("publish", "draft", "hold", "embargo", "correct", "move", "pin", "kill", "release")
steps = st.lists(
    st.tuples(
        st.sampled_from([*_KINDS, "twin", "check", "account"]),
        st.sampled_from(["en", "drill-ar"]),
        st.integers(0, 5),
    ),
    max_size=25,
)
_real = examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
EVERYTHING = [
    *((kind, "en", which) for which in (0, 1, 2) for kind in (*_KINDS, "twin", "check", "account")),
    # A line leaves the coverage that it began in; a draft is the newest version of a story.
    *(("publish", "en", 4), ("move", "en", -1), ("twin", "en", 1)),
]


class Newsroom:
    """Plays a history of two editions."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock()
        self.store = store
        self.intake = Intake(Wire(store), Archive(store), RULES, self.clock)
        self.ids: dict[str, list[str]] = {"en": [], "drill-ar": []}
        self.asked = 0

    async def do(self, kind: str, edition: str, which: int) -> None:
        self.clock.forward(0.5)
        self.asked += 1
        request = ask(edition=edition, key=token_hex(8) if which % 2 else None)
        ids, data = self.ids[edition], {"headline": f"{kind} {self.asked} «ك» \u2028"[:-1]}
        with suppress(IllegalChangeError):
            match kind:
                case "publish" | "draft" | "hold" | "embargo" | "twin":
                    ids.append(await self._new(request, kind, data, which))
                case "check":
                    for flash_id in ids[:1]:
                        await Siblings(self.store, []).check(edition, flash_id, self.clock())
                case "account":
                    await self._account()
                case _:
                    await self._change(request, kind, ids, which)

    async def _new(self, request: Any, kind: str, data: dict[str, Any], which: int) -> str:
        more: dict[str, Any] = {"coverage": "storm"} if which > 2 else {}
        if kind == "embargo":
            more["embargoed"] = format_time(self.clock() + timedelta(hours=1))
        if kind == "twin" and self.ids["en"]:
            more["story"] = self.ids["en"][0]
        wish = Wish(draft=kind == "draft" or (kind == "twin" and which == 1))
        wish = replace(wish, hold=5.0 if kind == "hold" else 0.0)
        return (await self.intake.publish(request, {**data, **more}, wish)).id

    async def _change(self, request: Any, kind: str, ids: list[str], which: int) -> None:
        if not ids:
            return
        flash_id = ids[which % len(ids)]
        match kind:
            case "correct":
                await self.intake.correct(request, flash_id, {"headline": f"New {which}"})
            case "move":
                await self.intake.correct(request, flash_id, {"coverage": f"other-{which % 2}"})
            case "pin":
                await self.intake.correct(request, flash_id, {"pinned": which % 2 == 0})
            case "kill":
                await self.intake.kill(request, flash_id, "why")
            case _:
                await self.intake.release(request, flash_id)

    async def _account(self) -> None:
        principal = Principal(f"program {token_hex(8)}", Role.EDITOR, frozenset({"en"}), NOON, None)
        await Accounts(self.store).create(principal)
        await Audit(self.store).note("somebody \udcff", "create token", principal.name)


def run(url: str, job: Callable[[Store], Coroutine[None, None, Any]]) -> Any:
    async def opened() -> Any:
        store = Store(url)
        try:
            return await job(store)
        finally:
            await store.close()

    return asyncio.run(opened())


def play(url: str, played: list[tuple[str, str, int]]) -> None:
    async def job(store: Store) -> None:
        newsroom = Newsroom(store)
        for step in played:
            await newsroom.do(*step)

    run(url, job)


def kept(url: str) -> dict[str, Any]:
    """Everything in a store that a backup is to bring back."""
    found = {}
    with redis.Redis.from_url(url, decode_responses=True) as client:
        for key in client.scan_iter(count=1000):
            value: Any
            match client.type(key):
                case "hash":
                    value = client.hgetall(key)
                case "zset":
                    value = client.zrange(key, 0, -1, withscores=True)
                case "list":
                    value = client.lrange(key, 0, -1)
                case "stream":
                    value = client.xrange(key)
                case other:
                    value = other
            if ":idempotency:" in key and not value.get("fingerprint"):
                continue  # of the store client's own retries, for a minute
            found[key] = value, client.pexpiretime(key)
    return found


def empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()


@pytest.fixture
def source(store_url: str) -> str:
    return store_url


@pytest.fixture
def target(store_url: str) -> str:
    """Another store, empty."""
    return f"{store_url}?db=1"


def at(url: str) -> Settings:
    return replace(Settings(), redis_url=url)


@_real
@given(steps)
@example(EVERYTHING)
def test_a_store_comes_back_key_for_key(
    source: str, target: str, tmp_path: Path, played: list[tuple[str, str, int]]
) -> None:
    """Whatever the newsroom did, log, boards, queues, versions and accounts are as they were."""
    empty(source)
    empty(target)
    play(source, [("publish", "en", 1), *played])
    path = tmp_path / "backup.jsonl"
    said = export(at(source), str(path), [], force=True)
    assert restore(at(target), str(path), []) == said
    assert kept(target) == kept(source)


def test_the_commands_bring_a_newsroom_back(source: str, target: str, tmp_path: Path) -> None:
    """By file and by pipe; people log in and programs post as before, and the logs are unbroken."""
    play(source, EVERYTHING)

    async def people(store: Store) -> str:
        principal = Principal("amal", Role.EDITOR, frozenset(), NOON, None)
        await Users(store, Passwords()).add(principal, "correct horse battery")
        await Releases(store).keep("ticker-1.js", "export {};\n")
        return await Accounts(store).create(principal)

    token = run(source, people)
    path = tmp_path / "backup.jsonl"
    assert ticker("export", path, "--redis", source).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert "exists; take another name" in ticker("export", path, "--redis", source).refusal
    assert ticker("export", path, "--force", "--redis", source).code == 0
    assert [item.name for item in tmp_path.iterdir()] == [path.name]

    ours = ticker("export", "--redis", source).out.encode()
    assert [json.loads(line)["kind"] for line in ours.splitlines()][::10][0] == "ticker backup"
    piped = subprocess.run(
        command("import", "-", "--redis", target),
        input=ours,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert kept(target) == kept(source)
    whole = ticker("verify", "--redis", target)
    assert (whole.code, whole.out) == (0, ticker("verify", "--redis", source).out)

    async def checked(store: Store) -> None:
        assert await Users(store, Passwords()).check("amal", "correct horse battery") is not None
        assert await Accounts(store).verify(token, NOON) is not None
        assert await Accounts(store).revoke("amal")
        assert await Releases(store).all() == {"ticker-1.js": "export {};\n"}

    run(target, checked)


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


@pytest.fixture
def backup(source: str, tmp_path: Path) -> bytes:
    """A backup with lines of every kind."""
    play(source, EVERYTHING)
    run(source, lambda store: Releases(store).keep("ticker-1.js", "export {};"))
    with redis.Redis.from_url(source) as client:
        client.hset("ticker:users", "amal", '{"name":"amal"}')
    path = tmp_path / "whole"
    export(at(source), str(path), [], force=False)
    return path.read_bytes()


def refused(content: bytes) -> str:
    with pytest.raises(BackupError) as caught:
        check(io.BytesIO(content))
    return str(caught.value)


def test_every_damage_is_found_and_its_line_named(backup: bytes) -> None:
    """A changed byte, a missing, repeated or moved line and a cut-off file are all refused."""
    lines = backup.splitlines(keepends=True)
    kinds = {json.loads(line)["kind"] for line in lines}
    assert kinds == {
        "ticker backup", "filed", "entry", "story", "checked", "answered",
        "user", "token", "audit", "widget", "end",
    }  # fmt: skip
    check(io.BytesIO(backup))
    for index, line in enumerate(lines):
        for position in (0, 1, len(line) // 3, len(line) // 2, len(line) - 5, len(line) - 1):
            flipped = bytearray(line)
            flipped[position] ^= 1
            damaged = b"".join([*lines[:index], bytes(flipped), *lines[index + 1 :]])
            assert refused(damaged).startswith(f"line {index + 1}: ")
    for index in range(len(lines)):
        missing = [*lines[:index], *lines[index + 1 :]]
        assert refused(b"".join(missing)).startswith(f"line {index + 1}: ")
        repeated = [*lines[: index + 1], *lines[index:]]
        assert refused(b"".join(repeated)).startswith(f"line {index + 2}: ")
        swapped = [*lines[:index], *lines[index + 1 : index + 2], lines[index], *lines[index + 2 :]]
        if index + 1 < len(lines):
            assert refused(b"".join(swapped)).startswith(f"line {index + 1}: ")
    for cut in range(1, len(backup), 97):
        assert refused(backup[:-cut]).startswith("line ")
    assert refused(backup + b"\n").startswith(f"line {len(lines) + 1}: something follows")


def rewritten(backup: bytes, change: Callable[[int, str, dict[str, Any]], None]) -> bytes:
    """A backup with right sums, as somebody with this code at hand could make it."""
    out = io.BytesIO()
    writer = Writer(out)
    for line in read(io.BytesIO(backup)):
        values = json.loads(json.dumps(line.values))
        change(line.number, line.kind, values)
        writer.write(line.kind, values)
    return out.getvalue()


@pytest.mark.parametrize("field", ["record", "cursor"])
@pytest.mark.parametrize("kind", ["entry", "audit"])
def test_a_file_put_together_anew_breaks_the_chain(backup: bytes, kind: str, field: str) -> None:
    """Right sums do not help: an entry that is not the one of its tag is named."""
    of_kind = [line.number for line in read(io.BytesIO(backup)) if line.kind == kind]
    for number in (of_kind[0], of_kind[-1]):

        def change(at: int, _: str, values: dict[str, Any], number: int = number) -> None:
            if at == number and field == "record":
                values["record"] = values["record"].replace('":"', '": "', 1)
            elif at == number:
                cursor = Cursor.parse(values["cursor"])
                assert cursor is not None
                values["cursor"] = str(replace(cursor, tag="0" * 16))

        assert "does not follow the one before" in refused(rewritten(backup, change))


def test_a_log_without_its_end_is_noticed(backup: bytes) -> None:
    """The first line says how far each log goes; one that ends earlier is refused."""
    lines = list(read(io.BytesIO(backup)))
    last = max(line.number for line in lines if line.kind == "entry")
    out = io.BytesIO()
    writer = Writer(out)
    for line in lines:
        if line.number != last:
            writer.write(line.kind, line.values)
    assert "a log does not end where the first line says" in refused(out.getvalue())


def test_a_line_of_another_kind_or_form_is_refused(backup: bytes) -> None:
    """Unknown kinds, wrong fields, records that are none, and filed lines that were out."""

    def only(wanted: str, **given: Any) -> bytes:
        def change(_: int, kind: str, values: dict[str, Any]) -> None:
            if kind == wanted:
                values.update(given)

        return rewritten(backup, change)

    assert "none of those that a backup holds" in refused(only("checked", at="noon"))
    assert "none of those that a backup holds" in refused(only("story", more=1))
    assert "its record is none of that edition" in refused(only("filed", record="{}"))
    assert "its record is none of that edition" in refused(only("filed", record="[1]"))
    assert "does not name its edition" in refused(only("story", edition="fr"))
    assert "a position is malformed" in refused(only("ticker backup", audit="1"))
    usable = next(
        line.values["record"] for line in read(io.BytesIO(backup)) if line.kind == "entry"
    )
    assert "its record cannot be usable there" in refused(only("filed", record=usable))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1: the file ends here"),
        (b"\x1f\x8b\x08\x00binary", "line 1: this does not begin as a backup"),
        (b'{"cursor":"1.0"}\n', "line 1: this does not begin as a backup"),
        (b"[" * 100_000, "line 1: this does not begin as a backup"),
        (
            b'{"kind":"ticker backup","format":2,"sum":"0"}\n',
            "line 1: the backup is of format 2, made by a newer Ticker; this one reads format 1",
        ),
    ],
    ids=["empty", "binary", "a log", "nested", "newer"],
)
def test_another_file_is_refused_in_one_line(
    content: bytes, why: str, target: str, tmp_path: Path
) -> None:
    """A file that is no backup, or one of a newer Ticker, leaves the store as it is."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert ticker("import", path, "--redis", target).refusal.startswith(why)
    assert kept(target) == {}


def test_a_damaged_file_writes_nothing(backup: bytes, target: str, tmp_path: Path) -> None:
    """Everything is checked before the first write, up to the last line."""
    path = tmp_path / "damaged"
    path.write_bytes(backup.removesuffix(backup.splitlines(keepends=True)[-1]))
    assert "the file ends here" in ticker("import", path, "--redis", target).refusal
    assert kept(target) == {}


def test_only_an_empty_store_takes_a_backup(
    backup: bytes, source: str, target: str, tmp_path: Path
) -> None:
    """Lines, users, tokens or an audit log are in the way, and are named; they stay as they are."""
    path = str(tmp_path / "whole")
    before = kept(source)
    with pytest.raises(BackupError, match="it has lines of en, users, tokens, an audit log: take"):
        restore(at(source), path, [])
    assert kept(source) == before
    run(target, lambda store: Audit(store).note("x", "login"))
    with pytest.raises(BackupError, match="it has an audit log: take"):
        restore(at(target), path, [])


def test_nothing_is_exported_from_nothing(target: str, tmp_path: Path) -> None:
    """A wrong address would make a backup of an empty store: it is refused, and leaves no file."""
    path = tmp_path / "backup"
    assert "the store is empty" in ticker("export", path, "--redis", target).refusal
    assert list(tmp_path.iterdir()) == []


def test_a_broken_log_is_not_exported(source: str, tmp_path: Path) -> None:
    """A backup that nobody could restore is not made."""
    play(source, EVERYTHING)
    with redis.Redis.from_url(source) as client:
        client.xdel(Keys("en").wire, "3-0")
    with pytest.raises(BackupError, match="en: the log is broken"):
        export(at(source), str(tmp_path / "backup"), [], force=False)
    assert list(tmp_path.iterdir()) == []


async def import_half(url: str, backup: bytes, lines: int) -> None:
    """What an import has done when it is killed after so many lines."""
    store = Store(url)
    try:
        restorer = Restorer(store)
        await restorer.begin(check(io.BytesIO(backup)).sum, [])
        half = b"".join(backup.splitlines(keepends=True)[:lines])
        with pytest.raises(BackupError, match="the file ends here"):
            await restorer.write(io.BytesIO(half), [])
    finally:
        await store.close()


def test_an_interrupted_import_is_taken_up_again(
    backup: bytes, source: str, target: str, tmp_path: Path
) -> None:
    """Wherever it broke off, the same file completes it; until then nobody takes it for whole."""
    path = str(tmp_path / "whole")
    for lines in range(0, backup.count(b"\n"), 7):
        empty(target)
        asyncio.run(import_half(target, backup, lines))
        with pytest.raises(BackupError, match="an import into this store was interrupted"):
            export(at(target), str(tmp_path / "half"), [], force=False)
        asyncio.run(import_half(target, backup, lines // 2))
        restore(at(target), path, [])
        assert kept(target) == kept(source)
    assert "the store is not empty" in ticker("import", path, "--redis", target).refusal


def test_half_a_backup_is_not_served(
    backup: bytes, source: str, target: str, tmp_path: Path
) -> None:
    """After SIGKILL `serve` refuses to start, as does the import of another file."""
    import_it = command("import", tmp_path / "whole", "--redis", target)
    for _ in range(20):
        play(source, EVERYTHING)
    export(at(source), str(tmp_path / "whole"), [], force=True)
    with redis.Redis.from_url(source) as client:
        whole = client.xlen(Keys("en").wire)
    process = subprocess.Popen(import_it, env=environment())
    with redis.Redis.from_url(target, decode_responses=True) as client:
        while int(client.hget(Keys("en").head, "offset") or 0) < 5:
            assert process.poll() is None
        process.kill()
        process.wait()
        assert client.xlen(Keys("en").wire) < whole
    why = "an import into this store was interrupted: run `ticker import` with the same file again"
    for refuse in (("serve", "--port", "0"), ("export",)):
        assert ticker(*refuse, "--redis", target).refusal.startswith(why)
    (tmp_path / "other").write_bytes(backup)
    assert ticker("import", tmp_path / "other", "--redis", target).refusal.startswith(why)
    assert subprocess.run(import_it, env=environment(), check=False).returncode == 0
    assert kept(target) == kept(source)


@examples(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
        writing = asyncio.create_task(_write(Exporter(store).lines([])))
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
    assert run(target, _faults) == {"en": None, "drill-ar": None}


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
        assert run(target, _faults) == {"en": None, "drill-ar": None}
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
    content = await _write(Exporter(store).lines([]))
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


async def _write(lines: AsyncIterator[tuple[str, dict[str, Any]]]) -> bytes:
    out = io.BytesIO()
    writer = Writer(out)
    async for kind, values in lines:
        writer.write(kind, values)
    writer.end()
    return out.getvalue()


async def _faults(store: Store) -> dict[str, Any]:
    history = History(store, 1, timedelta(0))
    return {edition: (await history.verify(edition))[1] for edition in ("en", "drill-ar")}


async def test_readers_go_on_where_they_were(tmp_path: Path) -> None:
    """On another machine: no reset and no repeat, but for whoever saw what is not in the backup."""
    path = tmp_path / "backup"
    with serving(tmp_path / "old") as old:
        first = await old.remote.post("en", "Stays")
        killed = await old.remote.post("en", "Words that were wrong")
        early = await cursor(old.remote)
        assert (await old.remote.kill("en", killed["id"])).status == 200
        last = await old.remote.post("en", "Last")
        position = await cursor(old.remote)
        assert ticker("export", path, *old.store).out == "en: 4 entries\n"
        board = (await old.remote.get("/v1/en/flashes")).body
        await old.remote.post("en", "After the backup")
        later = await cursor(old.remote)
        running = ticker("import", path, *old.store).refusal
        assert running.startswith("a service runs on this store")
    assert ticker("import", path, "--data", tmp_path / "new").out == "en: 4 entries\n"
    with serving(tmp_path / "new", token=False) as new:
        new.token = old.token
        assert (await new.remote.get("/v1/en/flashes")).body == board
        for where, ids in ((position, []), (early, [killed["id"], last["id"]])):
            hello = await greeting(new.remote, where)
            assert (hello["reset"], hello["cursor"]) == (False, position)
            assert [it["id"] for it in hello["flashes"]] == ids
            assert "Words that were wrong" not in json.dumps(hello)
        hello = await greeting(new.remote, later)
        assert (hello["reset"], hello["cursor"]) == (True, position)
        assert [it["id"] for it in hello["flashes"]] == [last["id"], first["id"]]
        versions = await new.remote.request("GET", f"/v1/en/flashes/{killed['id']}/versions")
        assert "Words that were wrong" in versions.body.decode()
        assert (await new.remote.get(f"/v1/en/flashes/{killed['id']}")).status == 410


async def test_editors_go_on_where_they_were(tmp_path: Path) -> None:
    """What waits still waits; a request that is sent again after the restore does nothing again."""
    path = tmp_path / "backup"
    key = {"Idempotency-Key": "of-a-program"}
    with serving(tmp_path / "old") as old:
        draft = await post(old.remote, "Not yet", "?draft=true")
        once = await post(old.remote, "Once", headers=key)
        assert ticker("export", path, *old.store).code == 0
    assert ticker("import", path, "--data", tmp_path / "new").code == 0
    with serving(tmp_path / "new", token=False) as new:
        new.token = old.token
        position = await cursor(new.remote)
        assert await post(new.remote, "Once", headers=key) == once
        assert await cursor(new.remote) == position
        out = await new.remote.request("POST", f"/v1/en/flashes/{draft['id']}/release", body={})
        assert (out.status, out.json["version"]) == (200, 2)
    assert ticker("verify", "--data", tmp_path / "new").out.startswith("en: 2 entries, unbroken")


async def greeting(remote: Remote, after: str = "") -> dict[str, Any]:
    async with remote.live("en", f"cursor={after}") as reader:
        return await receive(reader)


async def cursor(remote: Remote) -> str:
    where: str = (await greeting(remote))["cursor"]
    return where


async def post(remote: Remote, headline: str, query: str = "", **more: Any) -> dict[str, Any]:
    answer = await remote.request(
        "POST", f"/v1/en/flashes{query}", body={"headline": headline}, **more
    )
    assert answer.status == 201, answer.body
    flash: dict[str, Any] = answer.json
    return flash
