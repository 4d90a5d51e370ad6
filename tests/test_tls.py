"""A store behind TLS: only the right one is talked to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.replicated import server
from tests.support.service import receive, running
from tests.support.tls import certificate, tls_before
from ticker.settings import Settings
from ticker.store import Store, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.nodes import Node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    started = server(tmp_path, "node")
    started.start()
    yield started
    started.stop()


async def test_the_service_runs_behind_tls_as_a_user_with_few_rights(
    node: Node, tmp_path: Path
) -> None:
    """With its authority, user and password in the URL, the store is used like any other."""
    shown = certificate(tmp_path, "store")
    async with tls_before(node.port, shown) as port:
        url = f"rediss://ticker:ticker@127.0.0.1:{port}/0?ssl_ca_certs={shown.file}"
        settings = replace(Settings(), redis_url=url, port=0)
        async with running(settings) as service, service.live("en") as reader:
            await receive(reader)
            line = await service.post("en", "Safe")
            assert (await receive(reader))["flash"]["headline"] == "Safe"
            assert (await service.kill("en", line["id"])).status == 200
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
