"""Real servers for the tests: a Valkey, a Redis where there is one, and the service on a port."""

from __future__ import annotations

import logging
import math
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import redis
from argon2.profiles import CHEAPEST
from hypothesis import HealthCheck, settings as examples

from tests.support import scratch
from tests.support.order import ordered
from tests.support.process import PATIENCE, Ended, Serving, serving
from tests.support.replicated import server
from tests.support.service import Running, running
from ticker.accounts.passwords import Passwords
from ticker.accounts.sessions import Sessions
from ticker.accounts.tokens import Tokens
from ticker.accounts.users import Users
from ticker.cli import main
from ticker.news.document import utcnow
from ticker.server.valkey import EmbeddedValkey
from ticker.settings import Settings
from ticker.store import topology
from ticker.store.archive import Archive
from ticker.store.client import Store
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from tests.support.nodes import Node

# Speed is no property of ours: on a busy machine an example may take its time.
examples.register_profile(
    "ticker",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
examples.load_profile("ticker")
_CLAIMED = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have all files of the tests in memory, unless `--basetemp` says where; workers inherit it.

    Processes that the tests start mind Ctrl+C, also where a shell runs the tests in the background.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.option.basetemp or (folder := scratch.claim()) is None:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.option.basetemp = folder / "tests"
    config.stash[_CLAIMED] = folder


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Leave no files behind but those of a failure, to be read until the next run."""
    folder = session.config.stash.get(_CLAIMED, None)
    if folder is not None and exitstatus == pytest.ExitCode.OK:
        session.config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))


def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores: a test waits for processes, clocks and browsers half the time."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the tests, have long ones begin first."""
    if shared := getattr(config, "workerinput", None):
        items[:] = ordered(items, shared["workercount"])


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is meant to be dear, and the tests make hundreds; the real ones have their own test."""
    monkeypatch.setattr("ticker.accounts.passwords.RFC_9106_LOW_MEMORY", CHEAPEST)


@pytest.fixture(autouse=True)
def never_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may be busy while it tests; what a busy service does has its own tests."""
    monkeypatch.setattr("ticker.hub.load._BUSY_ABOVE", math.inf)


@pytest.fixture(autouse=True)
def patient_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may be late to connect to a store that is there; silence has tests of its own."""
    limits = cast("dict[str, Any]", topology.PATIENCE)
    monkeypatch.setitem(limits, "socket_connect_timeout", PATIENCE)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an embedded Valkey, as `ticker serve` starts it."""
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url


@pytest.fixture(scope="session")
def real_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis from `redis-server`, where that is installed (CI installs it)."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed here")
    folder = tmp_path_factory.mktemp("redis")
    path = folder / "redis.sock"
    process = subprocess.Popen(
        [
            binary,
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--dir",
            str(folder),
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
        ],
        stdout=subprocess.DEVNULL,
    )
    url = f"unix://{path}"
    with redis.Redis.from_url(url) as client:
        deadline = time.monotonic() + 20
        while not _answers(client):
            assert process.poll() is None
            assert time.monotonic() < deadline
    yield url
    process.terminate()
    process.wait()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture(params=["valkey", "redis"])
def any_store_url(request: pytest.FixtureRequest) -> str:
    """An empty store: the same test runs on Valkey and on Redis."""
    return _emptied(
        request.getfixturevalue("valkey" if request.param == "valkey" else "real_redis")
    )


@pytest.fixture
def store_url(valkey: str) -> str:
    """An empty Valkey."""
    return _emptied(valkey)


def _emptied(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url


@pytest.fixture
async def store(any_store_url: str) -> AsyncIterator[Store]:
    """Connections to an empty store, Valkey and Redis in turn."""
    opened = Store(any_store_url)
    yield opened
    await opened.close()


@pytest.fixture
async def valkey_store(store_url: str) -> AsyncIterator[Store]:
    """Connections to an empty Valkey."""
    opened = Store(store_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A server of its own with the users and rights that the manual names, for the tests of a file."""
    started = server(tmp_path_factory.mktemp("node"), "node")
    started.start()
    yield started
    started.stop()


@pytest.fixture
def wire(store: Store) -> Wire:
    return Wire(store)


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


@pytest.fixture
def tokens(store: Store) -> Tokens:
    return Tokens(store)


@pytest.fixture
def users(store: Store) -> Users:
    return Users(store, Passwords())


@pytest.fixture
def sessions(store: Store, users: Users) -> Sessions:
    return Sessions(store, users, timedelta(hours=2), timedelta(hours=12), utcnow)


@pytest.fixture
def settings(store_url: str) -> Settings:
    """Settings of a service on an empty Valkey and a free port."""
    return replace(Settings(), redis_url=store_url, port=0)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Running]:
    """A running service with an editor's token."""
    async with running(settings) as started:
        yield started


@pytest.fixture
def here(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Ended]]:
    """The command in this process, which is quicker where only its words and its code matter."""
    root, server = logging.getLogger(), logging.getLogger("uvicorn.error")
    kept = root.handlers[:], root.level, server.level
    handler = signal.getsignal(signal.SIGTERM)

    def run(*args: str | Path, env: Mapping[str, str] | None = None) -> Ended:
        for name in [name for name in os.environ if name.startswith("TICKER_")]:
            monkeypatch.delenv(name)
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        try:
            code = main([str(arg) for arg in args])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else -1
        return Ended(code, *capfd.readouterr())

    yield run
    root.handlers[:], root.level = kept[:2]
    server.setLevel(kept[2])
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that the tests of a file share; none of them may leave it broken."""
    with serving(tmp_path_factory.mktemp("served") / "data") as service:
        yield service


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service of two workers that the tests of a file share."""
    with serving(tmp_path_factory.mktemp("pair") / "data", "--workers", "2") as service:
        yield service
