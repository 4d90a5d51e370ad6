"""The kinds of stores: one server, a primary that Sentinel names, a Cluster.

Each knows where commands and subscriptions belong at this moment. None knows what is stored.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError as BrokenConnectionError

from ticker.address import Address, kind_of, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TIMEOUT: Final = 2.0
_SENTINEL_TIMEOUT: Final = 1.0
_RETRIES: Final = 2
_SENTINEL_OPTIONS: Final = frozenset({"sentinel_username", "sentinel_password"})
_PATIENCE: Final[Mapping[str, Any]] = {
    "decode_responses": True,
    "socket_timeout": _TIMEOUT,
    "socket_connect_timeout": _TIMEOUT,
}


class Topology(Protocol):
    """Where commands and subscriptions go.

    Attributes:
        commands: Client for commands: short time-outs, few retries, so that a fault shows within
            seconds. A broken connection is made anew; silence is given up at once, since the
            client would wait for it again at every step of every try. Retries make writes
            at-least-once; the append script makes them once.
        sharded: Whether channels belong to shards (SSUBSCRIBE, SPUBLISH).
        everywhere: Options of a command that is to reach all of the store.
    """

    commands: Any
    sharded: bool
    everywhere: Mapping[str, Any]

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """Clients that never reconnect behind our back, each with the channels to hear there."""

    async def homes(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """Channel → the server it belongs to now, as far as anybody else than that server knows.

        Commands go there from now on.
        """

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers to commands that go over one connection to the server of a key."""

    async def close(self) -> None:
        """Give the connections back."""


def topology_of(url: str) -> Topology:
    """The kind of store that a URL names.

    Raises:
        ValueError, TypeError: An option in the URL has a value that is none, or is none itself.
    """
    kind = kind_of(url)
    if kind == "sentinel":
        return Watched(url)
    return Sharded(url) if kind == "cluster" else Single(url)


class Single:
    """One server, or an address that leads to one."""

    sharded = False
    everywhere: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, url: str) -> None:
        self._url = url
        self.commands: Redis = Redis.from_url(url, **_PATIENCE, retry=_retry())
        _check_options(self.commands)

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """One client for all."""
        client = Redis.from_url(self._url, **_PATIENCE, retry=Retry(NoBackoff(), 0))
        return [(client, list(channels))]

    async def homes(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """Nobody but the server itself would know."""
        del channels
        return {}

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers to commands that go over one connection."""
        del key
        return await _pipelined(self.commands, commands)

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.aclose()


class Watched:
    """The primary of a service that Sentinel watches."""

    sharded = False
    everywhere: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, url: str) -> None:
        hosts, service, options = split(url)
        peers = {name[9:]: options.pop(name) for name in list(options) if name in _SENTINEL_OPTIONS}
        peers |= {name: options[name] for name in options if name.startswith("ssl")}
        peers |= dict.fromkeys(("socket_timeout", "socket_connect_timeout"), _SENTINEL_TIMEOUT)
        self._service = service
        peers |= {"decode_responses": True, "retry": Retry(NoBackoff(), 0)}
        self._sentinels = _Sentinels(hosts, sentinel_kwargs=peers)  # type: ignore[no-untyped-call]
        self._options = {**_PATIENCE, **options}
        self.commands: Redis = self._client(_retry())
        _check_options(self.commands)

    def _client(self, retry: Retry) -> Redis:
        client: Redis = self._sentinels.master_for(self._service, retry=retry, **self._options)
        return client

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """One client for all."""
        return [(self._client(Retry(NoBackoff(), 0)), list(channels))]

    async def homes(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """The primary that Sentinel names; nothing if no sentinel can name one now."""
        pool: Any = self.commands.connection_pool
        known = pool.master_address
        try:
            address: Address = await pool.get_master_address()
        except MasterNotFoundError:
            return {}
        if address != known:
            await pool.update_active_connections_for_reconnect()
        return dict.fromkeys(channels, address)

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers to commands that go over one connection."""
        del key
        return await _pipelined(self.commands, commands)

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.aclose()
        await self._sentinels.aclose()


class _Sentinels(Sentinel):
    """Sentinels, of which the one with the newest configuration is believed.

    One that was cut off from the others, or away, still names the primary of before.
    """

    async def discover_master(self, service_name: str) -> Address:
        """The primary, as soon as most sentinels have answered.

        Raises:
            MasterNotFoundError: No sentinel knows it, or it is down.
        """
        sentinels: list[Any] = self.sentinels
        asked = [
            asyncio.ensure_future(
                sentinel.execute_command("SENTINEL MASTER", service_name, return_responses=True)
            )
            for sentinel in sentinels
        ]
        states: list[dict[str, Any]] = []
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    states.append(await answer)
                except Exception as error:  # noqa: BLE001 - whatever it is, this one doesn't know
                    refusal = error
                if len(states) * 2 > len(asked):
                    break
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        if not states:
            raise MasterNotFoundError(f"no sentinel knows {service_name!r}: {refusal}")
        newest = max(states, key=lambda state: int(state["config-epoch"]))
        if not self.check_master_state(newest, service_name):
            raise MasterNotFoundError(f"the primary of {service_name!r} is down")
        return newest["ip"], newest["port"]


class _Cluster(RedisCluster):
    """The client, with two holes stopped that many commands at once fall into."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """Run one command.

        Raises:
            RedisError, RedisClusterException: As it says.
        """
        # Before it knows the nodes, it would ask any of them, and close all connections on the way.
        await self.initialize()
        try:
            return await super().execute_command(*args, **kwargs)
        except AttributeError as error:
            # Another command that failed has closed this one's connection at the same moment.
            raise BrokenConnectionError(f"closed: {error}") from error


class Sharded:
    """A Cluster, where the keys and channels of an edition are on one shard."""

    sharded = True
    everywhere: Mapping[str, Any] = MappingProxyType({"target_nodes": RedisCluster.PRIMARIES})

    def __init__(self, url: str) -> None:
        hosts, _, options = split(url)
        self._options = {**_PATIENCE, **options}
        self.commands = _Cluster(
            startup_nodes=[ClusterNode(host, port) for host, port in hosts],
            retry=_retry(),
            # Else every fifth slot that has moved costs all others their connections.
            reinitialize_steps=0,
            **self._options,
        )

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """A client for each shard."""
        shards: dict[Address, list[str]] = defaultdict(list)
        for channel in channels:
            shards[self._home(channel)].append(channel)
        return [
            (Redis(host=host, port=port, retry=Retry(NoBackoff(), 0), **self._options), some)
            for (host, port), some in shards.items()
        ]

    async def homes(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """The primaries of the shards, as commands have found them."""
        await self.commands.initialize()
        return {channel: self._home(channel) for channel in channels}

    def _home(self, channel: str) -> Address:
        node: Any = self.commands.get_node_from_key(channel)
        return node.host, int(node.port)

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers of the key's primary; an error if it is so no more."""
        node = self.commands.get_node_from_key(key)
        async with self.commands.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command, target_nodes=node)
            return await pipe.execute(allow_redirections=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.aclose()


def _check_options(client: Redis) -> None:
    """Have an option that no connection knows refused now, not at the first command."""
    pool: Any = client.connection_pool
    pool.make_connection()


async def _pipelined(client: Redis, commands: Sequence[Sequence[str | int]]) -> list[Any]:
    async with client.pipeline(transaction=False) as pipe:
        for command in commands:
            pipe.execute_command(*command)
        return await pipe.execute()


def _retry() -> Retry:
    return Retry(
        ExponentialWithJitterBackoff(base=0.02, cap=0.2),
        _RETRIES,
        supported_errors=(BrokenConnectionError,),
    )
