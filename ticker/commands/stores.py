"""The store that a command works on, whether a service runs on it or not."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticker.server.valkey import EmbeddedValkey, is_running, url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticker.settings import Settings


@contextmanager
def store_url(settings: Settings, *, must_exist: bool = False) -> Iterator[str]:
    """The store that `serve` would use, running for as long as the context does.

    Args:
        settings: As `serve` would have them.
        must_exist: Whether to refuse a data directory that never had a store, rather than make one.

    Raises:
        FileNotFoundError: There never was a store, and there must be one.
        DataDirInUseError, EmbeddedStartError: The embedded store cannot be reached or started.
    """
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
