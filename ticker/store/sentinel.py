"""Sentinel: a store whose primary is named by the sentinels, through failovers."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel
from redis.backoff import NoBackoff

from ticker.store.address import Address, split
from ticker.store.topology import PATIENCE, check_options, database_of, few_tries, pipelined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from redis.asyncio import Redis

_SENTINEL_TIMEOUT: Final = 1.0
_SENTINEL_OPTIONS: Final = frozenset({"sentinel_username", "sentinel_password"})


class SentinelTopology:
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
        self._options = {**PATIENCE, **options}
        self.commands: Redis = self._client(few_tries())
        check_options(self.commands)
        self.database = database_of(self.commands)

    def _client(self, retry: Retry) -> Redis:
        client: Redis = self._sentinels.master_for(self._service, retry=retry, **self._options)
        return client

    def subscribers(self, channels: Iterable[str]) -> list[tuple[Redis, list[str]]]:
        """One client for all."""
        return [(self._client(Retry(NoBackoff(), 0)), list(channels))]

    async def primaries(self, channels: Iterable[str]) -> Mapping[str, Address]:
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
        return await pipelined(self.commands, commands)

    async def scattered(self, *commands: Sequence[str | int]) -> list[Any]:
        """The same: all keys are there."""
        return await pipelined(self.commands, commands)

    async def ping(self) -> None:
        """Ask whether the primary answers."""
        await self.commands.ping()

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.aclose()
        await self._sentinels.aclose()


class _Sentinels(Sentinel):
    """Sentinels, of which a majority is believed, and there the newest configuration epoch.

    One that was cut off from the others, or away, still names the primary of before (split brain).
    Without a majority all stays as it was, but for a newer epoch: only a majority makes those.
    """

    # The state that was last believed, by service.
    _believed: dict[str, dict[str, Any]] | None = None

    async def discover_master(self, service_name: str) -> Address:
        """The primary, as soon as a majority of the sentinels has answered.

        Raises:
            MasterNotFoundError: No majority knows it or ever did, or it is down.
        """
        states, refusal = await self._ask(service_name)
        believed = self._believed = self._believed or {}
        newest = max(states, key=_epoch, default=None)
        if newest is None:
            raise MasterNotFoundError(f"no sentinel knows {service_name!r}: {refusal}")
        if len(states) * 2 <= len(self.sentinels):
            known = believed.get(service_name)
            if known is None:
                raise MasterNotFoundError(
                    f"{len(states)} of {len(self.sentinels)} sentinels know {service_name!r}: "
                    f"too few to be believed: {refusal}"
                )
            if _epoch(newest) <= _epoch(known) and _address(newest) != _address(known):
                return _address(known)
        if not self.check_master_state(newest, service_name):
            raise MasterNotFoundError(f"the primary of {service_name!r} is down")
        believed[service_name] = newest
        return _address(newest)

    async def _ask(self, service_name: str) -> tuple[list[dict[str, Any]], Exception | None]:
        """What sentinels say, until they are a majority, and what the last that did not said."""
        sentinels: list[Any] = self.sentinels
        asked = [
            asyncio.ensure_future(
                sentinel.execute_command("SENTINEL MASTER", service_name, return_responses=True)
            )
            for sentinel in sentinels
        ]
        states: list[dict[str, Any]] = []
        refusal: Exception | None = None
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
        return states, refusal


def _epoch(state: dict[str, Any]) -> int:
    return int(state["config-epoch"])


def _address(state: dict[str, Any]) -> Address:
    return state["ip"], state["port"]
