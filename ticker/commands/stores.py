"""The store that a command works on, whether a service runs on it or not."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ticker.server.valkey import EmbeddedValkey, is_running, url
from ticker.store.client import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from ticker.settings import Settings

_T = TypeVar("_T")


def with_store(
    settings: Settings, use: Callable[[Store], Awaitable[_T]], *, must_exist: bool = False
) -> _T:
    """What `use` makes of the store that `serve` would use, opened for it and closed again.

    Args:
        settings: As `serve` would have them.
        use: Gets the open store.
        must_exist: Whether to refuse a data directory that never had a store, rather than make one.

    Raises:
        FileNotFoundError: There never was a store, and there must be one.
        DataDirInUseError, EmbeddedStartError: The embedded store cannot be reached or started.
    """
    with store_url(settings, must_exist=must_exist) as address:
        return on_store(replace(settings, redis_url=address), use)


def on_store(settings: Settings, use: Callable[[Store], Awaitable[_T]]) -> _T:
    """What `use` makes of the store that has a URL, opened for it and closed again."""

    async def run() -> _T:
        store = Store(settings.redis_url, settings.namespace)
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(run())


@contextmanager
def store_url(settings: Settings, *, must_exist: bool = False) -> Iterator[str]:
    """URL of the store that `serve` would use, which runs for as long as the context does."""
    if settings.redis_url:
        yield settings.redis_url
        return
    if is_running(settings.data_dir):
        yield url(settings.data_dir)
        return
    if must_exist and not (settings.data_dir / "appendonlydir").is_dir():
        raise FileNotFoundError(f"there is no store in {settings.data_dir}: is it the right one?")
    with EmbeddedValkey(settings.data_dir) as store:
        yield store.url
