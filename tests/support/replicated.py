"""Replicated stores as real processes on loopback: a Sentinel set and a Cluster.

    with sentinel_set(folder) as store:  # a primary, two replicas, three sentinels
    with cluster(folder) as store:       # three primaries with a replica each

Both give a `Replicated`; start them from the main thread, once for a module, since each takes
seconds. An edition's primary and replicas are those of the shard that holds the edition's keys;
with Sentinel that is the same for all editions.

`store.url`                          for `Settings.redis_url` and `--redis`
`store.primary(edition)`             the `Node` that takes the edition's writes now
`store.replicas(edition)`            the `Node`s that copy it and are alive
`store.kill_primary(edition)`        SIGKILL; returns the Node, which `store.start(node)` brings back
`store.pause_primary(edition)`       SIGSTOP; returns the Node, which `store.go_on(node)` wakes
`store.isolate_primary(edition)`     it goes on and takes clients, but its peers no longer reach it;
                                     `store.heal(node)` ends that
`store.cut_replicas(edition)`        what is written from now on reaches no replica;
                                     `store.heal(node)` ends that; returns the primary
`store.await_failover(edition, old)` until another than `old` takes the edition's writes
`store.lose_tail(edition, old)`      after `cut_replicas`: kill the primary and let a replica take
                                     over: all that was written since the cut is lost
`store.mend()`                       everything runs, is linked and in step again

`store.url` logs in as a user with no more rights than docs/stores.md names; `node.ask` may do all.

All of them block; call them with `asyncio.to_thread` but for `start` and `mend`, which start
processes and so belong to the main thread. Nothing outlives the test process.
"""

from __future__ import annotations

import re
import signal
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.nodes import Node, until
from tests.support.process import free_port
from tests.support.topologies import PRIMARIES, SERVICE, Sentinels, Slots, Topology

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCUMENT = Path(__file__).parents[2] / "docs" / "stores.md"
# Everybody logs in as a user of their own, so that a link can be cut by taking the user's rights.
_NODE = """\
port {port}
bind 127.0.0.1
dir "{folder}"
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
repl-diskless-sync-delay 0
repl-ping-replica-period 1
repl-timeout 5
enable-debug-command local
user default off
user tester on >tester ~* &* +@all
user ticker on >ticker {rights}
user copier on >copier ~* &* +@all
user watcher on >watcher ~* &* +@all
primaryuser copier
primaryauth copier
"""
_CLUSTER = """\
cluster-enabled yes
cluster-config-file nodes.conf
cluster-port {bus}
cluster-node-timeout 1000
cluster-replica-validity-factor 0
"""
# A failover is tried again after twice its time-out.
_SENTINEL = """\
port {port}
bind 127.0.0.1
dir "{folder}"
sentinel monitor {service} 127.0.0.1 {primary} 2
sentinel down-after-milliseconds {service} {patience}
sentinel failover-timeout {service} 3000
sentinel auth-user {service} watcher
sentinel auth-pass {service} watcher
"""


@dataclass(slots=True)
class Replicated:
    """A Sentinel set or a Cluster; the module says what it can do."""

    nodes: Sequence[Node]
    topology: Topology

    @property
    def url(self) -> str:
        return self.topology.url

    def primary(self, edition: str) -> Node:
        found: list[Node] = []

        def look() -> bool:
            port = self.topology.primary_port(edition)
            found[:] = [node for node in self.nodes if node.port == port]
            return bool(found)

        until(look, f"{edition} has a primary")
        return found[0]

    def replicas(self, edition: str) -> list[Node]:
        port = self.primary(edition).port
        return [node for node in self.nodes if node.info().get("master_port") == str(port)]

    def start(self, node: Node) -> None:
        node.start()

    def go_on(self, node: Node) -> None:
        node.signal(signal.SIGCONT)

    def kill_primary(self, edition: str) -> Node:
        node = self.primary(edition)
        node.kill()
        return node

    def pause_primary(self, edition: str) -> Node:
        node = self.primary(edition)
        node.signal(signal.SIGSTOP)
        return node

    def isolate_primary(self, edition: str) -> Node:
        node = self.primary(edition)
        self._stop_copying(node)
        self.topology.isolate(node, alone=True)
        return node

    def cut_replicas(self, edition: str) -> Node:
        node = self.primary(edition)
        self._stop_copying(node)
        return node

    def heal(self, node: Node) -> None:
        node.ask("ACL", "SETUSER", "copier", "on")
        self.topology.isolate(node, alone=False)

    def await_failover(self, edition: str, old: Node) -> Node:
        """Until another node takes the edition's writes; returns it."""

        def is_other() -> bool:
            new = self.primary(edition)
            return new is not old and new.info().get("role") == "master"

        until(is_other, f"another than {old.port} is primary of {edition}")
        return self.primary(edition)

    def lose_tail(self, edition: str, old: Node) -> Node:
        """All that was written since `cut_replicas` is lost; returns the new primary."""
        assert old.info()["connected_slaves"] == "0", "its replicas are not cut off"
        old.kill()
        return self.await_failover(edition, old)

    def mend(self) -> None:
        for node in self.nodes:
            if node.is_running:
                node.signal(signal.SIGCONT)
                self.heal(node)
            else:
                node.start()
        until(self.is_whole, "the store is whole again")

    def is_whole(self) -> bool:
        """Whether each primary has its replicas, all of them in step."""
        infos = [node.info() for node in self.nodes]
        copies = [info for info in infos if info.get("role") == "slave"]
        primaries = [info for info in infos if info.get("role") == "master"]
        if any(info["master_link_status"] != "up" for info in copies):
            return False
        told = sum(int(info["connected_slaves"]) for info in primaries)
        return len(copies) == told == self.topology.copies and self.topology.is_whole()

    def _stop_copying(self, node: Node) -> None:
        node.ask("ACL", "SETUSER", "copier", "off")
        node.ask("CLIENT", "KILL", "TYPE", "replica")
        until(lambda: node.info().get("connected_slaves") == "0", "the replicas are cut off")


@contextmanager
def sentinel_set(folder: Path, replicas: int = 2, *directives: str) -> Iterator[Replicated]:
    """A primary, its replicas and three sentinels, all of which know each other.

    `directives` are further lines of each server's configuration.
    """
    with ExitStack() as stack:
        nodes = [server(folder, f"node-{n}", directives) for n in range(1 + replicas)]
        primary, *copies = nodes
        for copy in copies:
            _add(copy, f"replicaof 127.0.0.1 {primary.port}")
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        # The last one only votes, so that they never all stand for election at once.
        watchers = [
            _watcher(folder / f"sentinel-{n}", primary, patience)
            for n, patience in enumerate((1000, 1000, 2000))
        ]
        store = Replicated(nodes, Sentinels(watchers, nodes))
        until(
            lambda: primary.info()["connected_slaves"] == str(replicas), "the replicas are linked"
        )
        for watcher in watchers:
            stack.callback(watcher.stop)
            watcher.start()
            # Otherwise they are those of a slow network, seconds for which each test would wait.
            # What a replica said is believed for five ping periods: a failover asks each second.
            watcher.ask(
                *("SENTINEL", "DEBUG", "info-period", 200, "ping-period", 300),
                *("ask-period", 100, "publish-period", 200, "min-link-reconnect-period", 200),
                *("election-timeout", 2000),
            )
        until(store.is_whole, "the sentinels know all")
        yield store


@contextmanager
def cluster(folder: Path, *directives: str, copies: bool = True) -> Iterator[Replicated]:
    """Three primaries that share the slots, with a replica each, or none.

    `directives` are further lines of each server's configuration.
    """
    with ExitStack() as stack:
        number = PRIMARIES * (2 if copies else 1)
        nodes = [server(folder, f"node-{n}", directives) for n in range(number)]
        for node in nodes:
            _add(node, _CLUSTER.format(bus=free_port()))
            stack.callback(node.stop)
            node.start()
        primaries, replicas = nodes[:PRIMARIES], nodes[PRIMARIES:]
        ends = (0, 5461, 10923, 16384)
        for number, node in enumerate(primaries):
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            node.ask("CLUSTER", "ADDSLOTSRANGE", ends[number], ends[number + 1] - 1)
        for node in nodes[1:]:
            _, port = nodes[0].ask("CONFIG", "GET", "cluster-port")
            assert node.ask("CLUSTER", "MEET", *nodes[0].address, port) == "OK"
        topology = Slots(nodes)
        until(topology.is_whole, "the nodes know each other")
        for copy, primary in zip(replicas, primaries, strict=False):
            name = primary.ask("CLUSTER", "MYID")
            until(partial(_follows, copy, name), "a replica has its primary")
        store = Replicated(nodes, topology)
        until(store.is_whole, "the cluster is whole")
        yield store


def _follows(copy: Node, name: str) -> bool:
    return bool(copy.ask("CLUSTER", "REPLICATE", name) == "OK")


def server(folder: Path, name: str, directives: Sequence[str] = ()) -> Node:
    """A single server, not started yet, with the users that all have."""
    node = Node(folder / name)
    node.folder.mkdir(parents=True)
    _add(node, _NODE.format(port=node.port, folder=node.folder, rights=documented_rights()))
    _add(node, "\n".join(directives))
    return node


def documented_rights() -> str:
    """What a user of the store must be allowed, as operators are told."""
    text = DOCUMENT.read_text(encoding="utf-8")
    (rights,) = re.findall(r"^user ticker on >SECRET (.*)$", text, re.MULTILINE)
    return str(rights)


def _watcher(folder: Path, primary: Node, patience: int) -> Node:
    watcher = Node(folder, args=("--sentinel",))
    folder.mkdir(parents=True)
    values = {"port": watcher.port, "folder": folder, "service": SERVICE, "patience": patience}
    _add(watcher, _SENTINEL.format(**values, primary=primary.port))
    return watcher


def _add(node: Node, lines: str) -> None:
    with (node.folder / "conf").open("a") as configuration:
        configuration.write(lines + "\n")
