"""`ticker import`: what was acknowledged comes back, and nothing twice."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import redis
from hypothesis import example, given, settings as examples

from tests.editing.test_intake import RULES, ask
from tests.support.flashes import NOON
from tests.support.newsroom import EVERYTHING, Newsroom, at, empty, kept, play, run, steps
from tests.support.nodes import until
from tests.support.process import PATIENCE, command, environment, serving, ticker
from tests.support.replicated import server
from tests.support.service import receive, running
from ticker.accounts.audit import Audit
from ticker.accounts.passwords import Passwords
from ticker.accounts.principal import Principal, Role
from ticker.accounts.tokens import Tokens
from ticker.accounts.users import Users
from ticker.backup.format import BackupError, check
from ticker.backup.restore import Restorer
from ticker.bench.history import write_backup
from ticker.commands.backups import export, restore
from ticker.editing.intake import Intake
from ticker.news.document import format_time, utcnow
from ticker.news.search_query import SearchQuery, typed
from ticker.settings import Settings
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError
from ticker.store.full_text import FullText
from ticker.store.full_text_index import FullTextIndex
from ticker.store.import_lock import ImportLock, UnfinishedImportError
from ticker.store.keys import Keys
from ticker.store.widgets import WidgetScripts
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.process import Here
    from tests.support.service import Remote

_real = examples(max_examples=40)


@_real
@given(steps)
@example(EVERYTHING)
def test_a_store_comes_back_key_for_key(
    any_store_url: str, tmp_path: Path, played: list[tuple[str, str, int]]
) -> None:
    """Whatever the newsroom did, log, boards, queues, versions and accounts are as they were."""
    source, target = any_store_url, f"{any_store_url}?db=1"
    empty(source)
    empty(target)
    play(source, [("publish", "en", 1), *played])
    path = tmp_path / "backup.jsonl"
    said = export(at(source), str(path), [], force=True)
    assert restore(at(target), str(path), []) == said
    assert kept(target) == kept(source)


def test_the_commands_bring_a_newsroom_back(
    here: Here, source: str, target: str, tmp_path: Path
) -> None:
    """By file and by pipe; people log in and programs post as before, and the logs are unbroken."""
    play(source, EVERYTHING)

    async def people(store: Store) -> str:
        principal = Principal("amal", Role.EDITOR, frozenset(), NOON, None)
        await Users(store, Passwords()).add(principal, "correct horse battery")
        await WidgetScripts(store).keep("ticker-1.js", "export {};\n")
        return await Tokens(store).create(principal)

    token = run(source, people)
    path = tmp_path / "backup.jsonl"
    assert here("export", path, "--redis", source).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert "exists; take another name" in here("export", path, "--redis", source).refusal
    assert here("export", path, "--force", "--redis", source).code == 0
    assert [item.name for item in tmp_path.iterdir()] == [path.name]

    ours = here("export", "--redis", source).out.encode()
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
    whole = here("verify", "--redis", target)
    assert (whole.code, whole.out) == (0, here("verify", "--redis", source).out)

    async def checked(store: Store) -> None:
        assert await Users(store, Passwords()).check("amal", "correct horse battery") is not None
        assert await Tokens(store).verify(token, NOON) is not None
        assert await Tokens(store).revoke("amal")
        assert await WidgetScripts(store).all() == {"ticker-1.js": "export {};\n"}

    run(target, checked)


def test_what_comes_back_is_found(source: str, target: str, tmp_path: Path) -> None:
    """Search finds in the new store what it found in the old one, before it is indexed and after."""
    play(source, EVERYTHING)
    path = tmp_path / "backup"
    export(at(source), str(path), [], force=False)
    restore(at(target), str(path), [])

    async def found(store: Store) -> list[list[tuple[str, int]]]:
        search, query = FullText(store), SearchQuery(words=typed("publish"))
        pages = [await search.find("en", query, None, 50, everything=it) for it in (False, True)]
        return [[(it.newest.flash.id, it.matched.flash.version) for it in page.hits]
                for page in pages]  # fmt: skip

    before = run(source, found)
    assert all(before)
    assert run(target, found) == before
    assert run(target, lambda store: FullTextIndex(store, "hub").extend("en")) is not None
    assert run(target, found) == before


def test_versions_are_put_in_by_the_hundred(here: Here, target: str, tmp_path: Path) -> None:
    """A long log costs a call of the store for each hundred entries, and comes out unbroken."""
    path = tmp_path / "backup"
    with path.open("wb") as file:
        write_backup(file, 450)
    with redis.Redis.from_url(target) as client:
        client.config_resetstat()
        assert restore(at(target), str(path), []) == ["en: 450 entries"]
        stats = client.info("commandstats")
        calls = {name: stats.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("eval", "evalsha")}  # fmt: skip
    # One that the store did not know the script for yet.
    assert sum(calls.values()) <= 6
    assert here("verify", "--redis", target).out.startswith("en: 450 entries, unbroken")


def test_a_backup_that_does_not_fit_is_found(target: str, tmp_path: Path) -> None:
    """Where the store has another version of a line, the import says which, and ends."""
    path = tmp_path / "backup"
    with path.open("wb") as file:
        write_backup(file, 250)

    async def half(store: Store) -> None:
        with path.open("rb") as file:
            restorer = Restorer(store, check(file), [])
            await restorer.begin()
            file.seek(0)
            await restorer.write(file)

    run(target, half)
    with redis.Redis.from_url(target) as client:
        (name,) = [it for it in client.keys("*versions:*") if client.llen(it) == 2][:1]
        client.lset(name, 0, "{}")
    with pytest.raises(BackupError, match="the store has another version 1 of"):
        restore(at(target), str(path), [])


async def test_the_documented_rights_will_do(tmp_path: Path) -> None:
    """A store's user with the rights that the manual names can be backed up and restored."""
    stores = [server(tmp_path, name) for name in ("from", "to")]
    urls = [f"redis://ticker:ticker@127.0.0.1:{store.port}" for store in stores]
    with ExitStack() as stack:
        for store in stores:
            stack.callback(store.stop)
            store.start()
        async with running(replace(Settings(), redis_url=urls[0], port=0)) as service:
            for line in ("One", "Two"):
                await service.post("en", line)
            draft = {"headline": "Three"}
            await service.request("POST", "/v1/en/flashes?draft=yes", body=draft)
        path = tmp_path / "backup.jsonl"
        for step in (("export", path, "--redis", urls[0]), ("import", path, "--redis", urls[1])):
            done = await asyncio.to_thread(ticker, *step)
            assert done.code == 0, done.err
        for store in stores:
            assert store.ask("ACL", "LOG") == []


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


async def import_half(url: str, backup: bytes, lines: int) -> None:
    """What an import has done when it is killed after so many lines."""
    store = Store(url)
    try:
        restorer = Restorer(store, check(io.BytesIO(backup)), [])
        await restorer.begin()
        half = b"".join(backup.splitlines(keepends=True)[:lines])
        with pytest.raises(BackupError, match="the file ends here"):
            await restorer.write(io.BytesIO(half))
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
        with pytest.raises(
            UnfinishedImportError, match="an import into this store was interrupted"
        ):
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
    for _ in range(8):
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


def test_a_hub_waits_for_the_rest_of_a_backup(backup: bytes, tmp_path: Path) -> None:
    """A hub that began while the store was away shows no half of it, and lets the import go on."""
    node = server(tmp_path, "node")
    address = f"redis://tester:tester@127.0.0.1:{node.port}"
    node.start()
    try:
        asyncio.run(import_half(address, backup, backup.count(b"\n") // 2))
        node.stop()
        with serving(tmp_path / "data", redis=address, token=False, ready=False) as hub:
            until(lambda: "store is away" in hub.log, "the hub misses its store")
            node.start()
            until(lambda: "hub waits: an import into" in hub.log, "the hub says why")
            assert hub.log.count("hub waits") == 1
            assert not hub.client.is_ready()
            posting = hub.remote.request("POST", "/v1/en/flashes", body={"headline": "Too early"})
            posted = asyncio.run(posting)
            assert (posted.status, posted.headers["retry-after"]) == (503, "2")
            imported = ticker("import", tmp_path / "whole", "--redis", address)
            assert imported.code == 0, imported.err
            hub.await_ready()
            until(lambda: "store is back after" in hub.log, "the hub says that it is over")
        assert ticker("verify", "--redis", address).code == 0
    finally:
        node.stop()


@pytest.mark.parametrize("past", [[], ["Lost"]], ids=["no line", "a line"])
async def test_a_hub_that_outlived_its_store_waits_too(
    past: list[str], source: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows nothing of the half, releases nothing into it, and takes no line before the end."""
    path = tmp_path / "whole"
    token = await asyncio.to_thread(backed_up, source, path)
    backup = path.read_bytes()
    monkeypatch.setattr("ticker.store.presence.Presence.hubs", no_hubs)
    async with running(replace(at(target), port=0)) as service:
        for line in past:
            await service.post("en", line)
        empty(target)
        await import_half(target, backup, backup.count(b"\n") - 1)

        async def post(headline: str) -> Any:
            body = {"headline": headline}
            return await service.request("POST", "/v1/en/flashes", body=body, token=token)

        early = [await post("Too early")]
        await until_status(service, 503)
        early.append(await post("Still too early"))
        assert [(it.status, it.headers["retry-after"]) for it in early] == [(503, "2")] * 2
        assert b"From the backup" not in (await service.get("/v1/en/flashes")).body
        await asyncio.to_thread(restore, at(target), str(path), [])
        await until_status(service, 200)
        assert (await post("At last")).status == 201
        board = {"At last", "From the backup", "Embargoed"}
        async with asyncio.timeout(PATIENCE):
            while board != set(await headlines(service)):
                pass
    assert (await asyncio.to_thread(ticker, "verify", "--redis", target)).code == 0


def backed_up(url: str, path: Path) -> str:
    """A line, another whose embargo has ended, and a program's token, in a backup."""

    async def job(store: Store) -> str:
        intake = Intake(Wire(store), Archive(store), RULES, lambda: utcnow() - timedelta(hours=2))
        await intake.publish(ask(), {"headline": "From the backup"})
        end = format_time(utcnow() - timedelta(hours=1))
        await intake.publish(ask(), {"headline": "Embargoed", "embargoed": end})
        return await Tokens(store).create(Principal("x", Role.EDITOR, frozenset(), NOON, None))

    token: str = run(url, job)
    export(at(url), str(path), [], force=False)
    return token


async def no_hubs(_: Store) -> list[str]:
    """As in the half minute after the hubs' names went with all else."""
    return []


async def until_status(remote: Remote, status: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await remote.get("/readyz")).status != status:
            pass


async def headlines(remote: Remote) -> list[str]:
    return [item["headline"] for item in (await greeting(remote))["flashes"]]


def test_a_line_that_came_just_before_the_lock_stays(
    backup: bytes, source: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was acknowledged: the import leaves its store as it is, and others can go on to write."""
    set_lock = ImportLock.set

    async def late(lock: ImportLock, name: str, editions: list[str]) -> None:
        store = Store(target)
        await Newsroom(store).do("publish", "en", 1)
        await store.close()
        await set_lock(lock, name, editions)

    monkeypatch.setattr(ImportLock, "set", late)
    with pytest.raises(BackupError, match="the store is not empty, it has lines of en"):
        restore(at(target), str(tmp_path / "whole"), [])
    play(target, [("publish", "en", 1)])
    with redis.Redis.from_url(target) as client:
        assert client.xlen(Keys("en").wire) == 2


async def test_nobody_gets_into_the_audit_log_of_half_a_backup(target: str) -> None:
    """Who logs in while an import goes on would end it: they are told to come back."""
    store = Store(target)
    lock, audit = ImportLock(store), Audit(store)
    await lock.set("sum", [])
    with pytest.raises(StoreUnavailableError, match="half of a backup"):
        await audit.note("x", "login")
    await audit.append("{}", 1)
    await lock.clear([])
    await audit.note("x", "login")
    assert await audit.verify() == (2, None)
    await store.close()


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
