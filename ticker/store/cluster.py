"""A Redis Cluster as the store, sharded by edition."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, ClusterPipeline, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    ConnectionError as BrokenConnectionError,
    RedisError,
)

from ticker.store.address import Address, split
from ticker.store.topology import PATIENCE, few_tries, pipelined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class _Cluster(RedisCluster):
    """The client, made to leave shards that work alone while another is away.

    As it is, it closes all connections when a node fails, asks that node again where the others
    are, and learns the commands from it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._finding = asyncio.Lock()
        self._failed: str | None = None

    async def initialize(
        self,
        additional_startup_nodes_info: list[Address] | None = None,
        last_failed_node_name: str | None = None,
    ) -> _Cluster:
        """Look where the slots are; the node that failed last is asked last.

        Raises:
            RedisError, RedisClusterException: No node says so.
        """
        self._failed = last_failed_node_name or self._failed
        async with self._finding:
            if self._initialize:
                await self.nodes_manager.initialize(
                    additional_startup_nodes_info, last_failed_node_name=self._failed
                )
                await self._learn()
                self._initialize = False
        return self

    async def _learn(self) -> None:
        """Where each command has its keys, once, from any node that answers."""
        nodes = [] if self.commands_parser.commands else list(self.get_primaries())
        fault: Exception | None = None
        for node in nodes:
            try:
                await self.commands_parser.initialize(node)
            except (RedisError, OSError, TimeoutError) as error:
                fault = error
            else:
                return
        if fault is not None:
            raise fault

    async def aclose(self) -> None:
        """What the client does after a fault: look for the slots anew; nothing is closed."""
        self._initialize = True

    async def end(self) -> None:
        """Close all connections."""
        self._initialize = False
        await super().aclose()

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """Run one command.

        Raises:
            RedisError, RedisClusterException: As it says.
        """
        # Before it knows the nodes, it would ask any of them.
        await self.initialize()
        with _closed_is_broken():
            return await super().execute_command(*args, **kwargs)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> _Pipeline:
        """Commands to be sent together."""
        del shard_hint
        # As abstract as redis-py's own, which it makes all the same.
        return _Pipeline(self, transaction)  # type: ignore[abstract]


class _Pipeline(ClusterPipeline):
    """The client's pipeline."""

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

    async def scattered(self, *commands: Sequence[str | int]) -> list[Any]:
        """The answers of several shards, asked side by side."""
        asked = (self.commands.execute_command(*command) for command in commands)
        return list(await asyncio.gather(*asked))

    async def ping(self) -> None:
        """Ask all primaries at once; the first answer is enough.

        Raises:
            RedisError, RedisClusterException: None of them gives one.
        """
        await self.commands.initialize()
        nodes = {(node.host, int(node.port)) for node in self.commands.get_primaries()}
        asked = [asyncio.ensure_future(pipelined(self._direct(it), [["PING"]])) for it in nodes]
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    await answer
                except (RedisError, OSError, TimeoutError) as error:
                    refusal = error
                else:
                    return
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        raise refusal

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
        await self.commands.end()
        for client in self._nodes.values():
            await client.aclose()
