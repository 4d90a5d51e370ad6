"""How much a store sends while something is done: what reads a whole history shows there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ticker.store.client import Store


async def bytes_sent(store: Store, what: Awaitable[object]) -> int:
    """Bytes that the store sent to all its clients while this was done."""
    before = await _sent(store)
    await what
    return await _sent(store) - before


async def _sent(store: Store) -> int:
    stats = await store.commands.info("stats")
    return int(stats["total_net_output_bytes"])
