"""What a Sentinel set and a Cluster of our own differ in: who leads, and who sees whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from redis.crc import key_slot

from tests.support.nodes import table
from ticker.store.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.nodes import Node

SERVICE = "newsroom"
PRIMARIES = 3


class Topology(Protocol):
    """What a Sentinel set and a Cluster differ in."""

    @property
    def url(self) -> str:
        """For `Settings.redis_url`."""

    @property
    def copies(self) -> int:
        """How many replicas there are."""

    def primary_port(self, edition: str) -> int | None:
        """Of the node that takes an edition's writes, as most of its peers say."""

    def isolate(self, node: Node, *, alone: bool) -> None:
        """Keep a node's peers from it, or let them to it again."""

    def is_whole(self) -> bool:
        """Whether everybody knows everybody, and nothing goes on."""


@dataclass(slots=True)
class Sentinels:
    watchers: Sequence[Node]
    nodes: Sequence[Node]

    @property
    def copies(self) -> int:
        return len(self.nodes) - 1

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{watcher.port}" for watcher in self.watchers)
        return f"redis+sentinel://ticker:ticker@{hosts}/{SERVICE}"

    def primary_port(self, edition: str) -> int | None:
        """The same for every edition, once all sentinels agree."""
        named = {
            tuple(watcher.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE) or ())
            for watcher in self.watchers
        }
        return int(next(iter(named))[1]) if len(named) == 1 and () not in named else None

    def isolate(self, node: Node, *, alone: bool) -> None:
        node.ask("ACL", "SETUSER", "watcher", "off" if alone else "on")
        # Who came while it was alone is let in as nobody, and would stay so.
        node.ask("CLIENT", "KILL", "USER", "watcher" if alone else "default")

    def is_whole(self) -> bool:
        return all(self._sees_all(watcher) for watcher in self.watchers)

    def _sees_all(self, watcher: Node) -> bool:
        state = table(watcher.ask("SENTINEL", "MASTER", SERVICE))
        replicas = watcher.ask("SENTINEL", "REPLICAS", SERVICE) or []
        return (
            state.get("flags") == "master"
            and int(state["num-other-sentinels"]) == len(self.watchers) - 1
            and len(replicas) == len(self.nodes) - 1
            and all(table(replica)["flags"] == "slave" for replica in replicas)
        )


@dataclass(slots=True)
class Slots:
    nodes: Sequence[Node]

    @property
    def copies(self) -> int:
        return len(self.nodes) - PRIMARIES

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"redis+cluster://ticker:ticker@{hosts}"

    def primary_port(self, edition: str) -> int | None:
        """As most running nodes say."""
        slot = key_slot(Keys(edition).head.encode())
        votes = [port for node in self.nodes if (port := _owner(node, slot)) is not None]
        best = max(set(votes), key=votes.count) if votes else None
        return best if best is not None and votes.count(best) * 2 > len(votes) else None

    def isolate(self, node: Node, *, alone: bool) -> None:
        node.ask("DEBUG", "DROP-CLUSTER-PACKET-FILTER", -2 if alone else -1)
        others = [other for other in self.nodes if other is not node and other.is_running]
        name = node.ask("CLUSTER", "MYID")
        for other in others:
            other.ask("DEBUG", "CLUSTERLINK", "KILL", "ALL", name)

    def is_whole(self) -> bool:
        return all(self._sees_all(node) for node in self.nodes)

    def _sees_all(self, node: Node) -> bool:
        state = table(node.ask("CLUSTER", "INFO"))
        known = str(node.ask("CLUSTER", "NODES")).splitlines()
        return (
            state.get("cluster_state") == "ok"
            and len(known) == len(self.nodes)
            and all("fail" not in one and "handshake" not in one for one in known)
            and all(" connected" in one for one in known)
        )


def _owner(node: Node, slot: int) -> int | None:
    shards = node.ask("CLUSTER", "SLOTS")
    for first, last, primary, *_ in shards if isinstance(shards, list) else ():
        if first <= slot <= last:
            return int(primary[1])
    return None
