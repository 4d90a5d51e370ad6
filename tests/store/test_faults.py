"""Why the store does nothing, in its words: to editors, in the log, in metrics, and by commands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import uvloop
from redis._parsers.base import BaseParser

from tests.support.link import linked
from tests.support.process import ticker
from tests.support.service import Running, running
from ticker.settings import Settings
from ticker.store.client import Store
from ticker.store.faults import Reason, StoreUnavailableError, reason_of, store_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from redis.asyncio import Connection

    from tests.support.nodes import Node

# What an operator did → the reason, and how it is undone.
FAULTS = {
    "CONFIG SET min-replicas-to-write 1": (Reason.REPLICAS, "CONFIG SET min-replicas-to-write 0"),
    "CONFIG SET maxmemory 1": (Reason.MEMORY, "CONFIG SET maxmemory 0"),
    "REPLICAOF 127.0.0.1 1": (Reason.READONLY, "REPLICAOF NO ONE"),
    "ACL SETUSER ticker -xadd": (Reason.RIGHTS, "ACL SETUSER ticker +xadd"),
    "ACL SETUSER ticker -zadd": (Reason.RIGHTS, "ACL SETUSER ticker +zadd"),
    "ACL SETUSER ticker -publish": (Reason.RIGHTS, "ACL SETUSER ticker +publish"),
    "ACL SETUSER ticker -evalsha": (Reason.RIGHTS, "ACL SETUSER ticker +evalsha"),
}


def address(node: Node) -> str:
    return f"redis://ticker:ticker@127.0.0.1:{node.port}"


@pytest.fixture
async def ours(node: Node) -> AsyncIterator[Running]:
    async with running(replace(Settings(), redis_url=address(node), port=0)) as service:
        yield service


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_editor_is_told_why(
    ours: Running, node: Node, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a store refuses a line for stands in the answer, the log, metrics and /readyz."""
    reason, cure = FAULTS[fault]
    assert node.ask(*fault.split()) == "OK"
    try:
        for _ in range(3):
            answer = await ours.request("POST", "/v1/en/flashes", body={"headline": "A line"})
            assert answer.status == 503
            assert reason.value[1:] in answer.json["detail"]
        while (ready := await ours.get("/readyz")).status == 200:
            pass
        assert reason.value[1:] in ready.json["detail"]
        metrics = (await ours.get("/metrics")).body.decode()
        assert f'ticker_store_refusals_total{{reason="{reason.label}"}}' in metrics
        said = [it.getMessage() for it in caplog.records if reason.value in it.getMessage()]
        assert len([it for it in said if it.startswith("editors get 503")]) == 1
        refused = await asyncio.to_thread(
            ticker, "token", "create", "x", "--role", "editor", "--redis", address(node)
        )
        if reason is not Reason.RIGHTS:  # tokens need others
            assert refused.refusal.startswith(reason.value)
    finally:
        assert node.ask(*cure.split()) == "OK"
    while (await ours.get("/readyz")).status != 200:
        pass
    assert "lines are taken again after" in caplog.text
    await ours.post("en", "Another")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("MISCONF Errors writing to the AOF file: No space left on device", Reason.DISK),
        ("BUSY Redis is busy running a script.", Reason.BUSY),
        ("LOADING Redis is loading the dataset in memory", Reason.LOADING),
        ("MASTERDOWN Link with MASTER is down", Reason.ORPHAN),
        ("CLUSTERDOWN Hash slot not served", Reason.CLUSTER),
        ("TRYAGAIN Multiple keys request during rehashing of slot", Reason.MOVED),
        ("NOAUTH Authentication required.", Reason.LOGIN),
        ("WRONGPASS invalid username-password pair or user is disabled.", Reason.LOGIN),
        ("ERR max number of clients reached", Reason.CLIENTS),
        ("ERR unknown command 'XADD', with args beginning with: ", Reason.COMMAND),
        ("ERR Unknown Redis command called from script script: 1", Reason.COMMAND),
        ("WRONGTYPE Operation against a key", Reason.REFUSED),
    ],
)
def test_what_a_store_says_has_its_reason(said: str, reason: Reason) -> None:
    """Each refusal that a server has words for is told from the others."""
    parse: Any = BaseParser.parse_error
    assert reason_of(parse(said)) is reason


async def test_absence_and_silence_are_told_apart(store_url: str, tmp_path: Path) -> None:
    """A store that is not there is away, one that says nothing does not answer in time."""
    async with linked(store_url, tmp_path / "link") as (link, bad_url):
        for act, reason in ((link.stall, Reason.SILENT), (None, Reason.AWAY)):
            store = Store(bad_url if act else "redis://127.0.0.1:1")
            if act:
                await store.ping()
                act()
            with pytest.raises(StoreUnavailableError) as refusal:
                await store.ping()
            assert refusal.value.reason is reason
            link.heal()
            await store.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_connection_closed_by_another_task_is_the_stores_absence(
    run: Callable[[Coroutine[None, None, None]], None], valkey: str
) -> None:
    """Whatever the event loop makes of a connection that is torn at that moment, it is a 503."""

    async def torn() -> None:
        store = Store(valkey)
        connection = await store.commands.connection_pool.get_connection()
        connection._writer.transport.abort()
        with pytest.raises(StoreUnavailableError) as refusal:
            await twice(connection)
        assert refusal.value.reason is Reason.AWAY
        await connection.disconnect(nowait=True)
        await store.close()

    async def twice(connection: Connection) -> None:
        with store_errors():
            for _ in range(2):
                await connection.send_packed_command([b"PING"], check_health=False)
                await asyncio.sleep(0)
            await connection.read_response()

    run(torn())


async def test_a_fault_of_our_own_is_none_of_the_stores() -> None:
    """A bug is a 500 with its trace in the log, and does not hide behind the store."""
    for error in (RuntimeError("the handler is closed"), AttributeError("x"), KeyError("y")):
        with pytest.raises(type(error)), store_errors():
            raise error
