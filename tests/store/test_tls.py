"""A store behind TLS: only the right one is talked to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import redis

from tests.support.nodes import table, until
from tests.support.process import free_port
from tests.support.replicated import DOCUMENT, documented_rights, server
from tests.support.service import receive, running
from tests.support.tls import certificate, tls_before
from ticker.server.process import die_with_parent
from ticker.settings import Settings
from ticker.store.client import Store
from ticker.store.faults import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.nodes import Node
    from tests.support.tls import Certificate

# The embedded Valkey is built without TLS.
_REDIS = shutil.which("redis-server")
_NEEDS_REDIS = pytest.mark.skipif(_REDIS is None, reason="redis-server is not installed here")
_TLS = """\
port 0
tls-port {port}
bind 127.0.0.1
dir "{folder}"
tls-cert-file cert
tls-key-file key
tls-ca-cert-file "{authority}"
tls-auth-clients no
tls-replication yes
tls-cluster yes
save ""
"""
_USERS = """\
user default off
user tester on >tester ~* &* +@all
user ticker on >ticker {rights}
"""
# Of Redis 7.2: docs/stores.md says to leave them out before.
_NEWER = (" +client|setinfo", " +waitaof")
_SENTINEL = """\
user default off
user tester on >tester ~* &* +@all
user watcher on >watcher -@all {rights}
sentinel monitor newsroom 127.0.0.1 {primary} 1
sentinel auth-user newsroom tester
sentinel auth-pass newsroom tester
"""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    started = server(tmp_path, "node")
    started.start()
    yield started
    started.stop()


async def _is_used(url: str, shown: Certificate, more: str = "") -> None:
    url = f"{url}?ssl_ca_certs={shown.file}{more}"
    settings = replace(Settings(), redis_url=url, port=0)
    async with running(settings) as service, service.live("en") as reader:
        await receive(reader)
        line = await service.post("en", "Safe")
        assert (await receive(reader))["flash"]["headline"] == "Safe"
        assert (await service.kill("en", line["id"])).status == 200


async def test_the_service_runs_behind_tls_as_a_user_with_few_rights(
    node: Node, tmp_path: Path
) -> None:
    """With its authority, user and password in the URL, the store is used like any other."""
    shown = certificate(tmp_path, "store")
    async with tls_before(node.port, shown) as port:
        await _is_used(f"rediss://ticker:ticker@127.0.0.1:{port}/0", shown)
    assert node.ask("ACL", "LOG") == [], "docs/stores.md names too few rights"


@pytest.mark.parametrize(
    ("login", "wrong"),
    [("ticker:ticker", "authority"), ("ticker:ticker", "host"), ("ticker:guess", "password")],
)
async def test_a_wrong_store_or_password_is_refused(
    node: Node, tmp_path: Path, login: str, wrong: str
) -> None:
    """Nobody between us and the store can pass for it; a wrong password is said at once."""
    shown, other = certificate(tmp_path, "store"), certificate(tmp_path, "other")
    trusted = other if wrong == "authority" else shown
    host = "localhost" if wrong == "host" else "127.0.0.1"
    async with tls_before(node.port, shown) as port:
        store = Store(f"rediss://{login}@{host}:{port}?ssl_ca_certs={trusted.file}")
        with pytest.raises(StoreUnavailableError, match=r"(?i)certificate|auth|password"):
            await store.ping()
        await store.close()


@contextmanager
def redis_with_tls(
    folder: Path, shown: Certificate, lines: str, *args: str
) -> Iterator[redis.Redis]:
    """A Redis that speaks nothing but TLS, and a client of it that may do all."""
    assert _REDIS is not None
    folder.mkdir()
    shown.shown.private_key_pem.write_to_path(folder / "key")
    shown.shown.cert_chain_pems[0].write_to_path(folder / "cert")
    port = free_port()
    own = _TLS.format(port=port, folder=folder, authority=shown.file)
    (folder / "conf").write_text(own + lines)
    process = subprocess.Popen(
        [_REDIS, str(folder / "conf"), *args],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - from the main thread
    )
    client = redis.Redis(
        host="127.0.0.1",
        port=port,
        ssl=True,
        ssl_ca_certs=str(shown.file),
        username="tester",
        password="tester",
        decode_responses=True,
    )

    def answers() -> bool:
        assert process.poll() is None
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    try:
        until(answers, "it answers")
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait()


def _users() -> str:
    """A user with the rights that the manual names for this version of Redis."""
    assert _REDIS is not None
    said = subprocess.run([_REDIS, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"v=(\d+)\.(\d+)", said.stdout)
    assert found is not None
    rights = documented_rights()
    if (int(found[1]), int(found[2])) < (7, 2):
        for newer in _NEWER:
            rights = rights.replace(newer, "")
    return _USERS.format(rights=rights)


def _port(client: redis.Redis) -> int:
    return int(client.connection_pool.connection_kwargs["port"])


def _sentinel_rights() -> str:
    """What the manual says that a sentinel's user needs."""
    (rights,) = re.findall(r"The sentinels' user needs `(.+?)`", DOCUMENT.read_text())
    return str(rights)


@_NEEDS_REDIS
async def test_sentinels_and_their_primary_behind_tls(tmp_path: Path) -> None:
    """With `rediss+sentinel` all of them are talked to by TLS alone, with the same authority."""
    shown, users = certificate(tmp_path, "store"), _users()
    with redis_with_tls(tmp_path / "primary", shown, users) as primary:
        watch = _SENTINEL.format(primary=_port(primary), rights=_sentinel_rights())
        with redis_with_tls(tmp_path / "sentinel", shown, watch, "--sentinel") as sentinel:
            url = f"rediss+sentinel://ticker:ticker@127.0.0.1:{_port(sentinel)}/newsroom"
            await _is_used(url, shown, "&sentinel_username=watcher&sentinel_password=watcher")
            assert primary.acl_log() == []
            assert sentinel.acl_log() == []


@_NEEDS_REDIS
async def test_a_cluster_behind_tls(tmp_path: Path) -> None:
    """With `rediss+cluster` every node is talked to by TLS, with the same authority."""
    shown, users = certificate(tmp_path, "store"), _users()
    lines = f"cluster-enabled yes\ncluster-port {free_port()}\n{users}"
    with redis_with_tls(tmp_path / "node", shown, lines) as node:
        ask: Any = node.execute_command
        ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        until(lambda: table(ask("CLUSTER", "INFO"))["cluster_state"] == "ok", "it has all slots")
        await _is_used(f"rediss+cluster://ticker:ticker@127.0.0.1:{_port(node)}", shown)
        assert node.acl_log() == []
