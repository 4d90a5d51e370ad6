"""A Redis Cluster as the store, sharded by edition."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as BrokenConnectionError

from ticker.store.address import Address, split
from ticker.store.topology import PATIENCE, few_tries, pipelined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class _Cluster(RedisCluster):
    """The client, with two of its race conditions between concurrent commands worked around."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """Run one command.

        Raises:
            RedisError, RedisClusterException: As it says.
        """
        # Before it knows the nodes, it would ask any of them, and close all connections on the way.
        await self.initialize()
        with _closed_is_broken():
            return await super().execute_command(*args, **kwargs)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> _Pipeline:
        """Commands to be sent together."""
        del shard_hint
        # As abstract as redis-py's own, which it makes all the same.
        return _Pipeline(self, transaction)  # type: ignore[abstract]


class _Pipeline(ClusterPipeline):
    """The client's pipeline, with the second of them worked around."""

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> Any:
        """Send the commands.

        Raises:
            RedisError, RedisClusterException: As it says.
        """
        with _closed_is_broken():
            return await super().execute(raise_on_error, allow_redirections)


@contextmanager
def _closed_is_broken() -> Iterator[None]:
    """Another command that failed may have closed this one's connection at the same moment.

    What that looks like depends on how far this one was, and on the event loop.
    """
    try:
        yield
    except (AttributeError, RuntimeError) as error:
        raise BrokenConnectionError(f"closed: {error}") from error


class ClusterTopology:
    """A Cluster, where the keys and channels of an edition are on one shard."""

    sharded = True
    database = 0
    everywhere: Mapping[str, Any] = MappingProxyType({"target_nodes": RedisCluster.PRIMARIES})

    def __init__(self, url: str) -> None:
        hosts, _, options = split(url)
        self._options = {**PATIENCE, **options}
        self._nodes: dict[Address, Redis] = {}
        self.commands = _Cluster(
            startup_nodes=[ClusterNode(host, port) for host, port in hosts],
            retry=few_tries(),
            # Else every fifth slot that has moved costs all others their connections.
            reinitialize_steps=0,
            **self._options,
        )

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """A client for each shard."""
        shards: dict[Address, list[str]] = defaultdict(list)
        for channel in channels:
            shards[self._primary(channel)].append(channel)
        return [
            (Redis(host=host, port=port, retry=Retry(NoBackoff(), 0), **self._options), some)
            for (host, port), some in shards.items()
        ]

    async def primaries(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """The primaries of the shards, as commands have found them."""
        await self.commands.initialize()
        return {channel: self._primary(channel) for channel in channels}

    def _primary(self, channel: str) -> Address:
        node: Any = self.commands.get_node_from_key(channel)
        return node.host, int(node.port)

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers of the key's primary; an error if it is so no more.

        Past the Cluster's own client, whose pipelines try again with whatever node is at hand.
        """
        await self.commands.initialize()
        return await pipelined(self._direct(self._primary(key)), commands)

    def _direct(self, address: Address) -> Redis:
        """A client of one node, which follows nobody to another."""
        if address not in self._nodes:
            host, port = address
            self._nodes[address] = Redis(
                host=host, port=port, retry=Retry(NoBackoff(), 0), **self._options
            )
        return self._nodes[address]

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.aclose()
        for client in self._nodes.values():
            await client.aclose()
