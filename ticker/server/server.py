"""One server process: our listening socket, uvicorn, and a graceful shutdown."""

from __future__ import annotations

import asyncio
import gc
import select
import signal
import socket
import sys
import time
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import uvicorn

from ticker.app import Service, build
from ticker.hub.sockets import SocketContext
from ticker.protocol.rfc6455 import MESSAGE_MAX
from ticker.server.drain import Drain
from ticker.server.fast_path import FastPath
from ticker.server.limits import ConnectionLimits, with_mapped
from ticker.server.rebalance import Rebalance
from ticker.server.websocket import BoundedWebSocket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import FrameType

    from starlette.types import ASGIApp

    from ticker.settings import Settings

_BACKLOG: Final = 8192
_SEND_BUFFER: Final = 64 * 1024
_USER_TIMEOUT_MS: Final = 15_000
_GRACE_SECONDS: Final = 10
# Slack for the pauses between the steps and the sign-off from a store that may be silent, s.
_END_SECONDS: Final = 8
# Debounce: a terminal or supervisor signals all processes, and then a parent its workers.
_ONCE_SECONDS: Final = 1.0
_TICK_SECONDS: Final = 1.0
_GC_THRESHOLDS: Final = (20_000, 20, 50)


class Server(uvicorn.Server):
    """uvicorn with a graceful shutdown that drains readers; it sleeps while nothing happens.

    Args:
        settings: Of the process.
        service: That it serves.
        on_start: Called once it serves, with whether the service is ready.
        on_turn: Called each second that the event loop turns.
    """

    def __init__(
        self,
        settings: Settings,
        service: Service,
        on_start: Callable[[bool], None] = lambda _: None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        proxies = with_mapped(settings.trusted_proxies)
        limits = ConnectionLimits(
            settings.max_connections, settings.max_readers, settings.max_per_address, proxies
        )
        context = SocketContext(
            service.hub, service.metrics, settings.reader_buffer, service.buffers, limits.leave
        )
        fast_path = partial(FastPath, service.live, context, limits, service.load)
        websocket = partial(BoundedWebSocket, limits, service.metrics)
        config = configure(service.asgi, fast_path, websocket, settings.keep_alive, proxies)
        super().__init__(config)
        # One set of all that is connected, whichever path took it in.
        self.server_state.connections = context.connections
        self._limits = limits
        self._has_notice = settings.drain_notice > 0
        self._service = service
        self._on_start = on_start
        self._on_turn = on_turn
        self._drain = Drain(service.hub, settings.drain_notice, settings.drain_seconds)
        self._rebalance = Rebalance(service.hub, service.presence, service.name)
        self._asked: float | None = None
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal ends it; SIGUSR1 has readers above the mean sent on."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._rebalance.begin)
        await super().serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, and say so."""
        await super().startup(sockets)
        self._on_start(self._service.hub.is_ready)

    async def main_loop(self) -> None:
        """Wake once a second for the Date header, and at once to stop: then drain."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._stop.wait()
        # Without a notice there may be nobody else to take the next request.
        self._limits.is_draining = self._has_notice
        async with self._ticking():
            await self._drain.run(self._close_listeners)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way; a watchdog sees until the end that we live."""
        async with self._ticking():
            await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Once a second: the Date header, and a sign of life."""
        self._on_turn()
        return await super().on_tick(counter)

    @asynccontextmanager
    async def _ticking(self) -> AsyncIterator[None]:
        """Tick while something else is waited for."""

        async def tick() -> None:
            while True:
                await asyncio.sleep(_TICK_SECONDS)
                await self.on_tick(0)

        ticking = asyncio.create_task(tick())
        try:
            yield
        finally:
            ticking.cancel()

    async def _close_listeners(self) -> None:
        """Stop listening, once the accept queue is empty: who waits in it would be reset."""
        for listener in self.servers:
            for _ in range(_BACKLOG):
                if not _is_awaited(listener):
                    break
                # The loop accepts at most one in each turn.
                await asyncio.sleep(0)
            listener.close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Graceful shutdown on a signal; on another during the drain, all readers at once.

        Only after that is SIGINT what it is to uvicorn: don't even wait for requests.
        """
        now = time.monotonic()
        if self._asked is not None and now < self._asked + _ONCE_SECONDS:
            return
        self._asked = self._asked or now
        if self._loop is not None and self._drain.can_hurry:
            self._loop.call_soon_threadsafe(self._drain.hurry)
            return
        super().handle_exit(sig, frame)
        self.wake()

    def wake(self) -> None:
        """Have the main loop look at `should_exit` now."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)


def _is_awaited(listener: asyncio.Server) -> bool:
    """Whether somebody waits in the accept queue of a listening socket."""
    poll = select.poll()
    for socket_ in listener.sockets:
        poll.register(socket_.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def longest_stop(settings: Settings) -> float:
    """Seconds from the first signal to the end of a process at most, whatever its peers do."""
    return settings.drain_notice + settings.drain_seconds + _GRACE_SECONDS + _END_SECONDS


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening socket whose connections die when a peer takes nothing for 15 s.

    Args:
        host: Address to listen on.
        port: TCP port; 0 takes a free one.
        shared: Whether other processes of ours listen on the same port (SO_REUSEPORT). Then it
            listens only once it is served: whoever comes before is for the others.

    Raises:
        OSError: The address is not ours or is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Lines are small: a reader that is behind by this much is slow, and must not fill the kernel.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
        if not shared:
            listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def configure(
    app: ASGIApp,
    http: Callable[..., FastPath],
    websocket: Callable[..., BoundedWebSocket],
    keep_alive: int,
    trusted_proxies: str = "",
) -> uvicorn.Config:
    """Uvicorn's configuration; docs/operate.md says why each value is what it is."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", http),
        ws=cast("type[asyncio.Protocol]", websocket),
        ws_max_size=MESSAGE_MAX,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        backlog=_BACKLOG,
        timeout_keep_alive=keep_alive,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        lifespan="on",
    )


def new_server(settings: Settings) -> Server:
    """A server of one process, not started."""
    return Server(settings, build(settings))


def run(
    settings: Settings,
    listener: socket.socket,
    on_start: Callable[[bool], None] = lambda _: None,
    on_turn: Callable[[], None] = lambda: None,
) -> None:
    """Serve in this process on a listening socket and a given store, until a signal ends it."""
    server = Server(settings, build(settings), on_start, on_turn)
    # What was built lives as long as we do, and a reader that leaves leaves no reference cycle: the
    # collector need not look at everything each time that a few hundred readers come.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    server.run([listener])
