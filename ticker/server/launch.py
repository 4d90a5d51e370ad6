"""Starting the whole service: the store if none is given, then one process or several."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from ticker.server.files import fit
from ticker.server.preflight import check
from ticker.server.server import bind, run
from ticker.server.valkey import EmbeddedValkey
from ticker.server.watchdog import Systemd
from ticker.server.workers import Workers, hold

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from ticker.settings import Settings


def serve(settings: Settings, on_ready: Callable[[Settings], None] = lambda _: None) -> None:
    """Serve until a signal ends it.

    Args:
        settings: As configured.
        on_ready: Called with the settled port and store URL before the first request is taken.

    Raises:
        OSError: The address is taken.
        DataDirInUseError, EmbeddedStartError: The embedded store cannot run.
        UnfitStoreError: The store would lose lines, or never take one.
        UnfinishedImportError: The store holds half of a backup.
    """
    signal.signal(signal.SIGTERM, _leave)
    # Until a server is there to rebalance, it is nothing; children that know nothing of it stay so.
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    # Under nohup it is ignored, and stays so.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hang_up)
    with ExitStack() as stack:
        if settings.workers == 1:
            listener = stack.enter_context(bind(settings.host, settings.port))
            port = listener.getsockname()[1]
        else:
            holder, port = hold(settings.host, settings.port)
            stack.enter_context(holder)
        settings = replace(settings, port=port)
        if not settings.redis_url:
            store = stack.enter_context(EmbeddedValkey(settings.data_dir))
            store.keep_alive()
            settings = replace(settings, redis_url=store.url)
        asyncio.run(check(settings))
        settings = fit(settings)
        on_ready(settings)
        if settings.workers == 1:
            run(settings, listener, on_turn=Systemd().alive)
        else:
            Workers(settings).run()


def _leave(number: int, frame: FrameType | None) -> None:
    """Have SIGTERM unwind the stack, so that the store is stopped in good order."""
    sys.exit(0)


def _hang_up(number: int, frame: FrameType | None) -> None:
    """Have SIGHUP, which a terminal sends when it closes, be SIGTERM."""
    signal.raise_signal(signal.SIGTERM)
