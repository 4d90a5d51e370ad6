"""Pub/sub: a subscription to channels of the store, which never reconnects by itself.

On a Cluster it takes a connection for each shard. It knows the primaries of its channels: after a
failover, who is subscribed at the old one hears nothing, or what nobody else does (split brain).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

from ticker.store.faults import Reason, StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from redis.asyncio.client import PubSub

    from ticker.store.client import Store

_DATA: Final = frozenset({"message", "smessage"})
_OVER: Final = frozenset({"unsubscribe", "sunsubscribe"})


class ChannelListener:
    """Subscribed to channels from entering its context to leaving it.

    Every method raises `StoreUnavailableError`, entering too; then begin again with a new one.
    """

    def __init__(self, store: Store, channels: Iterable[str]) -> None:
        self._topology = store.topology
        self._channels = list(channels)
        self._subscriptions: dict[PubSub, list[str]] = {}
        self._receiving: dict[asyncio.Task[Any], PubSub] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> ChannelListener:
        try:
            with store_errors():
                await self._topology.primaries(self._channels)
                for client, channels in self._topology.subscribers(self._channels):
                    self._open.push_async_callback(client.aclose)
                    subscription = await self._open.enter_async_context(client.pubsub())
                    self._subscriptions[subscription] = channels
                    await self._subscribe(subscription, channels)
            await self.check()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._receiving:
            task.cancel()
        await asyncio.gather(*self._receiving, return_exceptions=True)
        await self._open.aclose()

    async def _subscribe(self, subscription: PubSub, channels: list[str]) -> None:
        if not self._topology.sharded:
            await subscription.subscribe(*channels)
            return
        # One by one: a shard has many slots, and a command keeps to one.
        for channel in channels:
            await subscription.ssubscribe(channel)

    async def receive(self, timeout: float) -> tuple[str, str] | None:  # noqa: ASYNC109 - the client's own
        """The next message as channel and data, if there is one within this many seconds."""
        with store_errors():
            if len(self._subscriptions) == 1:
                return _data(await next(iter(self._subscriptions)).get_message(timeout=timeout))
            for subscription in self._subscriptions.keys() - self._receiving.values():
                self._receiving[asyncio.ensure_future(subscription.get_message(timeout=None))] = (
                    subscription
                )
            done, _ = await asyncio.wait(
                self._receiving, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return None
            first = done.pop()
            del self._receiving[first]
            return _data(first.result())

    async def check(self) -> None:
        """Failover: make sure that the channels' primaries, as others know them, are still ours."""
        with store_errors():
            primaries = await self._topology.primaries(self._channels)
        for subscription, channels in self._subscriptions.items():
            link: Any = subscription.connection
            for channel in channels:
                if channel in primaries and primaries[channel] != (link.host, int(link.port)):
                    raise StoreUnavailableError(f"{channel} has another primary now", Reason.MOVED)


def _data(message: Any) -> tuple[str, str] | None:
    if message is None:
        return None
    if message["type"] in _OVER:
        raise StoreUnavailableError(f"{message['channel']} was moved away", Reason.MOVED)
    return (message["channel"], message["data"]) if message["type"] in _DATA else None
