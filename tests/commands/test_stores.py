"""Which store a command works on, and what it says where that store does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.process import free_port
from ticker.cli import main
from ticker.commands.stores import store_url
from ticker.server.valkey import DataDirInUseError, is_running, url
from ticker.settings import Settings
from ticker.store.client import Store
from ticker.store.faults import Reason

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.nodes import Node
    from tests.support.process import Serving

WRITING = {
    "token create": ["token", "create", "new", "--role", "editor"],
    "token revoke": ["token", "revoke", "kept"],
    "user add": ["user", "add", "new", "--role", "editor"],
    "user remove": ["user", "remove", "kept"],
    "user password": ["user", "password", "kept"],
    "import": ["import", "{backup}"],
}
READING = {
    "token list": ["token", "list"],
    "user list": ["user", "list"],
    "verify": ["verify"],
    "export": ["export", "{folder}/new.jsonl"],
}
# What an operator did → what it is called, and how it is undone.
FAULTS = {
    "CONFIG SET min-replicas-to-write 1": (Reason.REPLICAS, "CONFIG SET min-replicas-to-write 0"),
    "CONFIG SET maxmemory 1": (Reason.MEMORY, "CONFIG SET maxmemory 0"),
    "REPLICAOF 127.0.0.1 1": (Reason.READONLY, "REPLICAOF NO ONE"),
}


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a store that has a user."""
    folder = tmp_path_factory.mktemp("backup")
    data = ["--data", str(folder / "data")]
    assert main(["user", "add", "amal", "--role", "editor", *data]) == 0
    assert main(["export", str(folder / "backup.jsonl"), *data]) == 0
    return folder / "backup.jsonl"


def address(port: int, database: int = 0) -> str:
    return f"redis://ticker:ticker@127.0.0.1:{port}/{database}"


# A full store still ends them, and only the audit log has no room for it.
ENDING = {"token revoke", "user remove"}


def said(
    args: list[str], url: str, capsys: pytest.CaptureFixture[str], *, done: bool = False
) -> str:
    """The one line of a command that was refused, or that was done and warns."""
    capsys.readouterr()
    assert main([*args, "--redis", url]) == (0 if done else 1)
    (line,) = capsys.readouterr().err.splitlines()
    return line.removeprefix("ticker: ")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", WRITING)
def test_a_command_says_why_the_store_refuses(
    node: Node, backup: Path, command: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the words that editors and the log have for it, not in those of a library."""
    args = [arg.format(backup=backup) for arg in WRITING[command]]
    reason, cure = FAULTS[fault]
    # Some are done all the same, and then cannot be entered in the audit log.
    assert node.ask("FLUSHALL") == "OK"
    for make in (["token", "create"], ["user", "add"]):
        assert main([*make, "kept", "--role", "editor", "--redis", address(node.port)]) == 0
    assert node.ask(*fault.split()) == "OK"
    try:
        # An import wants an empty store.
        url, done = address(node.port, int(command == "import")), command in ENDING
        words = said(args, url, capsys, done=done and reason is Reason.MEMORY)
    finally:
        node.ask(*cure.split())
    assert reason.value in words


@pytest.mark.parametrize("command", [*WRITING, *READING])
def test_a_command_says_that_the_store_is_away(
    backup: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every one of them."""
    args = [arg.format(backup=backup, folder=tmp_path) for arg in (WRITING | READING)[command]]
    assert said(args, address(free_port()), capsys).startswith(Reason.AWAY.value)
    assert not (tmp_path / "new.jsonl").exists()


async def _ping(address: str) -> None:
    store = Store(address)
    try:
        await store.ping()
    finally:
        await store.close()


async def test_store_of_a_running_service(served: Serving) -> None:
    """A command finds the store of the service that runs, and leaves it running."""
    with store_url(replace(Settings(), data_dir=served.data)) as address:
        assert address == url(served.data)
        await _ping(address)
    assert is_running(served.data)


async def test_store_of_a_stopped_service(tmp_path: Path) -> None:
    """A command starts the store when no service runs, and stops it when it is done."""
    with store_url(replace(Settings(), data_dir=tmp_path)) as address:
        await _ping(address)
    assert not is_running(tmp_path)


def test_store_elsewhere(tmp_path: Path) -> None:
    """With a Redis of the operator's own nothing is started, and no directory is made."""
    elsewhere = "redis://redis.example:6379/0"
    data = tmp_path / "data"
    with store_url(replace(Settings(), redis_url=elsewhere, data_dir=data)) as address:
        assert address == elsewhere
    assert not data.exists()


def test_store_is_busy_starting(tmp_path: Path) -> None:
    """While another command holds the directory, one that needs it says who that is."""
    settings = replace(Settings(), data_dir=tmp_path)
    with store_url(settings):
        (tmp_path / "valkey.sock").rename(tmp_path / "hidden")
        with pytest.raises(DataDirInUseError, match="in use by process"), store_url(settings):
            pass
        (tmp_path / "hidden").rename(tmp_path / "valkey.sock")
