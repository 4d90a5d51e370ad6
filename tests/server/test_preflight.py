"""A store on which lines would be lost, or never taken, is refused before anybody is served."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.process import free_port, serving, ticker
from tests.support.replicated import server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.nodes import Node
    from tests.support.process import Ended

# What an operator did, how it is undone, and what they are told, with the cure.
UNFIT = {
    "eviction": (
        "CONFIG SET maxmemory-policy allkeys-lru",
        "CONFIG SET maxmemory-policy noeviction",
        "its maxmemory-policy is allkeys-lru (set maxmemory-policy noeviction)",
    ),
    "persistence": (
        "CONFIG SET appendonly no",
        "CONFIG SET appendonly yes",
        "it has no append-only file (set appendonly yes and appendfsync always)",
    ),
    "right": (
        "ACL SETUSER ticker -zadd -hget",
        "ACL SETUSER ticker +zadd +hget",
        "the store's user lacks a right that this service needs: hget, zadd; docs/stores.md",
    ),
    "script": (
        "ACL SETUSER ticker -evalsha",
        "ACL SETUSER ticker +evalsha",
        "the store's user lacks a right that this service needs: NoPermissionError",
    ),
    "channel": (
        "ACL SETUSER ticker resetchannels",
        "ACL SETUSER ticker &{ticker:*",
        "the store's user lacks a right that this service needs: publish, subscribe;",
    ),
}
RISKS = ("eviction", "persistence")


def url(node: Node) -> str:
    return f"redis://ticker:ticker@127.0.0.1:{node.port}"


def refused(node: Node) -> Ended:
    return ticker("serve", "--port", str(free_port()), "--redis", url(node))


@pytest.mark.parametrize("what", UNFIT)
def test_an_unfit_store_is_refused(node: Node, what: str) -> None:
    """With a code of its own, what is wrong, and what to do; supervisors need not try again."""
    fault, cure, words = UNFIT[what]
    assert node.ask(*fault.split()) == "OK"
    try:
        ended = refused(node)
    finally:
        node.ask(*cure.split())
    assert ended.code == os.EX_CONFIG
    assert ended.err.splitlines()[-1].startswith("ticker: ")
    assert words in ended.err.splitlines()[-1]
    assert ("TICKER_STORE_RISKS=accept" in ended.err) is (what in RISKS)


@pytest.mark.parametrize("what", RISKS)
def test_who_says_so_serves_on_it(node: Node, tmp_path: Path, what: str) -> None:
    """A test, or a managed store that is kept in other ways: it starts, and is loud."""
    fault, cure, _ = UNFIT[what]
    node.ask(*fault.split())
    settings = {"TICKER_STORE_RISKS": "accept"}
    try:
        with serving(tmp_path / "data", redis=url(node), token=False, settings=settings) as service:
            assert service.client.is_ready()
            assert '"level": "error"' in service.log.lower()
    finally:
        node.ask(*cure.split())


def test_what_may_not_be_asked_is_not_refused(node: Node, tmp_path: Path) -> None:
    """A managed store that tells nobody how it is set serves; that it is not known is said."""
    node.ask("ACL", "SETUSER", "ticker", "-info")
    try:
        with serving(tmp_path / "data", redis=url(node), token=False) as service:
            while "may not ask how it is set" not in service.log:
                assert service.process.poll() is None
    finally:
        node.ask("ACL", "SETUSER", "ticker", "+info")


def test_a_renamed_command_is_refused(tmp_path: Path) -> None:
    """No line could ever be stored, though all that is asked meanwhile is answered."""
    renamed = server(tmp_path, "renamed", ["rename-command RPUSH ''"])
    renamed.start()
    try:
        ended = refused(renamed)
    finally:
        renamed.stop()
    assert ended.code == os.EX_CONFIG
    assert "rpush (the server does not have it)" in ended.err
