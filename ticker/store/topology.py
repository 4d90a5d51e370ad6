"""Topologies: what every kind of store can do, and the simplest kind, one server.

A topology knows where commands and subscriptions belong at this moment, and not what is stored.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import ConnectionError as BrokenConnectionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ticker.store.address import Address

_TIMEOUT: Final = 2.0
_RETRIES: Final = 2
PATIENCE: Final[Mapping[str, Any]] = {
    "decode_responses": True,
    "socket_timeout": _TIMEOUT,
    "socket_connect_timeout": _TIMEOUT,
    # Else each connection, of hundreds after a fault, reads the client's version from disk.
    "driver_info": DriverInfo(),
}


class Topology(Protocol):
    """Where commands and subscriptions go.

    Attributes:
        commands: Client for commands: short time-outs, few retries, so that a fault shows within
            seconds. A broken connection is made anew; silence is given up at once, since the
            client would wait for it again at every step of every try. Retries make writes
            at-least-once; the append script makes them idempotent.
        sharded: Whether channels belong to shards (SSUBSCRIBE, SPUBLISH).
        database: Number of the database.
        everywhere: Options of a command that is to reach all of the store.
    """

    commands: Any
    sharded: bool
    database: int
    everywhere: Mapping[str, Any]

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """Clients that never reconnect behind our back, each with the channels to hear there."""

    async def primaries(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """Channel → the server it belongs to now, as far as anybody else than that server knows.

        Commands go there from now on.
        """

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers to commands that go over one connection to the server of a key."""

    async def scattered(self, *commands: Sequence[str | int]) -> list[Any]:
        """The answers to commands that each go to the server of their own key."""

    async def ping(self) -> None:
        """Ask whether any server of the store answers; an error if none does."""

    async def close(self) -> None:
        """Give the connections back."""


class SingleServer:
    """One server, or an address that leads to one."""

    sharded = False
    everywhere: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, url: str) -> None:
        self._url = url
        self.commands: Redis = Redis.from_url(url, **PATIENCE, retry=few_tries())
        check_options(self.commands)
        self.database = database_of(self.commands)

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """One client for all."""
        client = Redis.from_url(self._url, **PATIENCE, retry=Retry(NoBackoff(), 0))
        return [(client, list(channels))]

    async def primaries(self, channels: Iterable[str]) -> Mapping[str, Address]:
        """Nobody but the server itself would know."""
        del channels
        return {}

    async def together(self, key: str, *commands: Sequence[str | int]) -> list[Any]:
        """The answers to commands that go over one connection."""
        del key
        return await pipelined(self.commands, commands)

    async def scattered(self, *commands: Sequence[str | int]) -> list[Any]:
        """The same: all keys are here."""
        return await pipelined(self.commands, commands)

    async def ping(self) -> None:
        """Ask whether it answers."""
        await self.commands.ping()

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.aclose()


def check_options(client: Redis) -> None:
    """Have an option that no connection knows refused now, not at the first command."""
    pool: Any = client.connection_pool
    pool.make_connection()


def database_of(client: Redis) -> int:
    """Number of the database that a client uses."""
    pool: Any = client.connection_pool
    return int(pool.connection_kwargs.get("db") or 0)


async def pipelined(client: Redis, commands: Sequence[Sequence[str | int]]) -> list[Any]:
    """The answers to commands that go over one connection."""
    async with client.pipeline(transaction=False) as pipe:
        for command in commands:
            pipe.execute_command(*command)
        return await pipe.execute()


def few_tries() -> Retry:
    """Exponential backoff with jitter: a broken connection is made anew, silence is given up."""
    return Retry(
        ExponentialWithJitterBackoff(base=0.02, cap=0.2),
        _RETRIES,
        supported_errors=(BrokenConnectionError,),
    )
