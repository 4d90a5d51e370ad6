from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import time
from contextlib import AsyncExitStack, ExitStack
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.process import PATIENCE, Serving, await_end, serving, store_of, watched
from tests.support.service import receive
from ticker.server.server import bind

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from tests.support.service import SseReader

_UPGRADE = (
    b"GET /v1/en/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_bind(host: str) -> None:
    """The service listens on IPv4 and on IPv6 addresses, and on a name."""
    with bind(host, 0) as listener:
        address, port = listener.getsockname()[:2]
        with socket.create_connection((address, port)) as connection:
            assert connection.getpeername()[1] == port


def test_taken_port() -> None:
    """When the port is taken the operator reads which address it is about."""
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(OSError, match=rf"127\.0\.0\.1:{port}: Address already in use"):
            bind("127.0.0.1", port)


def test_shared_port() -> None:
    """Workers may share a port with each other, and with nobody else."""
    with bind("127.0.0.1", 0, shared=True) as first:
        port = first.getsockname()[1]
        with bind("127.0.0.1", port, shared=True) as second:
            assert second.getsockname()[1] == port
        first.listen()
        with pytest.raises(OSError, match="in use"):
            bind("127.0.0.1", port)


def test_a_worker_that_loads_takes_nobody() -> None:
    """Until a worker is served, all who come are for those that are."""
    with bind("127.0.0.1", 0, shared=True) as serving_:
        port = serving_.getsockname()[1]
        with bind("127.0.0.1", port, shared=True), ExitStack() as stack:
            serving_.listen(50)
            for _ in range(50):
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(50):
                stack.enter_context(serving_.accept()[0])


def test_unknown_host() -> None:
    """An address that is not this machine's is refused by name."""
    with pytest.raises(OSError, match=r"192\.0\.2\.1:0"):
        bind("192.0.2.1", 0)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has it")
def test_dead_peers_are_dropped() -> None:
    """A reader whose machine vanished is dropped by the kernel, not kept for a quarter hour."""
    with bind("127.0.0.1", 0) as listener:
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
        with accepted:
            timeout = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert 0 < timeout <= 60_000


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/en/flashes", "/v1/none/live", "/v1/en/live"],
    ids=["health", "listing", "refusal", "stream"],
)  # fmt: skip
async def test_date(served: Serving, path: str) -> None:
    """Every response says when it was made, as caches and proxies need it."""
    before = time.time()
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", served.port)
    outgoing.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head = (await incoming.readuntil(b"\r\n\r\n")).decode()
    outgoing.close()
    (date,) = re.findall(r"(?im)^date: (.+)\r$", head)
    assert before - 10 < parsedate_to_datetime(date).timestamp() <= time.time()


async def test_no_server_name(served: Serving) -> None:
    """No response says what software made it."""
    assert "server" not in (await served.remote.get("/healthz")).headers


async def _code(reader: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await reader.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def _ends(reader: SseReader) -> bool:
    with pytest.raises(EOFError):
        await reader.message()
    return True


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_sigterm(tmp_path: Path, workers: str) -> None:
    """At a restart every reader is told to come back, on both transports, and the service ends."""
    with serving(tmp_path / "data", "--workers", workers, token=False) as service:
        remote = service.remote
        async with AsyncExitStack() as stack:
            sockets = [
                await stack.enter_async_context(remote.live("en", compression=compression))
                for compression in ("deflate", None) * 8
            ]
            streams = [await stack.enter_async_context(remote.sse("en")) for _ in range(8)]
            for reader in (*map(receive, sockets), *(stream.message() for stream in streams)):
                assert (await reader)["type"] == "hello"
            with watched(store_of(service.process.pid)) as end:
                service.process.send_signal(signal.SIGTERM)
                assert {await _code(reader) for reader in sockets} == {1012}
                assert {await _ends(stream) for stream in streams} == {True}
                assert await asyncio.to_thread(service.process.wait, PATIENCE) == 0
                await_end(end)
    assert "Traceback" not in service.log


async def test_sigterm_with_stubborn_peers(tmp_path: Path) -> None:
    """Peers that never read, never answer or never finish a request cannot hold up a restart."""
    with serving(tmp_path / "data", token=False) as service, socket.socket() as silent:
        silent.connect(("127.0.0.1", service.port))
        opened = [
            await asyncio.open_connection("127.0.0.1", service.port, limit=64) for _ in range(4)
        ]
        for (incoming, outgoing), request in zip(
            opened,
            (_UPGRADE, b"GET /v1/en/live HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HT", b""),
            strict=True,
        ):
            outgoing.write(request)
            if request.endswith(b"\r\n\r\n"):
                await incoming.readline()
        assert await asyncio.to_thread(service.stop) == 0
        for _, outgoing in opened:
            outgoing.close()


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl+C ends the service without a traceback, and its store with it."""
    with (
        serving(tmp_path / "data", token=False) as service,
        watched(store_of(service.process.pid)) as end,
    ):
        assert service.stop(signal.SIGINT) in {0, 130}
        await_end(end)
    assert "Traceback" not in service.log


def test_sigterm_while_starting(tmp_path: Path) -> None:
    """A service that is told to end before it was ready ends as well, and in good order."""
    with serving(tmp_path / "data", token=False, ready=False) as service:
        while not service.log:
            assert service.process.poll() is None
        assert service.stop() == 0
    assert "Traceback" not in service.log
    assert not (tmp_path / "data" / "valkey.sock").exists()


def test_idle(served: Serving) -> None:
    """A service that nobody uses leaves the machine alone (a figure to look at: pytest -rP)."""
    pid = served.process.pid
    before, ticks = time.monotonic(), _ticks(pid)
    time.sleep(1)
    used = (_ticks(pid) - ticks) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - before)
    print(f"idle service: {100 * used:.1f} % of one core")
    assert served.client.is_ready()


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
